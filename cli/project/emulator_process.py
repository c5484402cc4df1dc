"""The emulator as a process of this project: one at a time, found again by later commands.

The process holds a file lock from its start to its end, so whether it runs is known exactly: a recycled process
id or a file that a crash left behind cannot mislead.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

from cli.display.text import find_last_line
from cli.project.stack import HERE, Project
from components.errors import JobError
from components.files import replace_file
from local.aws.control.token import read_token

ANNOUNCEMENT = re.compile(r"AWS emulator on (http://127\.0\.0\.1:\d+)")
STARTS_WITHIN = 60.0  # seconds; a first start compiles moto
STOPS_WITHIN = 10.0
# the caller's proxy, profile and endpoint do not apply to it
_FOREIGN = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "JOBCTL_")
_Found = TypeVar("_Found")


class Emulator:
    """This project's emulator, running or not. Tests give another `sleep`."""

    def __init__(self, project: Project, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self.folder = project.local / "emulator"
        self.log = self.folder / "emulator.log"
        self._state = self.folder / "state"
        self._run_file = self.folder / "run.json"
        self._lock_file = self.folder / "lock"

    @property
    def token(self) -> str:
        """What the running emulator's control API takes as `Authorization: Bearer`."""
        return read_token(self._state)

    def recorded_endpoint(self) -> str:
        """Return where the running emulator is; nothing where none runs or it has not answered yet."""
        try:
            with self._lock_file.open("r+") as lock:
                return "" if _take_lock(lock) else self._read_endpoint()
        except FileNotFoundError:
            return ""

    def start(self, port: int | None, options: Sequence[str]) -> tuple[str, bool]:
        """Return the endpoint of the running emulator, and whether this call started it."""
        with self._open_lock() as lock:
            # a command that merely looks holds the lock for an instant: try until one of the two is true
            if not self._until(
                STARTS_WITHIN, lambda: _take_lock(lock) or bool(self.recorded_endpoint())
            ):
                raise JobError(f"the emulator is starting but does not answer (log: {self.log})")
            if not _take_lock(lock):
                endpoint = self._read_endpoint()
                if port and not endpoint.endswith(f":{port}"):
                    raise JobError(
                        f"an emulator is already running at {endpoint}; stop it with ./jobctl emulator stop"
                    )
                return endpoint, False
            # the port of last time, so that what a shell has exported stays true
            last = self._forget()
            tries = [port] if port is not None else [last, 0] if last else [0]
            for wanted in tries:
                with self.log.open("wb") as log:
                    process = self._spawn(wanted, options, lock, log)
                if endpoint := self._wait_for_announcement(process):
                    return endpoint, True
        why = find_last_line(self.log.read_text("utf-8", "replace")) or "no output"
        raise JobError(f"the emulator did not start: {why} (log: {self.log})")

    def run(self, port: int | None, options: Sequence[str]) -> int:
        """Run it in the foreground until Ctrl-C; other commands find it meanwhile."""
        with self._open_lock() as lock:
            if not self._until(1, lambda: _take_lock(lock)):
                raise JobError(
                    "an emulator is already running; stop it with ./jobctl emulator stop"
                )
            self._forget()
            process = self._spawn(port or 0, options, lock, subprocess.PIPE)
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    print(line, end="", flush=True)
                    if found := ANNOUNCEMENT.search(line):
                        self._remember(process.pid, found[1])
                return process.wait()
            except KeyboardInterrupt:
                return process.wait(STOPS_WITHIN)
            finally:
                process.terminate()

    def stop(self) -> bool:
        """Stop the process; False where none ran."""
        with self._open_lock() as lock:
            if _take_lock(lock):
                return False
            pid = self._read_record().get("pid")
            if not isinstance(pid, int):
                raise JobError("the emulator is still starting; try again in a moment")
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                if self._until(STOPS_WITHIN, lambda: _take_lock(lock)):
                    return True
        raise JobError(f"the emulator's process {pid} does not stop")

    def status(self) -> dict[str, Any]:
        """Return what the running emulator says of itself."""
        return {**self.ask("GET", "status"), "token": self.token}

    def ask(self, method: str, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call the running emulator's control API (local/aws/control/api.py); what it refuses is a JobError."""
        endpoint = self.recorded_endpoint()
        if not endpoint:
            raise JobError("no emulator is running; start it with ./jobctl emulator start")
        try:
            return ask(endpoint, self.token, method, name, body)
        except (OSError, ValueError) as error:
            raise JobError(f"the emulator at {endpoint} does not answer: {error}") from None

    def seed(self, region: str) -> None:
        """Make in a region what job files may refer to, where it was not made before."""
        try:
            self.ask("POST", "seed", {"region": region})
        except JobError as error:
            if "has been seeded before" not in str(error):
                raise

    def _spawn(
        self, port: int, options: Sequence[str], lock: IO[str], output: IO[bytes] | int
    ) -> subprocess.Popen[str]:
        in_background = output != subprocess.PIPE
        served = ["--port", str(port), "--state", str(self._state)]
        command = [sys.executable, "-m", "local.aws", *served]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        return subprocess.Popen(
            [*command, *options],
            cwd=HERE,
            env={**kept, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if in_background else None,
            pass_fds=(lock.fileno(),),
            start_new_session=in_background,
            text=True,
        )

    def _wait_for_announcement(self, process: subprocess.Popen[str]) -> str:
        """Return its endpoint once it answers, or nothing if it ended before."""

        def find_endpoint() -> str:
            found = ANNOUNCEMENT.search(self.log.read_text("utf-8", "replace"))
            return found[1] if found and answers(found[1], self.token) else ""

        found = self._until(STARTS_WITHIN, lambda: find_endpoint() or process.poll() is not None)
        if not found:
            process.terminate()
        if not isinstance(found, str):
            return ""
        self._remember(process.pid, found)
        return found

    def _until(self, seconds: float, look: Callable[[], _Found]) -> _Found:
        """Return what `look` finds as soon as it finds something, else what it has found at the end."""
        deadline = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() <= deadline:
            self._sleep(0.05)
        return found

    def _open_lock(self) -> IO[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # its log, its record and its state are nobody else's
        return self._lock_file.open("a")

    def _read_record(self) -> dict[str, Any]:
        try:
            document = json.loads(self._run_file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _read_endpoint(self) -> str:
        return str(self._read_record().get("endpoint", ""))

    def _remember(self, pid: int, endpoint: str) -> None:
        record = json.dumps({"pid": pid, "endpoint": endpoint}) + "\n"
        replace_file(self._run_file, [record.encode()])

    def _forget(self) -> int:
        """Drop the record of a process that has ended; return its port, or 0."""
        port = self._read_endpoint().rpartition(":")[2]
        self._run_file.unlink(missing_ok=True)
        return int(port) if port.isdigit() else 0


def ask(
    endpoint: str, token: str, method: str, name: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Call `/_emulator/<name>`. Raises OSError or ValueError where it does not answer as the emulator does."""
    # they take longer to import than all else that `up` and `preview` need of this module
    import urllib.error
    import urllib.request

    # no proxy: it is on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(
        f"{endpoint}/_emulator/{name}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    try:
        with opener.open(asked, timeout=10) as answer:
            document = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            document = json.load(error)
        raise JobError(str(document["message"])) from None
    if not isinstance(document, dict):
        raise ValueError("not an answer of the emulator")
    return document


def answers(endpoint: str, token: str) -> bool:
    try:
        return bool(ask(endpoint, token, "GET", "status"))
    except (OSError, ValueError, JobError):
        return False


def _take_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
