"""What only AWS can tell of a stack's jobs: whose dependencies have succeeded, and what `${...}` stands for.

Knows AWS, not Pulumi. An answer may make the next question known (the URI of a job's code makes its definition known,
that finds its run, and the run's model is what another job waits for), so it goes on until nothing new is learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .. import aws as service
from ..aws import Aws
from ..aws.references import find_latest
from ..errors import JobError
from ..jobfile import Job
from ..kinds import KINDS, LATEST, Phase
from ..lifecycle.outputs import outputs_of
from ..run.definition import DIGEST, digest
from .expansion import Answers, Expansion
from .inputs import InputBuilder

_OF_A_JOB = re.compile(r"jobs\.([A-Za-z0-9][A-Za-z0-9_-]*)\.(\w+)")
_LATEST = re.compile(r"([\w.]+)\((.+)\)")


class Resolver:
    """Fills in an expansion. `inputs` are the resources' inputs by job name, `waiting` the jobs each one waits for."""

    def __init__(self, expansion: Expansion, builder: InputBuilder, aws: Callable[[], Aws]) -> None:
        self._expansion, self._builder, self._aws = expansion, builder, aws
        self._jobs: dict[str, Job] = {}
        self._runs: dict[str, service.Run | None] = {}
        self.inputs: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, list[str]] = {}

    def resolve(self) -> None:
        """Ask and fill in until nothing more can be known. Raises `Problems` with every mistake that this shows."""
        changed = self._expansion.jobs
        while changed:
            self._jobs |= {job.name: job for job in changed}
            self.inputs |= {job.name: self._builder.build(job) for job in changed}
            changed = self._expansion.fill(self._ask())
            self._expansion.raise_errors()

    def _ask(self) -> Answers:
        """Return what can be answered now, and note which jobs wait for which."""
        answers: Answers = {}
        self._runs = {}
        self.waiting = {}
        for name, job in self._jobs.items():
            for expression in self._expansion.pending[name]:
                key, value = self._answer(job, expression)
                if value is not None:
                    answers[key] = value
            waits = [other for other in self._needs(job) if self._find_success(other) is None]
            if waits:
                self.waiting[name] = waits
        return answers

    def _answer(self, job: Job, expression: str) -> tuple[tuple[str, str], str | None]:
        if expression == "code.uri":
            return (job.name, expression), self.inputs[job.name].get("code", {}).get("uri")
        if found := _LATEST.fullmatch(expression):
            return ("", expression), find_latest(self._aws(), LATEST[found[1]], found[2].strip())
        if found := _OF_A_JOB.fullmatch(expression):
            run = self._find_success(found[1])
            return ("", expression), None if run is None else self._output(run, *found.groups())
        return ("", expression), None

    def _needs(self, job: Job) -> list[str]:
        asked = [_OF_A_JOB.match(each) for each in self._expansion.pending[job.name]]
        names = [*job.depends_on, *(found[1] for found in asked if found)]
        return [name for name in dict.fromkeys(names) if name in self._jobs]

    def _find_success(self, name: str) -> service.Run | None:
        """Return the job's run of exactly this definition, if it has succeeded. AWS is asked, not the state."""
        if name not in self._runs:
            self._runs[name] = None
            job = self._jobs[name]
            waits = [each for each in self._needs(job) if self._find_success(each) is None]
            if not waits and not self._expansion.pending[name]:
                self._runs[name] = _find_success(job, self.inputs[name], self._aws())
        return self._runs[name]

    def _output(self, run: service.Run, name: str, output: str) -> str:
        outputs = outputs_of(KINDS[self._jobs[name].kind], self.inputs[name], run)
        if output not in outputs:
            known = ", ".join(sorted(key for key in outputs if isinstance(outputs[key], str)))
            raise JobError(
                f"${{jobs.{name}.{output}}}: {name}'s run has no {output}; it has {known}"
            )
        return str(outputs[output])


def _find_success(job: Job, inputs: Mapping[str, Any], aws: Aws) -> service.Run | None:
    kind = KINDS[job.kind]
    run = service.find(aws, kind, inputs)
    if run is None or not run.adoptable or run.phase is not Phase.SUCCEEDED:
        return None
    return run if run.tags.get(DIGEST) == digest(kind, inputs) else None
