"""Whatever stands in a job file, there is an answer: jobs or problems, never an exception."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.jobfile import JobFile, read_text
from tests.unit.jobfile.making import expand
from tests.unit.schema.requests import mutated

from .cases import CONTEXT

WHOLE: list[dict[str, Any]] = [
    {
        "kind": "ServiceJob",
        "name": "churn",
        "request": {
            "jobQueue": "${config.queue}",
            "schedulingPriority": "${matrix.priority}",
            "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]},
            "serviceRequestPayload": {
                "RoleArn": "arn:aws:iam::123456789012:role/Training",
                "AlgorithmSpecification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
                "HyperParameters": {"key": "${config.password}", "eta": "${matrix.eta}"},
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {
                            "S3DataSource": {
                                "S3DataType": "S3Prefix",
                                "S3Uri": "s3://bucket/train/",
                            }
                        },
                    }
                ],
                "OutputDataConfig": {"S3OutputPath": "s3://bucket/${period}/${generation}/"},
                "ResourceConfig": {"InstanceGroups": [], "KeepAlivePeriodInSeconds": 60},
                "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 60},
                "EnableManagedSpotTraining": True,
                "Tags": [{"Key": "team", "Value": "growth"}],
            },
            "tags": {"team": "growth"},
        },
        "code": {"dir": "../src", "entryPoint": "train.py"},
        "generation": "2026",
        "every": "week",
        "watch": ["s3://bucket/data/_SUCCESS"],
        "dependsOn": ["prepare"],
        "onReplace": "keep",
        "onDelete": "terminate",
        "adopt": "11111111-2222-3333-4444-555555555555",
        "matrix": {"eta": ["0.1", 0.3], "priority": [1, 2]},
        "stacks": {
            "prod": {"request": {"jobQueue": "other", "tags": {"team": None}}, "every": "day"}
        },
        "aliases": {"old": "churn-eta-0-1-priority-1"},
    },
    {
        "kind": "BatchInferenceJob",
        "request": {
            "solutionVersionArn": "${personalize.latest(arn:aws:personalize:::solution/movies)}",
            "roleArn": "arn:aws:iam::123456789012:role/Personalize",
            "jobInput": {"s3DataSource": {"path": "s3://bucket/in/"}},
            "jobOutput": {"s3DataDestination": {"path": "s3://bucket/${jobs.prepare.jobName}/"}},
            "batchInferenceJobConfig": {
                "itemExplorationConfig": {"explorationWeight": "0.3"},
                "rankingInfluence": {"POPULARITY": 0.5},
            },
            "batchInferenceJobMode": "THEME_GENERATION",
            "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "TITLE"}},
            "tags": [{"tagKey": "team", "tagValue": "growth"}],
        },
        "aliases": ["old"],
        "stacks": {"prod": {"request": {"numResults": 5}}},
    },
]


@given(rng=st.integers(0, 2**64).map(random.Random))
def test_a_changed_file_has_an_answer(rng: random.Random) -> None:
    """A job file with things changed at random is expanded, and every problem names the file."""
    document = mutated(mutated(rng.choice(WHOLE), rng), rng)
    if rng.random() < 0.3 and isinstance(document.get("request"), dict):
        request = document["request"]
        request["serviceRequestPayload"] = json.dumps(request.get("serviceRequestPayload"))
    file = read_text(json.dumps(document).encode(), "job")
    assert isinstance(file, JobFile)
    jobs, problems = expand([file], CONTEXT)
    assert {problem.file for problem in problems} <= {"job"}
    assert jobs or problems
    assert "correct horse" not in str(problems)


@given(text=st.text(st.sampled_from("{}[]:,-&*!|>'\"#%@`?\\ \n\tab10~.<é\0\ufeff"), max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    """Any text is a document or a problem, as YAML and as JSON."""
    for begin in ("", "{"):
        file = read_text((begin + text).encode(), "job")
        if isinstance(file, JobFile):
            expand([file], CONTEXT)


@given(data=st.binary(max_size=40))
def test_any_bytes_have_an_answer(data: bytes) -> None:
    """Bytes that are no text are a problem too."""
    file = read_text(data, "job")
    if isinstance(file, JobFile):
        expand([file], CONTEXT)
