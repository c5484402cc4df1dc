"""What AWS has of a stack, beside what its files declare and its state knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.aws import Run
from components.kinds import KINDS, Kind
from components.run.definition import DIGEST, IDENTITY, digest

STATE = "in the state"
TAKEN_OVER = "the next up takes it over"
SUPERSEDED = "an earlier run"
LET_GO = "released"
DEFERRED = "its file waits for another job"
ORPHAN = "no file and no state entry matches it"


@dataclass(frozen=True)
class Declared:
    """What a file declares: the identities under which its runs are found, and its definition's digest.

    `digest` is empty for a job that waits for another: what it will run is not known yet.
    """

    name: str
    identities: frozenset[str]
    digest: str


@dataclass(frozen=True)
class Finding:
    """One run of the stack and how it stands to files and state. `orphan`: it lives, and nothing matches it."""

    kind: Kind
    run: Run
    job: str
    standing: str
    orphan: bool = False


def declared(
    kinds: Mapping[str, str], inputs: Mapping[str, Mapping[str, Any]], waiting: Iterable[str]
) -> list[Declared]:
    """The declarations of a stack's jobs: kinds by job name, and the inputs that program and provider share."""
    waits = set(waiting)
    return [
        Declared(
            name,
            frozenset({str(each["identity"]), *(each.get("formerly") or ())}),
            "" if name in waits else digest(KINDS[kinds[name]], each),
        )
        for name, each in inputs.items()
    ]


def findings(
    runs: Sequence[tuple[Kind, Run]], files: Sequence[Declared], in_state: frozenset[str]
) -> list[Finding]:
    """Judge every run, by job, the newest first. `in_state` are the state's ARNs, training jobs' too."""
    by_identity = {identity: file for file in files for identity in file.identities}
    newest: set[str] = set()
    found = []
    for kind, run in sorted(runs, key=lambda pair: -pair[1].created):
        identity = run.tags.get(IDENTITY, "")
        file = by_identity.get(identity)
        job = file.name if file else identity.rpartition("/")[2]
        first = job not in newest
        newest.add(job)
        standing = _standing(run, file, first, in_state)
        found.append(Finding(kind, run, job, standing, standing == ORPHAN))
    return sorted(found, key=lambda each: (each.job, -each.run.created))


def _standing(run: Run, file: Declared | None, first: bool, in_state: frozenset[str]) -> str:
    if run.arn in in_state:
        return STATE
    if run.released and not run.ending:
        return LET_GO
    matches = file is not None and run.tags.get(DIGEST) == file.digest
    if first and matches and run.adoptable:
        return TAKEN_OVER
    if first and file is not None and not file.digest:
        return DEFERRED
    return SUPERSEDED if run.phase.ended else ORPHAN
