"""What an editor says of a job file: the union schema, with any validator of draft 2020-12."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from components.jobfile import JobFile, load
from components.kinds import KINDS
from components.schema import FOLDER
from tests.unit.jobfile.cases import examples

ROOT = Path(__file__).resolve().parents[3]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8")))


UNION = validator("job")


def said(document: Any) -> list[tuple[str, str]]:
    """(path, keyword) of each error."""
    errors = UNION.iter_errors(document)
    return sorted((".".join(map(str, e.absolute_path)), str(e.validator)) for e in errors)


def job(**request: Any) -> dict[str, Any]:
    text = (ROOT / "tests/cases/accepted/minimal-service-job.yaml").read_text("utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    document["request"].update(request)
    return document


def _files() -> list[JobFile]:
    files, _ = load([*examples("accepted"), ROOT / "jobs"], ROOT)
    return files


@pytest.mark.parametrize("file", _files(), ids=lambda file: str(file.path))
def test_accepted_files_are_valid(file: JobFile) -> None:
    """What we accept, an editor accepts: the samples, and every example with all its interpolations."""
    assert said(file.document) == []
    errors = validator(str(file.document["kind"])).iter_errors(file.document)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"jobQueue": 5}, ("request.jobQueue", "type")),
        ({"retryStrategy": {"attempts": 11}}, ("request.retryStrategy.attempts", "maximum")),
        ({"retryStrategy": {}}, ("request.retryStrategy", "required")),
        ({"jobQueu": "a"}, ("request", "additionalProperties")),
        ({"serviceJobType": "SAGEMAKER"}, ("request.serviceJobType", "anyOf")),
        ({"serviceRequestPayload": {}}, ("request.serviceRequestPayload", "required")),
    ],
)
def test_an_error_is_where_the_mistake_is(change: dict[str, Any], error: tuple[str, str]) -> None:
    """A mistake in a request is one error at its own place, not one at the top about alternatives."""
    found = said(job(**change))
    assert error in found
    assert {path for path, _ in found} == {error[0]}


@pytest.mark.parametrize(
    "change",
    [
        {"schedulingPriority": "${config.priority}"},
        {"retryStrategy": {"attempts": "${matrix.attempts}"}},
        {"jobName": "churn-${stack}"},
        {"serviceJobType": "${config.type}"},
        {"serviceRequestPayload": '{"RoleArn": "..."}'},
    ],
)
def test_an_interpolation_may_stand_anywhere(change: dict[str, Any]) -> None:
    """`${...}` is right where a number, a word of a list or a patterned text belongs; so is a payload as text."""
    assert said(job(**change)) == []


def test_a_missing_or_unknown_kind_is_the_only_error() -> None:
    """Without a kind there is one error, that says so, and the kinds to choose from."""
    document = job()
    del document["kind"]
    assert said(document) == [("", "required")]
    assert said({**document, "kind": "Job"}) == [("kind", "enum")]


def test_an_overlay_is_a_part() -> None:
    """An overlay needs nothing, may take fields away with null, and knows its fields."""
    good = {"request": {"jobQueue": "other", "tags": None, "retryStrategy": {"attempts": None}}}
    assert said({**job(), "stacks": {"prod": good}}) == []
    bad = {"request": {"jobQueu": "other"}}
    assert said({**job(), "stacks": {"prod": bad}}) == [
        ("stacks.prod.request", "additionalProperties")
    ]
    assert said({**job(), "stacks": {"prod": {"kind": "ServiceJob"}}}) == [
        ("stacks.prod", "additionalProperties")
    ]


def test_a_new_instance_type_is_no_error_in_an_editor() -> None:
    """An instance type newer than the schema is let through, a word that cannot be one is not."""
    document = job()
    resources = document["request"]["serviceRequestPayload"]["ResourceConfig"]
    resources["InstanceType"] = "ml.m9g.xlarge"
    assert said(document) == []
    resources["InstanceType"] = "m9g"
    assert [keyword for _, keyword in said(document)] == ["anyOf"]


def test_fields_have_words_and_examples() -> None:
    """Our keys and what every job needs are described, in our own words."""
    union = UNION.schema
    assert all("description" in part for part in union["properties"].values())
    request = union["$defs"]["batch.SubmitServiceJobRequest"]["properties"]
    assert all("description" in part for part in request.values())
    assert union["properties"]["watch"]["examples"] == [
        ["s3://bucket/data/_SUCCESS", "../data/*.json"]
    ]
    assert union["properties"]["onDelete"]["default"] == "refuse"


@pytest.mark.parametrize("part", ["", "overlay."])
@pytest.mark.parametrize(
    "shape", ["batch.SubmitServiceJobRequest", "sagemaker.CreateTrainingJobRequest"]
)
def test_every_field_has_a_type_where_an_editor_looks_for_it(part: str, shape: str) -> None:
    """yaml-language-server completes `jobQueue: ` only where the type is not hidden behind if/else."""
    parts = UNION.schema["$defs"]
    for name, field in parts[part + shape]["properties"].items():
        while "$ref" in field:
            field = parts[field["$ref"].removeprefix("#/$defs/")]
        # a list of words is completed with the first of them
        assert "type" in field or "anyOf" in field or name == "serviceJobType", name


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_only(kind: str) -> None:
    """A kind's own schema takes no other kind."""
    other = copy.deepcopy(job())
    other["kind"] = next(name for name in KINDS if name != kind)
    assert not validator(kind).is_valid(other)
