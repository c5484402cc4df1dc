"""The operations on training jobs. Everything else of SageMaker is moto's."""

from __future__ import annotations

import re
from typing import Any

from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from ..service import context
from ..service.operations import Json, Operations
from ..service.refusal import Refusal
from ..service.table import Table
from . import life, rules, transform
from .jobs import check_running, list_jobs
from .models import TrainingBackend
from .records import TrainingJob
from .search import describe, search

_OURS = re.compile(r":(training|transform)-job/")


def create_training_job(backend: TrainingBackend, request: Json) -> Json:
    """Start a training job without Batch."""
    problem = rules.find_problem(request)
    if problem is not None:
        raise Refusal("ValidationException", problem)
    name = request["TrainingJobName"]
    if name in backend.training_jobs_kept:
        arn = backend.arn(f"training-job/{name}")
        raise Refusal("ResourceInUse", f"Training job names must be unique: {arn} already exists.")
    arn = life.create(backend, request, {}, context.now(), by_batch=False)
    return {"TrainingJobArn": arn}


def describe_training_job(backend: TrainingBackend, request: Json) -> Json:
    """Describe one job, with everything that it was created with."""
    return describe(_find(backend, request))


def stop_training_job(backend: TrainingBackend, request: Json) -> Json:
    """Stop a job that runs; Batch takes notice."""
    job = _find(backend, request)
    check_running(job, "training job")
    job.stop_asked = True
    life.enter(backend, job.arn, "Stopping", context.now())
    return {}


def list_training_jobs(backend: TrainingBackend, request: Json) -> Json:
    """List jobs, the oldest first unless asked otherwise."""
    return list_jobs(backend.training_jobs_kept, request, "Training", "Ascending")


def list_tags(backend: TrainingBackend, request: Json) -> Json:
    """Return the tags of a job."""
    return {"Tags": _find_tagged(backend, request)[1].tags}


def add_tags(backend: TrainingBackend, request: Json) -> Json:
    """Add or overwrite tags of a job; at most 50."""
    table, job = _find_tagged(backend, request)
    tags = list({tag["Key"]: tag for tag in [*job.tags, *request["Tags"]]}.values())
    if len(tags) > 50:
        raise Refusal("ValidationException", "A resource can have at most 50 tags")
    job.tags = tags
    table.put(job)
    return {"Tags": tags}


def delete_tags(backend: TrainingBackend, request: Json) -> Json:
    """Take tags off a job."""
    table, job = _find_tagged(backend, request)
    job.tags = [tag for tag in job.tags if tag["Key"] not in request["TagKeys"]]
    table.put(job)
    return {}


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
        "DescribeModel": transform.describe_model,
        "Search": search,
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


def _find(backend: TrainingBackend, request: Json) -> TrainingJob:
    job = backend.training_jobs_kept.get(request["TrainingJobName"])
    if job is None:
        raise Refusal("ValidationException", "Requested resource not found.")
    return job


def _find_tagged(backend: TrainingBackend, request: Json) -> tuple[Table[Any], Any]:
    """Return the job of the request's ARN, and its table."""
    arn = request["ResourceArn"]
    table: Table[Any] = backend.training_jobs_kept
    if ":transform-job/" in arn:
        table = backend.transform_jobs_kept
    job = table.get(arn.rpartition("/")[2])
    if job is None or job.arn != arn:
        raise Refusal("ValidationException", "Requested resource not found.")
    return table, job
