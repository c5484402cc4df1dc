"""The committed schemas are what the generator writes, and say what AWS's models say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from components.schema import FOLDER, at
from tools.schemas.generate import main, write_files
from tools.schemas.shapes import translate_pattern

FILES = write_files()
NAMES = sorted(FILES)


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_committed_schemas_are_fresh(name: str) -> None:
    """`make schemas` would change nothing."""
    assert (FOLDER / name).read_text("utf-8") == FILES[name], "run make schemas"


def test_no_schema_is_left_over() -> None:
    """Every request schema is generated."""
    found = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("requests/*")}
    assert found <= set(NAMES)


def test_the_command_writes_them(tmp_path: Path) -> None:
    """The generator writes into the folder it is given, the same bytes each time."""
    assert main([str(tmp_path)]) == 0
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    main([str(tmp_path)])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == first


@pytest.mark.parametrize("name", NAMES)
def test_each_is_valid_2020_12(name: str) -> None:
    """Each schema is a valid JSON Schema of draft 2020-12, and says so."""
    document = schema(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_somewhere(name: str) -> None:
    """References stay in the file, and no definition is unused."""
    document = schema(name)
    used = set(_values(document, "$ref"))
    assert used == {f"#/$defs/{key}" for key in document.get("$defs", {})}


def _values(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key and isinstance(item, str):
                yield item
            else:
                yield from _values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, key)


@pytest.mark.parametrize("name", NAMES)
def test_patterns_mean_the_same_everywhere(name: str) -> None:
    """No pattern uses what ECMAScript, Java and Python read differently: classes by letter, a dot, properties."""
    for found in _values(schema(name), "pattern"):
        outside = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", found)
        assert not re.search(r"\\[dwpsDWPSbBAZ]", found.replace(r"[\S]", "")), found
        assert "." not in outside.replace("\\.", ""), found
        assert found.startswith("^") or found == "\\$\\{"
        re.compile(found)


@pytest.mark.parametrize(
    ("java", "good", "bad"),
    [
        (r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", ["a", "a-b", "a--b"], ["", "-a", "a-", "a_b"]),
        (
            r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
            ["", "Größe 2", "訓練", "a.b:c/d=e+f-g@h"],
            ["a&b", "a\tb", "(a)", "a[b"],
        ),
        (
            r"arn:[\p{Alnum}\-]+:lambda:.*",
            ["arn:aws-cn:lambda:", "arn:aws:lambda:x"],
            ["arn:å:lambda:", "arn:aws:lambda:\n"],
        ),
        (r"\d{12}", ["123456789012"], ["12345678901", "1234567890123", "١٢٣٤٥٦٧٨٩٠١٢"]),
        (r".+", ["a", "a b"], ["", "a\nb", "a\u2028b", "a\r"]),
        (r"[\S\s]", ["\n", "a"], ["", "ab"]),
        (r"^[a-z]+", ["abc"], ["abc1"]),
        (r"a|bc", ["a", "bc"], ["abc", "ac"]),
        (r"x(?<!-)", ["x"], ["x-"]),
    ],
)
def test_java_patterns_are_translated(java: str, good: list[str], bad: list[str]) -> None:
    """A model's pattern matches a whole value, with Java's meaning of its classes and of the dot."""
    regex = re.compile(translate_pattern(java)[:-1] + r"\Z")
    assert [text for text in good if not regex.search(text)] == []
    assert [text for text in bad if regex.search(text)] == []


def test_an_unknown_class_stops_the_generator() -> None:
    """A pattern class without a translation is an error of `make schemas`, not a schema that lets everything pass."""
    with pytest.raises(ValueError, match=r"\\p\{Lu\}"):
        translate_pattern(r"[\p{Lu}]")


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (
            ("jobName",),
            {"minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
        ),
        (("schedulingPriority",), {"minimum": 0, "maximum": 9999}),
        (("retryStrategy", "attempts"), {"minimum": 1, "maximum": 10}),
        (("retryStrategy", "evaluateOnExit"), {"maxItems": 5}),
        (("retryStrategy", "evaluateOnExit", 0, "onStatusReason"), {"maxLength": 512}),
        (("tags",), {"minProperties": 1, "maxProperties": 50}),
        (("serviceRequestPayload", "TrainingJobName"), {"minLength": 1, "maxLength": 63}),
        (
            ("serviceRequestPayload", "StoppingCondition", "MaxPendingTimeInSeconds"),
            {"minimum": 1800, "maximum": 2419200},
        ),
        (("serviceRequestPayload", "HyperParameters"), {"maxProperties": 100}),
        (("serviceRequestPayload", "InputDataConfig"), {"minItems": 1, "maxItems": 20}),
    ],
)
def test_limits_of_models_and_prose(path: tuple[str | int, ...], rules: dict[str, Any]) -> None:
    """The strict schema has the models' limits, and the stricter ones that AWS states in prose."""
    found = at("requests/ServiceJob", path)
    assert found is not None
    assert {name: found.get(name) for name in rules} == rules


def test_what_we_fill_in_is_not_required() -> None:
    """Names and the job type, which every author would write alike, may be left out."""
    batch = schema("requests/ServiceJob.schema.json")["$defs"]
    assert batch["batch.SubmitServiceJobRequest"]["required"] == [
        "jobQueue",
        "serviceRequestPayload",
    ]
    assert batch["sagemaker.CreateTrainingJobRequest"]["required"] == [
        "RoleArn",
        "OutputDataConfig",
    ]
    personalize = schema("requests/BatchInferenceJob.schema.json")["$defs"]
    required = personalize["personalize.CreateBatchInferenceJobRequest"]["required"]
    assert required == ["solutionVersionArn", "jobInput", "jobOutput", "roleArn"]
