"""The metrics of a training job: what its log says of them, and what SageMaker reads there.

SageMaker searches the log with the expressions of MetricDefinitions, whose first group is the value.
https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html
"""

from __future__ import annotations

import hashlib
import re
import sys
from typing import Any

from .records import TrainingJob

if sys.version_info >= (3, 11):
    from re import _parser as parser  # type: ignore[attr-defined]
else:
    import sre_parse as parser

_RISES = re.compile(r"(?i)acc|auc|f1|precision|recall|ndcg|map\b|score|bleu|r2")


def lose(name: str, step: int) -> float:
    """Return a loss that falls from step to step, not evenly; the same for the same name."""
    noise = int(hashlib.sha256(f"{name}.{step}".encode()).hexdigest()[:4], 16) / 0xFFFF
    return 0.05 + 0.64 * 0.97**step + 0.01 * noise


def write(job: TrainingJob, step: int) -> list[str]:
    """Return the lines in which a step's metrics are found by their own expressions."""
    found = (_write_metric(name, regex, step) for name, regex in _list_definitions(job))
    return [line for line in found if line]


def read_final(job: TrainingJob, lines: list[tuple[float, str]]) -> list[dict[str, Any]]:
    """Return FinalMetricDataList: the last value of each metric that the log has.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricData.html
    """
    final = []
    for name, regex in dict(_list_definitions(job)).items():
        for at, line in reversed(lines):
            value = _read(regex, line)
            if value is not None:
                final.append({"MetricName": name, "Value": value, "Timestamp": at})
                break
    return final


def _list_definitions(job: TrainingJob) -> list[tuple[str, str]]:
    algorithm = job.request.get("AlgorithmSpecification") or {}
    return [(each["Name"], each["Regex"]) for each in algorithm.get("MetricDefinitions") or []]


def _write_metric(name: str, regex: str, step: int) -> str | None:
    loss = lose(name, step)
    value = 1 - loss if _RISES.search(name) else loss
    try:
        line = _match(parser.parse(regex), f"{value:.5f}")
    except (re.error, RecursionError):
        return None
    return line if line and "\n" not in line and _read(regex, line) is not None else None


def _read(regex: str, line: str) -> float | None:
    try:
        found = re.search(regex, line)
        return float(found[1]) if found else None
    except (re.error, IndexError, TypeError, ValueError):
        return None


def _match(pattern: Any, value: str) -> str:
    """Return a text that a parsed expression matches, with the value as its first group."""
    text = ""
    for operation, argument in pattern:
        name = str(operation)
        if name == "IN":
            text += _pick(argument)
        elif name in ("LITERAL", "NOT_LITERAL", "ANY"):
            text += _pick([(operation, argument)])
        elif name.endswith("REPEAT"):
            least, _, item = argument
            once = _match(item, value)
            text += once if value in once else once * least
        elif name == "SUBPATTERN":
            text += value if argument[0] == 1 else _match(argument[-1], value)
        elif name == "BRANCH":
            text += _match(argument[1][0], value)
        elif name == "ATOMIC_GROUP":
            text += _match(argument, value)
    return text


def _pick(options: list[tuple[Any, Any]]) -> str:
    """Return a character of a set, such as `[0-9.]`."""
    operation, argument = options[0]
    name = str(operation)
    if name in ("NEGATE", "NOT_LITERAL", "ANY"):
        refused = {chr(value) for kind, value in options if str(kind).endswith("LITERAL")}
        return next(character for character in "-=x0 " if character not in refused)
    if name == "CATEGORY":
        kinds = {"DIGIT": "0", "SPACE": " ", "WORD": "a"}
        return kinds.get(str(argument).removeprefix("CATEGORY_"), "-")
    return chr(argument[0] if name == "RANGE" else argument)
