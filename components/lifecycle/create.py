"""Create: adopt the run that a definition already has, or submit one. Exactly once, whatever dies.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html: a second request with the same
token and payload "is rejected", so a rejection means *look again*, not *fail*. Promise 1 does not depend on it:
the newest run is looked up first, and again after every submission without a clear answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.lookup import find_newest, make_arn
from ..aws.runs import is_adoptable
from ..errors import Denied, JobError, Missing, NoSlot, Rejected, Taken, Unanswered
from ..kinds import Kind
from ..run.definition import (
    CLAIMED,
    DIGEST,
    IDENTITY,
    OURS,
    digest,
    make_tags,
    make_token,
    request_tags,
)
from ..run.submission import aws_names, list_identities, make_submission
from .decision import Action, decide_replacement, make_refusal
from .delete import Say, release_superseded
from .outputs import make_outputs, make_placeholder

# Pauses before each further look, in seconds: a minute in all for a token that AWS says it knows.
LOOKS_FOR_A_KNOWN_TOKEN = (0, 1, 2, 4, 8, 15, 30)
LOOKS_FOR_A_LOST_ANSWER = (0, 1, 2)
LOOKS_AFTER_A_REFUSAL = (0,)
MOST_SUBMISSIONS = 3  # where lists lag: each is refused that a run shown later has made
PAUSES_OF_A_THROTTLE = (1, 2, 4, 8, 16)


class _ShownLate(Rejected):
    """AWS shows a run that it did not show before the submission: look and submit anew."""


def create(
    kind: Kind,
    aws: Aws,
    inputs: Mapping[str, Any],
    say: Say,
    *,
    replacing: Collection[str] = (),
    slots: int = 0,
) -> tuple[str, dict[str, Any]]:
    """Adopt or submit; return (id, outputs). Never waits for the run.

    `replacing` are the runs whose replacement `diff` has approved. Another run of the job that the state does not
    know, because it is old or was lost, meets the same decision here, before anything is submitted. `slots` is the
    account's quota where it is not AWS's default.

    Where another job is waited for, or no slot is free, the result is a placeholder.
    """
    if inputs.get("waitingFor"):
        say(f"waiting for {', '.join(inputs['waitingFor'])}; nothing submitted")
        return make_placeholder(inputs, list(inputs["waitingFor"]))
    try:
        adopted = _adopt(kind, aws, inputs) if inputs.get("adopt") else None
        run = adopted or _repeat_while_late(
            aws, lambda now: _adopt_or_submit(kind, now, inputs, say, replacing, slots)
        )
    except NoSlot:
        say(f"waiting for a free slot: the account has as many {kind.title}s as it may")
        return make_placeholder(inputs, ["slot"])
    return run.arn, make_outputs(kind, inputs, run)


def _repeat_while_late(aws: Aws, submit: Callable[[Aws], Run]) -> Run:
    """Adopt or submit, and again, afresh, where AWS shows a newer run only after the submission."""
    for _ in range(MOST_SUBMISSIONS - 1):
        with suppress(_ShownLate):
            return submit(aws)
        aws = aws.afresh()
    return submit(aws)


def _adopt_or_submit(
    kind: Kind,
    aws: Aws,
    inputs: Mapping[str, Any],
    say: Say,
    replacing: Collection[str],
    slots: int,
) -> Run:
    """Adopt the newest run or submit. Raises `_ShownLate` where AWS shows a newer run only after the submission."""
    listed = service.list_runs(aws, kind, inputs)
    newest, before = find_newest(aws, kind, inputs, listed)
    if newest and (newest.released or newest.terminated):
        # another `up` may have submitted one since the list that all jobs share was read
        aws = aws.afresh()
        listed = service.list_runs(aws, kind, inputs)
        newest, before = find_newest(aws, kind, inputs, listed)
    if newest and is_adoptable(kind, inputs, newest):
        say(f"adopted existing run {newest.arn}; nothing submitted")
        run = _claim(kind, aws, inputs, newest)
    else:
        if newest and newest.arn not in replacing:
            _check_replacement(kind, inputs, newest)
        run = _submit(kind, aws, inputs, before, slots)
    release_superseded(kind, aws, inputs, listed, run, say)
    return run


def _check_replacement(kind: Kind, inputs: Mapping[str, Any], newest: Run) -> None:
    """Refuse where the run that the state does not know would need leave to be replaced."""
    if newest.released or newest.terminated:
        return
    rule = str(inputs.get("onReplace", "refuse"))
    decision = decide_replacement(kind, newest.phase, rule)
    if decision.action is Action.REFUSE:
        values = {**newest.outputs, "jobName": newest.name, "status": newest.status}
        raise JobError(
            f"{make_refusal(str(inputs['name']), values, decision)} (the state does not know this run)"
        )


def _submit(kind: Kind, aws: Aws, inputs: Mapping[str, Any], before: str, slots: int) -> Run:
    """Submit, `before` being the ARN of the run before this one."""
    job = str(inputs["name"])
    key = make_token(kind, inputs, before)
    for name in aws_names(kind, inputs, before):
        try:
            return _send(kind, aws, make_submission(kind, inputs, name, key), job, slots)
        except NoSlot:
            raise
        except (Unanswered, Rejected) as error:
            run = _look_again(kind, aws, inputs, name, before, error)
            if run is not None:
                return run
            # an earlier run of this job has the name: the token's next characters
    raise Rejected(f"{job}: every AWS name for this run is in use by an earlier run")


def _send(kind: Kind, aws: Aws, request: Mapping[str, Any], job: str, slots: int) -> Run:
    """Submit. The word for want of a slot is also that for a request rate, and means it while slots are free.

    https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html: LimitExceededException is "The
    limit on the number of requests per second has been exceeded."
    """
    for pause in PAUSES_OF_A_THROTTLE:
        try:
            return service.submit(aws, kind, request, job)
        except NoSlot:
            if _is_full(kind, aws, slots or kind.slots):
                raise
            aws.sleep(pause)
    raise Unanswered(
        f"{job}: AWS throttled {kind.request.submit.operation} for too long; run `up` again"
    )


def _is_full(kind: Kind, aws: Aws, slots: int) -> bool:
    """Say whether the account has as many runs as it may; AWS's word counts where nobody can say."""
    try:
        return not slots or service.count_live(aws, kind) >= slots
    except Denied:
        return True


