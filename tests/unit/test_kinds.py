"""Every kind's table against botocore's real service models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest

from components.kinds import KINDS, Call, Kind, Phase, find_folders, load_part, read_template
from components.provider import PROVIDERS
from components.resources import RESOURCES

_SESSION = botocore.session.get_session()
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def test_an_own_kind_is_a_folder_and_no_line_elsewhere(tmp_path: Path) -> None:
    """Upstream's in their order, then what a team has added; a folder without a table is none."""
    for name in ("transform_job", "zebra", "apple", "service_job"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.py").touch()
    (tmp_path / "texts").mkdir()
    own = find_folders(tmp_path)
    assert own[-2:] == ("apple", "zebra")
    assert set(own[:-2]) == {kind.folder for kind in KINDS.values()}


def model(service: str) -> Any:
    return _SESSION.get_service_model(service)


def calls(kind: Kind) -> list[tuple[str, Call]]:
    own = [
        kind.request.submit,
        kind.record.describe,
        kind.listing.call,
        kind.tags.add,
        kind.tags.remove,
        kind.tags.read,
    ]
    own += [each for each in (kind.listing.scopes, kind.listing.recent) if each]
    own += [*kind.request.in_place.values(), *([kind.terminate] if kind.terminate else [])]
    found = [(kind.service, call) for call in own]
    if kind.logs:
        found += [(kind.logs.service, call) for call in (kind.logs.streams, kind.logs.events)]
    if kind.link:
        link = kind.link
        found += [
            (link.service, call)
            for call in (
                *(link.describe, link.search, link.listing.call, link.terminate),
                *(link.tags.add, link.tags.remove, link.tags.read),
            )
        ]
    return found


@EACH
def test_every_operation_and_parameter_exists(kind: Kind) -> None:
    """A table that AWS's model does not know would fail at the first call, in production."""
    for service, call in calls(kind):
        operation = model(service).operation_model(call.operation)
        assert set(call.params) <= set(operation.input_shape.members)
        assert (
            set(operation.input_shape.required_members) <= set(call.params)
            or call is kind.request.submit
        )
        if call.result:
            assert call.result.split(".")[0] in operation.output_shape.members
        if call.next_token:
            assert call.next_token in operation.input_shape.members
            assert call.next_token in operation.output_shape.members


def follow(kind: Kind, shape: Any, path: str) -> Any:
    """The shape at a dotted path of a request: through lists, and into the payload's own service."""
    for part in path.split("."):
        while shape.type_name == "list":
            shape = shape.member
        shape = shape.members[part]
        if kind.payload and part == kind.payload.field:
            payload = model(kind.payload.service).operation_model(kind.payload.operation)
            shape = payload.input_shape
    return shape


@EACH
def test_every_part_is_there(kind: Kind) -> None:
    """A part that is missing would be a kind that is silently not checked, or a traceback in `jobctl new`."""
    rules = load_part(kind, "rules").RULES
    assert rules and all(map(callable, rules))
    preflight = load_part(kind, "preflight")
    assert callable(preflight.find_problems) and callable(preflight.find_example_record)
    texts = load_part(kind, "texts")
    assert texts.PROSE and texts.PATTERN_TEXTS and texts.TEXTS
    assert f"kind: {kind.name}" in read_template(kind)
    assert kind.events and kind.title
    assert PROVIDERS[kind.name].kind_name == kind.name
    assert RESOURCES[kind.name]._resource_type_name == f"dynamic/aws-jobs:{kind.name}"


@EACH
def test_every_declared_field_exists(kind: Kind) -> None:
    """Request fields in the request's shape, output paths in the description's."""
    request = model(kind.service).operation_model(kind.request.submit.operation).input_shape
    named = [
        kind.request.name_field,
        kind.tags.field,
        *kind.request.defaults,
        *kind.request.in_place,
    ]
    named += [kind.request.token_field] if kind.request.token_field else []
    named += [kind.payload.field] if kind.payload else []
    named += [kind.request.queue_field] if kind.request.queue_field else []
    assert set(named) <= set(request.members)
    assert kind.request.inputs and kind.request.outputs
    paths = [*kind.request.inputs, *kind.request.outputs]
    paths += [*([kind.request.role] if kind.request.role else [])]
    if kind.compute:
        compute = kind.compute
        paths += [compute.resources, *compute.limits, compute.attempts, compute.warm, compute.image]
    for path in filter(None, paths):
        assert follow(kind, request, path) is not None, path
    described = model(kind.service).operation_model(kind.record.describe.operation).output_shape
    if kind.record.describe.result:
        described = described.members[kind.record.describe.result]
    for path in [
        *kind.record.outputs.values(),
        kind.record.status_field,
        kind.listing.fields["created"],
    ]:
        shape = described
        for part in path.split("."):
            shape = shape.members[part]


def find(shape: Any, path: str) -> Any:
    """The shape at a dotted path of an answer, through lists."""
    for part in path.split("."):
        shape = (shape.member if shape.type_name == "list" else shape).members[part]
    return shape


@EACH
def test_what_a_record_says_of_attempts_and_bills_exists(kind: Kind) -> None:
    """The lists and their fields; seconds, and which of the alternatives was used, in an attempt's own record."""
    described = model(kind.service).operation_model(kind.record.describe.operation).output_shape
    if kind.record.attempts:
        attempts = kind.record.attempts
        for path in attempts.lists:
            items = find(described, path)
            assert items.type_name == "list"
            for field in (attempts.started, attempts.stopped):
                assert find(items, field).type_name == "long"
            for field in (attempts.arn, attempts.reason):
                assert find(items, field).type_name == "string"
    if kind.compute and kind.compute.billed:
        assert kind.link and kind.payload
        link = model(kind.link.service).operation_model(kind.link.describe.operation)
        assert find(link.output_shape, kind.compute.billed).type_name == "integer"
        resources = kind.compute.resources.removeprefix(f"{kind.payload.field}.")
        for field in kind.compute.selected:
            assert find(link.output_shape, f"{resources}.{field}") is not None


@EACH
def test_every_status_word_has_a_phase(kind: Kind) -> None:
    """Where AWS's model enumerates the words, the table has all of them and no other."""
    described = model(kind.service).operation_model(kind.record.describe.operation).output_shape
    shape = described.members.get(kind.record.status_field)
    if shape is not None and getattr(shape, "enum", None):
        assert set(kind.record.statuses) == set(shape.enum)
    assert kind.phase("A NEW WORD") is Phase.RUNNING


def test_the_linked_services_words_are_all_known() -> None:
    """SageMaker's training job statuses."""
    link = KINDS["ServiceJob"].link
    assert link is not None
    shape = model("sagemaker").shape_for("TrainingJobStatus")
    assert set(link.statuses) >= set(shape.enum) - {"Deleting"}


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.logs], ids=lambda kind: kind.name
)
def test_the_link_to_a_log_is_made_of_its_group_and_streams(kind: Kind) -> None:
    """One place has the group's name, and the output with the streams' names is one that the kind has."""
    assert kind.logs is not None
    url = kind.record.templates["logsUrl"]
    assert url.replace("$252F", "/").partition("log-group/")[2].startswith(f"{kind.logs.group}$3F")
    assert url.endswith(f"{{{kind.logs.name}}}")
    assert kind.logs.name in {*kind.record.outputs, kind.link.name_output if kind.link else ""}
