"""Where a repository comes from: the address and the version that its lock has."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.repository.git import git
from cli.repository.source import find_source, find_version, without_credentials


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.com")
    git(tmp_path, "init", "--quiet")
    (tmp_path / "pyproject.toml").write_text('version = "1.2.0"\n', "utf-8")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "-m", "x")
    return tmp_path


def test_a_version_between_releases_has_its_commit(clone: Path) -> None:
    """That of a release has none; nor is there one in an unpacked archive."""
    commit = git(clone, "rev-parse", "--short", "HEAD").strip()
    assert find_version(clone) == f"1.2.0+{commit}"
    git(clone, "tag", "v1.2.0")
    assert find_version(clone) == "1.2.0"
    (clone / "pyproject.toml").write_text('version = "1.2.0"\n\n', "utf-8")
    assert find_version(clone) == "1.2.0+dirty"
    archive = clone / "archive"
    archive.mkdir()
    (archive / "pyproject.toml").write_text('version = "1.2.0"\n', "utf-8")
    assert find_version(archive) == "1.2.0"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://user:secret@example.com/acme/jobs.git", "https://example.com/acme/jobs.git"),
        ("ssh://git:secret@example.com:22/acme/jobs", "ssh://git@example.com:22/acme/jobs"),
        ("git@example.com:acme/jobs.git", "git@example.com:acme/jobs.git"),
        ("file:///srv/jobs", "file:///srv/jobs"),
        ("/srv/jobs", "/srv/jobs"),
    ],
)
def test_an_address_is_remembered_without_credentials(address: str, kept: str) -> None:
    assert without_credentials(address) == kept


def test_a_clone_of_a_folder_has_no_address_for_others(clone: Path) -> None:
    assert find_source(clone) == ""
    git(clone, "remote", "add", "origin", "/srv/jobs")
    assert find_source(clone) == ""
    git(clone, "remote", "set-url", "origin", "https://user:secret@example.com/acme/jobs")
    assert find_source(clone) == "https://example.com/acme/jobs"
