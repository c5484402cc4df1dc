"""Requests made at random from botocore's service models, and a judge of them that shares no code with the schemas.

The judge is botocore's own `ParamValidator`, and beside it the limits that a model states and botocore does not check
(maxima, enumerations, patterns) and the documented ones that our schemas add.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.kinds import KINDS

PAYLOAD = "serviceRequestPayload"
OPERATIONS = {
    "ServiceJob": ("batch", "SubmitServiceJob"),
    "BatchInferenceJob": ("personalize", "CreateBatchInferenceJob"),
    "BatchSegmentJob": ("personalize", "CreateBatchSegmentJob"),
    "TransformJob": ("sagemaker", "CreateTransformJob"),
    "payload": ("sagemaker", "CreateTrainingJob"),
}
# a value of each pattern that random letters do not fit
FITTING = {
    "AlgorithmName": "arn:aws:sagemaker:eu-west-1:123456789012:algorithm/mine",
    "ArnOrName": "my-algorithm",
    "RoleArn": "arn:aws:iam::123456789012:role/service-role/Training",
    "S3Uri": "s3://bucket/prefix/",
    "S3Location": "s3://bucket/users.json",
    "Arn": "arn:aws:personalize:eu-west-1:123456789012:solution/movies/11111111",
    "KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd",
    "FileSystemId": "fs-0123456789abcdef0",
    "TrainingRepositoryCredentialsProviderArn": "arn:aws:lambda:eu-west-1:123456789012:function:pull",
    "HubDataSetArn": "arn:aws:sagemaker:eu-west-1:aws:hub-content/Hub/DataSet/movies/1.0.0",
    "TrainingPlanArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/spring",
    "ServerlessJobBaseModelArn": "arn:aws:sagemaker:eu-west-1:aws:hub-content/Hub/Model/llama/1.0.0",
    "MlFlowResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/one",
    "ModelPackageGroupArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/churn",
    "ModelPackageArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/1",
    "SequenceLength": "32K",
}
# (least, most) of what AWS's pages limit and its models do not
DOCUMENTED: dict[tuple[str, str], tuple[int, int | None]] = {
    ("SubmitServiceJobRequest", "jobName"): (1, 128),
    ("SubmitServiceJobRequest", "jobQueue"): (1, None),
    ("SubmitServiceJobRequest", "shareIdentifier"): (1, None),
    ("SubmitServiceJobRequest", "quotaShareName"): (1, None),
    ("SubmitServiceJobRequest", "schedulingPriority"): (0, 9999),
    ("ServiceJobRetryStrategy", "attempts"): (1, 10),
    ("ServiceJobRetryStrategy", "evaluateOnExit"): (0, 5),
    ("ServiceJobEvaluateOnExit", "onStatusReason"): (1, 512),
    ("ServiceJobPreemptionConfiguration", "preemptionRetriesBeforeTermination"): (0, None),
    ("ServiceJobTimeout", "attemptDurationSeconds"): (1, None),
    ("ResourceConfig", "InstanceCount"): (1, None),
    ("InstanceGroup", "InstanceCount"): (1, None),
    ("InstancePreference", "InstanceCount"): (1, None),
    ("CreateBatchInferenceJobRequest", "numResults"): (1, None),
    ("CreateBatchSegmentJobRequest", "numResults"): (1, 5_000_000),
    ("CreateTransformJobRequest", "MaxPayloadInMB"): (0, 100),
}
JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@cache
def shape_of(name: str) -> StructureShape:
    """The input shape of one of the operations."""
    service, operation = OPERATIONS[name]
    shape = get_session().get_service_model(service).operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def valid(kind: str, rng: random.Random) -> dict[str, Any]:
    """A random request that the model and the pages allow, its payload as an object."""
    request: dict[str, Any] = _value(shape_of(kind), rng, 0)
    if kind == "ServiceJob":
        request[PAYLOAD] = _value(shape_of("payload"), rng, 0)
    return request


def _value(
    shape: Shape, rng: random.Random, depth: int, limits: tuple[Any, Any] = (None, None)
) -> Any:
    if isinstance(shape, StructureShape):
        chosen = {}
        for name, member in shape.members.items():
            if name in shape.required_members or rng.random() < 0.5 / (1 + depth):
                bounds = DOCUMENTED.get((shape.name, name), (None, None))
                chosen[name] = _value(member, rng, depth + 1, bounds)
        return chosen
    least, most = _limits(shape, limits)
    if isinstance(shape, ListShape):
        count = rng.choice([least, least, min(most, least + 2), min(most, 6)])
        return [_value(shape.member, rng, depth + 1) for _ in range(count)]
    if isinstance(shape, MapShape):
        count = rng.choice([least, min(most, least + 1), min(most, least + 3)])
        pairs = {}
        while len(pairs) < min(count, len(shape.key.metadata.get("enum", range(count)))):
            pairs[_value(shape.key, rng, depth + 1)] = _value(shape.value, rng, depth + 1)
        return pairs
    if shape.type_name == "boolean":
        return rng.random() < 0.5
    if shape.type_name == "string":
        return _text(shape, rng, least, most)
    number = rng.choice([least, most, rng.randint(least, most)])
    return float(number) if shape.type_name == "double" and rng.random() < 0.5 else number


def _limits(shape: Shape, limits: tuple[Any, Any]) -> tuple[int, int]:
    large = 20 if isinstance(shape, ListShape | MapShape) else 2**31
    least = max(shape.metadata.get("min", 0), limits[0] or 0)
    most = min(shape.metadata.get("max", large), large if limits[1] is None else limits[1])
    return least, most


def _text(shape: Shape, rng: random.Random, least: int, most: int) -> str:
    if "enum" in shape.metadata:
        return str(rng.choice(shape.metadata["enum"]))
    if shape.name in FITTING:
        return FITTING[shape.name]
    most = min(most, 400)
    least = max(least, 1) if shape.metadata.get("pattern", ".*") != ".*" else least
    length = rng.choice([least, min(most, least + rng.randint(0, 12)), min(most, 256)])
    # names of variables and columns do not begin with a digit
    return "".join(
        [*rng.choices(LETTERS[:52], k=min(length, 1)), *rng.choices(LETTERS, k=length - 1)]
    )


def mutated(request: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one thing or two changed: something else there, missing, one more, too long, misspelt."""
    result = copy.deepcopy(request)
    for _ in range(rng.choice([1, 1, 1, 2])):
        spots = list(_spots(result))
        if not spots:
            break
        holder, key = rng.choice(spots)
        action = rng.randrange(6)
        value = holder[key]
        if action == 0 and isinstance(holder, dict):
            del holder[key]
        elif action == 1 and isinstance(holder, dict):
            holder[f"{key}s"] = holder.pop(key)
        elif action == 2 and isinstance(value, str):
            holder[key] = rng.choice(
                [value * 40, value[:1], "", f"{value}\n", f" {value}", f"{value}!", "é" + value]
            )
        elif action == 3 and isinstance(value, int | float) and not isinstance(value, bool):
            holder[key] = rng.choice([-1, 0, 1, value + 1, value * 1000, 1.5, 2**40])
        elif action == 4 and isinstance(value, list) and value:
            holder[key] = rng.choice([value * 30, [], value[:1]])
        else:
            holder[key] = rng.choice([None, 7, "7", True, 0.5, [], {}, ["x"], {"x": "y"}, "", -1])
    return result


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _spots(value[key])


