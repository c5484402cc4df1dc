"""What training and transform jobs have in common: how they are shown and listed, and which can be stopped.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from ..service.operations import Json, page
from ..service.refusal import Refusal
from ..service.shapes import keep_members, output
from .records import TrainingJob, TransformJob

PAGE = ("MaxResults", "NextToken")
_ORDERS = {"Name": "name", "CreationTime": "created", "Status": "status"}
_FILTERS: dict[str, Callable[[Any, Any], bool]] = {
    "NameContains": lambda job, value: value in job.name,
    "StatusEquals": lambda job, value: value == job.status,
    "CreationTimeAfter": lambda job, value: job.created >= value,
    "CreationTimeBefore": lambda job, value: job.created <= value,
    "LastModifiedTimeAfter": lambda job, value: job.modified >= value,
    "LastModifiedTimeBefore": lambda job, value: job.modified <= value,
    "WarmPoolStatusEquals": lambda *_: False,  # no job here has a pool
    "TrainingPlanArnEquals": lambda job, value: (
        value == job.request["ResourceConfig"].get("TrainingPlanArn")
    ),
}


def list_jobs(
    jobs: Iterable[TrainingJob | TransformJob], request: Json, kind: str, order: str
) -> Json:
    """Return a page of the jobs that are asked for; `order` is that of a request without SortOrder."""
    given = {name: value for name, value in request.items() if name in _FILTERS}
    found = [job for job in jobs if all(_FILTERS[n](job, v) for n, v in given.items())]
    field = operator.attrgetter(_ORDERS[request.get("SortBy", "CreationTime")])
    member = f"{kind}JobSummaries"
    shape = output("sagemaker", f"List{kind}Jobs").members[member].member
    return page(
        found,
        {"MaxResults": 10, **request},
        member,
        lambda job: keep_members(summarize(job), shape),
        "ValidationException",
        PAGE,
        rank=lambda job: [field(job), job.created, job.name],
        reverse=request.get("SortOrder", order) == "Descending",
    )


def summarize(job: TrainingJob | TransformJob) -> Json:
    """Return what every answer about the job may have, `None` for what does not apply to it."""
    kind = "Training" if isinstance(job, TrainingJob) else "Transform"
    return {
        f"{kind}JobName": job.name,
        f"{kind}JobArn": job.arn,
        f"{kind}JobStatus": job.status,
        f"{kind}EndTime": job.ended,
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "FailureReason": job.failure,
        "SecondaryStatus": job.secondary if isinstance(job, TrainingJob) else None,
    }


def check_running(job: TrainingJob | TransformJob, what: str) -> None:
    """Refuse to stop a job that does not run."""
    if job.status != "InProgress":
        message = f"The request was rejected because the {what} is in status {job.status}."
        raise Refusal("ValidationException", message)
