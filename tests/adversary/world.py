"""A stack under attack, beside a model of which runs may exist."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace

from cli.planning.build import build
from cli.planning.preview import read
from tests.adversary.steps import Step
from tests.crash.play import find_standings, strike
from tests.crash.stack import PREFIX, Run, Stack

_JOB = """kind: ServiceJob
request:
  jobQueue: training-fair
  shareIdentifier: research
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
      TrainingInputMode: File
    HyperParameters: {{eta: "{eta}"}}
    OutputDataConfig: {{S3OutputPath: "s3://aws-jobs-output/x/"}}
    ResourceConfig: {{InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}}
    StoppingCondition: {{MaxRuntimeInSeconds: 3600}}
generation: {generation}
onReplace: {on_replace}
onDelete: {on_delete}
"""
BASES = ("alpha", "beta", "gamma")
ETAS = ("0.1", "0.2", "0.3")
_REFUSED = re.compile(
    r"(\S+): run \S+ is \w+ since [^\n]*(?:this change needs|nothing was terminated)"
)


class Violation(Exception):
    """A run that may not exist, one that is missing, one that was ended unasked, or a lie about any of these."""


@dataclass(frozen=True)
class Declared:
    """A job file's own part."""

    generation: int = 1
    on_replace: str = "refuse"
    on_delete: str = "refuse"
    aliases: tuple[str, ...] = ()


