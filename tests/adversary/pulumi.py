"""The same stack, worked on by the Pulumi CLI where it is on PATH."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.crash.stack import STACK, Stack, stack_of_its_own
from tests.warm.processes import ROOT, Done, Processes


class PulumiProcesses(Processes):
    """One command of the CLI at a time; killed with all that it has started."""

    process: subprocess.Popen[str] | None = None

    def run(self, *words: str) -> Done:
        """Run one of the CLI's commands to its end, or to its death."""
        command = ["pulumi", *words, "--stack", STACK, "--non-interactive", "--color", "never"]
        process = self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "--json" in words else subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said, _ = process.communicate(timeout=self.patience)
        return Done(process.returncode, said)

    def kill(self, *roles: str) -> int:
        """SIGKILL to the engine; what it has started ends with it, whichever role was meant."""
        if self.process is None or self.process.poll() is not None:
            return 0
        os.killpg(self.process.pid, signal.SIGKILL)
        return 1


@contextmanager
def pulumi_stack() -> Iterator[Stack]:
    """Make the project and its AWS, for the CLI."""
    with stack_of_its_own() as stack:
        python = stack.folder / ".venv"
        (python / "bin" / "python").unlink()
        (python / "bin").rmdir()
        python.rmdir()
        python.symlink_to(ROOT / ".venv")
        env = {
            **stack.env,
            "PULUMI_HOME": str(stack.folder.parent / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PYTHONPATH": str(ROOT),
        }
        yield replace(stack, processes=PulumiProcesses(stack.folder, env))
