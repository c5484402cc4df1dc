"""Rules of SubmitServiceJob.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ...jobfile.rules.view import JobProblem, Rule, View, warning
from ...run.ceiling import is_unlimited
from ...schema import Pending
from ..sagemaker import credentials
from . import resources, training

_QUEUE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_QUEUE_ARN = re.compile(
    r"arn:aws[a-z-]*:batch:([a-z0-9-]+):[0-9]{12}:job-queue/[A-Za-z0-9_-]{1,128}"
)

PAYLOAD_MOST = 10 * 1024
REQUEST_MOST = 30 * 1024
# our tags with the longest identity, the token and the name, at their longest
_ADDED = 900


def queue(view: View) -> Iterator[JobProblem]:
    """A name of letters, digits, hyphens and underscores, or an ARN of the job's region (API_CreateJobQueue.html)."""
    at, value = ("request", "jobQueue"), view.get("jobQueue")
    if not isinstance(value, str):
        return
    if found := _QUEUE_ARN.fullmatch(value):
        if view.region and found[1] != view.region:
            message = f"is in {found[1]}, but the job runs in {view.region}"
            yield JobProblem(at, message, "arn-region")
    elif value.startswith("arn:"):
        form = "arn:aws:batch:<region>:<account>:job-queue/<name>"
        yield JobProblem(at, f"`{value}` is not a job queue's ARN: {form}", "queue-arn")
    elif not _QUEUE.fullmatch(value):
        form = "a queue's name (at most 128 letters, digits, - and _) or its ARN"
        yield JobProblem(at, f"`{value}` is not {form}", "queue-name")


def shares(view: View) -> Iterator[JobProblem]:
    """A queue has a fair-share policy or quota shares, never both (API_SubmitServiceJob.html)."""
    if "shareIdentifier" in view.request and "quotaShareName" in view.request:
        message = "cannot be combined with `shareIdentifier`: a queue has either fair shares or quota shares"
        yield JobProblem(("request", "quotaShareName"), message, "share-or-quota")
    elif "preemptionConfiguration" in view.request and "quotaShareName" not in view.request:
        message = "has no effect without `quotaShareName`: only quota shares preempt"
        yield warning(("request", "preemptionConfiguration"), message, "preemption-quota")
    elif is_unlimited(view.kind, view.request):
        message = (
            "without `preemptionConfiguration.preemptionRetriesBeforeTermination` a preempted run begins anew without "
            "limit, and its cost has no ceiling"
        )
        yield warning(("request", "quotaShareName"), message, "preemption-limit")


def priority(view: View) -> Iterator[JobProblem]:
    """A queue without a policy is first in, first out (API_UpdateServiceJob.html), and a policy wants a share."""
    shared = "shareIdentifier" in view.request or "quotaShareName" in view.request
    if view.get("schedulingPriority") is not None and not shared:
        message = (
            "has no effect without `shareIdentifier` or `quotaShareName`: a queue without shares starts its jobs in "
            "the order of submission"
        )
        yield warning(("request", "schedulingPriority"), message, "priority-fifo")


def retries(view: View) -> Iterator[JobProblem]:
    """What `evaluateOnExit` does to `attempts` (service-job-retries.html)."""
    at = ("request", "retryStrategy")
    attempts = view.get("retryStrategy", "attempts")
    entries = view.get("retryStrategy", "evaluateOnExit")
    if attempts is None:
        return
    listed = entries if isinstance(entries, list) else []
    is_known = not isinstance(view.get("retryStrategy").get("evaluateOnExit"), Pending)
    if attempts > 1 and is_known and not any(_exits(entry) for entry in listed):
        message = (
            f"any failure is attempted {attempts} times, even an error in the script; say what to retry, and end with "
            '{action: EXIT, onStatusReason: "*"}'
        )
        yield warning((*at, "attempts"), message, "retry-exit")
    for index, entry in enumerate(listed[:-1]):
        if isinstance(entry, dict) and entry.get("onStatusReason", "*") == "*":
            message = "is never reached: the entry before it matches every reason"
            yield warning((*at, "evaluateOnExit", index + 1), message, "retry-unreachable")
            break


def _exits(entry: Any) -> bool:
    # AWS's own example writes `Retry`: case does not count; what is not known yet may be an exit
    action = entry.get("action") if isinstance(entry, dict) else entry
    return isinstance(action, Pending) or str(action).upper() == "EXIT"


def timeout(view: View) -> Iterator[JobProblem]:
    """Batch's timeout counts for each attempt, beside SageMaker's own limits (API_ServiceJobTimeout.html)."""
    limit = view.get("timeoutConfig", "attemptDurationSeconds")
    spot = view.body(training.SPOT) is True
    field = "MaxWaitTimeInSeconds" if spot else "MaxRuntimeInSeconds"
    longest = view.body("StoppingCondition", field)
    if limit is not None and longest is not None and limit < longest:
        message = f"ends an attempt after {limit} s, before its {field} of {longest} s"
        path = ("request", "timeoutConfig", "attemptDurationSeconds")
        yield warning(path, message, "timeout-stopping")


def token(view: View) -> Iterator[JobProblem]:
    """The token that makes a repeated submission harmless is ours."""
    if view.kind.request.token_field in view.given:
        message = "is not sent: the provider sets its own, so that submitting again is harmless; remove it"
        yield warning(("request", view.kind.request.token_field), message, "client-token")


def sizes(view: View) -> Iterator[JobProblem]:
    """What is sent, counted in bytes of UTF-8; what is pending counts as it is written."""
    payload = _count_bytes(view.payload)
    if payload > PAYLOAD_MOST:
        message = (
            f"{payload} bytes as JSON, more than the {PAYLOAD_MOST} (10 KiB) that AWS Batch accepts; move large "
            "values to a file in S3"
        )
        yield JobProblem(view.at(), message, "payload-size")
    rest = {name: value for name, value in view.request.items() if value is not view.payload}
    # the payload is sent as a string in JSON: its quotes are escaped
    request = _count_bytes(rest) + payload + str(view.payload).count("'") + _ADDED
    if request > REQUEST_MOST:
        message = (
            f"about {request} bytes, more than the {REQUEST_MOST} (30 KiB) that AWS Batch accepts"
        )
        yield JobProblem(("request",), message, "request-size")


def _count_bytes(value: Any) -> int:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text) if text.isascii() else len(text.encode())


RULES: tuple[Rule, ...] = (
    *(queue, shares, priority, retries, timeout, token, sizes),
    *training.RULES,
    *resources.RULES,
    *credentials.RULES,
)
