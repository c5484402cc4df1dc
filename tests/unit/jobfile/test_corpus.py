"""Requests of public repositories are accepted, and mistakes in them are found where they are.

`tests/cases/corpus/requests.json` was rebuilt from the notebooks, programs and pages that it names, all of them under
Apache-2.0, MIT or MIT-0: what is no literal there (a variable, an account's number) is a plausible value here. Calls
with values that cannot be right (`roleArn="roleArn"` of a unit test) were left out. Who adds one writes where it is
from.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.errors import Problem
from components.jobfile import expand, read_text
from components.jobfile.model import JobFile
from components.wire import join_path

from .cases import CASES, CONTEXT

CORPUS: list[dict[str, Any]] = json.loads((CASES / "corpus" / "requests.json").read_text("utf-8"))
TRAINING = [each for each in CORPUS if each["operation"] == "CreateTrainingJob"]
BATCH = [each for each in CORPUS if each["operation"] == "CreateBatchInferenceJob"]
# they are of many regions
ANYWHERE = replace(CONTEXT, region="")


def document(case: dict[str, Any]) -> dict[str, Any]:
    """The job file that somebody would make of the request."""
    request = copy.deepcopy(case["request"])
    if case["operation"] == "CreateTrainingJob":
        request = {"jobQueue": "training", "serviceRequestPayload": request}
    kind = {"CreateTrainingJob": "ServiceJob", "SubmitServiceJob": "ServiceJob"}
    name = kind.get(case["operation"], str(case["operation"]).removeprefix("Create"))
    return {"kind": name, "request": request}


def problems(job: dict[str, Any]) -> list[Problem]:
    file = read_text(json.dumps(job).replace("${", "$${").encode(), "job")
    assert isinstance(file, JobFile)
    return expand([file], ANYWHERE)[1]


@pytest.mark.parametrize("case", CORPUS, ids=[str(index) for index in range(len(CORPUS))])
def test_a_real_request_is_accepted(case: dict[str, Any]) -> None:
    """No request that somebody has sent is refused."""
    assert [str(each) for each in problems(document(case)) if each.level == "error"] == []


def test_no_warning_is_noise() -> None:
    """No rule warns of half of them, but for the name that Batch leaves 23 characters of."""
    counts: dict[str, int] = {}
    for case in CORPUS:
        for rule in {each.rule for each in problems(document(case))} - {"training-name-length"}:
            counts[rule] = counts.get(rule, 0) + 1
    assert all(count < len(CORPUS) / 2 for count in counts.values()), counts


def test_each_says_where_it_is_from() -> None:
    """By the address of its file; no request is there twice."""
    assert all(case["from"].startswith("https://github.com/") for case in CORPUS)
    texts = {json.dumps(case["request"], sort_keys=True) for case in CORPUS}
    assert len(texts) == len(CORPUS)


Change = Callable[[dict[str, Any]], object]


def _set(*path: str | int, value: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        part: Any = request
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value

    return change


def _rename(parent: tuple[str | int, ...], old: str, new: str) -> Change:
    def change(request: dict[str, Any]) -> None:
        part: Any = request
        for step in parent:
            part = part[step]
        part[new] = part.pop(old)

    return change


_S = "serviceRequestPayload"
_ALGORITHM, _RESOURCES = (_S, "AlgorithmSpecification"), (_S, "ResourceConfig")
_CHANNEL = (_S, "InputDataConfig", 0)
_SOURCE = (*_CHANNEL, "DataSource", "S3DataSource")
# what somebody does to a request, and the path of what is said of it
MISTAKES: list[tuple[Change, tuple[str | int, ...]]] = [
    (_set("jobQueue", value="my queue"), ("jobQueue",)),
    (_set("jobQueue", value="arn:aws:batch:us-east-1:123456789012:queue/x"), ("jobQueue",)),
    (_set(*_RESOURCES, "InstanceCount", value=0), (*_RESOURCES, "InstanceCount")),
    (_set(*_RESOURCES, "InstanceCount", value="1"), (*_RESOURCES, "InstanceCount")),
    (_set(*_RESOURCES, "InstanceType", value="m5.xlarge"), (*_RESOURCES, "InstanceType")),
    (_set(*_RESOURCES, "InstanceType", value="ml.m5.extra"), (*_RESOURCES, "InstanceType")),
    (_rename(_RESOURCES, "VolumeSizeInGB", "VolumeSize"), (*_RESOURCES, "VolumeSize")),
    (_set(*_RESOURCES, "MaxRuntimeInSeconds", value=60), (*_RESOURCES, "MaxRuntimeInSeconds")),
    (_set(*_ALGORITHM, "TrainingInputMode", value="file"), (*_ALGORITHM, "TrainingInputMode")),
    (
        _set(*_ALGORITHM, "TrainingImage", value="https://1.dkr.ecr/x:1"),
        (*_ALGORITHM, "TrainingImage"),
    ),
    (_rename(_ALGORITHM, "TrainingImage", "Image"), (*_ALGORITHM, "Image")),
    (_set(_S, "TrainingImage", value="x:1"), (_S, "TrainingImage")),
    (_set(*_SOURCE, "S3Uri", value="bucket/train"), (*_SOURCE, "S3Uri")),
    (_set(*_SOURCE, "S3Uri", value="s3://my bucket/train"), (*_SOURCE, "S3Uri")),
    (_set(*_SOURCE, "S3DataType", value="Prefix"), (*_SOURCE, "S3DataType")),
    (_set(*_CHANNEL, "S3Uri", value="s3://bucket/train/"), (*_CHANNEL, "S3Uri")),
    (_rename(_CHANNEL, "ChannelName", "Channel"), (*_CHANNEL, "Channel")),
    (_set(_S, "RoleArn", value="SageMakerRole"), (_S, "RoleArn")),
    (_rename((_S,), "RoleArn", "RoleARN"), (_S, "RoleARN")),
    (_set(_S, "OutputDataConfig", value={}), (_S, "OutputDataConfig")),
    (
        _set(_S, "OutputDataConfig", "S3OutputPath", value="s3://A b/"),
        (_S, "OutputDataConfig", "S3OutputPath"),
    ),
    (_set(_S, "HyperParameters", value={"epochs": 10}), (_S, "HyperParameters", "epochs")),
    (_set(_S, "HyperParameters", value={"a": None}), (_S, "HyperParameters", "a")),
    (_set(_S, "EnableManagedSpotTraining", value="yes"), (_S, "EnableManagedSpotTraining")),
    (
        _set(_S, "StoppingCondition", value={"MaxRuntimeInSeconds": 9999999}),
        (_S, "StoppingCondition", "MaxRuntimeInSeconds"),
    ),
    (
        _set(_S, "VpcConfig", value={"SecurityGroupIds": ["subnet-1"], "Subnets": ["subnet-1"]}),
        (_S, "VpcConfig", "SecurityGroupIds", 0),
    ),
    (_set("retryStrategy", value={"attempts": 11}), ("retryStrategy", "attempts")),
    (_set("attempts", value=2), ("attempts",)),
    (_set("schedulingPriority", value="high"), ("schedulingPriority",)),
    (_set(_S, "TrainingJobStatus", value="Completed"), (_S, "TrainingJobStatus")),
]


@pytest.mark.parametrize("mistake", range(len(MISTAKES)))
@pytest.mark.parametrize("number", [0, 1])
def test_a_mistake_in_one_is_found(mistake: int, number: int) -> None:
    """With its path, in two of the requests each."""
    change, path = MISTAKES[mistake]
    whole = [
        case
        for case in TRAINING
        if case["request"].get("InputDataConfig")
        and "S3DataSource" in case["request"]["InputDataConfig"][0].get("DataSource", {})
        and {"TrainingImage"} <= case["request"]["AlgorithmSpecification"].keys()
        and {"VolumeSizeInGB", "InstanceCount"} <= case["request"].get("ResourceConfig", {}).keys()
    ]
    job = document(whole[(2 * mistake + number) % len(whole)])
    change(job["request"])
    wanted = join_path(("request", *path))
    assert wanted in [each.path for each in problems(job) if each.level == "error"]
