"""Plays one cell: the run before, the death, what is left, one plain `up`; then the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import boto3

from cli.runs.judge import Declared, Finding, judge_runs
from components.aws import Aws
from components.aws.survey import list_stack_runs
from components.kinds import KINDS, Phase
from local.aws.server.calls import Call
from local.aws.server.faults import Fault
from tests.crash.cells import AT_ONCE, HOW, LAGS, OPERATIONS, TOKEN_MODES, Cell
from tests.crash.jobs import text
from tests.crash.moments import Moment, restore, taken
from tests.crash.stack import PREFIX, REGION, Run, Stack

FILE = "churn.yaml"


@dataclass
class Verdict:
    """What is wrong after the `up`; all empty is right. `named` are left over, but `recover` shows them."""

    duplicates: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    lies: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    played: bool = True

    @property
    def right(self) -> bool:
        return not (self.duplicates or self.orphans or self.lies)


def put(stack: Stack, kind: str, which: str) -> None:
    """Let the job files be these."""
    if which:
        stack.write(FILE, text(kind, which))
    else:
        (stack.folder / "jobs" / FILE).unlink(missing_ok=True)


class Player:
    """Plays cells on one stack. It remembers the last beginnings and deaths: the next cells often share them.

    How a repeated token is treated makes a difference where one is sent: a cell in which none was is played once,
    and has the same verdict with every way; with `every`, it is played again for each.
    """

    def __init__(self, stack: Stack, *, every: bool = False) -> None:
        self.stack = stack
        self.every = every
        self.begun = lru_cache(maxsize=8)(self._begin)
        self.died = lru_cache(maxsize=8)(self._die)
        self.indifferent: dict[Cell, Verdict] = {}

    def play(self, cell: Cell) -> Verdict:
        first = replace(cell, tokens=TOKEN_MODES[0])
        if first in self.indifferent and not self.every:
            return replace(self.indifferent[first], played=False)
        verdict = self._play(cell)
        if cell == first and cell.lag == AT_ONCE and not self.stack.faults.repeated:
            self.indifferent[cell] = verdict
        return verdict

    def _play(self, cell: Cell) -> Verdict:
        stack, operation = self.stack, OPERATIONS[cell.kind, cell.operation]
        restore(stack, self._death(cell))
        lag(stack, cell.lag)
        stack.treat_tokens(cell.tokens)
        leave(stack, cell)
        which = {"same": operation.after, "reverted": operation.before, "deleted": ""}[cell.files]
        put(stack, cell.kind, which)
        if cell.operation == "update" and cell.files == "reverted":
            # what a dead `up` changed in place shows where every run is described, as `jobctl refresh` has it
            stack.refresh()
        again = stack.up()
        if cell.record == "started" and "is running since" in again.text:
            # it would end or leave a run that costs money, and says so; then somebody decides
            put(stack, cell.kind, f"{which}K")
            again = stack.up()
            if not which:
                put(stack, cell.kind, which)
                again = stack.up()
        stack.see()
        verdict = judge(stack, cell, which)
        if again.code != 0:
            verdict.lies.append(f"the next up failed: {again.text}")
        after = stack.preview()
        if after.code != 0:
            verdict.lies.append(f"the next preview is not empty: {after.text}")
        return verdict

    def _death(self, cell: Cell) -> Moment:
        """The same for every way with tokens, where no token was sent twice by then."""
        place = (cell.kind, cell.operation, cell.step, cell.how)
        alike = self.died(*place, TOKEN_MODES[0], cell.lag)
        if alike.repeated and cell.tokens != TOKEN_MODES[0]:
            return self.died(*place, cell.tokens, cell.lag)
        return alike

    def _begin(self, kind: str, before: str, stands: str, late: str) -> Moment:
        """The run that there is before."""
        stack = self.stack
        stack.clear()
        lag(stack, late)
        put(stack, kind, before)
        if before:
            first = stack.up()
            assert first.code == 0, first.text
        if stands:
            stack.move(stack.runs()[0], stands)
        if stands == "RUNNING":
            assert stack.up().code == 0
        return taken(stack)

    def _die(self, kind: str, name: str, step: str, how: str, tokens: str, late: str) -> Moment:
        """The operation, up to its death; nothing of it lives any more."""
        stack, operation = self.stack, OPERATIONS[kind, name]
        restore(stack, self.begun(kind, operation.before, operation.stands, late))
        lag(stack, late)
        stack.treat_tokens(tokens)
        put(stack, kind, operation.after)
        stack.states.clear()
        struck = strike(stack, step, how)
        died = stack.run(operation.command, "--yes", "--skip-preview")
        assert struck, f"the step was never reached: {stack.calls()}\n{died.text}"
        stack.faults.look = lambda call: None
        stack.see()
        if "engine" in HOW[how][0]:
            assert died.code == -9, died.text
            assert stack.run("cancel", "--yes").code == 0
        return taken(stack)


def lag(stack: Stack, which: str) -> None:
    """Let AWS's lists and tags lag from now on; time then goes on only where a provider waits."""
    lists, tags = LAGS[which]
    stack.emulator.ask("POST", "lag", {"lists": lists, "tags": tags})
    stack.emulator.ask("POST", "clock", {"freeze": which != AT_ONCE})


