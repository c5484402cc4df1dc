"""Find runs: by the names that a service lists, then by our tags; what it has forgotten, by its second service.

A run that has a record of its own is known by that one as long as it exists: the second service's (a training job)
leads back to it, and stands for the run only once the first has forgotten it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from ..errors import Missing
from ..kinds import Kind
from ..run.definition import IDENTITY
from ..run.submission import list_identities, split_name
from .client import Aws
from .linked import find_linked, read_given_name
from .listing import Listed, list_runs, make_list_values, read_listed
from .runs import Run, arn_id, check_account, describe, is_linked, list_attempts

HANDFUL = 5  # jobs whose names others may have too: the newest are asked for their tags, not all
# Pauses before each further look for the record of a run that the second service shows already, in seconds. A list
# that lags shows it within seconds; of one that runs we are surer, because it must have a record.
LOOKS_FOR_AN_ENDED_RECORD = (0, 1, 2, 4)
LOOKS_FOR_A_RECORD = (0, 1, 2, 4, 8, 15, 30)
SETTLED = 3600.0  # seconds after which no list lags


def read_history(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None = None
) -> Iterator[Run]:
    """Yield the runs of this job that its own service still knows, the newest first.

    Lists by name (or takes what is `known`), then asks each candidate for its tags.
    """
    identities = list_identities(inputs)
    for run in _read_candidates(aws, kind, inputs, known):
        if run.tags.get(IDENTITY) in identities:
            yield run


def _read_candidates(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None
) -> Iterator[Run]:
    """Yield the runs that may be this job's, described, the newest first."""
    job = str(inputs["name"])
    listed = list_runs(aws, kind, inputs) if known is None else known
    candidates = {each.arn: each.created for each in select_candidates(aws, kind, inputs, listed)}
    # an adopted run may have any name
    adopted = find_adopted(aws, kind, inputs) if inputs.get("adopt") else None
    if adopted:
        candidates[adopted.arn] = adopted.created
    for arn in sorted(candidates, key=lambda arn: -candidates[arn]):
        try:
            yield adopted if adopted and arn == adopted.arn else describe(aws, kind, arn, job)
        except Missing:
            continue


def select_candidates(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], listed: Sequence[Listed]
) -> list[Listed]:
    """Return what is worth a call: of uncertain ones the newest handful.

    Of those that have the name that the file gives, all of the job's that live: only tags say whose a waiting one is,
    and the cells of a matrix may share that name.
    """
    identities, job = list_identities(inputs), str(inputs["name"])
    handful = {each.arn for each in [each for each in listed if not each.certain][:HANDFUL]}
    return [
        each
        for each in listed
        if each.certain
        or each.arn in handful
        or (each.given and not each.phase.ended and _find_owner(aws, kind, each, job) in identities)
    ]


def _find_owner(aws: Aws, kind: Kind, listed: Listed, job: str) -> str:
    """Return whose run it is, asked once a process: else jobs that share a name ask ever again for each other's."""

    def ask() -> str:
        try:
            return describe(aws, kind, listed.arn, job).tags.get(IDENTITY, "")
        except Missing:
            return ""

    return aws.remembered(f"owner.{listed.arn}", ask)


def find_newest_run(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None = None
) -> Run | None:
    """Return the job's newest run, whatever became of it, or nothing if AWS knows none."""
    return find_newest(aws, kind, inputs, known)[0]


def find_newest(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None = None
) -> tuple[Run | None, str]:
    """Return the job's newest run, and the ARN of the run before the next one: its own, or one that was its run once.

    That was renamed away; the names and the token of a first run are still taken by it.
    """
    identities = list_identities(inputs)
    listed = list_runs(aws, kind, inputs) if known is None else known
    certain = {each.arn for each in listed if each.certain}
    others: set[str] = set()
    moved, newest = "", None
    for run in _read_candidates(aws, kind, inputs, listed):
        owner = run.tags.get(IDENTITY)
        if owner in identities:
            newest = run
            break
        others |= list_attempts(kind, run)
        moved = moved or (run.arn if owner and run.arn in certain else "")
    if newest and not newest.released:
        return newest, newest.arn
    # a released run that goes on may have outlived the record of a later one
    for linked in find_linked(aws, kind, inputs):
        if newest and (
            linked.created < newest.created or linked.arn in list_attempts(kind, newest)
        ):
            break
        # of its own record, the newest says whose it is
        run = linked if linked.arn in others else _lead_back(aws, kind, inputs, linked, listed)
        if linked.arn not in others and run.tags.get(IDENTITY) in identities:
            return run, run.arn
        moved = moved or run.arn
    return newest, newest.arn if newest else moved


