"""`watch` with files of the repository: by path and glob, never out of the project, another content another run."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import JobError, Problem
from components.jobfile.watched_files import hash_files, list_files
from components.kinds import KINDS
from components.run.definition import digest
from components.stack.load import load_stack
from components.stack.settings import Settings
from tests.fakes.aws import Account
from tests.unit.jobfile.making import SERVICE_JOB

MOST = 1_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with some data beside its job files."""
    for name in (
        "data/a.json",
        "data/b.csv",
        "data/old/2025/c.json",
        "data/.hidden.json",
        "x.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "jobs").mkdir()
    return tmp_path


def load(root: Path, watch: str) -> list[Problem]:
    (root / "jobs" / "train.yaml").write_text(f"{SERVICE_JOB}watch: {watch}\n")
    return load_stack(Settings("dev", "us-east-1", project="aws-jobs", root=root)).problems


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("data/a.json", ["data/a.json"]),
        ("data/*", ["data/a.json", "data/b.csv"]),
        ("data/**/*.json", ["data/a.json", "data/old/2025/c.json"]),
        ("data/**", ["data/a.json", "data/b.csv", "data/old/2025/c.json"]),
        ("**/c.json", ["data/old/2025/c.json"]),
        ("data/?.[jc]*", ["data/a.json", "data/b.csv"]),
        ("data/.*", ["data/.hidden.json"]),
        ("data", []),
        ("data/z.json", []),
        ("../*", []),
        ("/etc/passwd", []),
        (".", []),
    ],
)
def test_what_a_pattern_matches(root: Path, pattern: str, names: list[str]) -> None:
    """Files below the project's folder, hidden ones by name only."""
    assert list_files(root, pattern) == names


def test_links_are_not_followed(root: Path) -> None:
    """Neither a folder's on the way nor a file's: no hash of a file elsewhere is made."""
    (root / "linked").symlink_to("/etc")
    (root / "data" / "link.txt").symlink_to("/etc/passwd")
    assert list_files(root, "linked/*") == []
    assert list_files(root, "**/passwd") == []
    with pytest.raises(JobError, match="no file of the project is `data/link.txt`"):
        hash_files(root, "data/link.txt", MOST)
    assert list(hash_files(root, "data/*.json", MOST)) == ["data/a.json"]


def test_caches_do_not_count(root: Path) -> None:
    """Compiled files are on one machine and not on another: the same commit would be another run."""
    (root / "data" / "__pycache__").mkdir()
    (root / "data" / "__pycache__" / "a.pyc").write_text("x")
    assert list_files(root, "data/**/*.pyc") == []


def test_a_pattern_of_a_pull_request_holds_nothing_up(root: Path) -> None:
    """However many `**` and `*` it has."""
    assert list_files(root, "/".join(["**"] * 200 + ["*a*" * 50])) == []


def test_many_files_are_one_hash(root: Path) -> None:
    """The state has fifty of them at most; each of them still counts."""
    for number in range(60):
        (root / "data" / f"{number}.json").write_text("{}")
    before = hash_files(root, "data/*.json", MOST)
    assert list(before) == ["data/*.json"]
    (root / "data" / "59.json").write_text("[]")
    assert hash_files(root, "data/*.json", MOST) != before
    with pytest.raises(JobError, match="have more than 100 bytes"):
        hash_files(root, "data/*.json", 100)


def test_what_is_not_there_is_found_by_validate(root: Path) -> None:
    """A path is relative to the job file; one that matches nothing is an error with its place."""
    assert load(root, "[../data/*.json, ../x.json]") == []
    (problem,) = load(root, "[../data/z.json]")
    assert (problem.rule, problem.path, problem.line) == ("watch-file", "watch[0]", 10)
    assert (
        problem.message
        == "no file of the project is `data/z.json` (from the project's folder; links do not count)"
    )


def test_another_content_is_another_run(root: Path) -> None:
    """The files' hashes are part of the definition, and no S3 object is looked up for them."""
    found = []
    for text in ("one", "one", "two"):
        (root / "data" / "a.json").write_text(text)
        load(root, "[../data/a.json]")
        settings = Settings("dev", "us-east-1", project="aws-jobs", root=root, preflight=False)
        account = Account()
        stack = load_stack(settings, account.aws)
        assert list(stack.inputs["train"]["watched"]) == ["data/a.json"]
        found.append(digest(KINDS["ServiceJob"], stack.inputs["train"]))
    assert found[0] == found[1] != found[2]
