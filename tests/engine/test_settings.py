"""A stack's settings mean the same to jobctl, to the embedded engine and to the Pulumi CLI: what a program gets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.project.settings import read_stack_settings
from cli.project.stack import Project, read_stack
from components import pulumi_yaml
from tests.engine.adapters import World

# what stands in the file, and the text that the program gets
TEXTS = {
    **{text: text for text in ("yes", "no", "on", "off", "y", "tRUE", "1:30", "_1", "=", "1,000")},
    "TRUE": "true",
    "True": "true",
    "false": "false",
    "~": "",
    "null": "",
    '""': "",
    "0777": "511",
    "-0777": "-511",
    "0o17": "15",
    "0x1F": "31",
    "-0x1F": "-31",
    "0b11": "3",
    "0888": "888",
    "012345678901": "12345678901",
    "123456789012": "123456789012",
    "00": "0",
    "1_000": "1000",
    "1_0.5": "10.5",
    "+5": "5",
    "-0": "0",
    "'0777'": "0777",
    "!!str 7": "7",
    "1e3": "1000",
    "1E+3": "1000",
    ".5": "0.5",
    "5.": "5",
    "1.0": "1",
    "1.10": "1.1",
    "1e-5": "0.00001",
    "-0.0000001": "-1e-7",
    "1e20": "1" + 20 * "0",
    "1e21": "1e+21",
    "98765432109876543210": "98765432109876540000",
    "18446744073709551615": str(2**64 - 1),
    "1e400": "1e400",
    "0xFFFFFFFFFFFFFFFFFF": "0xFFFFFFFFFFFFFFFFFF",
    "0b2": "0b2",
    "2026-01-01": "2026-01-01 00:00:00 +0000 UTC",
    "2026-99-99": "2026-99-99",
    "2026-1-1T9:05:00Z": "2026-01-01 09:05:00 +0000 UTC",
    "2026-01-01 10:00:00": "2026-01-01 10:00:00 +0000 UTC",
    "[yes, 0777, 1_000, 1.0, ~, TRUE, 2026-01-01]": '["yes",511,1000,1,null,true,"2026-01-01 00:00:00 +0000 UTC"]',
    "{no: .5, b: '<é&>', a: 1e400}": r'{"a":"1e400","b":"\u003cé\u0026\u003e","no":0.5}',
}
FILE = "config:\n" + "".join(f"  things:k{at}: {text}\n" for at, text in enumerate(TEXTS))
EXPECTED = {f"k{at}": text for at, text in enumerate(TEXTS.values())}
PROGRAM = f"""
import json
config = pulumi.Config()
with open("found.json", "w") as file:
    json.dump({{key: config.get(key) for key in {list(EXPECTED)}}}, file)
"""


def _read_with(engine: str, folder: Path) -> dict[str, str]:
    """Return what a program on this engine gets."""
    world = World(folder, engine)
    world.prepare()
    world.write_program(PROGRAM)
    with (world.project / "Pulumi.dev.yaml").open("a") as file:
        file.write(FILE)
    done = world.run(["preview", "--stack", "dev"])
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, str] = json.loads((world.project / "found.json").read_text("utf-8"))
    return found


def test_jobctl(tmp_path: Path) -> None:
    """What `${config.x}` stands for, and a setting that a command reads."""
    (tmp_path / "Pulumi.dev.yaml").write_text(FILE, "utf-8")
    stack = read_stack(Project(tmp_path, "things"), "dev")
    config = read_stack_settings(stack).config
    assert {key: config[key] for key in EXPECTED} == EXPECTED
    assert stack.setting("things:k11") == "true"


def test_the_embedded_engine(tmp_path: Path) -> None:
    """It is the one reader too."""
    assert _read_with("embedded", tmp_path) == EXPECTED


@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH")
def test_the_cli(tmp_path: Path) -> None:
    """The table is the CLI's doing, not ours."""
    assert _read_with("cli", tmp_path) == EXPECTED


@pytest.mark.parametrize("text", [text for text in TEXTS if text.isprintable()])
def test_a_text_that_is_written_stays_a_text(text: str) -> None:
    """`config set` puts in quotes what would be read as something else."""
    assert pulumi_yaml.load(pulumi_yaml.dump({"a": text})) == {"a": text}
