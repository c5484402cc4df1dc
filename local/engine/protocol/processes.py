"""The two kinds of process that the engine starts: the program, and the dynamic provider, both unmodified.

They are started before the engine has loaded its own parts: all three then load at the same time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.engine.errors import EngineError
from local.engine.state.project import Project

PROGRAM = Path(__file__).with_name("bootstrap.py")
PROVIDER = Path(__file__).with_name("provider_host.py")
LINE_LIMIT = 16 * 1024 * 1024

Listener = Callable[[str, bool], None]
"""Takes a line that a process printed, and whether it was on stderr."""


async def start(project: Project, script: Path, env: Mapping[str, str]) -> Process:
    """Start the project's Python in the program's folder, in a process group of its own.

    Ctrl-C at the terminal must reach the engine alone: it decides what still has to finish.
    """
    try:
        return await asyncio.create_subprocess_exec(
            str(project.python),
            "-u",
            str(script),
            cwd=project.program.parent,
            env=dict(env),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
        )
    except OSError as problem:
        raise EngineError(f"{project.python} cannot be started: {problem.strerror}") from problem


async def listen(process: Process, listener: Listener) -> None:
    """Hand over what the process prints, line by line, until it ends."""

    async def pump(stream: asyncio.StreamReader | None, is_error: bool) -> None:
        while stream is not None and (line := await stream.readline()):
            listener(line.decode(errors="replace").rstrip("\r\n"), is_error)

    await asyncio.gather(pump(process.stdout, False), pump(process.stderr, True))


async def stop(process: Process) -> None:
    """End the process, and whatever it started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


class Program:
    """The project's program, waiting for the engine to tell it where to register."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.silent = False

    @classmethod
    async def spawn(cls, project: Project, env: Mapping[str, str]) -> Program:
        return cls(await start(project, PROGRAM, env))

    async def run(self, settings: dict[str, Any], listener: Listener) -> int:
        """Let the program run to its end; its exit code."""
        stdin = self._process.stdin
        if stdin is None:
            raise AssertionError("the program was started with a pipe")
        with suppress(ConnectionError):
            # It stays open: its end tells the program that the engine is gone, however it went.
            stdin.write(json.dumps(settings).encode() + b"\n")
            await stdin.drain()
        await listen(self._process, lambda line, err: None if self.silent else listener(line, err))
        return await self._process.wait()

    async def stop(self) -> None:
        """End the program now; what it says about that is of no use to anybody."""
        self.silent = True
        await stop(self._process)


class ProviderProcess:
    """One `python -m pulumi.dynamic`, not yet configured."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def spawn(cls, project: Project, env: Mapping[str, str]) -> ProviderProcess:
        env = {"PULUMI_PROJECT": project.name, **env}
        return cls(await start(project, PROVIDER, env))

    async def port(self, listener: Listener) -> int:
        """Wait until it serves, and hand over what it prints from then on."""
        stdout, stderr = self._process.stdout, self._process.stderr
        if stdout is None or stderr is None:
            raise AssertionError("the provider was started with pipes")
        line = await stdout.readline()
        if not line.strip().isdigit():
            said = (line + await stderr.read()).decode(errors="replace").strip()
            raise EngineError(f"the dynamic provider did not start: {said or 'it ended at once'}")
        self._listening = asyncio.create_task(listen(self._process, listener))
        return int(line)

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    async def stop(self) -> None:
        await stop(self._process)
        if self._listening is not None:
            await self._listening
