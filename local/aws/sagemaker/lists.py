"""What training and transform jobs have in common: how they are listed, and which can be stopped.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from ..service.operations import Json, page
from ..service.refusal import Refusal

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
    jobs: Iterable[Any], request: Json, member: str, show: Callable[[Any], Json], order: str
) -> Json:
    """Return a page of the jobs that are asked for; `order` is that of a request without SortOrder."""
    given = {name: value for name, value in request.items() if name in _FILTERS}
    found = [job for job in jobs if all(_FILTERS[n](job, v) for n, v in given.items())]
    field = operator.attrgetter(_ORDERS[request.get("SortBy", "CreationTime")])
    return page(
        found,
        {"MaxResults": 10, **request},
        member,
        show,
        "ValidationException",
        PAGE,
        rank=lambda job: [field(job), job.created, job.name],
        reverse=request.get("SortOrder", order) == "Descending",
    )


def check_running(job: Any, what: str) -> None:
    """Refuse to stop a job that does not run."""
    if job.status != "InProgress":
        message = f"The request was rejected because the {what} is in status {job.status}."
        raise Refusal("ValidationException", message)
