"""Training jobs as SageMaker describes them, and Search over them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
"""

from __future__ import annotations

from typing import Any

from ..service.operations import Json
from ..service.refusal import Refusal
from ..service.shapes import service
from . import metrics
from .logs import write_training
from .records import TrainingJob

_MISSING = object()
_SPOT = 0.3


def describe(job: TrainingJob) -> Json:
    """The members of a TrainingJob that apply to it; its tags are left to the caller.

    As AWS's recorded answers have it, ModelArtifacts is not there before the model is, whatever the model of the
    service requires, and TrainingStartTime is the start of the download:
    https://github.com/schematical/sc-terraform/blob/HEAD/modules/sagemaker/README.md
    """
    shape = service("sagemaker").operation_model("DescribeTrainingJob").output_shape
    assert shape is not None
    echoed = {name: value for name, value in job.request.items() if name in shape.members}
    described = {
        **_fill_in(echoed),
        "TrainingJobArn": job.arn,
        "TrainingJobStatus": job.status,
        "SecondaryStatus": job.secondary,
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "SecondaryStatusTransitions": job.transitions,
        "StoppingCondition": job.request.get("StoppingCondition", {}),
    }
    if job.artifact:
        described["ModelArtifacts"] = {"S3ModelArtifacts": job.artifact}
    start = next((t["StartTime"] for t in job.transitions if t["Status"] == "Downloading"), None)
    if start is not None:
        described["TrainingStartTime"] = start
    if job.ended is not None:
        described["TrainingEndTime"] = job.ended
        if start is not None:
            described |= _measure(job, job.ended - start)
    if job.failure is not None:
        described["FailureReason"] = job.failure
    return described


def _fill_in(request: Json) -> Json:
    """Return a request with what AWS's answers have where the request says nothing, as people's recorded ones show.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
    """
    profiler = request.get("ProfilerConfig") or {"DisableProfiler": True}
    plain = {"CompressionType": "None", "RecordWrapperType": "None"}
    channels = [{**plain, **channel} for channel in request.get("InputDataConfig") or []]
    return {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        "ProfilingStatus": "Disabled" if profiler.get("DisableProfiler") else "Enabled",
        **request,
        "AlgorithmSpecification": {
            "EnableSageMakerMetricsTimeSeries": False,
            **request["AlgorithmSpecification"],
        },
        **({"InputDataConfig": channels} if channels else {}),
        "OutputDataConfig": {
            "KmsKeyId": "",
            "CompressionType": "GZIP",
            **request["OutputDataConfig"],
        },
    }


def _measure(job: TrainingJob, seconds: float) -> Json:
    """Return how long the job trained, what of it is paid for, and the last values of its metrics.

    A managed spot job costs less, which AWS shows as fewer billable seconds.
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    assert job.ended is not None
    paid = seconds * _SPOT if job.request.get("EnableManagedSpotTraining") else seconds
    lines = [] if job.started is None else write_training(job, 1, job.ended)
    final = metrics.read_final(job, lines)
    return {
        "TrainingTimeInSeconds": max(1, round(seconds)),
        "BillableTimeInSeconds": max(1, round(paid)),
        **({"FinalMetricDataList": final} if final else {}),
    }


def search(jobs: list[TrainingJob], request: Json) -> list[TrainingJob]:
    """The jobs that match, and have what they are sorted by."""
    expression = request.get("SearchExpression") or {}
    order = request.get("SortBy", "LastModifiedTime")
    return [job for job in jobs if _holds(job, expression) and read(job, order) is not _MISSING]


def _holds(job: TrainingJob, expression: Json) -> bool:
    if expression.get("NestedFilters"):
        raise Refusal("ValidationException", "The emulator's Search has no NestedFilters")
    results = [_matches(job, entry) for entry in expression.get("Filters") or []]
    results += [_holds(job, inner) for inner in expression.get("SubExpressions") or []]
    if expression.get("Operator") == "Or":
        return any(results)
    return all(results)


def _matches(job: TrainingJob, entry: Json) -> bool:
    value = read(job, entry["Name"])
    operator: str = entry.get("Operator", "Equals")
    wanted: str = entry.get("Value", "")
    present = value is not _MISSING
    if operator in ("Exists", "NotExists"):
        return present == (operator == "Exists")
    if operator == "NotEquals":
        return not present or str(value) != wanted
    if not present:
        return False
    if operator == "Equals":
        return str(value) == wanted
    if operator == "Contains":
        return wanted in str(value)
    if operator == "In":
        return str(value) in wanted.split(",")
    number, limit = _number(value), _number(wanted)
    return {
        "GreaterThan": number > limit,
        "GreaterThanOrEqualTo": number >= limit,
        "LessThan": number < limit,
        "LessThanOrEqualTo": number <= limit,
    }[operator]


def read(job: TrainingJob, name: str) -> Any:
    """Return a property by its name, such as `OutputDataConfig.S3OutputPath` or `Tags.team`."""
    if name.startswith("Tags."):
        tags = {tag["Key"]: tag["Value"] for tag in job.tags}
        return tags.get(name.removeprefix("Tags."), _MISSING)
    value: Any = describe(job)
    for part in name.split("."):
        value = value.get(part, _MISSING) if isinstance(value, dict) else _MISSING
    return value


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Refusal("ValidationException", f"{value} is not a number") from error
