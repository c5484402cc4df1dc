"""What only AWS can tell of a stack's jobs: whose dependencies have succeeded, and what `${...}` stands for.

Knows AWS, not Pulumi. An answer may make the next question known (the URI of a job's code makes its definition known,
that finds its run, and the run's model is what another job waits for), so it goes on until nothing new is learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .. import aws as service
from ..aws import Aws
from ..aws.runs import is_adoptable
from ..errors import PASSING, JobError, Problem, Problems
from ..jobfile import Job, Pending
from ..jobfile.interpolate import OUTPUT
from ..kinds import KINDS, LATEST, Kind, Phase
from ..lifecycle.outputs import make_outputs
from ..wire import walk_leaves
from .inputs import InputBuilder
from .jobs import Answers, StackJobs

_LATEST = re.compile(r"([\w.]+)\((.+)\)")


def resolve(stack: StackJobs, aws: Callable[[], Aws]) -> None:
    """Ask and fill in until nothing more can be known. Raises `Problems` with every mistake that this shows."""
    builder = InputBuilder(stack, aws)
    changed: list[Job] | None = stack.jobs
    while changed is not None:
        stack.inputs |= {job.name: builder.build(job) for job in changed}
        changed = stack.fill(_Round(stack, aws).ask())
        if changed is not None:
            stack.raise_errors()


class _Round:
    """One round of questions. What is found out in it is not asked twice."""

    def __init__(self, stack: StackJobs, aws: Callable[[], Aws]) -> None:
        self._stack, self._aws = stack, aws
        self._jobs = {job.name: job for job in stack.jobs}
        self._runs: dict[str, service.Run | None] = {}

    def ask(self) -> Answers:
        """Return what can be answered now, and note which jobs wait for which.

        Raises `Problems` with every question that AWS refuses, at its place in the job file.
        """
        answers: Answers = {}
        refused: list[Problem] = []
        self._stack.waiting = {}
        for job in self._stack.jobs:
            for expression in self._stack.pending[job.name]:
                own = job.name if expression == "code.uri" else ""
                try:
                    value = self._answer(job, expression)
                except PASSING:
                    raise
                except JobError as error:
                    refused.append(_locate(job, expression, str(error)))
                    continue
                if value is not None:
                    answers[own, expression] = value
            waits = [name for name in self._needs(job) if self._find_success(name) is None]
            if waits:
                self._stack.waiting[job.name] = waits
        if refused:
            raise Problems(refused)
        return answers

    def _answer(self, job: Job, expression: str) -> str | None:
        if expression == "code.uri":
            return str(self._stack.inputs[job.name]["code"]["uri"])
        if found := _LATEST.fullmatch(expression):
            return _find_latest(self._aws(), LATEST[found[1]], found[2].strip())
        if found := OUTPUT.fullmatch(expression):
            return self._find_output(found[1], found[2])
        return None

    def _needs(self, job: Job) -> list[str]:
        named = [OUTPUT.match(each) for each in self._stack.pending[job.name]]
        names = [*job.depends_on, *(found[1] for found in named if found)]
        return [name for name in dict.fromkeys(names) if name in self._jobs]

    def _find_success(self, name: str) -> service.Run | None:
        """Return the job's run of exactly this definition, if it has succeeded. AWS is asked, not the state."""
        if name not in self._runs:
            self._runs[name] = None
            job, inputs = self._jobs[name], self._stack.inputs[name]
            waits = any(self._find_success(other) is None for other in self._needs(job))
            if not waits and not self._stack.pending[name]:
                kind = KINDS[job.kind]
                run = service.find_newest_run(self._aws(), kind, inputs)
                if run and run.phase is Phase.SUCCEEDED and is_adoptable(kind, inputs, run):
                    self._runs[name] = run
        return self._runs[name]

    def _find_output(self, name: str, output: str) -> str | None:
        run = self._find_success(name)
        if run is None:
            return None
        outputs = make_outputs(KINDS[self._jobs[name].kind], self._stack.inputs[name], run)
        if output not in outputs:
            known = ", ".join(sorted(key for key in outputs if isinstance(outputs[key], str)))
            raise JobError(
                f"${{jobs.{name}.{output}}}: {name}'s run has no {output}; it has {known}"
            )
        return str(outputs[output])


def _locate(job: Job, expression: str, message: str) -> Problem:
    found = (
        path
        for path, leaf in walk_leaves(job.request, ("request",))
        if isinstance(leaf, Pending) and leaf.expression == expression
    )
    return job.problem(next(found, ("request",)), message, "outside")


def _find_latest(aws: Aws, kind: Kind, arn: str) -> str | None:
    """Return what a kind's `latest` expression stands for: an ARN, or nothing where no item is ready yet."""
    latest = kind.latest
    assert latest is not None
    items = aws.pages(kind.service, latest.call, {"arn": arn})
    ready = [item for item in items if item.get("status") == latest.ready]
    newest = max(ready, key=lambda item: str(item.get(latest.created, "")), default=None)
    return None if newest is None else str(newest[latest.arn])
