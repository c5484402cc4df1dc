"""What a deployment prints: text for people, Pulumi's JSON for programs."""

from __future__ import annotations

import json
import re

from tests.engine.adapters import World

FIRST = (
    'print("hello")\n'
    'a = Thing("a", {"key": "1", "n": 1, "deep": {"x": 1, "list": [1, 2]}, "gone": True})\n'
    'b = Thing("b", {"from": a.computed})\n'
    'pulumi.export("out", a.computed)\npulumi.export("n", 1)'
)
SECOND = (
    'a = Thing("a", {"key": "2", "n": 1, "deep": {"x": 2, "list": [1, 3, {"y": "z"}]}, "new": {"k": []}})\n'
    'b = Thing("b", {"from": a.computed})\nThing("c")\n'
    'pulumi.export("out", a.computed)\npulumi.export("n", 2)'
)


def deploy(world: World, *arguments: str, code: int = 0) -> str:
    done = world.run([*arguments, "--stack", "dev"])
    assert done.returncode == code, done.stdout + done.stderr
    return re.sub(r"\d+\.\d\ds", "0.00s", done.stdout)


def test_a_first_preview_in_text(world: World) -> None:
    """Each resource once; what the program prints; outputs, unknown ones too; the count."""
    world.write_program(FIRST)
    said = "    pulumi:pulumi:Stack things-dev  hello\n"  # it comes through a pipe, in no order with the rest
    text = deploy(world, "preview")
    assert text.count(said) == 1
    assert (
        text.replace(said, "")
        == """\
Previewing update (dev):

 +  pulumi:pulumi:Stack things-dev create
 +  pulumi-python:dynamic:Thing a create
 +  pulumi-python:dynamic:Thing b create
Outputs:
    n  : 1
    out: [unknown]

Resources:
    + 3 to create

"""
    )


def test_a_preview_of_changes_in_text(world: World) -> None:
    """An update or a replacement has its nested change below it, and nothing that stays the same."""
    world.write_program(FIRST)
    deploy(world, "up", "-yf")
    world.write_program(SECOND)
    lines = deploy(world, "preview").splitlines()
    at = lines.index(" +- pulumi-python:dynamic:Thing a replace [diff: +new-gone~deep,key]")
    assert lines[at + 1 : at + 15] == [
        "      ~ deep: {",
        "          ~ list: [",
        "              ~ [1]: 2 => 3",
        "              + [2]: {",
        '                  + y: "z"',
        "                }",
        "            ]",
        "          ~ x   : 1 => 2",
        "        }",
        "      - gone: true",
        '      ~ key : "1" => "2"',
        "      + new : {",
        "          + k: []",
        "        }",
    ]
    at = lines.index(" ~  pulumi-python:dynamic:Thing b update [diff: ~from]")
    assert lines[at + 1] == '      ~ from: "computed by a-1" => [unknown]'
    at = lines.index("Outputs:")
    assert lines[at + 1 : at + 3] == [
        "  ~ n  : 1 => 2",
        '  ~ out: "computed by a-1" => [unknown]',
    ]
    assert lines[-5:] == [
        "    + 1 to create",
        "    ~ 1 to update",
        "    +-1 to replace",
        "    3 changes. 1 unchanged",
        "",
    ]


def test_an_up_in_text(world: World) -> None:
    """Each step when it begins and when it is done, the outputs, the count, the duration."""
    world.write_program('a = Thing("a")\npulumi.export("out", a.computed)')
    text = deploy(world, "up", "-yf")
    assert (
        re.sub(r"Duration: \d+s", "Duration: 1s", text)
        == """\
Updating (dev):

 +  pulumi:pulumi:Stack things-dev creating
 +  pulumi-python:dynamic:Thing a creating
 +  pulumi-python:dynamic:Thing a created (0.00s)
 +  pulumi:pulumi:Stack things-dev created (0.00s)
Outputs:
    out: "computed by a-1"

Resources:
    + 2 created

Duration: 1s

"""
    )


def test_a_failure_in_text(world: World) -> None:
    """The failed step, and at the end what its provider said, under its name."""
    world.write_program('Thing("a", {"fail": "create"})')
    text = deploy(world, "up", "-yf", code=1)
    assert " +  pulumi-python:dynamic:Thing a **creating failed**\n" in text
    assert (
        "Diagnostics:\n  pulumi-python:dynamic:Thing (a):\n"
        "    error: RuntimeError: create of a was refused\n\n"
        "  pulumi:pulumi:Stack (things-dev):\n    error: update failed\n"
    ) in text
    assert "    + 1 created\n    1 errored\n" in text


def test_a_program_that_fails_in_text(world: World) -> None:
    """A RunError is its sentence; any other exception its traceback, from the program's own line on."""
    world.write_program('raise pulumi.RunError("no such job: churn")')
    text = deploy(world, "preview", code=1)
    assert (
        "Diagnostics:\n  pulumi:pulumi:Stack (things-dev):\n    error: no such job: churn\n" in text
    )
    assert "Traceback" not in text
    world.write_program('raise ValueError("oops")')
    text = deploy(world, "preview", code=1)
    assert "error: Program failed with an unhandled exception:" in text
    assert 'project/__main__.py", line 3, in <module>' in text
    assert "runpy" not in text


def test_a_refresh_in_text(world: World) -> None:
    """What drifted is shown as state had it and as it is; what is gone is said to be."""
    world.write_program('Thing("a", {"n": 1})\nThing("b")\nThing("c")')
    deploy(world, "up", "-yf")
    (world.cloud / "a-1.json").write_text('{"name": "a", "n": 2, "computed": "x"}')
    (world.cloud / "b-1.json").unlink()
    text = deploy(world, "preview", "--refresh")
    assert (
        " ~  pulumi-python:dynamic:Thing a refresh\n"
        '      ~ computed: "computed by a-1" => "x"\n'
        "      ~ n       : 1 => 2\n"
    ) in text
    assert " ~  pulumi-python:dynamic:Thing b refresh: it is gone\n" in text
    assert "Thing c refresh" not in text
    assert " ~  pulumi-python:dynamic:Thing a update [diff: ~n]\n      ~ n: 2 => 1\n" in text


def test_a_preview_in_json_is_one_document(world: World) -> None:
    """Nothing but the document on standard output, whatever the program prints."""
    world.write_program(FIRST)
    document = json.loads(deploy(world, "preview", "--json"))
    assert set(document) == {"steps", "diagnostics", "duration", "changeSummary"}
    assert document["changeSummary"] == {"create": 3}
    assert document["diagnostics"] == [{"message": "hello\n", "severity": "info"}]
    assert [step["op"] for step in document["steps"]] == ["create", "create", "create"]
