"""The two kinds of process that the engine starts: the program, and the dynamic provider, both unmodified.

They are started before the engine has loaded its own parts: all three then load at the same time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from local.engine.errors import EngineError
from local.engine.state.project import Project

LINE_LIMIT = 16 * 1024 * 1024

Listener = Callable[[str, bool], None]
"""Takes a line that a process printed, and whether it was on stderr."""


C = TypeVar("C", bound="Child")


class Child:
    """A process of the project's Python, in the program's folder and in a process group of its own.

    Ctrl-C at the terminal must reach the engine alone: it decides what still has to finish.
    """

    script: Path

    def __init__(self, process: Process) -> None:
        self._process = process
        self._listening: asyncio.Future[Any] | None = None

    @classmethod
    async def spawn(cls: type[C], project: Project, env: Mapping[str, str]) -> C:
        try:
            process = await asyncio.create_subprocess_exec(
                str(project.python),
                "-u",
                str(cls.script),
                cwd=project.program.parent,
                env={"PULUMI_PROJECT": project.name, **env},
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=LINE_LIMIT,
                start_new_session=True,
            )
        except OSError as problem:
            raise EngineError(
                f"{project.python} cannot be started: {problem.strerror}"
            ) from problem
        return cls(process)

    def listen(self, listener: Listener) -> Awaitable[Any]:
        """Hand over what the process prints, line by line, until it ends; what is returned can be waited for."""

        async def pump(stream: asyncio.StreamReader | None, is_error: bool) -> None:
            while stream is not None and (line := await stream.readline()):
                listener(line.decode(errors="replace").rstrip("\r\n"), is_error)

        streams = pump(self._process.stdout, False), pump(self._process.stderr, True)
        self._listening = asyncio.ensure_future(asyncio.gather(*streams))
        return self._listening

    async def stop(self) -> None:
        """End the process, and whatever it started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        if self._listening is not None:
            await self._listening


class Program(Child):
    """The project's program, waiting for the engine to tell it where to register."""

    script = Path(__file__).with_name("bootstrap.py")

    async def run(self, settings: dict[str, Any], listener: Listener) -> int:
        """Let the program run to its end; its exit code."""
        stdin = cast("asyncio.StreamWriter", self._process.stdin)
        with suppress(ConnectionError):
            # it stays open: its end tells the program that the engine is gone, however it went
            stdin.write(json.dumps(settings).encode() + b"\n")
            await stdin.drain()
        await self.listen(listener)
        return await self._process.wait()


class ProviderProcess(Child):
    """One `python -m pulumi.dynamic`, not yet configured."""

    script = Path(__file__).with_name("provider_host.py")

    async def wait_for_port(self, listener: Listener) -> int:
        """Wait until it serves, and hand over what it prints from then on."""
        stdout = cast("asyncio.StreamReader", self._process.stdout)
        stderr = cast("asyncio.StreamReader", self._process.stderr)
        line = await stdout.readline()
        if not line.strip().isdigit():
            output = (line + await stderr.read()).decode(errors="replace").strip()
            raise EngineError(f"the dynamic provider did not start: {output or 'it ended at once'}")
        self.listen(listener)
        return int(line)

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode
