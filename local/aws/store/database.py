"""What outlives the emulator, in one SQLite file: records as JSON, objects of S3 as they are.

Everything that a request changed is committed in one transaction before the request is answered, so
that a kill loses nothing that a client was told of.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from ..clock import Pace
from ..server import extend
from ..service import context
from .objects import KeptObjects

VERSION = 2
FILE = "emulator.db"

_TABLES = """
CREATE TABLE IF NOT EXISTS records (
    name TEXT, account TEXT, region TEXT, key TEXT, document TEXT,
    UNIQUE (name, account, region, key)
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, document TEXT);
"""


class StateUnusable(Exception):
    """The state folder cannot be used, for the reason that the message gives."""


class Store:
    """The state folder of one emulator; a second one is refused while the first has it."""

    def __init__(self, folder: Path) -> None:
        self._settings: dict[str, str] = {}
        self._database = _open(folder)
        self._objects = KeptObjects(self._database)

    def restore(self) -> bool:
        """Take up what was kept; whether there was anything."""
        settings = dict(self._database.execute("SELECT name, document FROM settings"))
        if not settings:
            return False
        self._settings = settings
        current = context.current
        current.clock.restore(json.loads(settings["clock"]))
        current.pace = Pace().change(json.loads(settings["pace"]))
        for name, value in json.loads(settings.get("switches", "{}")).items():
            setattr(current, name, value)
        rows = self._database.execute(
            "SELECT name, account, region, document FROM records ORDER BY rowid"
        )
        for name, account, region, document in rows.fetchall():
            extend.find_table(name, account, region).restore(json.loads(document))
        self._objects.restore()
        extend.resume()
        return True

    def keep(self) -> None:
        """Commit what has changed."""
        current = context.current
        settings = _settings()
        if not current.changed and not current.objects_changed and settings == self._settings:
            return
        with self._database:
            self._database.execute("BEGIN")
            for name, account, region, key in current.changed:
                document = extend.find_table(name, account, region).document(key)
                self._write_record((name, account, region, key), document)
            if current.objects_changed:
                self._objects.keep()
            self._database.executemany(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)", settings.items()
            )
        self._settings = settings
        current.changed.clear()
        current.objects_changed = False

    def clear(self) -> None:
        """Forget everything that was kept."""
        with self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM records")
            self._database.execute("DELETE FROM settings")
            self._objects.clear()
        self._settings = {}

    def close(self) -> None:
        """Let another emulator have the folder."""
        self._database.close()

    def _write_record(self, place: tuple[str, ...], document: dict[str, Any] | None) -> None:
        if document is None:
            self._database.execute(
                "DELETE FROM records WHERE name = ? AND account = ? AND region = ? AND key = ?",
                place,
            )
            return
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (name, account, region, key) DO UPDATE SET document = excluded.document",
            (*place, json.dumps(document)),
        )


def _settings() -> dict[str, str]:
    current = context.current
    return {
        "clock": json.dumps(current.clock.state()),
        "pace": json.dumps(current.pace.as_json()),
        "switches": json.dumps({name: getattr(current, name) for name in context.SWITCHES}),
    }


def _open(folder: Path) -> sqlite3.Connection:
    """The folder's database, ours alone until it is closed."""
    try:
        _hide(folder)
        database = sqlite3.connect(
            folder / FILE, isolation_level=None, timeout=0, check_same_thread=False
        )
    except (OSError, sqlite3.OperationalError) as error:
        raise StateUnusable(f"{folder}: the state cannot be kept there ({error})") from error
    try:
        _prepare(database, folder)
    except BaseException as error:
        database.close()
        if not isinstance(error, sqlite3.DatabaseError):
            raise
        if "locked" in str(error):
            raise StateUnusable(f"{folder}: the state is in use by another emulator") from error
        if isinstance(error, sqlite3.OperationalError):
            raise StateUnusable(f"{folder}: the state cannot be kept there ({error})") from error
        raise StateUnusable(f"{folder / FILE} is not the state of an emulator") from error
    return database


def _hide(folder: Path) -> None:
    """Make the folder and the file their owner's alone; SQLite gives its journal the mode of the file."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):  # one that somebody chose stays as it is
        folder.mkdir(mode=0o700)
    (folder / FILE).touch(0o600)
    for kept in folder.glob(f"{FILE}*"):  # of before, with the journal that a kill leaves
        kept.chmod(0o600)


def _prepare(database: sqlite3.Connection, folder: Path) -> None:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    # The emulator survives its own death, not the machine's: that is what OFF gives up.
    database.execute("PRAGMA synchronous = OFF")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, VERSION):
        raise StateUnusable(
            f"{folder}: the state was written by another version of the emulator; "
            "remove the folder to begin anew"
        )
    database.executescript(_TABLES)
    database.execute(f"PRAGMA user_version = {VERSION}")
