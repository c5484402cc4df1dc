"""SubmitServiceJob, and everything for which it refuses a job.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
"""

from __future__ import annotations

import hashlib
import json
from uuid import uuid4

from ..service import context
from ..service.operations import Json
from . import fairness, life
from .capacity import read_needs
from .models import ServiceJobBackend
from .names import check_name, check_range, check_tags, refuse
from .queues import queues
from .records import ClientToken, Resource, ServiceJob
from .views import name_job

MAX_PRIORITY = 9999

MAX_PAYLOAD = 10 * 1024
"""Bytes of serviceRequestPayload (Batch's service quotas)."""

MAX_REQUEST = 30 * 1024
"""Bytes of the whole request (the same page)."""


def submit(backend: ServiceJobBackend, request: Json) -> Json:
    """Queue a service job. The payload is JSON, but whether SageMaker takes it is not looked at."""
    check_name(request["jobName"], "Job name")
    check_tags(request.get("tags") or {})
    payload = _parse_payload(request)
    _check_numbers(request)
    queue = queues.find(backend, request["jobQueue"])
    if queue.state != "ENABLED":
        raise refuse(f"Job queue {queue.name} is {queue.state}: it takes no new jobs")
    _check_share(backend, queue, request)
    known = _find_known(backend, request)
    if known is not None:
        return name_job(known)
    at = context.now()
    job_id = str(uuid4())
    job = ServiceJob(
        id=job_id,
        arn=backend.arn(f"service-job/{job_id}"),
        number=backend.next_number(),
        queue=queue.arn,
        request={name: value for name, value in request.items() if name != "tags"},
        created=at,
        since=at,
        needs=read_needs(payload),
        tags=request.get("tags") or {},
    )
    life.enter(backend, job, "SUBMITTED", at)
    if request.get("clientToken") and context.current.tokens != "forget":
        token = ClientToken(request["clientToken"], _fingerprint(request), job_id)
        backend.client_tokens.put(token)
    return name_job(job)


def _parse_payload(request: Json) -> Json:
    text = request["serviceRequestPayload"]
    size = len(text.encode())
    if size > MAX_PAYLOAD:
        raise refuse(
            f"serviceRequestPayload has {size} bytes, more than the maximum of {MAX_PAYLOAD}"
        )
    whole = len(json.dumps(request).encode())
    if whole > MAX_REQUEST:
        raise refuse(f"The request has {whole} bytes, more than the maximum of {MAX_REQUEST}")
    try:
        payload = json.loads(text)
    except ValueError as error:
        raise refuse(f"serviceRequestPayload is not valid JSON: {error}") from error
    if not isinstance(payload, dict):
        raise refuse("serviceRequestPayload is not a JSON object")
    return payload


def _check_numbers(request: Json) -> None:
    check_range(request, "schedulingPriority", 0, MAX_PRIORITY)
    check_range(request, "retryStrategy.attempts", 1, 10)
    check_range(request, "timeoutConfig.attemptDurationSeconds", 1)
    check_range(request, "preemptionConfiguration.preemptionRetriesBeforeTermination", 0)
    rules = (request.get("retryStrategy") or {}).get("evaluateOnExit") or []
    if len(rules) > 5:
        raise refuse(f"retryStrategy.evaluateOnExit takes at most 5 rules, not {len(rules)}")
    if any(len(rule.get("onStatusReason") or "") > 512 for rule in rules):
        raise refuse("retryStrategy.evaluateOnExit.onStatusReason takes up to 512 characters")


def _check_share(backend: ServiceJobBackend, queue: Resource, request: Json) -> None:
    policy = fairness.find_policy(backend, queue.request)
    fair, quota = "fairsharePolicy" in policy, "quotaSharePolicy" in policy
    for name, demanded, kind in (
        ("shareIdentifier", fair, "fair-share"),
        ("quotaShareName", quota, "quota-share"),
    ):
        given = request.get(name)
        if demanded and not given:
            raise refuse(
                f"{name} must be specified: job queue {queue.name} has a {kind} scheduling policy"
            )
        if given is not None and not demanded:
            raise refuse(
                f"{name} must not be specified: job queue {queue.name} has no {kind} scheduling policy"
            )
    if fair and fairness.is_full(backend, queue, request["shareIdentifier"], context.now()):
        message = f"Job queue {queue.name} has {fairness.MAX_ACTIVE} active share identifiers"
        raise refuse(message)
    if quota:
        share = backend.shares.get(f"{queue.arn}/quota-share/{request['quotaShareName']}")
        if share is None:
            raise refuse(
                f"Quota share {request['quotaShareName']} of job queue {queue.name} does not exist"
            )
        if share.state != "ENABLED":
            raise refuse(f"Quota share {share.name} is {share.state}: it takes no new jobs")


def _find_known(backend: ServiceJobBackend, request: Json) -> ServiceJob | None:
    """The job that this clientToken got before, where the token mode answers with it."""
    mode = context.current.tokens
    token = request.get("clientToken")
    kept = backend.client_tokens.get(token) if token else None
    if kept is None or mode == "forget" or _has_expired(backend, kept):
        return None
    same = kept.fingerprint == _fingerprint(request)
    if not same and mode != "token-only":
        raise refuse(
            f"The clientToken {token} was used before with a different request: "
            "a clientToken belongs to one request"
        )
    job = backend.service_jobs.get(kept.job)
    if mode == "return-first" and job is not None:
        return job
    raise refuse(
        f"The request is a duplicate: a service job with the clientToken {token} was submitted before"
    )


def _has_expired(backend: ServiceJobBackend, token: ClientToken) -> bool:
    lifetime, job = context.current.token_lifetime, backend.service_jobs.get(token.job)
    return lifetime is not None and job is not None and job.created + lifetime <= context.now()


def _fingerprint(request: Json) -> str:
    rest = {name: value for name, value in request.items() if name != "clientToken"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
