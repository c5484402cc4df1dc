"""Build a plan from the engine's steps, the job files' locations, and the prices in the stack's settings."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cli.planning.cells import explain_removal
from cli.planning.chains import list_chains
from cli.planning.changes import as_mapping, list_changes
from cli.planning.effects import find_effect
from cli.planning.model import ACTIONS, CAUSES, Change, Drift, Plan, PlannedJob
from cli.planning.preview import JobSteps, Preview
from cli.planning.prices import count_hours, price
from components.jobfile import Job
from components.kinds import Kind
from components.lifecycle.stop import REASON as STOPPED
from components.policy import Policy, check_plan
from components.run import ceiling
from components.run.data import list_uris
from components.wire import pick, walk_leaves

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")
# where a job file has what the state has under another name
_FIELDS = {
    "period": "every",
    "formerly": "aliases",
    "identity": "name",
    "code": "code",
    "watched": "watch",
}
_COSTS = ("submit", "rerun")


def build(
    preview: Preview,
    jobs: Sequence[Job],
    prices: Mapping[str, float],
    *,
    may_terminate: bool = False,
    policies: Sequence[Policy] = (),
) -> Plan:
    """Return the plan. `jobs` are the expanded job files, for their places; `prices` are of an instance-hour;
    `policies` of the scope `plan` are judged here.

    The order is fixed: what ends a run that costs money, then by action, the dearest first, then by name. So the same
    preview gives the same plan, and what a reviewer must not miss comes first and is cut last.
    """
    by_name = {job.name: job for job in jobs}
    new = {_name_job(steps) for steps in preview.jobs if steps.op == "create"}
    found = [
        _plan_job(steps, by_name.get(_name_job(steps)), prices, may_terminate)
        for steps in preview.jobs
    ]
    planned = [explain_removal(job, jobs, new) for job in found if job.action]
    planned.sort(key=_rank)
    kept = [steps for steps, job in zip(preview.jobs, found, strict=True) if not job.action]
    unchanged = sum(bool(steps.old) and not steps.gone for steps in kept)
    later = [job for job in planned if job.action == "defer" and not job.run]
    costly = [job for job in planned if job.action in _COSTS]
    hours = _add_hours(job.counted for job in costly)
    priced = {name: each for name, each in hours.items() if name in prices}
    submitted = {(job.kind, job.name) for job in costly}
    judged = check_plan(
        policies,
        [
            (steps.kind.name, as_mapping(steps.new.get("request")))
            for steps in preview.jobs
            if (steps.kind.name, _name_job(steps)) in submitted
        ],
        preview.stack,
    )
    return Plan(
        project=preview.project,
        stack=preview.stack,
        regions=_sort_distinct(job.region for job in planned),
        accounts=_sort_distinct(job.account for job in planned),
        counts=_count_actions(planned, unchanged),
        jobs=tuple(planned),
        chains=list_chains(jobs, {job.name for job in planned}),
        hours=hours,
        max_hours=sum(job.max_hours or 0 for job in costly),
        cost=price(priced, prices),
        later_hours=_add_hours(job.counted for job in later),
        later_cost=_add_costs(job.cost for job in later),
        unpriced=tuple(name for name in hours if name not in prices) if prices else (),
        unlimited=tuple(
            job.name
            for job in planned
            if (
                job.action in _COSTS and job.instances and job.max_hours is None and not job.endless
            )
            or job.cause in ("hidden-new", "hidden-changed")
        ),
        endless=tuple(job.name for job in costly if job.endless),
        warnings=(*preview.warnings, *(text for level, text in judged if level != "error")),
        drift=tuple(_find_drift(preview, {job.name: job.action for job in planned})),
        errors=(*preview.errors, *(text for level, text in judged if level == "error")),
    )


def _rank(job: PlannedJob) -> tuple[bool, bool, int, float, float, str, str]:
    """Sort refusals first, then what stops a run that costs money, then by action, the most expensive first."""
    # what is not known may be any; without prices it is the same for all, and the hours decide
    cost = math.inf if job.instances and job.cost is None else job.cost or 0
    hours = math.inf if job.instances and job.max_hours is None else job.max_hours or 0
    return (
        job.action != "refuse",
        job.ends != "RUNNING",
        ACTIONS.index("submit" if job.action == "rerun" else job.action),
        -cost,
        -hours,
        job.name,
        job.kind,
    )


def _name_job(steps: JobSteps) -> str:
    return str(steps.new.get("name") or steps.old.get("name") or steps.name)


def _plan_job(
    steps: JobSteps, job: Job | None, prices: Mapping[str, float], may_terminate: bool
) -> PlannedJob:
    done = find_effect(steps, may_terminate)
    inputs = steps.new or steps.old
    # one that is secret as a whole is a string in the preview
    request = as_mapping(inputs.get("request"))
    found: list[Change] = []
    if steps.op in ("update", "replace") and steps.old and done.action != "unknown":
        found = [_locate(change, job) for change in list_changes(steps.kind, steps.old, steps.new)]
    # of an adopted run nothing is submitted
    endless = ceiling.is_unlimited(steps.kind, request) and done.action != "adopt"
    known = done.action != "adopt" and not endless
    by_type = ceiling.hours(steps.kind, request) if known else {}
    counted = count_hours(steps.kind, request, prices) if known else {}
    total = ceiling.total(steps.kind, request) if known else None
    cause = _find_cause(steps, done.action)
    waiting = inputs.get("waitingFor") or steps.old.get("waitingFor") or ()
    waits_for = () if done.action == "unknown" else tuple(map(str, waiting))
    first = next((change.line for change in found if change.line), 0)
    return PlannedJob(
        name=_name_job(steps),
        kind=steps.kind.name,
        action=done.action,
        file=job.file if job else "",
        line=first or (job.place(("kind",))[0] if job else 0),
        cause=cause,
        why=CAUSES.get(cause, "").format(", ".join(map(str, waits_for))),
        run=done.run,
        effect=done.sentence,
        ends=done.ends,
        changes=tuple(found),
        waits_for=waits_for,
        region=str(inputs.get("region", "")),
        account=_find_account(steps, request),
        queue=str(request.get(steps.kind.request.queue_field, "")),
        role=_find_role(request),
        image=_find_image(steps.kind, request),
        instances=tuple(
            f"{'?' if count is None else count} x {name}"
            for name, count in ceiling.instances(steps.kind, request)
        ),
        reads=_list_read(steps.kind, request),
        writes=_list_written(steps.kind, request),
        code_files=_read_count(inputs, "count"),
        code_bytes=_read_count(inputs, "bytes"),
        hours=by_type,
        counted=counted,
        max_hours=0 if done.action == "adopt" else total,
        endless=endless,
        cost=price(counted, prices),
        job_arn=str(steps.now.get("jobArn", "")),
        phase=str(steps.now.get("phase", "")),
    )


def _read_count(inputs: Mapping[str, Any], name: str) -> int:
    """Return a number that is shown of the packed code; 0 where a state of before has none."""
    value = pick(inputs, f"code.{name}")
    return value if isinstance(value, int) else 0


def _find_cause(steps: JobSteps, action: str) -> str:
    """Return the key in `model.CAUSES` of why a job's run begins, waits or ends; nothing where its changes say it."""
    if action == "unknown":
        return _find_hidden_cause(steps)
    if action == "submit":
        if steps.old and steps.op != "create":
            return "ready"
        return "released" if steps.gone else "new"
    if action in ("defer", "adopt"):
        return "waiting" if steps.new.get("waitingFor") or steps.old.get("waitingFor") else ""
    removed = action in ("terminate", "release") or (action == "refuse" and steps.op == "delete")
    return "removed" if removed else ""


