"""What the engine does not do it refuses by name, in one sentence, before anything is touched."""

from __future__ import annotations

import json

import pytest

from tests.engine.adapters import World

FIRST = 'first = Thing("first")\n'
NAMES_THE_CLI = "is not supported by the embedded engine; install the Pulumi CLI"


@pytest.mark.parametrize(
    ("program", "what"),
    [
        (
            'pulumi.CustomResource("aws:s3/bucket:Bucket", "b", {})',
            "aws:s3/bucket:Bucket 'b': it needs the provider plugin 'aws', which",
        ),
        (
            'pulumi.ProviderResource("aws", "p", {})',
            "pulumi:providers:aws 'p': it needs the provider plugin 'aws', which",
        ),
        (
            'pulumi.runtime.invoke("aws:index/getRegion:getRegion", {})',
            "calling the function aws:index/getRegion:getRegion",
        ),
        ('pulumi.StackReference("other")', "reading pulumi:pulumi:StackReference 'other'"),
        ('Thing("a", {"file": pulumi.StringAsset("x")})', "an asset as a property"),
        (FIRST + 'Thing("a", {"a": first})', "a resource as a property"),
        (FIRST + 'Thing("a", {}, parent=first)', "the option parent"),
        ('pulumi.ComponentResource("x:y:Z", "c")', "x:y:Z 'c': a component"),
        (
            'Thing("a", {}, aliases=[pulumi.Alias(name="b", type_="x:y:Z")])',
            "an alias by more than a name",
        ),
        ('Thing("a", {}, ignore_changes=["b.c"])', "the option ignore_changes with a path"),
        ('Thing("a", {}, import_="x")', "pulumi-python:dynamic:Thing 'a': the option import_"),
        ('Thing("a", {}, protect=True)', "the option protect"),
        ('Thing("a", {}, retain_on_delete=True)', "the option retain_on_delete"),
        ('Thing("a", {}, delete_before_replace=True)', "the option delete_before_replace"),
        ('Thing("a", {}, replace_on_changes=["x"])', "the option replace_on_changes"),
        ('Thing("a", {}, replacement_trigger="x")', "the option replacement_trigger"),
        (
            'Thing("a", {}, additional_secret_outputs=["x"])',
            "the option additional_secret_outputs",
        ),
        ('Thing("a", {}, hide_diffs=["x"])', "the option hide_diffs"),
        (FIRST + 'Thing("a", {}, deleted_with=first)', "the option deleted_with"),
        (FIRST + 'Thing("a", {}, replace_with=[first])', "the option replace_with"),
        (
            'Thing("a", {}, custom_timeouts=pulumi.CustomTimeouts(create="5m"))',
            "the option custom_timeouts",
        ),
        ('Thing("a", {}, transforms=[lambda args: None])', "the option transforms"),
        (
            "pulumi.runtime.register_resource_transform(lambda args: None)",
            "a stack transform",
        ),
        (
            'pulumi.ResourceHook("h", lambda args: None)\nThing("a")',
            "the resource hook 'h'",
        ),
        (
            'pulumi.ComponentResource("x:y:Z", "c", {}, None, True)',
            "x:y:Z 'c': a component",
        ),
    ],
)
def test_a_program_that_needs_more_is_told_so(world: World, program: str, what: str) -> None:
    """The sentence says what, and names the Pulumi CLI; no traceback, no call, no resource."""
    world.write_program(program)
    done = world.run(["up", "-yf", "--stack", "dev"])
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "error:" in line]
    assert f"{what} {NAMES_THE_CLI}" in line.replace("(pass its id or urn) ", "")
    assert "Traceback" not in done.stdout + done.stderr
    assert {call["name"] for call in world.calls() if call["call"] == "create"} <= {"first"}