def strike(stack: Stack, step: str, how: str) -> list[str]:
    """Let it happen at the step; returns a list that fills when it has."""
    roles, kind, times = HOW[how]
    wanted, number = step.split()[:2]
    struck: list[str] = []
    seen = 0

    def look(call: Call) -> Fault | None:
        nonlocal seen
        stack.note_state()
        if wanted not in ("*", call.operation):
            return None
        seen += 1
        if not int(number) <= seen < int(number) + times:
            return None
        struck.append(call.operation)
        if len(struck) == 1 and roles:
            stack.kill(*roles)
        return Fault(call.operation, kind) if kind else None

    stack.faults.look = look
    return struck


def leave(stack: Stack, cell: Cell) -> None:
    """The state and the records that the next `up` finds."""
    if cell.record == "started" and stack.runs()[0].live:
        stack.move(stack.runs()[0], "RUNNING")
    if cell.state == "lost":
        stack.init()
    elif cell.state == "claimed":
        old = stack.state.read_bytes()
        stack.init()
        stack.up()
        stack.see()
        stack.state.write_bytes(old)
    elif cell.state == "earlier" and len(stack.states) > 1:
        stack.state.write_bytes(stack.states[-2])
    if cell.record == "expired":
        # only what has ended expires
        for run in stack.runs():
            if run.live:
                # the clock may stand still, and no two jobs begin at one moment
                stack.emulator.ask("POST", "clock", {"advance": 1})
                stack.move(run, "SUCCEEDED")
        stack.see()
        for run in stack.runs():
            stack.expire(run)


def judge(stack: Stack, cell: Cell, which: str) -> Verdict:
    """Compare AWS, state and declaration."""
    verdict = Verdict()
    if cell.lag != AT_ONCE:
        stack.emulator.ask("POST", "clock", {"advance": 5})
    now = {run.arn for run in stack.runs()}
    runs = [run for run in stack.seen.values() if run.identity.startswith(PREFIX)]
    runs.sort(key=lambda run: run.number)
    live = [run for run in runs if run.arn in now and run.live]
    held = stack.resources()
    # Pulumi keeps a pending creation until `refresh --clear-pending-creates`, and warns of it
    pending = {each["type"] for each in stack.pending()} - {"creating"}
    if pending:
        verdict.lies.append(f"the state has pending operations: {pending}")
    if len(held) != (1 if which else 0):
        verdict.lies.append(f"the state has {len(held)} runs: {[each['id'] for each in held]}")
    mine = _run_of(stack, runs, held[0]) if held else None
    if which:
        if mine is None:
            verdict.lies.append("the state's run is none that AWS ever had")
        else:
            _agree(verdict, mine, held[0], cell.kind, which, mine.arn in now)
            twins = _twins(runs, mine)
            verdict.duplicates += [f"{run.name} ({run.status})" for run in twins]
    for run in live:
        if mine is not None and run.arn == mine.arn:
            continue
        if run.released and cell.kind == "BatchInferenceJob":
            continue  # Personalize can end nothing
        if run.released and cell.record == "started" and run.status == "RUNNING":
            continue  # it began to cost money before it could be ended, and is kept as the file says
        words = f"{run.name} ({run.status}{', released' if run.released else ''})"
        # files that changed, or are none, and a state that forgot: then it is for `recover` to show
        may_be = cell.files != "same" or (cell.state == "lost" and not which)
        named = may_be and run.arn in recovered(stack, cell.kind, held)
        (verdict.named if named else verdict.orphans).append(words)
    return verdict


