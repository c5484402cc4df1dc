"""The state on disk: the CLI's layout, and refusal of what is damaged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.engine.errors import EngineError
from local.engine.state import checkpoint
from local.engine.state.values import UNKNOWN, Secret
from tests.engine.adapters import World

UP = ["up", "-yf", "--stack", "dev"]


def test_the_backend_folder_is_laid_out_as_the_clis(world: World) -> None:
    """Stacks by project, the last state beside the present one, the version of the layout, no lock left."""
    world.write_program('Thing("a")')
    world.run(UP)
    root = world.folder / "backend" / ".pulumi"
    files = sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())
    assert files == ["meta.yaml", "stacks/things/dev.json", "stacks/things/dev.json.bak"]
    assert (root / "meta.yaml").read_text() == "version: 1\n"


def test_a_checkpoint_names_its_stack_and_version(world: World) -> None:
    """Version 3; the magic is the SHA-256 of the version, without which the CLI refuses the file."""
    document = json.loads(world.state_file.read_text())
    assert document["version"] == 3
    assert document["checkpoint"]["stack"] == "organization/things/dev"
    manifest = document["checkpoint"]["latest"]["manifest"]
    assert manifest["version"] == "v3.260.0"
    assert manifest["magic"] == "7dff0d166258e7f1d265e8e044021ea087795d58a0c6415ab6fe8b7c790e447f"


def test_what_it_does_not_know_it_keeps() -> None:
    """Fields of a resource and of a deployment that this engine has no use for survive."""
    stack = {"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "custom": False}
    resource = {**stack, "type": "pulumi:pulumi:Stack", "taint": True, "later": {"x": 1}}
    document = {"resources": [resource], "metadata": {"m": 1}, "later": [1]}
    snapshot = checkpoint.load(document, lambda text, key: text)
    assert snapshot.rest == {"metadata": {"m": 1}, "later": [1]}
    assert checkpoint.dump_resource(snapshot.resources[0], lambda text: text) == resource


@pytest.mark.parametrize(
    ("value", "document"),
    [
        ({"b": 1, "a": [True, None, "x"]}, {"a": [True, None, "x"], "b": 1}),
        (2.5, 2.5),
        (
            Secret({"k": 1}),
            {
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                "ciphertext": '{"k":1}',
            },
        ),
        (UNKNOWN, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    ],
)
def test_values_are_written_as_pulumi_writes_them(value: Any, document: Any) -> None:
    """Keys in order; a secret and an unknown by their signatures; read again they are the same."""
    assert checkpoint.dump_value(value, lambda text: text) == document
    assert checkpoint.load_value(document, lambda text: text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not json", "is not a checkpoint of Pulumi's"),
        ("[]", "is not a checkpoint of Pulumi's"),
        ('{"version": 4, "checkpoint": {}}', "has checkpoint version 4; the embedded engine reads"),
    ],
)
def test_a_damaged_state_is_refused(world: World, text: str, expected: str) -> None:
    """A file that is not a checkpoint is named, and left as it is."""
    world.state_file.write_text(text, encoding="utf-8")
    done = world.run(UP)
    assert done.returncode == 1
    assert expected in done.stderr
    assert world.state_file.read_text() == text


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("provider", "urn:pulumi:s::p::pulumi:providers:x::y::1", "unknown provider"),
        ("parent", "urn:pulumi:s::p::t::gone", "missing parent"),
        ("dependencies", ["urn:pulumi:s::p::t::gone"], "missing dependency"),
    ],
)
def test_a_state_that_refers_to_nothing_is_refused(field: str, value: Any, expected: str) -> None:
    """As the CLI's integrity check: a provider, a parent and dependencies come before their users."""
    resource = {"urn": "urn:pulumi:s::p::a:b:c::n", "custom": True, "id": "1", "type": "a:b:c"}
    with pytest.raises(EngineError, match=f"snapshot integrity failure.*{expected}"):
        checkpoint.load({"resources": [{**resource, field: value}]}, lambda text, key: text)


def test_an_unchanged_up_rewrites_nothing_but_the_time(world: World) -> None:
    """Secrets keep their ciphertext, resources their times."""
    world.write_program('Thing("a", {"password": pulumi.Output.secret("hush")})')
    world.run(UP)
    before = world.state()
    world.run(UP)
    after = world.state()
    assert before.pop("manifest") != after.pop("manifest")
    assert before == after
