"""What the engine does not do it refuses by name, in one sentence, before anything is touched."""

from __future__ import annotations

import pytest

from tests.engine.adapters import World

NAMES_THE_CLI = "is not something the embedded engine does; install the Pulumi CLI"


@pytest.mark.parametrize(
    ("program", "what"),
    [
        (
            'pulumi.CustomResource("aws:s3/bucket:Bucket", "b", {})',
            "aws:s3/bucket:Bucket 'b': it needs the provider plugin 'aws', which",
        ),
        (
            'pulumi.ProviderResource("aws", "p", {})',
            "the provider pulumi:providers:aws: it needs the provider plugin 'aws', which",
        ),
        (
            'pulumi.runtime.invoke("aws:index/getRegion:getRegion", {})',
            "calling the function aws:index/getRegion:getRegion",
        ),
        ('pulumi.StackReference("other")', "reading pulumi:pulumi:StackReference 'other'"),
        ('Thing("a", {"file": pulumi.StringAsset("x")})', "an asset as a property"),
        ('Thing("a", {"a": pulumi.ComponentResource("x:y:Z", "c")})', "a resource as a property"),
        ('Thing("a", {}, import_="x")', "pulumi-python:dynamic:Thing 'a': the option import_"),
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
            "x:y:Z 'c': a component of another plugin",
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
    assert [call for call in world.calls() if call["call"] == "create"] == []


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("name: things\nruntime: nodejs\n", "Pulumi.yaml: the runtime 'nodejs'"),
        (
            "name: things\nruntime: {name: python, options: {toolchain: uv}}\n",
            "Pulumi.yaml: the toolchain 'uv'",
        ),
    ],
)
def test_a_project_of_another_runtime(world: World, settings: str, what: str) -> None:
    """Only Python, only pip: said before a process is started."""
    (world.project / "Pulumi.yaml").write_text(settings, encoding="utf-8")
    done = world.run(["preview", "--stack", "dev"])
    assert done.returncode == 1
    assert f"{what} {NAMES_THE_CLI}" in done.stderr
