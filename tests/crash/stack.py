"""A project of its own on an emulator of its own, worked on by real processes that can be killed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.lifecycle.read import DESCRIBE_ALL
from local.aws.batch.models import ServiceJobBackend
from local.aws.clock import Clock, Pace
from local.aws.personalize.models import BatchInferenceBackend
from local.aws.personalize.records import INFERENCE
from local.aws.sagemaker.records import TrainingJob
from local.aws.server import extend
from local.aws.server.calls import Call
from local.aws.server.emulator import Emulator
from local.aws.server.faults import Fault, Faults
from tests.warm.processes import ROOT, Done, Processes, shim, warm

START = 1_795_000_000.0
PROJECT, STACK, REGION = "aws-jobs", "dev", "us-east-1"
PREFIX = f"{PROJECT}/{STACK}/"
# the salt of the passphrase `x`, so that no run has to derive a key for a new one
SALT = "v1:s9ffkUUqKh4=:v1:YqPvVlPMJj9mVIjH:Qdl8+AvYLS1Ozyt93ZJrjizDHB1U1Q=="


class Watched(Faults):
    """The emulator's faults, and one look at every call before it is carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.look: Callable[[Call], Fault | None] = lambda call: None
        self.repeated = False
        self.tokens: set[str] = set()

    def forget(self) -> None:
        """Nobody has submitted anything."""
        self.repeated = False
        self.tokens.clear()

    def take(self, call: Call) -> Fault | None:
        token = call.parameters.get("clientToken", "")
        self.repeated = self.repeated or (bool(token) and token in self.tokens)
        self.tokens.add(token)
        return self.look(call) or super().take(call)


@dataclass(frozen=True)
class Run:
    """A job as AWS holds it."""

    arn: str
    name: str
    status: str
    tags: dict[str, str]
    terminated: bool
    number: int
    training: str = ""
    priority: int | None = None
    linked_release: bool = False

    @property
    def live(self) -> bool:
        return self.status not in ("SUCCEEDED", "FAILED", "ACTIVE", "CREATE FAILED") and not (
            self.terminated
        )

    @property
    def identity(self) -> str:
        return self.tags.get("aws-jobs:identity", "")

    @property
    def digest(self) -> str:
        return self.tags.get("aws-jobs:digest", "")

    @property
    def released(self) -> bool:
        """Ours no longer: one whose end was begun and never came still is."""
        mark = self.tags.get("aws-jobs:released", "")
        return bool(mark) and (self.terminated or not mark.endswith("ending"))


