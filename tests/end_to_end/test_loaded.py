"""What a program loads, seen from a process of its own: the time of every preview."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.platform.stack import PLAIN

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", ["components.program", "components.provider"])
def test_what_a_preview_without_changes_need_not_load(module: str) -> None:
    """A second of every preview: boto3 comes with the first call, jsonschema with a mistake or a policy."""
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert loaded.isdisjoint({"boto3", "botocore", "jsonschema", "pulumi_aws"})


SCRIPT = """
import pathlib, sys
import pulumi
from pulumi.runtime import mocks
from components import program

class Mocks(mocks.Mocks):
    def new_resource(self, args):
        return "id", args.inputs
    def call(self, args):
        return {}, []

pulumi.runtime.set_all_config({"aws:region": "us-east-1", "aws-jobs:preflight": "false"})
mocks.set_mocks(Mocks(), project="aws-jobs", stack="dev")

@pulumi.runtime.test
def run():
    settings = program.settings(pathlib.Path(sys.argv[1]))
    assert program.declare(program.load(settings), settings)

run()
print(sorted(name for name in sys.modules if name.split(".")[0] == "pulumi_aws"))
"""


def test_a_stack_without_a_platform_does_not_import_pulumi_aws(tmp_path: Path) -> None:
    """A quarter of a second, and a plugin to look for, that nobody pays who did not ask."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "plain.yaml").write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
