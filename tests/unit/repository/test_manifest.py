"""Whose path is whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.repository.manifest import (
    Lock,
    Manifest,
    compute_digests,
    list_upstream,
    read_lock,
    read_manifest,
    write_lock,
)
from components.errors import JobError

MANIFEST = Manifest(
    {
        "upstream": ["cli", "requirements*.txt", "policy/examples"],
        "shared": [".github"],
        "team": ["policy", "jobs"],
        "left_out": [".github/workflows/ci.yml"],
    }
)


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("cli/new.py", "upstream"),
        ("clip", "team"),
        ("requirements-dev.txt", "upstream"),
        ("policy/mine.yaml", "team"),
        ("policy/examples/vpc.yaml", "upstream"),
        (".github/workflows/preview.yml", "shared"),
        (".github/workflows/ci.yml", "left_out"),
        ("notes.md", "team"),
    ],
)
def test_the_longest_entry_decides(path: str, section: str) -> None:
    assert MANIFEST.find_entry(path)[0] == section


def test_what_python_leaves_behind_is_not_upstreams(tmp_path: Path) -> None:
    for path in ("cli/a.py", "cli/__pycache__/a.pyc", ".venv/cli", "jobs/own.yaml", "cli/b/c.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert list_upstream(tmp_path, MANIFEST) == ["cli/a.py", "cli/b/c.txt"]


def test_the_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A repository that another one is made from gives what upstream gave to it."""
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "a.py").write_text("a", "utf-8")
    (tmp_path / "cli" / "own.py").write_text("own", "utf-8")
    files = {**compute_digests(tmp_path, ["cli/a.py"]), "cli/gone.py": "0"}
    lock = Lock("1.0.0", "https://example.com/a", files)
    write_lock(tmp_path, lock)
    assert read_lock(tmp_path) == lock
    assert list_upstream(tmp_path, MANIFEST) == ["cli/a.py"]


def test_without_a_lock_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(
        JobError, match=r"no upstream.lock, .* run ./jobctl init \. in a fresh copy"
    ):
        read_lock(tmp_path)


@pytest.mark.parametrize("text", ["other: [a]\n", "upstream: a\n"])
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "upstream.yaml").write_text(text, "utf-8")
    with pytest.raises(JobError, match="expected lists under upstream, shared, team, left_out"):
        read_manifest(tmp_path)