@dataclass
class Stack:
    """The project folder, its backend, its AWS."""

    folder: Path
    emulator: Emulator
    processes: Processes
    faults: Watched
    states: list[bytes] = field(default_factory=list)
    seen: dict[str, Run] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The engine's environment."""
        return self.processes.env

    # -- files and state

    def write(self, name: str, text: str) -> None:
        """Write a job file."""
        (self.folder / "jobs" / name).write_text(text, encoding="utf-8")

    def configure(self, **settings: str) -> None:
        """Write the stack's settings anew."""
        lines = [f"encryptionsalt: {SALT}", "config:", f"  aws:region: {REGION}"]
        lines += [f"  {key}: {value}" for key, value in settings.items()]
        (self.folder / f"Pulumi.{STACK}.yaml").write_text("\n".join(lines) + "\n")

    def clear(self) -> None:
        """No job file, no state, an AWS that has its seed alone."""
        for place in ("jobs", "state"):
            shutil.rmtree(self.folder / place, ignore_errors=True)
        (self.folder / "jobs").mkdir()
        self.emulator.ask("POST", "reset")
        self.emulator.control.faults = self.faults
        self.emulator.ask("POST", "pace", {"submitted": 0, "runnable": None, "pending": None})
        self.faults.look = lambda call: None
        self.faults.forget()
        self.states.clear()
        self.seen.clear()
        self.configure()
        self.init()

    def treat_tokens(self, mode: str) -> None:
        """Let SubmitServiceJob treat a token that it has seen in this way from now on."""
        self.emulator.ask("POST", "token-mode", {"mode": mode})

    def init(self) -> None:
        """An empty state, as `pulumi stack init` makes it."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        self.state.write_text(json.dumps(EMPTY))

    @property
    def state(self) -> Path:
        return self.folder / "state" / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"

    def resources(self) -> list[dict[str, Any]]:
        """The jobs in the state; those whose deletion is pending too."""
        found = self._latest().get("resources") or []
        return [each for each in found if "aws-jobs" in each["type"].split(":")[1]]

    def pending(self) -> list[dict[str, Any]]:
        """The operations that somebody died in, as the state has them."""
        return list(self._latest().get("pending_operations") or [])

    def _latest(self) -> dict[str, Any]:
        latest: dict[str, Any] = json.loads(self.state.read_text())["checkpoint"]["latest"]
        return latest

    def note_state(self) -> None:
        """Keep each state of the file, as an operator's backups would."""
        if self.state.exists():
            now = self.state.read_bytes()
            if not self.states or self.states[-1] != now:
                self.states.append(now)

    # -- commands

    def run(self, *words: str) -> Done:
        """Run one of the engine's commands to its end, or to its death."""
        self.note_state()
        done = self.processes.run(*words)
        self.note_state()
        return done

    def up(self, *words: str) -> Done:
        return self.run("up", "--yes", "--skip-preview", *words)

    def refresh(self) -> None:
        """As `jobctl refresh` does: every run is described."""
        self.env[DESCRIBE_ALL] = "true"
        try:
            assert self.run("refresh", "--yes").code == 0
        finally:
            del self.env[DESCRIBE_ALL]

    def preview(self) -> Done:
        return self.run("preview", "--expect-no-changes", "--diff")

    def kill(self, *roles: str) -> int:
        """SIGKILL to the processes of these roles; how many there were."""
        return self.processes.kill(*roles)

    # -- AWS

    def runs(self) -> list[Run]:
        """Every job that AWS holds, the oldest first."""
        found = []
        for backend in list(extend.backends()):
            if isinstance(backend, ServiceJobBackend):
                found += [
                    Run(
                        job.arn,
                        job.request["jobName"],
                        job.status,
                        dict(job.tags),
                        job.terminated,
                        job.number,
                        job.training_job or "",
                        job.request.get("schedulingPriority"),
                        _released(backend.training.by_arn(job.training_job)),
                    )
                    for job in backend.service_jobs
                ]
            elif isinstance(backend, BatchInferenceBackend):
                found += [
                    Run(
                        each.arn,
                        each.name,
                        each.status,
                        {tag["tagKey"]: tag["tagValue"] for tag in each.tags},
                        False,
                        number,
                    )
                    for number, each in enumerate(backend.of_kind(INFERENCE))
                ]
        return sorted(found, key=lambda run: run.number)

    def see(self) -> None:
        """Remember every run as it is now; one that has expired stays as it was last seen."""
        self.seen.update({run.arn: run for run in self.runs()})

    def move(self, run: Run, status: str) -> None:
        """Bring a run to a status, and keep it there."""
        wanted = run.arn if ":personalize:" in run.arn else run.arn.rsplit("/", 1)[-1]
        self.emulator.ask("POST", f"jobs/{wanted}", {"status": status})

    def expire(self, run: Run) -> None:
        """Let Batch forget a run."""
        self.emulator.ask("DELETE", f"jobs/{run.arn.rsplit('/', 1)[-1]}")

    def calls(self) -> list[str]:
        """The operations that were asked for since `forget_calls`."""
        return [str(call["operation"]) for call in self.emulator.ask("GET", "calls")["calls"]]

    def forget_calls(self) -> None:
        self.emulator.ask("DELETE", "calls")


def _released(training: TrainingJob | None) -> bool:
    """Whether SageMaker's record has our release mark, and was ended if it was to be."""
    tags = {tag["Key"]: tag["Value"] for tag in training.tags} if training else {}
    mark = tags.get("aws-jobs:released", "")
    return bool(mark) and not (
        mark.endswith("ending") and training and training.status == "Completed"
    )


EMPTY = {
    "version": 3,
    "checkpoint": {
        "stack": f"organization/{PROJECT}/{STACK}",
        "latest": {
            "manifest": {"time": "2026-11-22T00:00:00Z", "magic": "", "version": ""},
            "secrets_providers": {"type": "passphrase", "state": {"salt": SALT}},
            "metadata": {},
        },
    },
}


@contextmanager
def stack_of_its_own() -> Iterator[Stack]:
    """Make the project, its AWS and the warm process; one at a time in a process."""
    with (
        tempfile.TemporaryDirectory(prefix="crash-") as place,
        Emulator(clock=Clock(), pace=Pace()) as emulator,
    ):
        folder = Path(place) / "project"
        (folder / "jobs").mkdir(parents=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(ROOT / name, folder / name)
        shim(folder / ".venv" / "bin" / "python")
        env = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": place,
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_STACK": STACK,
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "2",
            "WARM_SOCKET": f"{place}/warm",
            "WARM_STACKS": f"{place}/stacks",
            "WARM_CLOCK": emulator.token,
        }
        with warm(folder, env, SALT) as processes:
            stack = Stack(folder, emulator, processes, Watched())
            stack.clear()
            yield stack