def botocore_takes(kind: str, request: dict[str, Any]) -> bool:
    """What botocore's `ParamValidator` says, of the payload too, once the names that we fill in are there."""
    whole = dict(request)
    whole.setdefault(KINDS[kind].request.name_field, "name")
    if kind == "ServiceJob":
        whole.setdefault("serviceJobType", "SAGEMAKER_TRAINING")
        payload = whole.get(PAYLOAD)
        if not isinstance(payload, dict):
            return False
        filled = {"TrainingJobName": "name", **payload}
        if ParamValidator().validate(filled, shape_of("payload")).has_errors():
            return False
        whole[PAYLOAD] = json.dumps(payload)
    return not ParamValidator().validate(whole, shape_of(kind)).has_errors()


def allowed(kind: str, request: dict[str, Any]) -> bool:
    """Whether the model and AWS's pages allow the request."""
    if not botocore_takes(kind, request):
        return False
    rest = {name: value for name, value in request.items() if name != PAYLOAD}
    within = kind != "ServiceJob" or _within(shape_of("payload"), request[PAYLOAD], (None, None))
    if "jobName" in request and not JOB_NAME.fullmatch(request["jobName"]):
        return False
    return within and _within(shape_of(kind), rest, (None, None))


def _within(shape: Shape, value: Any, limits: tuple[Any, Any]) -> bool:
    if isinstance(shape, StructureShape):
        return all(
            _within(shape.members[name], item, DOCUMENTED.get((shape.name, name), (None, None)))
            for name, item in value.items()
        )
    size = len(value) if isinstance(value, list | dict | str) else value
    if isinstance(value, bool):
        return shape.type_name == "boolean"  # botocore takes true for a number; AWS does not
    # botocore checks no minimum of a mapping's size
    least = shape.metadata.get("min") if limits[0] is None else limits[0]
    most = shape.metadata.get("max") if limits[1] is None else limits[1]
    if (least is not None and size < least) or (most is not None and size > most):
        return False
    if isinstance(shape, ListShape):
        return all(_within(shape.member, item, (None, None)) for item in value)
    if isinstance(shape, MapShape):
        return all(
            _within(shape.key, key, (None, None)) and _within(shape.value, item, (None, None))
            for key, item in value.items()
        )
    if not isinstance(value, str):
        return True
    if shape.name == "ServiceJobRetryAction":
        return value.upper() in shape.metadata["enum"]  # AWS's own example has "Retry"
    if "enum" in shape.metadata and value not in shape.metadata["enum"]:
        return False
    return bool(re.fullmatch(java(shape.metadata.get("pattern", r"[\S\s]*")), value))


def java(pattern: str) -> str:
    """The pattern as Python reads it. Letters of other scripts are let through: the strings here have few."""
    words = r"[^\x00-\x1f!\"#$%&'()*,;<>?\[\\\]^`{|}~\x7f-\x9f]"
    pattern = pattern.replace(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]", words)
    return "(?a:" + pattern.replace(r"\p{Alnum}", "A-Za-z0-9") + ")"
