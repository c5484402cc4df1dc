"""Upstream's own repository: its name, its samples, its CI, whose its paths are. `init` leaves this folder out."""

from __future__ import annotations

import subprocess
import sys

import yaml

from cli.project.region import find_region
from cli.project.stack import HERE, find_project, read_stack
from cli.repository.manifest import LOCK, Manifest, read_manifest
from tests.conftest import ROOT


def test_project_file_is_pulumis() -> None:
    """The name, the runtime and the refresh that the design relies on."""
    document = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))
    assert document["name"] == "aws-jobs"
    assert document["runtime"] == {
        "name": "python",
        "options": {"toolchain": "pip", "virtualenv": ".venv"},
    }
    assert document["options"] == {"refresh": "always"}


def test_stack_local_is_on_the_emulator() -> None:
    """`Pulumi.local.yaml` is all that a stack on the emulator takes."""
    stack = read_stack(find_project(ROOT), "local")
    assert dict(stack.config) == {"aws-jobs:emulator": "true"}
    assert find_region(stack) == "us-east-1"


def test_samples_are_of_both_kinds_and_both_formats() -> None:
    """At least four job files, and nothing is wrong with them."""
    files = [
        path for path in (ROOT / "jobs").iterdir() if path.suffix in (".json", ".yaml", ".yml")
    ]
    kinds = {yaml.safe_load(path.read_text("utf-8"))["kind"] for path in files}
    assert len(files) >= 4
    assert {path.suffix for path in files} >= {".json", ".yaml"}
    assert kinds == {"ServiceJob", "BatchInferenceJob"}
    command = [sys.executable, "-m", "cli", "validate"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_continuous_integration_runs_make_test() -> None:
    """`.ci/run` is executable and ends in `make test`."""
    script = ROOT / ".ci" / "run"
    assert script.read_text("utf-8").splitlines()[-1].endswith("exec make test")
    assert script.stat().st_mode & 0o111


def test_every_path_of_this_repository_is_somebodys() -> None:
    """Nothing is the team's by mistake, and no entry is left of something that is gone."""
    manifest = read_manifest(HERE)
    junk = {".git", ".venv", ".local", ".hypothesis", "report.html"}
    names = {path.name for path in HERE.iterdir()} - junk
    names -= {name for name in names if name.endswith(("_cache", "__pycache__"))}
    assert [name for name in sorted(names) if not _is_named(manifest, name)] == []
    entries = [entry for listed in manifest.entries.values() for entry in listed]
    assert [entry for entry in entries if entry != LOCK and not any(HERE.glob(entry))] == []


def _is_named(manifest: Manifest, name: str) -> bool:
    entries = [entry for listed in manifest.entries.values() for entry in listed]
    return manifest.find_entry(name)[1] != "" or any(e.startswith(f"{name}/") for e in entries)
