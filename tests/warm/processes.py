"""The processes of the project, by way of the warm one: start an engine, wait for everything, kill."""

from __future__ import annotations

import marshal
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds for one of the engine's commands, which takes less than one."""
ROLES = ("engine", "program", "provider")


class Hang(Exception):
    """A process that should have ended has not. No verdict on the cell: the harness or the engine is at fault."""


@dataclass
class Done:
    """How an engine's command ended: negative when it was killed."""

    code: int
    text: str


class Processes:
    """Engines in `folder` with `env`, their programs and their providers."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.patience = PATIENCE

    def run(self, *words: str) -> Done:
        """Run one of the engine's commands to its end, or to its death."""
        with tempfile.TemporaryFile() as output, open(os.devnull) as nothing:
            asked = {
                "do": "run",
                "argv": ["-m", "local.engine", *words],
                "cwd": str(self.folder),
                "env": self.env,
            }
            fds = [nothing.fileno(), output.fileno(), output.fileno()]
            code = int(self._ask(asked, fds))
            # what the engine left behind may still have a call to finish
            self._ask({"do": "idle"})
            output.seek(0)
            return Done(code, output.read().decode())

    def kill(self, *roles: str) -> int:
        """SIGKILL to the processes of these roles; how many there were."""
        return int(self._ask({"do": "kill", "roles": list(roles)}))

    def _ask(self, asked: dict[str, Any], fds: list[int] | None = None) -> bytes:
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(self.patience)
            server.connect(self.env["WARM_SOCKET"])
            socket.send_fds(server, [marshal.dumps(asked)], fds or [])
            try:
                return server.recv(64)
            except TimeoutError:
                raise Hang(self._hang(asked)) from None

    def _hang(self, asked: dict[str, Any]) -> str:
        """What hangs, and in what; whoever still lives is killed, so that the next cell can begin."""
        if asked["do"] in ("stacks", "kill"):
            return "the warm process does not answer"
        living = self._ask({"do": "stacks"}).decode()
        told: list[str] = []
        for _ in range(50):  # each writes as soon as it gets the signal
            files = sorted(Path(self.env["WARM_STACKS"]).iterdir())
            told = [f"{path.name}:\n{path.read_text()}" for path in files]
            if all(text.rstrip().count("\n") > 1 for text in told):
                break
            threading.Event().wait(0.1)
        self.kill(*ROLES)
        what = " ".join(asked.get("argv", ["what the engine left behind"]))
        return f"{what}: still not over after {self.patience} s; alive: {living}\n" + "\n".join(
            told
        )


def shim(place: Path) -> None:
    """Put what stands for the project's Python there."""
    text = Path(__file__).with_name("shim.py").read_text(encoding="utf-8")
    place.parent.mkdir(parents=True)
    place.write_text(f"#!{sys.executable} -IS\n{text}", encoding="utf-8")
    place.chmod(0o755)


@contextmanager
def warm(folder: Path, env: dict[str, str], salt: str) -> Iterator[Processes]:
    """Start the warm process, and end it with all that it has forked."""
    Path(env["WARM_STACKS"]).mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm.server", env["WARM_SOCKET"], salt],
        cwd=ROOT,
        env={**os.environ, **env},
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
