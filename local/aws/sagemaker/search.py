"""Training jobs as SageMaker describes them, and Search over them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ..service.operations import Json, page
from ..service.refusal import Refusal
from ..service.shapes import keep_members, output, service
from . import metrics
from .jobs import PAGE, summarize
from .logs import write_training
from .models import TrainingBackend
from .records import TrainingJob

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_SPOT = 0.3


def describe(job: TrainingJob) -> Json:
    """Return what DescribeTrainingJob answers.

    As AWS's recorded answers have it, ModelArtifacts is not there before the model is, whatever the model of the
    service requires, and TrainingStartTime is the start of the download:
    https://github.com/schematical/sc-terraform/blob/HEAD/modules/sagemaker/README.md
    """
    start = next((t["StartTime"] for t in job.transitions if t["Status"] == "Downloading"), None)
    described = {
        **_fill_in(job.request),
        **summarize(job),
        "SecondaryStatusTransitions": job.transitions,
        "StoppingCondition": job.request.get("StoppingCondition", {}),
        "ModelArtifacts": {"S3ModelArtifacts": job.artifact} if job.artifact else None,
        "TrainingStartTime": start,
        **({} if start is None or job.ended is None else _measure(job, job.ended - start)),
    }
    return keep_members(described, output("sagemaker", "DescribeTrainingJob"))


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
        "FinalMetricDataList": final or None,
    }


def search(backend: TrainingBackend, request: Json) -> Json:
    """Find training jobs by their tags and other properties, newest change first unless asked otherwise.

    Those without the property that they are sorted by are left out.
    """
    expression = request.get("SearchExpression") or {}
    order = request.get("SortBy", "LastModifiedTime")
    if _find_kind(order) in ("structure", "list", "map"):
        raise Refusal("ValidationException", f"SortBy: {order} has no order")
    shape = service("sagemaker").shape_for("TrainingJob")
    jobs = [(job, _read_properties(job)) for job in backend.training_jobs_kept]
    return page(
        [
            each
            for each in jobs
            if _holds(each[1], expression) and _follow(each[1], order) is not None
        ],
        request,
        "Results",
        lambda each: {"TrainingJob": keep_members(each[1], shape) | {"Tags": each[0].tags}},
        "ValidationException",
        PAGE,
        rank=lambda each: [_follow(each[1], order), each[0].name],
        reverse=request.get("SortOrder") != "Ascending",
    )


def _read_properties(job: TrainingJob) -> Json:
    """Return what a filter may name: what describes the job, and `Tags.team` or `Metrics.loss` beside that."""
    properties = describe(job)
    final = properties.get("FinalMetricDataList", [])
    return {
        **properties,
        "Tags": {tag["Key"]: tag["Value"] for tag in job.tags},
        "Metrics": {each["MetricName"]: each["Value"] for each in final},
    }


def _holds(job: Json, expression: Json) -> bool:
    filters = expression.get("Filters") or []
    results = [_matches(_follow(job, each["Name"]), each) for each in filters]
    results += [_holds_nested(job, each) for each in expression.get("NestedFilters") or []]
    results += [_holds(job, inner) for inner in expression.get("SubExpressions") or []]
    if expression.get("Operator") == "Or":
        return any(results)
    return all(results)


def _holds_nested(job: Json, nested: Json) -> bool:
    """Whether one entry of a list, such as InputDataConfig, passes all filters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NestedFilters.html
    """
    prefix = nested["NestedPropertyName"]
    if _find_kind(prefix) != "list":
        raise Refusal("ValidationException", f"NestedPropertyName: {prefix} is not a list")
    return any(
        all(
            _matches(_follow(entry, each["Name"].removeprefix(f"{prefix}.")), each)
            for each in nested["Filters"]
        )
        for entry in _follow(job, prefix) or []
    )


def _matches(value: Any, entry: Json) -> bool:
    """Whether a value passes a filter, by the kind of its property.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html
    """
    kind = _find_kind(entry["Name"])
    name: str = entry.get("Operator", "Equals")
    wanted: str = entry.get("Value", "")
    present = value is not None
    if name in ("Exists", "NotExists"):
        return present == (name == "Exists")
    if name == "In":
        return present and str(value) in wanted.split(",")
    if name == "Contains":
        return present and wanted in str(value)
    if kind == "string" and name not in ("Equals", "NotEquals"):  # a hyperparameter may be a number
        kind = "float"
    limit = _parse(wanted, kind)
    return _COMPARE[name](_parse(value, kind), limit) if present else name == "NotEquals"


def _follow(value: Any, name: str) -> Any:
    """Return a property by its name, such as `OutputDataConfig.S3OutputPath`; `None` where there is none."""
    head, _, rest = name.partition(".")
    if not isinstance(value, dict):
        return None
    if name in value:  # a tag's key may have dots
        return value[name]
    return _follow(value.get(head), rest)


def _find_kind(name: str) -> str:
    """Return the kind of a training job's property in the service model; a ValidationException where it has none."""
    head, _, rest = name.partition(".")
    if rest and head in ("Tags", "Metrics"):
        return "string" if head == "Tags" else "float"
    shape = service("sagemaker").shape_for("TrainingJob")
    for part in name.split("."):
        if shape.type_name == "map":
            return str(shape.value.type_name)
        shape = shape.member if shape.type_name == "list" else shape
        if shape.type_name != "structure" or part not in shape.members:
            raise Refusal("ValidationException", f"Unknown property name: {name}")
        shape = shape.members[part]
    return str(shape.type_name)


def _parse(value: Any, kind: str) -> Any:
    """Return a property's value, or the text that it is compared with, as what it is compared as."""
    try:
        if kind == "timestamp" and isinstance(value, str):
            at = datetime.fromisoformat(value.replace("Z", "+00:00"))
            return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()
        if kind in ("timestamp", "integer", "long", "float", "double"):
            return float(value)
    except (TypeError, ValueError) as error:
        wanted = "an ISO 8601 time" if kind == "timestamp" else "a number"
        raise Refusal("ValidationException", f"{value} is not {wanted}") from error
    return str(value).lower() if kind == "boolean" else str(value)