@dataclass
class World:
    """`labels` are the present names of the files; `settled` is what a quiet `up` left: by job, (digest, ARN).

    `dirty` says that somebody died, or that a state was lost or restored, since the last quiet `up`: only then may a
    run be left that `recover` names.
    """

    stack: Stack
    files: dict[int, Declared] = field(default_factory=dict)
    labels: list[str] = field(default_factory=lambda: list(BASES))
    grid: int = 0
    count: int = 0
    settled: dict[str, tuple[str, str]] = field(default_factory=dict)
    leave: dict[str, set[str]] = field(default_factory=dict)
    dirty: bool = False
    before: dict[str, Run] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Take one step; raise `Violation` where it shows something that must not be."""
        getattr(self, f"_{step[0]}")(*step[1:])
        if step[0] in ("edit", "add", "remove", "rename", "rule", "grid"):
            self._write()

    # -- files

    def _edit(self, which: int, generation: int) -> None:
        if which in self.files:
            self.files[which] = replace(self.files[which], generation=generation)

    def _add(self, which: int) -> None:
        self.files.setdefault(which, Declared())

    def _remove(self, which: int) -> None:
        if self.files.pop(which, None):
            # a file of that name that comes back later is another job's life
            self.settled.pop(self.labels[which], None)

    def _rename(self, which: int) -> None:
        former = self.labels[which]
        if which not in self.files or former not in self.settled:
            return  # an alias of a job that was never deployed means nothing
        self.count += 1
        self.labels[which] = f"{BASES[which]}{self.count}"
        aliases = (*self.files[which].aliases, former)
        self.files[which] = replace(self.files[which], aliases=aliases)
        self.settled[self.labels[which]] = self.settled.pop(former)

    def _rule(self, which: int, on_replace: str, on_delete: str) -> None:
        if which in self.files:
            self.files[which] = replace(
                self.files[which], on_replace=on_replace, on_delete=on_delete
            )

    def _grid(self, cells: int) -> None:
        self.grid = cells
        for name in set(self.settled) - set(self.declared()):
            del self.settled[name]

    def declared(self) -> dict[str, Declared]:
        """The declared jobs by name."""
        found = {self.labels[which]: each for which, each in self.files.items()}
        for at, eta in enumerate(ETAS):
            if self.grid & 1 << at:
                found[f"grid-eta-{eta.replace('.', '-')}"] = Declared(
                    on_replace="keep", on_delete="keep"
                )
        return found

    def _write(self) -> None:
        for path in (self.stack.folder / "jobs").iterdir():
            path.unlink()
        for which, each in self.files.items():
            text = _JOB.format(eta="0.1", **vars(each))
            text += f"aliases: [{', '.join(each.aliases)}]\n" if each.aliases else ""
            self.stack.write(f"{self.labels[which]}.yaml", text)
        cells = [eta for at, eta in enumerate(ETAS) if self.grid & 1 << at]
        if cells:
            kept = {"generation": 1, "on_replace": "keep", "on_delete": "keep"}
            listed = ", ".join(f'"{eta}"' for eta in cells)
            text = _JOB.format(eta="${matrix.eta}", **kept) + f"matrix: {{eta: [{listed}]}}\n"
            self.stack.write("grid.yaml", text)

    # -- AWS and time

    def _event(self, which: int, status: str) -> None:
        live = [run for run in self._runs().values() if run.live]
        if live:
            self.stack.move(live[which % len(live)], status)

    def _lag(self, lists: float, tags: float | None) -> None:
        self.stack.emulator.ask("POST", "lag", {"lists": lists, "tags": tags})

    def _expire(self) -> None:
        """Batch forgets what has ended. A run that never had a training job then leaves no trace: it stays."""
        self.stack.see()
        for run in self._runs().values():
            if not run.live and run.training:
                self.stack.expire(run)

    def _jump(self, hours: int) -> None:
        self.stack.emulator.ask("POST", "clock", {"advance": hours * 3600})

    def _runs(self) -> dict[str, Run]:
        return {run.arn: run for run in self.stack.runs() if run.identity.startswith(PREFIX)}

    # -- the state

    def _lose(self) -> None:
        self.stack.init()
        self.dirty = True

    def _restore(self, which: int) -> None:
        if self.stack.states:
            self.stack.state.write_bytes(self.stack.states[which % len(self.stack.states)])
            self.dirty = True

    # -- the engine

    def _die(self, number: int, how: str) -> None:
        self._begin()
        self.dirty = True
        strike(self.stack, f"* {number}", how)
        died = self.stack.run("up", "--yes", "--skip-preview")
        self.stack.faults.look = lambda call: None
        self._check_ends()
        if died.code == -9:
            self.stack.run("cancel", "--yes")

    def _two(self) -> None:
        self._begin()
        self.dirty = True
        runners = [threading.Thread(target=self.stack.up) for _ in range(2)]
        for each in runners:
            each.start()
        for each in runners:
            each.join()
        self.stack.run("cancel", "--yes")
        self._check_ends()

    def _destroy(self) -> None:
        self._begin()
        done = self.stack.run("destroy", "--yes", "--skip-preview")
        self._check_ends()
        if done.code != 0:
            self._check_refusal(done.text)
            self.dirty = True
            kept = {each["inputs"]["name"] for each in self.stack.resources()}
            self.settled = {name: each for name, each in self.settled.items() if name in kept}
            return
        self.settled.clear()
        if self.stack.resources():
            raise Violation(f"destroy left {self.stack.resources()}")
        self._check_left({}, "destroy")

    def _up(self) -> None:
        self._begin()
        plan = self._plan() if not self.dirty else None
        done = self.stack.up()
        self._check_ends()
        if done.code != 0:
            self._check_refusal(done.text)
            self.dirty = True
            return
        held = self._check_declared(done.text)
        if plan is not None and not self._submitted() == plan:
            raise Violation(f"planned {plan} new runs, submitted {self._submitted()}:\n{done.text}")
        self._check_left(held, done.text)
        if self._is_old(held):
            # as `recover` advises: out of the state with it, and `up` adopts the newest run
            self.stack.init()
            self._up()
            return
        self._check_settled(held)
        preview = self.stack.preview()
        if preview.code != 0:
            raise Violation(f"the next preview is not empty:\n{preview.text}")
        self.dirty = False

    def _begin(self) -> None:
        self.stack.see()
        self.before = self._runs()
        for name, each in self.declared().items():
            self.leave.setdefault(name, set()).update({each.on_replace, each.on_delete})

    def _plan(self) -> int | None:
        """How many runs the preview says will be submitted; nothing where it refuses."""
        done = self.stack.run("preview", "--json")
        if done.code != 0:
            return None
        plan = build(read(done.text), [], {})
        return plan.counts.get("submit", 0) + plan.counts.get("rerun", 0)

    def _submitted(self) -> int:
        return len(self._runs().keys() - self.before.keys())

    # -- what must hold

    def _check_ends(self) -> None:
        """No run past the queue has been ended unless a rule of its job, or an end that was begun before, says so."""
        for arn, run in self._runs().items():
            then = self.before.get(arn)
            if then is None or then.terminated or not run.terminated:
                continue
            if then.status in ("SUBMITTED", "PENDING", "RUNNABLE"):
                continue
            begun = then.tags.get("aws-jobs:released", "").endswith("ending")
            name = run.identity.removeprefix(PREFIX)
            former = then.identity.removeprefix(PREFIX)
            leave = self.leave.get(name, set()) | self.leave.get(former, set())
            if not begun and "terminate" not in leave:
                raise Violation(f"{run.name} ({then.status}) was ended unasked")

    def _check_refusal(self, text: str) -> None:
        """An `up` fails only because of a run past the queue that its file wants kept."""
        declared = self.declared()
        refused = {
            frozenset({name, *(declared[name].aliases if name in declared else ())})
            for name in _REFUSED.findall(text)
        }
        running = {
            run.identity.removeprefix(PREFIX)
            for run in self._runs().values()
            if run.status in ("SCHEDULED", "STARTING", "RUNNING") and not run.released
        }
        if not refused or not all(names & running for names in refused):
            raise Violation(f"up failed, and no run is a reason for it ({running}):\n{text}")

    def _check_declared(self, text: str) -> dict[str, Run]:
        """The state has exactly one entry for each declared job, of its own definition; returns their runs by name."""
        declared, held = self.declared(), self.stack.resources()
        names = sorted(each["inputs"]["name"] for each in held)
        if names != sorted(declared) or any(each.get("delete") for each in held):
            raise Violation(f"the state has {names}, declared are {sorted(declared)}:\n{text}")
        now, seen, found = self._runs(), self.stack.seen, {}
        for each in held:
            name, outputs = each["inputs"]["name"], each["outputs"]
            run = next((r for r in seen.values() if each["id"] in (r.arn, r.training)), None)
            run = now.get(each["id"]) or run
            if run is None:
                raise Violation(
                    f"{name}: the state's run {each['id']} is none that AWS ever had:\n{text}"
                )
            if outputs["generation"] != declared[name].generation:
                raise Violation(
                    f"{name}: the state has generation {outputs['generation']}:\n{text}"
                )
            if run.digest != outputs["digest"]:
                raise Violation(f"{name}: the digests of AWS and state differ:\n{text}")
            if run.arn in now and run.identity != f"{PREFIX}{name}":
                raise Violation(f"{name}: its run is of {run.identity}:\n{text}")
            found[name] = run
        if len({run.arn for run in found.values()}) != len(found):
            raise Violation(f"two jobs own one run: {found}:\n{text}")
        return found

    def _check_left(self, held: dict[str, Run], text: str) -> None:
        """A live run beside the declared ones is released and past the queue, or one that `recover` names."""
        mine = {run.arn for run in held.values()}
        # once the list has caught up
        self.stack.emulator.ask("POST", "clock", {"advance": 5})
        standings = find_standings(self.stack, "ServiceJob", self.stack.resources())
        for arn, run in self._runs().items():
            if arn in mine or not run.live:
                continue
            if run.released and not run.tags["aws-jobs:released"].endswith("ending"):
                if run.status in ("SUBMITTED", "PENDING", "RUNNABLE"):
                    raise Violation(f"{run.name} was released and waits in the queue:\n{text}")
                continue
            if not self.dirty:
                raise Violation(f"{run.name} ({run.status}) is nobody's:\n{text}")
            if arn not in standings:
                raise Violation(
                    f"{run.name} ({run.status}) is nobody's, and recover is silent:\n{text}"
                )
            if standings[arn].orphan:
                self.stack.move(run, "FAILED")  # as `recover --terminate` does

    def _is_old(self, held: dict[str, Run]) -> bool:
        """Whether the state has been restored and knows an earlier run of a definition that has run again since."""
        if not self.dirty:
            return False
        newest = {run.identity: run for run in self._runs().values()}
        return any(
            (last := newest.get(f"{PREFIX}{name}")) is not None
            and last.arn != run.arn
            and last.digest == run.digest
            and not last.released
            and not last.terminated
            for name, run in held.items()
        )

    def _check_settled(self, held: dict[str, Run]) -> None:
        """A job that has been declared all along, with one definition, has the run that it had."""
        for name, run in held.items():
            digest, arn = self.settled.get(name, ("", ""))
            if digest == run.digest and arn != run.arn:
                raise Violation(
                    f"{name}: it ran again ({arn}, now {run.arn}) and nothing has changed"
                )
            if not self.dirty and (run.released or run.terminated) and run.arn in self._runs():
                raise Violation(f"{name}: the declared run {run.name} is released or terminated")
        self.settled = {name: (run.digest, run.arn) for name, run in held.items()}


def play(stack: Stack, steps: list[Step]) -> tuple[int, str]:
    """Play an episode; return how many steps went well, and what is wrong with the next, or nothing."""
    stack.clear()
    world = World(stack)
    for at, step in enumerate(steps):
        try:
            world.take(step)
        except Violation as error:
            return at, str(error)
    return len(steps), ""


def shrink(stack: Stack, steps: list[Step], tries: int = 60) -> list[Step]:
    """Return fewer steps that still show something wrong."""
    size = max(1, len(steps) // 2)
    while size and tries:
        at = 0
        while at < len(steps) and tries:
            tries -= 1
            fewer = steps[:at] + steps[at + size :]
            good, wrong = play(stack, fewer)
            if wrong:
                steps = fewer[: good + 1]
            else:
                at += size
        size //= 2
    return steps
