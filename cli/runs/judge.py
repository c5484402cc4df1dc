"""The runs that AWS has of a stack, compared with its job files and its state. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.aws import Run
from components.kinds import KINDS, Kind
from components.run.definition import DIGEST, IDENTITY, digest
from components.stack.jobs import StackJobs

STATE = "in the state"
ADOPTED = "the next up adopts it"
NEWER = "newer than the state's run; up looks for it once the file changes"
REPLACED = "its file has changed; the next up replaces it as onReplace says"
SUPERSEDED = "an earlier run"
RELEASED = "released"
DEFERRED = "its job waits for another job"
ORPHAN = "no file and no state entry matches it"


@dataclass(frozen=True)
class Declared:
    """A declared job: the identities under which its runs are found, and its definition's digest.

    `digest` is empty for a job that waits for another: what it will run is not known yet.
    """

    name: str
    identities: frozenset[str]
    digest: str


@dataclass(frozen=True)
class Finding:
    """One run of the stack, and how it relates to files and state."""

    kind: Kind
    run: Run
    job: str
    standing: str

    @property
    def orphan(self) -> bool:
        """It is active, and nothing matches it."""
        return self.standing == ORPHAN


def list_declared(jobs: StackJobs) -> list[Declared]:
    """Return what the stack's job files declare."""
    return [
        Declared(
            job.name,
            frozenset({str(inputs["identity"]), *(inputs.get("formerly") or ())}),
            "" if job.name in jobs.waiting else digest(KINDS[job.kind], inputs),
        )
        for job in jobs.jobs
        for inputs in (jobs.inputs[job.name],)
    ]


def judge_runs(
    runs: Sequence[tuple[Kind, Run]],
    files: Sequence[Declared],
    in_state: frozenset[str],
    settled: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Judge every run, by job, newest first. `in_state` are the state's ARNs, training jobs' too.

    `settled` are the jobs whose definition the state has a run of: the next `up` looks for no other.
    """
    by_identity = {identity: file for file in files for identity in file.identities}
    newest: set[str] = set()
    found = []
    for kind, run in sorted(runs, key=lambda pair: -pair[1].created):
        identity = run.tags.get(IDENTITY, "")
        file = by_identity.get(identity)
        job = file.name if file else identity.rpartition("/")[2]
        first = job not in newest
        newest.add(job)
        known = run.arn in in_state
        standing = STATE if known else _standing(run, file, first, job in settled)
        found.append(Finding(kind, run, job, standing))
    return sorted(found, key=lambda each: (each.job, -each.run.created))


def _standing(run: Run, file: Declared | None, first: bool, settled: bool) -> str:
    if run.released:
        return RELEASED
    matches = file is not None and run.tags.get(DIGEST) == file.digest
    if first and matches and run.adoptable:
        return NEWER if settled else ADOPTED
    if first and file is not None and not file.digest:
        return DEFERRED
    if first and file is not None and not settled and not run.phase.ended and run.adoptable:
        return REPLACED
    return SUPERSEDED if run.phase.ended else ORPHAN