def test_a_provider_that_asks_for_a_delete_before_a_replacement(world: World) -> None:
    """What replaces a resource is created first; a provider that cannot do with that is refused."""
    world.write_program('FirstDeleted("a", {"key": "1"})')
    assert world.run(["up", "-yf", "--stack", "dev"]).returncode == 0
    world.write_program('FirstDeleted("a", {"key": "2"})')
    done = world.run(["up", "-yf", "--stack", "dev"])
    assert done.returncode == 1
    assert f"'a': deleteBeforeReplace in a provider's diff {NAMES_THE_CLI}" in done.stdout
    assert [call["call"] for call in world.calls() if call["name"] == "a"][-1] == "diff"


@pytest.mark.parametrize("name", ["protect", "retainOnDelete", "deletedWith", "taint"])
def test_a_state_with_more_than_is_supported(world: World, name: str) -> None:
    """A state of the Pulumi CLI that asks for more is refused, and left as it is."""
    world.write_program('Thing("a")')
    assert world.run(["up", "-yf", "--stack", "dev"]).returncode == 0
    text = world.state_file.read_text()
    document = json.loads(text)
    document["checkpoint"]["latest"]["resources"][-1][name] = True
    world.state_file.write_text(json.dumps(document))
    done = world.run(["destroy", "-yf", "--stack", "dev"])
    assert done.returncode == 1
    assert f": {name} in the state {NAMES_THE_CLI}" in done.stdout + done.stderr
    assert "delete" not in [call["call"] for call in world.calls()]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("name: things\nruntime: nodejs\n", "Pulumi.yaml: the runtime 'nodejs'"),
        (
            "name: things\nruntime: {name: python, options: {toolchain: uv}}\n",
            "Pulumi.yaml: the toolchain 'uv'",
        ),
        (
            "name: things\nruntime: python\nconfig: {pulumi:tags: {value: {}}, other: 1}\n",
            "Pulumi.yaml: config for all stacks",
        ),
    ],
)
def test_a_project_of_another_runtime(world: World, settings: str, what: str) -> None:
    """Only Python, only pip: said before a process is started."""
    (world.project / "Pulumi.yaml").write_text(settings, encoding="utf-8")
    done = world.run(["preview", "--stack", "dev"])
    assert done.returncode == 1
    assert f"{what} {NAMES_THE_CLI}" in done.stderr


def test_a_project_that_pulumi_new_wrote(world: World) -> None:
    """`pulumi new` puts the template's address under `config`: tags for a backend that keeps them."""
    tags = "config: {pulumi:tags: {value: {pulumi:template: 'https://example.com/jobs'}}}\n"
    file = world.project / "Pulumi.yaml"
    file.write_text(file.read_text("utf-8") + tags, "utf-8")
    world.write_program('Thing("a")')
    assert world.run(["up", "-yf", "--stack", "dev"]).returncode == 0


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ("name: things\nruntime: python\noptions: [refresh]\n", "options"),
        ("name: things\nruntime: {name: python, options: pip}\n", "runtime.options"),
    ],
)
def test_a_project_file_of_another_form(world: World, settings: str, where: str) -> None:
    """What must be a mapping and is none is named."""
    (world.project / "Pulumi.yaml").write_text(settings, encoding="utf-8")
    done = world.run(["stack", "ls"])
    assert done.returncode == 1
    assert done.stderr.endswith(f"Pulumi.yaml: {where}: expected a mapping\n")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("config: {a: 1, a: 2}\n", ":1:16: duplicate key `a`"),
        ("config: [1\n", ":2:1: not YAML: "),
        ("config: {a: \xff}\n", ":1:1: not UTF-8 text"),
    ],
)
def test_settings_that_cannot_be_read(world: World, settings: str, said: str) -> None:
    """The sentence has its place; the CLI refuses them too."""
    (world.project / "Pulumi.dev.yaml").write_bytes(settings.encode("latin-1"))
    done = world.run(["config", "--stack", "dev"])
    assert done.returncode == 1
    assert f"/Pulumi.dev.yaml{said}" in done.stderr
