"""What `upgrade` says of a stack that has no preview, and a project's name as `init` writes it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from cli.commands.upgrade import describe, preview
from cli.repository.create import write_text


def test_why_there_is_no_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The errors of the preview's document, not the line that names the engine."""
    errors = [{"severity": "error", "message": "error: jobs/a.yaml:1:1: one\njobs/b.yaml:2:2: two"}]
    out = json.dumps({"steps": [], "diagnostics": errors})
    done = subprocess.CompletedProcess([], 1, out, "jobctl: engine: embedded\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    failed = preview(tmp_path, "local")
    assert describe("local", failed, failed) == (
        "local: not compared, there is no preview: jobs/a.yaml:1:1: one\n  jobs/b.yaml:2:2: two"
    )


@pytest.mark.parametrize("name", ["0", "1.0", "true", "2026-11-28", "null", "-", "shop", "a.b_c"])
def test_any_name_is_a_text(name: str) -> None:
    """YAML reads a number, a date or nothing of what has no quotes."""
    assert yaml.safe_load(f"name: {write_text(name)}") == {"name": name}
