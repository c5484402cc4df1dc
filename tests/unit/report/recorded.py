"""Answers of AWS, replayed: `answers.json` has them by operation and by what was asked for.

The service job `a4d6c728-...` is the example of AWS's own page, with a name and tags of ours; the others have its form.
Moments are seconds since 1970 there, as in SageMaker's and Personalize's JSON. botocore's models judge every answer.
https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeServiceJob.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.aws import Account
from tests.fakes.records import moment, refusal

SINCE, NOW = 1_719_900_000_000.0, 1_722_529_200_000.0
_ASKED = (
    "jobQueue",
    "jobId",
    "TrainingJobName",
    "TransformJobName",
    "ResourceArn",
    "resourceArn",
    "batchInferenceJobArn",
)


def read_answers() -> dict[str, dict[str, Any]]:
    text = (Path(__file__).parent / "answers.json").read_text("utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


@dataclass
class Recorded(Account):
    """An account that answers what was recorded, to whoever has the preview role."""

    role: str = "preview"
    answers: dict[str, dict[str, Any]] = field(default_factory=read_answers)

    def answer(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        asked = next((str(request[name]) for name in _ASKED if name in request), "")
        found = self.answers.get(operation, {})
        if asked not in found:
            raise refusal("ValidationException", "Requested resource not found.")
        answer: dict[str, Any] = _date(found[asked])
        return answer


def _date(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _date(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_date(item) for item in value]
    return moment(value) if name.endswith("Time") else value
