"""The state on disk: the CLI's layout, and refusal of what is damaged."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.engine.errors import EngineError
from local.engine.state import checkpoint
from local.engine.state.backend import Backend
from local.engine.state.model import Resource
from local.engine.state.project import find_project
from local.engine.state.values import UNKNOWN, Secret
from tests.engine.adapters import World, embedded

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
    made = Resource(urn="urn:pulumi:s::p::t::n", type="t", custom=True, inputs={"value": value})
    dumped = checkpoint.dump_resource(made, lambda text: text)
    assert dumped["inputs"] == {"value": document}
    assert checkpoint.load_resource(dumped, lambda text: text).inputs == {"value": value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not json", "is not a checkpoint of Pulumi's"),
        ("[]", "is not a checkpoint of Pulumi's"),
        ('{"version": 4, "checkpoint": {}}', "has checkpoint version 4; the embedded engine reads"),
        (b'{"version": 3, "checkpoint": "\xff"}', "is not a checkpoint of Pulumi's"),
        ("[" * 100_000, "is not a checkpoint of Pulumi's"),
        *(
            (f'{{"version": 3, "checkpoint": {{"latest": {latest}}}}}', expected)
            for latest, expected in (
                ("[1]", "is not a checkpoint of Pulumi's"),
                ('{"manifest": 1}', "is not a checkpoint of Pulumi's"),
                ('{"secrets_providers": {"state": 1}}', "is not a checkpoint of Pulumi's"),
                ('{"resources": {"a": 1}}', "is not a checkpoint of Pulumi's"),
                ('{"resources": [1]}', "the state is damaged"),
                ('{"resources": [{"urn": 1, "aliases": 1}]}', "the state is damaged"),
                ('{"pending_operations": [{}]}', "the state is damaged"),
            )
        ),
    ],
)
def test_a_damaged_state_is_refused(world: World, text: str | bytes, expected: str) -> None:
    """A file that is not a checkpoint is named, and left as it is."""
    content = text if isinstance(text, bytes) else text.encode()
    world.state_file.write_bytes(content)
    done = world.run(UP)
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert world.state_file.read_bytes() == content


def test_a_state_folder_that_cannot_be_written_is_named(world: World) -> None:
    """One sentence with the file and the reason; nothing is written anywhere else."""
    # nobody, root neither, makes a folder in /sys; a backend that is no folder takes no lock
    backends = {
        "file:///sys/aws-jobs": "error: /sys/aws-jobs",
        f"file://{world.state_file}": f"error: {world.state_file}",
    }
    for backend, expected in backends.items():
        env = {**world.env, "PULUMI_BACKEND_URL": backend}
        done = embedded(["stack", "init", "other"], world.project, env)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(expected)
        assert done.stderr.count("\n") == 1
    locks = world.folder / "backend" / ".pulumi" / "locks"
    locks.write_text("")
    done = world.run(UP)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {locks}")


def test_a_full_disk_leaves_the_last_state_and_no_draft(world: World) -> None:
    """The write fails halfway; what was there is still whole, and nothing lies beside it."""
    backend = Backend(world.folder / "backend", find_project(world.project))
    before = world.state_file.read_bytes()
    with small_files(10_000), pytest.raises(OSError, match="dev.json"):
        backend.write("dev", [b"x" * 9_000, b"x" * 9_000])
    assert [file.name for file in world.state_file.parent.iterdir()] == ["dev.json"]
    assert world.state_file.read_bytes() == before


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes: to who writes it, a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


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