def _lead_back(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], linked: Run, listed: Sequence[Listed]
) -> Run:
    """Return the run by its own record where it has one; a young one's may not be listed yet."""
    job, aws = str(inputs["name"]), aws.afresh()
    looks: tuple[int, ...] = (0,)
    if read_given_name(kind, linked.name) and aws.clock() - linked.created / 1000 < SETTLED:
        looks = LOOKS_FOR_AN_ENDED_RECORD if linked.phase.ended else LOOKS_FOR_A_RECORD
    known = {each.arn for each in listed}
    for pause in looks:
        if pause:
            aws.sleep(pause)
            listed = list_runs(aws, kind, inputs)
            new = [each for each in listed if each.arn not in known]
            for run in read_history(aws, kind, inputs, new):
                return run
        for each in listed:
            if each.linked == linked.arn:
                return describe(aws, kind, each.arn, job)
        if not pause and (renamed := _find_renamed(aws, kind, linked, job)):
            return renamed
    return linked


def _find_renamed(aws: Aws, kind: Kind, linked: Run, job: str) -> Run | None:
    """Return the run under a name that the job had once: the second service's name has the start of it."""
    given = read_given_name(kind, linked.name)
    return _find_maker(aws, kind, linked, job, f"{split_name(given)[0]}*") if given else None


def find_own(aws: Aws, kind: Kind, run: Run, inputs: Mapping[str, Any]) -> Run:
    """Return a run by its own record, where it is known by the second service's and has one."""
    if not is_linked(kind, run.arn):
        return run
    for each in list_runs(aws, kind, inputs):
        if each.linked == run.arn:
            return describe(aws, kind, each.arn, str(inputs["name"]))
    return _find_renamed(aws, kind, run, str(inputs["name"])) or run


def find_adopted(aws: Aws, kind: Kind, inputs: Mapping[str, Any]) -> Run | None:
    """Return the run that `adopt` names (a job id, a job ARN, a training job's ARN), with its tags.

    Nothing where AWS has none. A training job that Batch started is its Batch run, as long as Batch knows that.
    """
    given, job = str(inputs["adopt"]), str(inputs["name"])
    arn = given if given.startswith("arn:") else make_arn(kind, aws, given)
    check_account(aws, arn, job)
    try:
        run = describe(aws, kind, arn, job)
    except Missing:
        return None
    if is_linked(kind, arn) and read_given_name(kind, arn_id(arn)):
        ask = partial(_find_maker, aws, kind, run, job, "*")
        return aws.remembered(f"record.{arn}", ask) or run
    return run


def _find_maker(aws: Aws, kind: Kind, linked: Run, job: str, prefix: str) -> Run | None:
    """Return the run that made this record of the second service, whoever's it is, among those of a name prefix.

    Lists show the newest attempt alone; an earlier one has the same name inside the payload.
    """
    given, earlier = read_given_name(kind, linked.name), []
    for values in make_list_values(aws, kind, [prefix], job):
        for item in aws.pages(kind.service, kind.listing.call, values, job=job):
            listed = read_listed(kind, item, certain=False)
            if listed.linked == linked.arn:
                return describe(aws, kind, listed.arn, job)
            same = read_given_name(kind, arn_id(listed.linked)) == given
            if listed.linked and same and listed.created <= linked.created:
                earlier.append(listed)
    for each in sorted(earlier, key=lambda each: -each.created)[:HANDFUL]:
        with suppress(Missing):
            run = describe(aws, kind, each.arn, job)
            if linked.arn in list_attempts(kind, run):
                return run
    return None


def make_arn(kind: Kind, aws: Aws, id_: str) -> str:
    """Return the ARN of a run of the caller's account, by its id (Batch) or name."""
    return kind.record.arn.format(
        partition=aws.partition, region=aws.region, account=aws.account, id=id_, name=id_
    )


def count_live(aws: Aws, kind: Kind) -> int:
    """Count the account's runs of a kind that wait or run, whoever's they are."""
    items = aws.pages(kind.service, kind.listing.call, {"prefix": "*"})
    statuses = (str(item.get(kind.record.status_field, "")) for item in items)
    return sum(not kind.phase(status).ended for status in statuses)
