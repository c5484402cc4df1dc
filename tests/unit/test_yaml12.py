"""YAML is read with the meaning a person expects."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components import yaml12


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("~", None),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-12", -12),
        ("+7", 7),
        ("0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", "017"),
        ("012345678901", "012345678901"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1e3", 1000),
        ("1.0", 1),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1.", 1),
        ("1.2.3", "1.2.3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1:30", "1:30"),
        ("2026-11-01", "2026-11-01"),
        ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
        ("'12'", "12"),
        ('"no"', "no"),
        ("=", "="),
        ("<<", "<<"),
        ("!!str 12", "12"),
        ('!!int "12"', 12),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    """A scalar is what YAML 1.2's core schema says; digits after a leading zero stay text."""
    found = yaml12.load(f"a: {text}\n")["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_names() -> None:
    """A key is what stands there, whatever it looks like."""
    text = "{no: 1, 5: 2, 1e3: 3, 2026-11-01: 4, null: 5, true: 6}"
    assert yaml12.load(text) == {"no": 1, "5": 2, "1e3": 3, "2026-11-01": 4, "null": 5, "true": 6}


def test_anchors_and_merges() -> None:
    """An alias is its anchor's value; `<<` fills in what is not there, the first source first."""
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}\nd: *a\n"
    assert yaml12.load(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"y": 3, "z": 4},
        "c": {"x": 5, "y": 2, "z": 4},
        "d": {"x": 1, "y": 2},
    }


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: 1\na: 2\n", "duplicate key `a`", (2, 1)),
        ("a:\n  - b: 1\n    b: 2\n", "duplicate key `b`", (3, 5)),
        (
            "a: !!timestamp 2026-11-01\n",
            "unsupported tag !!timestamp; only plain values are allowed",
            (1, 4),
        ),
        (
            "a: !!binary aGk=\n",
            "unsupported tag !!binary; only plain values are allowed",
            (1, 4),
        ),
        (
            "a: !!set {x}\n",
            "unsupported tag !!set; only plain values are allowed",
            (1, 4),
        ),
        (
            "a: !!python/name:os.system\n",
            "unsupported tag !!python/name:os.system; only plain values are allowed",
            (1, 4),
        ),
        ("a: !!int x\n", "x is not a supported number", (1, 4)),
        ("? \n: 1\n", "an empty key", (1, 2)),
        ("a:\n\t- b\n", "a tab; indent with spaces", (2, 1)),
        ("a: [1\nb: 2\n", None, (2, 2)),
        ("a: 1\n--- \nb: 1\n", "a second document; write one job per file", (2, 1)),
        ("a: " + "9" * 400, "9" * 20 + " is not a supported number", (1, 4)),
    ],
)
def test_what_is_refused(text: str, message: str | None, place: tuple[int, int]) -> None:
    """What cannot be read, or not as a person would, is refused with its place."""
    with pytest.raises(yaml12.Unreadable) as caught:
        yaml12.load(text)
    assert (caught.value.line, caught.value.column) == place
    assert message is None or caught.value.message == message


def test_aliases_cost_nothing_until_there_are_too_many() -> None:
    """A value is read once however often it is used, and what its uses add up to is limited."""
    many = "a: &a [" + "x, " * 999 + "x]\n"
    found = yaml12.load(many + "b: [" + "*a, " * 20 + "*a]\n")
    assert all(item is found["a"] for item in found["b"])
    with pytest.raises(yaml12.Unreadable, match="more than 50000 values"):
        yaml12.load(many + "b: [" + "*a, " * 60 + "*a]\n")


def test_no_object_is_ever_constructed() -> None:
    """The loader has no constructors of its own that could be asked for."""
    assert issubclass(yaml12.Loader, yaml.CSafeLoader)
    with pytest.raises(yaml12.Unreadable):
        yaml12.load("!!python/object/new:os.system [echo]\n")