def recovered(stack: Stack, kind: str, held: list[dict[str, Any]]) -> set[str]:
    """The live runs that `jobctl recover` would end."""
    return {arn for arn, each in find_standings(stack, kind, held).items() if each.orphan}


def find_standings(stack: Stack, kind: str, held: list[dict[str, Any]]) -> dict[str, Finding]:
    """What `jobctl recover` says of each run: its own look at AWS, and its own judgement."""
    aws = Aws(REGION, make=lambda service, *_: client(stack.emulator.endpoint, service))
    known = frozenset(each["id"] for each in held)
    files = [
        Declared(
            each["inputs"]["name"],
            frozenset({each["inputs"]["identity"]}),
            each["outputs"]["digest"],
        )
        for each in held
    ]
    settled = frozenset(each["inputs"]["name"] for each in held)
    table = KINDS[kind]
    runs = [(table, run) for run in list_stack_runs(aws, table, PREFIX.rstrip("/"))]
    return {each.run.arn: each for each in judge_runs(runs, files, known, settled)}


@lru_cache(maxsize=8)
def client(endpoint: str, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _run_of(stack: Stack, runs: list[Run], resource: dict[str, Any]) -> Run | None:
    """The run that an entry of the state is about; by its training job where Batch has forgotten it."""
    for run in runs:
        if resource["id"] in (run.arn, run.training):
            return run
    return None


def _agree(
    verdict: Verdict, run: Run, resource: dict[str, Any], kind: str, which: str, known: bool
) -> None:
    outputs = resource["outputs"]
    # a mark that expired with its record is known to nobody, unless the training job has it too
    marked = run.released if known else bool(outputs.get("trainingJobArn")) and run.linked_release
    if marked or (known and run.terminated):
        verdict.lies.append(f"the declared run {run.name} is released or terminated")
    if run.digest != outputs.get("digest"):
        verdict.lies.append(f"{run.name}: the digests of AWS and state differ")
    declared = text(kind, which)
    if f"generation: {outputs.get('generation')}\n" not in declared:
        verdict.lies.append(f"{run.name} is of generation {outputs.get('generation')}")
    if known and run.live:
        told = str(outputs.get("status"))
        # of a run that was submitted just now a state has what it began with
        if told != run.status and KINDS[kind].phase(told) is not Phase.QUEUED:
            verdict.lies.append(f"{run.name} is {run.status}; the state: {outputs.get('status')}")
        if run.tags.get("team") != ("vision" if which == "U" else "growth"):
            verdict.lies.append(f"{run.name} has the tag team={run.tags.get('team')}")
        if run.priority is not None and run.priority != (5 if which == "U" else 1):
            verdict.lies.append(f"{run.name} has the priority {run.priority}")


def _twins(runs: list[Run], mine: Run) -> list[Run]:
    """Runs that were submitted for the same decision: the same definition with no other in between."""
    group: list[Run] = []
    for run in (run for run in runs if run.identity == mine.identity):
        if group and group[-1].digest != run.digest:
            if mine in group:
                break
            group = []
        group.append(run)
    return [run for run in group if run != mine and not (run.released or run.terminated)]