def _look_again(
    kind: Kind, aws: Aws, inputs: Mapping[str, Any], name: str, before: str, error: JobError
) -> Run | None:
    """After a submission without a clear answer: the run that has its name, where names are unique.

    `None` where an earlier run of this job has the name; raises `_ShownLate` where AWS shows a newer run by now, and
    `error` where there is nothing to be found.
    """
    looks: tuple[int, ...] = LOOKS_AFTER_A_REFUSAL
    if isinstance(error, Taken):
        looks = LOOKS_FOR_A_KNOWN_TOKEN
    elif isinstance(error, Unanswered):
        looks = LOOKS_FOR_A_LOST_ANSWER
    for pause in looks:
        if pause:
            aws.sleep(pause)
        run = service.find_newest_run(aws.afresh(), kind, inputs)
        # a known token is that of the run after `before`, whatever became of it
        if (
            run
            and run.arn != before
            and (isinstance(error, Taken) or is_adoptable(kind, inputs, run))
        ):
            raise _ShownLate(str(error)) from error
        if kind.request.unique_names:
            named = _describe_by_name(kind, aws, name, str(inputs["name"]))
            if named is not None:
                return named if _is_same_definition(kind, inputs, named, name) else None
    if isinstance(error, Taken):
        raise Rejected(
            f"{inputs['name']}: AWS says that this submission was made before, and shows no run of"
            " it after a minute; run `up` again, or change `generation` for another run"
        ) from error
    raise error


def _is_same_definition(kind: Kind, inputs: Mapping[str, Any], run: Run, name: str) -> bool:
    """Tell this definition's run from an earlier one of the same job; another's is an error."""
    owner = run.tags.get(IDENTITY)
    if owner not in list_identities(inputs):
        whose = f"a run of {owner}" if owner else "without our tags"
        raise Rejected(
            f"{inputs['name']}: AWS already has a job named {name} ({whose}); use another name"
        )
    return is_adoptable(kind, inputs, run)


def _describe_by_name(kind: Kind, aws: Aws, name: str, job: str) -> Run | None:
    try:
        return service.describe(aws, kind, make_arn(kind, aws, name), job)
    except Missing:
        return None


def _adopt(kind: Kind, aws: Aws, inputs: Mapping[str, Any]) -> Run | None:
    """Take over the run that `adopt` names.

    `None` where that run has stood for another definition of this job: the file has changed since, and a changed
    file is a new run whether or not `adopt` is still in it.
    """
    job, given = str(inputs["name"]), str(inputs["adopt"])
    run = service.find_adopted(aws, kind, inputs)
    if run is None and service.find_newest_run(aws, kind, inputs):
        return None
    if run is None:
        raise Rejected(
            f"{job}: adopt: AWS has no job {given} in {aws.region}; without `adopt` this file is a new run"
        )
    owner = run.tags.get(IDENTITY)
    if owner in list_identities(inputs) and run.tags.get(DIGEST) not in (
        None,
        digest(kind, inputs),
    ):
        return None
    if owner and owner not in list_identities(inputs) and not run.released:
        raise Rejected(f"{job}: adopt: {given} is a run of {owner}; remove it there first")
    return _claim(kind, aws, inputs, run)


def _claim(kind: Kind, aws: Aws, inputs: Mapping[str, Any], run: Run) -> Run:
    """Write our tags on every record of an adopted run, so that it is found again, and when it was adopted."""
    job, request = str(inputs["name"]), inputs.get("request") or {}
    mark = str(round(aws.clock() * 1000))
    ours = {**make_tags(kind, inputs), CLAIMED: mark}
    declared = {} if run.phase.ended else request_tags(kind, request)
    wanting = {key: value for key, value in declared.items() if run.tags.get(key) != value}
    stale = [key for key in run.tags if key.startswith(OURS) and key not in ours]
    # first, because the deploy role may change only what carries this stack's identity
    service.mark(aws, kind, run, job, ours, stale)
    service.retag(aws, kind, run.arn, job, wanting)
    # what the file says and AWS can change may have changed while nobody knew of the run
    for name in kind.request.in_place if not run.phase.ended else ():
        if request.get(name) not in (None, run.request.get(name)):
            service.set_in_place(aws, kind, run.arn, job, name, request[name])
    return replace(run, outputs={**run.outputs, "claimed": mark})