def _find_hidden_cause(steps: JobSteps) -> str:
    """Return what is known of a job that depends on secrets: a digest has none of their values in it.

    The state's digest counts: a refresh without secrets makes another one of inputs that Pulumi keeps secret whole.
    """
    current = steps.before.get("digest") or steps.now.get("digest")
    if not current or steps.gone:
        return "hidden-new"
    return "hidden-same" if current == steps.hidden_digest else "hidden-changed"


def _locate(change: Change, job: Job | None) -> Change:
    if job is None:
        return change
    field = re.split(r"[.:\[]", change.path)[0]
    return replace(change, line=job.place(_FIELDS.get(field, change.path))[0])


def _find_role(request: Mapping[str, Any]) -> str:
    leaves = (leaf for _, leaf in walk_leaves(request) if isinstance(leaf, str))
    return next(filter(_ROLE.fullmatch, leaves), "")


def _find_account(steps: JobSteps, request: Mapping[str, Any]) -> str:
    """Return the account of the job's run, else of its role: one can only be passed within its own."""
    arn = str(steps.now.get("jobArn") or _find_role(request)).split(":")
    return arn[4] if len(arn) > 4 else ""


def _find_image(kind: Kind, request: Mapping[str, Any]) -> str:
    return str(pick(request, kind.compute.image, "")) if kind.compute else ""


def _list_written(kind: Kind, request: Mapping[str, Any]) -> tuple[str, ...]:
    return _sort_distinct(uri for _, uri in list_uris(request, kind.request.outputs))


def _list_read(kind: Kind, request: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every other URI of a request: data, and packed code."""
    written = {path for path, _ in list_uris(request, kind.request.outputs)}
    return _sort_distinct(
        leaf
        for path, leaf in walk_leaves(request)
        if isinstance(leaf, str) and leaf.startswith("s3://") and path not in written
    )


def _add_costs(costs: Iterable[float | None]) -> float | None:
    """Return the sum, or nothing where there is none or one of them is unknown."""
    found = list(costs)
    known = [cost for cost in found if cost is not None]
    return sum(known) if found and len(known) == len(found) else None


def _add_hours(parts: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for part in parts:
        found.update(part)
    return dict(sorted(found.items()))


def _sort_distinct(values: Any) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _count_actions(planned: Sequence[PlannedJob], unchanged: int) -> dict[str, int]:
    """Count the jobs of each action; `terminate` counts running runs that are stopped, `dequeue` queued ones."""
    actions = [job.action for job in planned]
    counts = {action: actions.count(action) for action in ACTIONS if action != "terminate"}
    counts["terminate"] = sum(job.ends == "RUNNING" for job in planned)
    counts["dequeue"] = sum(job.ends == "QUEUED" for job in planned)
    counts["unchanged"] = unchanged
    return counts


def _find_drift(preview: Preview, actions: Mapping[str, str]) -> Iterator[Drift]:
    """Yield what happened in AWS without a change of the repository, unless this plan answers it."""
    for steps in preview.jobs:
        name = _name_job(steps)
        if actions.get(name) in ("rerun", "terminate", "release") or steps.old.get("adopt"):
            continue
        arn = str(steps.now.get("jobArn") or steps.before.get("jobArn", ""))
        if steps.now.get("terminated"):
            reason = str(steps.now.get("statusReason", ""))
            if reason == STOPPED:
                what = f"{reason}; `up` does not run it again, `./jobctl rerun {name}` would"
                yield Drift(name, what, arn)
                continue
            note = f" ({reason})" if reason else ""
            when = steps.now.get("stoppedAt", "")
            what = f"its run was terminated{f' at {when}' if when else ''}, not by this repository{note}"
            yield Drift(name, what, arn)
        elif steps.gone:
            yield Drift(name, "its run was released in AWS, not by this repository", arn)
