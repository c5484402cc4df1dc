"""The processes of the project, by way of the warm one: start an engine, wait for everything, kill."""

from __future__ import annotations

import marshal
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
PATIENCE = 180
"""Seconds for one command, which takes one or two, on a machine that has much else to do."""
# a test's answers may not depend on whose machine it runs on
FOREIGN = ("AWS_", "PULUMI_", "JOBCTL_", "PYTHON")
ROLES = ("engine", "program", "provider")


class Hang(Exception):
    """A process that should have ended has not. No verdict on the cell: the harness or the engine is at fault."""


@dataclass
class Done:
    """How a command ended: negative when it was killed."""

    code: int
    text: str
    stdout: str = ""
    stderr: str = ""


class Processes:
    """Engines in `folder` with `env`, their programs and their providers."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.patience: float = PATIENCE
        self.given_up = threading.Event()
        """Set by a test that knows that a command hangs: nobody waits for it any longer."""

    def run(self, *words: str) -> Done:
        """Run one of the engine's commands to its end, or to its death."""
        with tempfile.TemporaryFile() as output:
            code = self._run(["-m", "local.engine", *words], self.folder, self.env, output, output)
            return Done(code, _read(output))

    def run_python(self, arguments: list[str], folder: Path, env: dict[str, str]) -> Done:
        """Run what `python ARGUMENTS` would, with this environment; what it starts is warm too."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            code = self._run(arguments, folder, {**env, **self.env}, output, errors)
            stdout, stderr = _read(output), _read(errors)
            return Done(code, stdout + stderr, stdout, stderr)

    def _run(
        self,
        arguments: list[str],
        folder: Path,
        env: dict[str, str],
        output: IO[bytes],
        errors: IO[bytes],
    ) -> int:
        with open(os.devnull) as nothing:
            asked = {"do": "run", "argv": arguments, "cwd": str(folder), "env": env}
            fds = [nothing.fileno(), output.fileno(), errors.fileno()]
            code = int(self._ask(asked, fds))
        # what the command left behind may still have a call to finish
        self._ask({"do": "idle"})
        return code

    def kill(self, *roles: str) -> int:
        """SIGKILL to the processes of these roles; how many there were."""
        return int(self._ask({"do": "kill", "roles": list(roles)}))

    def _ask(self, asked: dict[str, Any], fds: list[int] | None = None) -> bytes:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self.env["WARM_SOCKET"])
            socket.send_fds(server, [marshal.dumps(asked)], fds or [])
            until = time.monotonic() + self.patience
            while not select.select([server], [], [], 0.2)[0]:
                if self.given_up.is_set() or time.monotonic() > until:
                    self.given_up.clear()
                    raise Hang(self._hang(asked))
            return server.recv(64)

    def _hang(self, asked: dict[str, Any]) -> str:
        """What hangs, and in what; whoever still lives is killed, so that the next cell can begin."""
        if asked["do"] in ("stacks", "kill"):
            return "the warm process does not answer"
        living = self._ask({"do": "stacks"}).decode()
        told: list[str] = []
        for _ in range(300):  # each writes as soon as it gets the signal
            files = sorted(Path(self.env["WARM_STACKS"]).iterdir())
            told = [f"{path.name}:\n{path.read_text()}" for path in files]
            if all(text.rstrip().count("\n") > 1 for text in told):
                break
            threading.Event().wait(0.1)
        self.kill(*ROLES)
        what = " ".join(asked.get("argv", ["what the engine left behind"]))
        return f"{what}: still not over; alive: {living}\n" + "\n".join(told)


def _own_variables() -> dict[str, str]:
    """The environment without what belongs to whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def shim(place: Path) -> None:
    """Put what stands for the project's Python there."""
    text = Path(__file__).with_name("shim.py").read_text(encoding="utf-8")
    place.parent.mkdir(parents=True)
    place.write_text(f"#!{sys.executable} -IS\n{text}", encoding="utf-8")
    place.chmod(0o755)


@contextmanager
def warm_python() -> Iterator[Processes]:
    """Start a warm process for projects of any kind; their Python is the one of `WARM_PYTHON`."""
    with tempfile.TemporaryDirectory(prefix="warm-") as place:
        folder = Path(place)
        shim(folder / "venv" / "bin" / "python")
        env = {
            "WARM_SOCKET": f"{place}/socket",
            "WARM_STACKS": f"{place}/stacks",
            "WARM_PYTHON": f"{place}/venv/bin/python",
        }
        with warm(folder, env) as processes:
            yield processes


@contextmanager
def warm(folder: Path, env: dict[str, str], *salt: str) -> Iterator[Processes]:
    """Start the warm process, and end it with all that it has forked."""
    Path(env["WARM_STACKS"]).mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm.server", env["WARM_SOCKET"], *salt],
        cwd=ROOT,
        env={**_own_variables(), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == b"warm\n"
        yield Processes(folder, env)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
