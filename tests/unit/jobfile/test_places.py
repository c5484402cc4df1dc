"""Every path has its line and column, in YAML and in JSON."""

from __future__ import annotations

import pytest

from components.jobfile.places import Places, parts

YAML = """\
# a job
kind: ServiceJob
request:
  tags: {team: growth,
    cost: "1"}
  evaluateOnExit:
    - action: EXIT
    -   action: RETRY
base: &base
  x: 1
derived:
  <<: *base
  y: 2
stacks:
  prod:
    request:
      jobQueue: other
"""
JSON = """{
  "kind": "ServiceJob",
  "request": {
    "tags": {"team": "growth", "co\\u0073t": 1},
    "list": [1, [2, {"a": null}],
             {"b": true}]
  }
}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", (2, 1)),
        ("kind", (2, 1)),
        ("request.tags.team", (4, 10)),
        ("request.tags.cost", (5, 5)),
        ("request.evaluateOnExit[0]", (7, 7)),
        ("request.evaluateOnExit[1].action", (8, 9)),
        ("derived.x", (10, 3)),
        ("derived.y", (13, 3)),
        ("request.tags.missing", (4, 3)),
        ("request.nothing.at.all", (3, 1)),
        ("nothing", (2, 1)),
    ],
)
def test_yaml(path: str, place: tuple[int, int]) -> None:
    """A field's place is its key's, an item's its own; what is missing stands where it would."""
    assert Places(YAML, is_json=False).of(path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", (1, 1)),
        ("kind", (2, 3)),
        ("request.tags.team", (4, 14)),
        ("request.tags.cost", (4, 32)),
        ("request.list[0]", (5, 14)),
        ("request.list[1][1].a", (5, 22)),
        ("request.list[2].b", (6, 15)),
        ("request.list[7]", (5, 5)),
    ],
)
def test_json(path: str, place: tuple[int, int]) -> None:
    """JSON has places too, with keys however they are escaped."""
    assert Places(JSON, is_json=True).of(path) == place


def test_overlay() -> None:
    """Where the stack's overlay says something, its line counts, and only there."""
    places = Places(YAML, is_json=False)
    assert places.of("request.jobQueue", ("stacks", "prod")) == (17, 7)
    assert places.of("request.tags", ("stacks", "prod")) == (4, 3)
    assert places.of("request.jobQueue", ("stacks", "dev")) == (3, 1)


def test_scalars_as_written() -> None:
    """A number's own spelling is kept for the sentence that asks to quote it."""
    assert Places("a: 1e-3\n", is_json=False).spot(("a",)).written == "1e-3"
    assert Places('{"a": 1E-3}', is_json=True).spot(("a",)).written == "1E-3"


def test_dotted_paths_are_read_back() -> None:
    """A dotted path names fields and items."""
    assert parts("request.list[1][0].name") == ("request", "list", 1, 0, "name")


def test_a_text_that_does_not_parse_has_no_places() -> None:
    """A broken text gives no place, and no exception."""
    assert Places("a: [", is_json=False).of("a") == (0, 0)
    assert Places('{"a": ]]', is_json=True).of("b") in [(0, 0), (1, 1)]
