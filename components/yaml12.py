"""Read YAML with the meaning a person expects: YAML 1.2's scalars, no dates, no objects, every key once.

PyYAML follows YAML 1.1, where `no` is false, `1:30` is 90, `0777` is octal and 2026-11-01 is a date. Here a scalar is
what YAML 1.2's core schema says (https://yaml.org/spec/1.2.2/#103-core-schema), with one exception: digits after
a leading zero (`0777`, an account id) stay text, because YAML 1.1 and 1.2 read two different numbers there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without libyaml: the same, slower
    from yaml import SafeLoader as _Base  # type: ignore[assignment] # two classes with one interface

MAX_NODES = (
    50_000  # with aliases counted as often as they are used; a request of 30 KiB has far fewer
)
MAX_DEPTH = 60

_TAG = "tag:yaml.org,2002:"
_KINDS = ("map", "seq", "str", "null", "bool", "int", "float", "merge")
_MAP, _SEQ, _STR, _NULL, _BOOL, INT, FLOAT, _MERGE = (_TAG + kind for kind in _KINDS)


class Loader(_Base):
    """The safe loader with the scalars of YAML 1.2; it only composes nodes, and never constructs an object."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    (_BOOL, r"true|True|TRUE|false|False|FALSE", "tTfF"),
    (_NULL, r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    (INT, r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        FLOAT,
        r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?",
        "-+0123456789.",
    ),
    (_MERGE, "<<", "<"),
):
    Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


class Unreadable(Exception):
    """A text that is no document of ours: one sentence and its place, counted from 1."""

    def __init__(self, message: str, line: int, column: int, path: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.path = message, line, column, path

    def describe(self, file: str) -> str:
        """Return the sentence with its place in a file of this name."""
        return f"{file}{f':{self.line}:{self.column}' if self.line else ''}: {self.message}"


def _unreadable(message: str, node: yaml.Node) -> Unreadable:
    return Unreadable(message, node.start_mark.line + 1, node.start_mark.column + 1)


def read_mapping(
    file: Path, load: Callable[[str], Any], entries: str = "keys to values"
) -> dict[str, Any]:
    """Return the mapping of these entries in a file, of an empty one an empty one. Raises `Unreadable`, `OSError`."""
    try:
        document = load(file.read_bytes().decode())
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8 text", 1, 1) from None
    if not isinstance(document, dict | None):
        raise Unreadable(f"expected a mapping of {entries}", 1, 1)
    return document or {}


def read_scalar(node: yaml.ScalarNode) -> Any:
    """Return what a scalar is in a job file."""
    tag, text = node.tag, node.value
    if tag in (_STR, _MERGE):
        return text
    try:
        if tag in (INT, FLOAT):
            return int(text, 0) if text[:2] in ("0o", "0x") else read_number(text)
    except ValueError as error:
        raise _unreadable(f"{text[:20]} is not a supported number", node) from error
    if tag == _BOOL and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if tag == _NULL:
        return None
    raise _unreadable(_explain_tag(node), node)


def load(
    text: str,
    loader_of: type[Loader] = Loader,
    scalar: Callable[[yaml.ScalarNode], Any] = read_scalar,
) -> Any:
    """Return the one document in the text. Raises `Unreadable`."""
    loader = loader_of(text)
    try:
        root = loader.get_single_node()
        return None if root is None else _Reader(scalar).value(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise Unreadable(_explain(error, text), *place) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        raise Unreadable("a character that YAML does not allow", line, column) from error
    except RecursionError as error:
        raise Unreadable("nested too deeply", 0, 0) from error
    finally:
        loader.dispose()


_SENTENCES = {  # by a part of the parser's own
    "a single document": "a second document; write one job per file",
    "undefined alias": "an alias (`*name`) without its anchor (`&name`)",
    "mapping values are not allowed": "a `: ` inside a value; put the value in quotes, or check the indentation",
    "did not find expected key": "not YAML; check the indentation, and the quotes in the lines before",
}


def _explain(error: yaml.MarkedYAMLError, text: str) -> str:
    problem = str(error.problem or "not YAML")
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or (mark and line[mark.column :][:1] == "\t"):
        return "a tab; indent with spaces"
    for part, sentence in _SENTENCES.items():
        if part in problem or part in str(error.context):
            return sentence
    context = f" ({error.context})" if error.context else ""
    return f"not YAML: {problem}{context}"


class _Reader:
    """Turn nodes into plain values once each, so that aliases cost nothing, and count what they stand for."""

    def __init__(self, scalar: Callable[[yaml.ScalarNode], Any]) -> None:
        self._scalar = scalar
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()

    def value(self, node: yaml.Node) -> Any:
        return self._read(node, 0)[0]

    def _read(self, node: yaml.Node, depth: int) -> tuple[Any, int]:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node), 1
        key = id(node)
        if key in self._done:
            return self._done[key]
        if key in self._open:
            raise _unreadable("an alias to a value that contains it", node)
        if depth > MAX_DEPTH:
            raise _unreadable(f"nested more than {MAX_DEPTH} levels deep", node)
        self._open.add(key)
        inner = self._read_mapping if isinstance(node, yaml.MappingNode) else self._read_sequence
        read: tuple[Any, int] = inner(node, depth)
        self._open.discard(key)
        if read[1] > MAX_NODES:
            raise _unreadable(f"more than {MAX_NODES} values with its aliases expanded", node)
        self._done[key] = read
        return read

    def _read_sequence(self, node: yaml.Node, depth: int) -> tuple[list[Any], int]:
        if node.tag != _SEQ:
            raise _unreadable(_explain_tag(node), node)
        items, count = [], 1
        for item in node.value:
            value, size = self._read(item, depth + 1)
            items.append(value)
            count += size
        return items, count

    def _read_mapping(self, node: yaml.Node, depth: int) -> tuple[dict[str, Any], int]:
        if node.tag != _MAP:
            raise _unreadable(_explain_tag(node), node)
        result: dict[str, Any] = {}
        inherited: list[dict[str, Any]] = []
        count = 1
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _unreadable("a key that is not a scalar", key)
            value, size = self._read(item, depth + 1)
            count += size
            if key.tag == _MERGE:
                inherited += self._list_merged(value, item)
                continue
            # a key is what stands there: `no`, `1e3` and `2026-11-01` are names here
            name = key.value
            if name in result:
                raise _unreadable(f"duplicate key `{name}`", key)
            if key.tag == _NULL and not name:
                raise _unreadable("an empty key", key)
            result[name] = value
        for source in inherited:
            result = {**source, **result}
        return result, count

    @staticmethod
    def _list_merged(value: Any, node: yaml.Node) -> list[dict[str, Any]]:
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise _unreadable("`<<` expects a mapping or a list of mappings", node)
        return sources


def read_number(text: str) -> int | float:
    """Return a decimal number, a whole one as an integer, as boto3 takes it. Raises `ValueError` for one too large."""
    if len(text) > 300:
        raise ValueError(text)
    if text.lstrip("+-").isdecimal():
        return int(text)
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return int(number) if number.is_integer() else number


def _explain_tag(node: yaml.Node) -> str:
    tag = str(node.tag).replace(_TAG, "!!")
    return f"unsupported tag {tag}; only plain values are allowed"
