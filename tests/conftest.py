"""What tests share: an emulator of their own, and a project on it that is driven as a person drives it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.crash.report import pytest_terminal_summary  # noqa: F401 -- pytest finds it by its name
from tests.warm.processes import FOREIGN, Processes, warm_python

if TYPE_CHECKING:
    from local.aws.server.emulator import Emulator

ROOT = Path(__file__).resolve().parent.parent
NOON = 1_760_011_200.0  # 2025-10-09T12:00:00Z

# The same examples in every run, whether CI is set or not: a change breaks a test, the weather and a
# busy machine do not. A longer, random search: make search
CALM = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("repeatable", derandomize=True, max_examples=100, **CALM)
settings.register_profile("search", derandomize=False, max_examples=3000, **CALM)
settings.load_profile("repeatable")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An AWS account with the seed, whose clock stands still until the test moves it."""
    from local.aws.clock import Clock
    from local.aws.server.emulator import Emulator

    with Emulator(clock=Clock(frozen_at=NOON)) as running:
        yield running


@pytest.fixture(params=["embedded", "pulumi"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; the Pulumi CLI where it is on PATH."""
    if request.param == "pulumi" and not shutil.which("pulumi"):
        pytest.skip("needs the Pulumi CLI, and there is no `pulumi` on PATH")
    return str(request.param)


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


class Workspace:
    """A project in a folder of its own, with the stack `local` on the emulator; its only jobs are a test's own."""

    def __init__(
        self, root: Path, emulator: Emulator, engine: str, processes: Processes | None = None
    ) -> None:
        self.root = root
        self.emulator = emulator
        self.processes = processes
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.env = {
            **kept,
            "HOME": str(root.parent / "home"),
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "JOBCTL_ENGINE": engine,
        }

    def write(self, file: str, content: str | dict[str, Any]) -> Path:
        """A job file from text or, as JSON, from an object."""
        path = self.root / "jobs" / file
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    def jobctl(self, *argv: str, **env: str) -> Outcome:
        """Run a command in the project as `./jobctl` does, in a warm process where there are some."""
        arguments = ["-m", "cli", "-C", str(self.root), *argv]
        if self.processes is not None:
            ended = self.processes.run_python(arguments, ROOT, {**self.env, **env})
            return Outcome(ended.code, ended.stdout, ended.stderr)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def up(self, *argv: str, **env: str) -> Outcome:
        return self.jobctl("up", "-s", "local", "--yes", "--skip-preview", *argv, **env)

    def deployed(self, *argv: str) -> Outcome:
        """`up`, which must succeed."""
        outcome = self.up(*argv)
        assert outcome.code == 0, outcome.text
        return outcome

    def preview(self) -> list[dict[str, Any]]:
        """The steps of the jobs in `preview --json`, without refreshes and what stays the same."""
        outcome = self.jobctl("preview", "-s", "local", "--json")
        assert outcome.code == 0, outcome.text
        return [
            step
            for step in outcome.json["steps"]
            if ":dynamic/aws-jobs:" in step["urn"] and step["op"] not in ("same", "refresh")
        ]

    def forget_state(self) -> None:
        """Lose the stack's state, as a deleted bucket would."""
        shutil.rmtree(self.root / ".local" / "pulumi")

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The state's outputs of each job, by name."""
        outcome = self.jobctl("stack", "export", "-s", "local")
        assert outcome.code == 0, outcome.text
        resources = outcome.json["deployment"].get("resources") or []
        return {
            resource["urn"].rpartition("::")[2]: resource["outputs"]
            for resource in resources
            if ":dynamic/aws-jobs:" in resource["type"]
        }

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The calls of an operation (`batch:SubmitServiceJob`) that AWS carried out, in order."""
        return [
            call
            for call in self.emulator.control.calls
            if f"{call['service']}:{call['operation']}" == operation and call["outcome"] == 200
        ]

    def submissions(self) -> int:
        """How many jobs of either kind were submitted."""
        return len(self.calls("batch:SubmitServiceJob")) + len(
            self.calls("personalize:CreateBatchInferenceJob")
        )


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """A warm process: what it starts has everything imported already."""
    with warm_python() as running:
        yield running


@pytest.fixture
def workspace(
    tmp_path: Path, emulator: Emulator, engine: str, request: pytest.FixtureRequest
) -> Workspace:
    """A project on the emulator, run by each engine; the embedded one in warm processes."""
    warm = request.getfixturevalue("processes") if engine == "embedded" else None
    return project_in(tmp_path, emulator, engine, warm)


@pytest.fixture
def cold_workspace(tmp_path: Path, emulator: Emulator, engine: str) -> Workspace:
    """A project whose every process starts from nothing, as a person's does."""
    return project_in(tmp_path, emulator, engine)


def project_in(
    folder: Path, emulator: Emulator, engine: str, processes: Processes | None = None
) -> Workspace:
    """A project without jobs in an empty folder."""
    root = folder / "project"
    (root / "jobs").mkdir(parents=True)
    (folder / "home").mkdir()
    for name in ("Pulumi.yaml", "Pulumi.local.yaml", "__main__.py"):
        shutil.copy(ROOT / name, root / name)
    for name in ("components", "schemas"):
        (root / name).symlink_to(ROOT / name)
    python = processes.env["WARM_PYTHON"] if processes else ""
    (root / ".venv").symlink_to(Path(python).parents[1] if python else sys.prefix)
    return Workspace(root, emulator, engine, processes)
