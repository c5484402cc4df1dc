"""What an upgrade does with each path."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands.upgrade import describe, read_steps
from cli.repository.manifest import Manifest
from cli.repository.upgrade import Release, compare, find_newest
from cli.repository.version import is_older
from components.errors import JobError

MANIFEST = Manifest({"upstream": ["cli", "docs"], "shared": [".github"], "team": ["jobs"]})


def decide(
    new: str, base: str, now: str, path: str = "cli/a.py", *take: str
) -> dict[str, list[str]]:
    """The decision for one path beside an unchanged one; an empty digest is no file."""
    beside = {"cli/beside.py": "1", ".github/beside.yml": "1"}

    def given(digest: str) -> dict[str, str]:
        return {**beside, **({path: digest} if digest else {})}

    changes = compare(
        Release(Path("/release"), "1.1.0", MANIFEST, given(new)), given(base), given(now), take
    )
    return {name: paths for name, paths in vars(changes).items() if paths}


@pytest.mark.parametrize(
    ("new", "base", "now", "decision"),
    [
        ("2", "1", "1", "write"),
        ("2", "", "", "write"),  # new upstream
        ("", "1", "1", "remove"),
        ("1", "1", "1", ""),
        ("2", "1", "2", ""),  # the team has it already
        ("2", "2", "9", "changed"),
        ("2", "1", "9", "changed"),
        ("2", "1", "", "changed"),  # the team removed one of many
        ("", "1", "9", "changed"),
        ("", "1", "", ""),
        ("2", "", "9", "changed"),  # a file of the team's has a name that upstream uses now
    ],
)
def test_an_upstream_path(new: str, base: str, now: str, decision: str) -> None:
    assert decide(new, base, now) == ({decision: ["cli/a.py"]} if decision else {})


@pytest.mark.parametrize(
    ("new", "base", "now", "decision"),
    [
        ("2", "1", "1", "write"),
        ("2", "1", "9", "kept"),
        ("1", "1", "9", ""),  # upstream did not change it: nothing to say
    ],
)
def test_a_shared_path(new: str, base: str, now: str, decision: str) -> None:
    path = ".github/preview.yml"
    assert decide(new, base, now, path) == ({decision: [path]} if decision else {})


def test_what_is_below_take_is_upstreams() -> None:
    assert decide("2", "1", "9", "cli/a.py", "cli") == {"write": ["cli/a.py"]}
    assert decide("", "1", "9", "cli/a.py", "cli/a.py") == {"remove": ["cli/a.py"]}


def test_a_folder_that_the_team_removed_stays_away() -> None:
    """Also what is new in it."""
    base = {"docs/a.md": "1", "cli/a.py": "1"}
    new = {"docs/a.md": "2", "docs/b.md": "1", "cli/a.py": "1"}
    changes = compare(Release(Path("/release"), "1.1.0", MANIFEST, new), base, {"cli/a.py": "1"})
    assert vars(changes) == {"write": [], "remove": [], "changed": [], "kept": []}


def test_the_newest_tag_is_by_number() -> None:
    assert find_newest(["v1.9.0", "v1.10.0", "v1.2.9", "nightly", "v2"]) == "v1.10.0"
    assert find_newest(["nightly"]) == ""


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("1.9.0", "1.10.0", True),
        ("1.10.0", "1.9.0", False),
        (
            "1.0.0",
            "1.0.0+1a2b3c4",
            False,
        ),  # which of two commits is older their versions do not say
        ("1.0.0+1a2b3c4", "1.0.1", True),
        ("unknown", "1.0.0", False),
    ],
)
def test_which_version_is_older(version: str, than: str, older: bool) -> None:
    assert is_older(version, than) is older


def test_the_difference_of_two_previews() -> None:
    """By resource; a preview that there is not is said once, with its reason."""
    urn = "urn:pulumi:local::acme::pulumi-python:dynamic/aws-jobs:ServiceJob::churn"
    steps = [
        {"op": "same", "urn": urn},
        {"op": "refresh", "urn": urn},
        {"op": "replace", "urn": urn, "detailedDiff": {"request.tags": {}, "digest": {}}},
        {"op": "delete-replaced", "urn": urn},
    ]
    found = read_steps(steps)
    assert found == {"churn": "replace digest request.tags, delete-replaced"}
    assert describe("prod", found, found) == "prod: no difference in the preview"
    assert describe("prod", {}, found) == (
        "prod: the preview differs\n  churn: no change -> replace digest request.tags, delete-replaced"
    )
    assert describe("prod", {}, JobError("no token")) == (
        "prod: not compared, there is no preview: no token"
    )
