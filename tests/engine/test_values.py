"""Values, paths, diffs and the graph: the engine's arithmetic, without a process."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.engine.core import diff
from local.engine.core.graph import Graph
from local.engine.core.planner import Names
from local.engine.display.properties import describe_changes
from local.engine.errors import EngineError
from local.engine.protocol import wire
from local.engine.state import values
from local.engine.state.model import Resource
from local.engine.state.values import UNKNOWN, Secret

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(), st.just(UNKNOWN)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(min_size=1), inner, max_size=3),
        inner.map(Secret),
    ),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(st.text(min_size=1), VALUES, max_size=4)


@given(PROPERTIES)
def test_what_is_sent_arrives(properties: dict[str, Any]) -> None:
    """Through the wire and back every value is the same: whole numbers ints, secrets and unknowns kept."""
    sent = wire.to_struct(properties, secrets=True)
    assert values.equal(wire.from_struct(sent), properties)


@given(PROPERTIES)
def test_a_provider_sees_no_secret(properties: dict[str, Any]) -> None:
    """Secrets go to it as plain values."""
    seen = wire.from_struct(wire.to_struct(properties))
    assert values.equal(seen, values.reveal(properties))
    assert not values.has_secret(seen)


@given(PROPERTIES)
def test_nothing_differs_from_itself(properties: dict[str, Any]) -> None:
    """A value has no diff with itself, whether or not it is secret."""
    assert not diff.compare(properties, values.copy_properties(properties)).changes
    assert not diff.compare(properties, values.reveal(properties)).changes
    assert describe_changes(properties, properties, 0) == []


@given(PROPERTIES, PROPERTIES)
def test_a_diff_read_backwards_is_its_inverse(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What is added one way is deleted the other way."""
    forth, back = diff.compare(old, new), diff.compare(new, old)
    inverse = {"add": "delete", "delete": "add", "update": "update"}
    inverted = {path: inverse[kind] for path, kind in (forth.detailed or {}).items()}
    assert inverted == (back.detailed or {})
    assert forth.changed_keys == back.changed_keys


def test_true_is_not_one() -> None:
    """Booleans and numbers are never equal, a missing key and a null are."""
    assert not values.equal({"a": True}, {"a": 1})
    assert values.equal({"a": None}, {})
    assert not values.equal({"a": Secret(1)}, {"a": 1})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a",), "a"),
        (("a", "b", 0, "c"), "a.b[0].c"),
        (("a", "b.c", 1), 'a["b.c"][1]'),
        (("with-dash", "x_1"), '["with-dash"].x_1'),
        (("a", 'say "x"'), 'a["say \\"x\\""]'),
    ],
)
def test_paths_are_written_as_pulumi_does(path: diff.Path, text: str) -> None:
    """A name of anything but letters, digits and `_` stands in quotes."""
    assert diff.render(path) == text


def test_ignored_inputs_keep_their_old_values() -> None:
    """One that was not there stays away; one that has gone comes back."""
    old, new = {"x": 1, "gone": 2, "y": 3}, {"x": 9, "added": 9, "y": 9}
    assert diff.keep_ignored(new, old, ["x", "gone", "added"]) == {"x": 1, "gone": 2, "y": 9}
    assert new == {"x": 9, "added": 9, "y": 9}


def test_outputs_that_repeat_secret_inputs_are_marked() -> None:
    """At the same key path; a list with a secret in it as a whole; nothing under another key."""
    outputs = {"a": "x", "d": {"s": "x", "p": 1}, "l": ["x", 1], "copy": "x"}
    values.mark_secrets(outputs, {"a": Secret("x"), "d": {"s": Secret("x")}, "l": [Secret("x"), 1]})
    assert outputs == {
        "a": Secret("x"),
        "d": {"s": Secret("x"), "p": 1},
        "l": Secret(["x", 1]),
        "copy": "x",
    }


def resource(name: str, *dependencies: str, parent: str = "") -> Resource:
    return Resource(
        urn=f"urn:pulumi:s::p::t::{name}",
        type="t",
        custom=True,
        dependencies=[f"urn:pulumi:s::p::t::{each}" for each in dependencies],
        parent=f"urn:pulumi:s::p::t::{parent}" if parent else "",
    )


def test_deletes_go_in_layers_dependents_first() -> None:
    """Each layer can go at once: those on which nothing of a later layer depends."""
    a, b, c = resource("a"), resource("b", "a"), resource("c", "a", parent="b")
    d = resource("d")
    graph = Graph([a, d, b, c])
    assert graph.sort_layers([a, b, c, d]) == [[c], [b], [a, d]]
    assert graph.sort_layers([c, d]) == [[d, c]]
    assert graph.find_ancestors([c]) == {id(a), id(b)}


def named(urn: str, *aliases: str) -> Resource:
    return Resource(urn=urn, type="t", custom=True, aliases=list(aliases))


def test_an_alias_is_another_name() -> None:
    """A resource that is not found by its name is found by an alias."""
    names, old = Names(), named("urn:before")
    new = named("urn:now", "urn:never", "urn:before")
    assert names.claim(new, {old.urn: old}) is old
    assert new.aliases == ["urn:before"]
    assert names.renamed == {"urn:before": "urn:now"}


def test_a_resource_found_under_its_own_name_is_no_alias() -> None:
    """The present name goes before every alias."""
    names, now, before = Names(), named("urn:now"), named("urn:before")
    new = named("urn:now", "urn:before")
    assert names.claim(new, {now.urn: now, before.urn: before}) is now
    assert (new.aliases, names.renamed) == ([], {})


def test_a_name_is_claimed_once() -> None:
    """Neither two resources of one name, nor one that another has taken as its alias."""
    names, old = Names(), named("urn:before")
    names.claim(named("urn:now", "urn:before"), {old.urn: old})
    for urn, aliases in (("urn:now", ()), ("urn:before", ()), ("urn:other", ("urn:before",))):
        with pytest.raises(EngineError, match="Duplicate|already"):
            names.claim(named(urn, *aliases), {old.urn: old})
