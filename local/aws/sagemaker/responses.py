"""The operations on training jobs. Everything else of SageMaker is moto's."""

from __future__ import annotations

import re
from typing import Any

from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from ..service import context
from ..service.operations import Json, Operations, page
from ..service.refusal import Refusal
from ..service.shapes import service
from . import life, rules, transform
from .lists import PAGE, list_jobs
from .models import TrainingBackend
from .records import TrainingJob
from .search import describe, read, search

_OURS = re.compile(r":(training|transform)-job/")


def create_training_job(backend: TrainingBackend, request: Json) -> Json:
    """A training job without Batch."""
    problem = rules.refusal(request)
    if problem is not None:
        raise Refusal("ValidationException", problem)
    name = request["TrainingJobName"]
    if name in backend.training_jobs_kept:
        arn = backend.training_job_arn(name)
        raise Refusal("ResourceInUse", f"Training job names must be unique: {arn} already exists.")
    arn = life.create(backend, request, {}, context.now(), by_batch=False)
    return {"TrainingJobArn": arn}


def describe_training_job(backend: TrainingBackend, request: Json) -> Json:
    """The job, with everything it was created with."""
    return describe(_found(backend, request["TrainingJobName"]))


def stop_training_job(backend: TrainingBackend, request: Json) -> Json:
    """Stop a job that runs; Batch takes notice."""
    job = _found(backend, request["TrainingJobName"])
    if job.status != "InProgress":
        raise Refusal(
            "ValidationException",
            f"The request was rejected because the training job is in status {job.status}.",
        )
    job.stop_asked = True
    life.stopping(backend, job.arn, context.now())
    return {}


def list_training_jobs(backend: TrainingBackend, request: Json) -> Json:
    """Summaries, oldest first unless asked otherwise."""
    jobs = backend.training_jobs_kept
    return list_jobs(jobs, request, "TrainingJobSummaries", _summary, "Ascending")


def search_training_jobs(backend: TrainingBackend, request: Json) -> Json:
    """Training jobs by their tags and other properties, newest change first unless asked otherwise."""
    return page(
        search(list(backend.training_jobs_kept), request),
        request,
        "Results",
        _show_found,
        "ValidationException",
        PAGE,
        rank=lambda job: [read(job, request.get("SortBy", "LastModifiedTime")), job.name],
        reverse=request.get("SortOrder") != "Ascending",
    )


def list_tags(backend: TrainingBackend, request: Json) -> Json:
    """The tags of a job."""
    return {"Tags": _find_tagged(backend, request["ResourceArn"])[1].tags}


def add_tags(backend: TrainingBackend, request: Json) -> Json:
    """Add or overwrite tags of a job; at most 50."""
    table, job = _find_tagged(backend, request["ResourceArn"])
    tags = {tag["Key"]: tag["Value"] for tag in [*job.tags, *request["Tags"]]}
    if len(tags) > 50:
        raise Refusal("ValidationException", "A resource can have at most 50 tags")
    job.tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    table.put(job)
    return {"Tags": job.tags}


def delete_tags(backend: TrainingBackend, request: Json) -> Json:
    """Take tags off a job."""
    table, job = _find_tagged(backend, request["ResourceArn"])
    job.tags = [tag for tag in job.tags if tag["Key"] not in request["TagKeys"]]
    table.put(job)
    return {}


def describe_model(backend: TrainingBackend, request: Json) -> Json:
    """A model, without members that AWS does not answer."""
    return transform.find_model(backend, request["ModelName"])


class TrainingResponse(Operations, SageMakerResponse):
    """SageMaker's endpoint."""

    backends = sagemaker_backends
    handlers = {
        "CreateTrainingJob": create_training_job,
        "DescribeTrainingJob": describe_training_job,
        "StopTrainingJob": stop_training_job,
        "ListTrainingJobs": list_training_jobs,
        "CreateTransformJob": transform.create,
        "DescribeTransformJob": transform.describe,
        "ListTransformJobs": transform.list_all,
        "StopTransformJob": transform.stop,
        "DescribeModel": describe_model,
        "Search": search_training_jobs,
        "ListTags": list_tags,
        "AddTags": add_tags,
        "DeleteTags": delete_tags,
    }

    def operation(self) -> str:
        """moto keeps what is asked of resources other than training jobs."""
        name = super().operation()
        request = self.request()
        arn = request.get("ResourceArn")
        if name in ("ListTags", "AddTags", "DeleteTags") and not _OURS.search(str(arn)):
            return ""
        if name == "Search" and request.get("Resource") != "TrainingJob":
            return ""
        return name


def _found(backend: TrainingBackend, name: str) -> TrainingJob:
    job = backend.training_jobs_kept.get(name)
    if job is None:
        raise Refusal("ValidationException", "Requested resource not found.")
    return job


def _find_tagged(backend: TrainingBackend, arn: str) -> tuple[Any, Any]:
    table, job = backend.find_tagged(arn)
    if job is None:
        raise Refusal("ValidationException", "Requested resource not found.")
    return table, job


def _show_found(job: TrainingJob) -> dict[str, Any]:
    members = service("sagemaker").shape_for("TrainingJob").members
    shown = {name: value for name, value in describe(job).items() if name in members}
    return {"TrainingJob": shown | {"Tags": job.tags}}


def _summary(job: TrainingJob) -> Json:
    ended = {} if job.ended is None else {"TrainingEndTime": job.ended}
    return {
        "TrainingJobName": job.name,
        "TrainingJobArn": job.arn,
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "TrainingJobStatus": job.status,
        "SecondaryStatus": job.secondary,
        **ended,
    }
