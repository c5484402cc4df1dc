"""Every kind's table against botocore's real service models."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from components.kinds import KINDS, Call, Kind, Phase

_SESSION = botocore.session.get_session()
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def model(service: str) -> Any:
    return _SESSION.get_service_model(service)


def calls(kind: Kind) -> list[tuple[str, Call]]:
    own = [kind.submit, kind.describe, kind.list, kind.tag, kind.untag, kind.read_tags]
    own += [kind.scopes] if kind.scopes else []
    own += [*kind.in_place.values(), *([kind.terminate] if kind.terminate else [])]
    found = [(kind.service, call) for call in own]
    if kind.link:
        link = kind.link
        found += [
            (link.service, call)
            for call in (link.describe, link.search, link.tag, link.read_tags, link.terminate)
        ]
    return found


@EACH
def test_every_operation_and_parameter_exists(kind: Kind) -> None:
    """A table that AWS's model does not know would fail at the first call, in production."""
    for service, call in calls(kind):
        operation = model(service).operation_model(call.operation)
        assert set(call.params) <= set(operation.input_shape.members)
        assert (
            set(operation.input_shape.required_members) <= set(call.params) or call is kind.submit
        )
        if call.result:
            assert call.result.split(".")[0] in operation.output_shape.members
        if call.next_token:
            assert call.next_token in operation.input_shape.members
            assert call.next_token in operation.output_shape.members


@EACH
def test_every_declared_field_exists(kind: Kind) -> None:
    """Request fields in the request's shape, output paths in the description's."""
    request = model(kind.service).operation_model(kind.submit.operation).input_shape
    named = [kind.name_field, "tags", *kind.defaults, *kind.in_place]
    named += [kind.token_field] if kind.token_field else []
    named += [kind.payload.field] if kind.payload else []
    assert set(named) <= set(request.members)
    assert request.name == kind.shape
    described = model(kind.service).operation_model(kind.describe.operation).output_shape
    if kind.describe.result:
        described = described.members[kind.describe.result]
    for path in [*kind.outputs.values(), kind.status_field, kind.list_fields["created"]]:
        shape = described
        for part in path.split("."):
            shape = shape.members[part]


@EACH
def test_every_status_word_has_a_phase(kind: Kind) -> None:
    """Where AWS's model enumerates the words, the table has all of them and no other."""
    described = model(kind.service).operation_model(kind.describe.operation).output_shape
    shape = described.members.get(kind.status_field)
    if shape is not None and getattr(shape, "enum", None):
        assert set(kind.statuses) == set(shape.enum)
    assert kind.phase("A NEW WORD") is Phase.RUNNING


def test_the_linked_services_words_are_all_known() -> None:
    """SageMaker's training job statuses."""
    link = KINDS["ServiceJob"].link
    assert link is not None
    shape = model("sagemaker").shape_for("TrainingJobStatus")
    assert set(link.statuses) >= set(shape.enum) - {"Deleting"}
