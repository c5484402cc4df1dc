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
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any

from cli.project.stack import HERE, Project
from components.errors import JobError

ANNOUNCEMENT = re.compile(r"AWS emulator on (http://127\.0\.0\.1:\d+)")
STARTS_WITHIN = 60.0  # seconds; a first start compiles moto
STOPS_WITHIN = 10.0
# its log and state are its own; the caller's proxy, profile and endpoint are not its business
_FOREIGN = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "JOBCTL_")


class Emulator:
    """This project's emulator, running or not."""

    def __init__(self, project: Project, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self.folder = project.local / "emulator"
        self.log = self.folder / "emulator.log"
        self._run_file = self.folder / "run.json"
        self._lock_file = self.folder / "lock"

    def recorded_endpoint(self, own: IO[str] | None = None) -> str:
        """Where the running emulator is; empty where none runs or it has not answered yet.

        `own` is a lock file of the caller, who may hold the lock: then nobody else runs.
        """
        try:
            lock = own or self._lock_file.open("r+")
        except FileNotFoundError:
            return ""
        try:
            return "" if _locked(lock) else str(self._record().get("endpoint", ""))
        finally:
            if lock is not own:
                lock.close()

    def start(self, port: int | None, options: Sequence[str]) -> tuple[str, bool]:
        """The endpoint of the running emulator, and whether this call started it."""
        with self._made_lock() as lock:
            # a command that merely looks holds the lock for an instant: try until one of the two is true
            if not self._until(
                STARTS_WITHIN, lambda: _locked(lock) or bool(self.recorded_endpoint())
            ):
                raise JobError(
                    f"the emulator is starting but does not answer (its log: {self.log})"
                )
            if endpoint := self.recorded_endpoint(lock):
                if port and not endpoint.endswith(f":{port}"):
                    raise JobError(
                        f"an emulator is running already, at {endpoint}: ./jobctl emulator stop first"
                    )
                return endpoint, False
            # the port of last time, so that what a shell has exported stays true
            last = self._forget()
            tries = [port] if port is not None else [last, 0] if last else [0]
            for wanted in tries:
                if endpoint := self._wait_for_announcement(self._spawn(wanted, options, lock)):
                    return endpoint, True
        raise JobError(f"the emulator did not start: {self._last_words()} (all of it: {self.log})")

    def run(self, port: int | None, options: Sequence[str]) -> int:
        """Run it in the foreground until Ctrl-C; other commands find it meanwhile."""
        with self._made_lock() as lock:
            if not self._until(1, lambda: _locked(lock)):
                raise JobError("an emulator is running already: ./jobctl emulator stop")
            self._forget()
            process = subprocess.Popen(
                self._command(port or 0, options),
                cwd=HERE,
                env=_environment(),
                stdout=subprocess.PIPE,
                pass_fds=(lock.fileno(),),
                text=True,
            )
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    print(line, end="", flush=True)
                    found = ANNOUNCEMENT.search(line)
                    if found:
                        self._remember(process.pid, found[1])
                return process.wait()
            except KeyboardInterrupt:
                return process.wait(STOPS_WITHIN)
            finally:
                process.terminate()

    def stop(self) -> bool:
        """End the process; False where none ran."""
        with self._made_lock() as lock:
            if _locked(lock):
                return False
            pid = self._record().get("pid")
            if not isinstance(pid, int):
                raise JobError("the emulator is just starting: try again in a moment")
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                if self._until(STOPS_WITHIN, lambda: _locked(lock)):
                    return True
        raise JobError(f"the emulator's process {pid} does not end")

    def status(self) -> dict[str, Any]:
        """What the running emulator says of itself."""
        endpoint = self.recorded_endpoint()
        if not endpoint:
            raise JobError("no emulator is running: start it with ./jobctl emulator start")
        try:
            return ask(endpoint)
        except (OSError, ValueError) as error:
            raise JobError(f"the emulator at {endpoint} does not answer: {error}") from None

    def _spawn(self, port: int, options: Sequence[str], lock: IO[str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self._command(port, options),
                cwd=HERE,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )

    def _command(self, port: int, options: Sequence[str]) -> list[str]:
        state = str(self.folder / "state")
        return [sys.executable, "-m", "local.aws", "--port", str(port), "--state", state, *options]

    def _wait_for_announcement(self, process: subprocess.Popen[bytes]) -> str:
        """Its endpoint once it answers, or nothing when it ended before."""
        endpoint = ""

        def ready() -> bool:
            nonlocal endpoint
            if process.poll() is not None:
                return True
            found = ANNOUNCEMENT.search(self.log.read_text("utf-8", "replace"))
            if not found or not answers(found[1]):
                return False
            endpoint = found[1]
            return True

        if not self._until(STARTS_WITHIN, ready):
            process.terminate()
        if endpoint:
            self._remember(process.pid, endpoint)
        return endpoint

    def _until(self, seconds: float, done: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                return False
            self._sleep(0.05)
        return True

    def _made_lock(self) -> IO[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self._lock_file.open("a")

    def _record(self) -> dict[str, Any]:
        try:
            document = json.loads(self._run_file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _remember(self, pid: int, endpoint: str) -> None:
        draft = self._run_file.with_suffix(".new")
        draft.write_text(json.dumps({"pid": pid, "endpoint": endpoint}) + "\n", "utf-8")
        draft.replace(self._run_file)

    def _forget(self) -> int:
        """Drop the record of a process that has ended; its port, or 0."""
        port = str(self._record().get("endpoint", "")).rpartition(":")[2]
        self._run_file.unlink(missing_ok=True)
        return int(port) if port.isdigit() else 0

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text("utf-8", "replace").split("\n")
        except OSError:
            lines = []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def ask(endpoint: str) -> dict[str, Any]:
    """`GET /_emulator/status`. OSError or ValueError where it does not answer as the emulator does."""
    # it takes longer to import than all else that `up` and `preview` need of this module
    import urllib.request

    # no proxy: it is on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{endpoint}/_emulator/status", timeout=10) as answer:
        document = json.load(answer)
    if not isinstance(document, dict):
        raise ValueError("this is not the emulator's status")
    return document


def answers(endpoint: str) -> bool:
    try:
        return bool(ask(endpoint))
    except (OSError, ValueError):
        return False


def _locked(file: IO[str]) -> bool:
    """Take the lock; False where the emulator holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**kept, "PYTHONUNBUFFERED": "1"}
