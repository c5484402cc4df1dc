"""Where each path of a document stands in its text. Worked out only for a file that has a problem."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from ..wire import Path
from ..yaml12 import Loader

_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)|\.")
_JSON_TOKEN = re.compile(
    r'\s*(?:("(?:[^"\\]|\\.)*")|([{}\[\],:])|([^\s{}\[\],:"]+)|(\S))', re.DOTALL
)


@dataclass(frozen=True)
class Spot:
    """A key's place (an item's, in a list), both counted from 1, and the value as written if it is a scalar."""

    line: int
    column: int
    written: str | None = None


class Places:
    """The places of one text. A text that does not parse has none: its problem is the parser's."""

    def __init__(self, text: str, is_json: bool) -> None:
        self._spots: dict[Path, Spot] = {}
        try:
            for path, spot in (_walk_json if is_json else _walk_yaml)(text):
                # of two equal keys the second is the mistake
                self._spots[path] = spot
        except (yaml.YAMLError, ValueError, IndexError, RecursionError):
            self._spots.setdefault((), Spot(0, 0))

    def spot(self, path: Path, overlay: Path = ()) -> Spot:
        """The path's spot, an overlay's own where it has the path; else that of the nearest thing around it."""
        whole = self._spots.get(overlay + path) if overlay else None
        if whole is not None:
            return whole
        for length in range(len(path), 0, -1) if overlay else ():
            # an overlay replaces a list as a whole
            found = self._spots.get(overlay + path[:length])
            if found and isinstance(path[length - 1], int):
                return found
        for length in range(len(path), -1, -1):
            around = path[:length]
            found = self._spots.get(around)
            if found is None and overlay and length:
                found = self._spots.get(overlay + around)
            if found is not None:
                return found
        return Spot(0, 0)

    def of(self, path: str | Path, overlay: Path = ()) -> tuple[int, int]:
        """Line and column of a path, given as its parts or dotted (`request.tags.team`, `watch[0]`)."""
        spot = self.spot(parts(path) if isinstance(path, str) else path, overlay)
        return spot.line, spot.column


def parts(path: str) -> Path:
    """Read a dotted path back into its parts."""
    steps = _STEP.findall(path)
    return tuple(int(index) if index else name for index, name in steps if index or name)


def find_second(text: str, key: str) -> tuple[int, int]:
    """The place in a JSON text where a key stands a second time in its object."""
    seen: set[Path] = set()
    for path, spot in _walk_json(text):
        if path in seen and path[-1] == key:
            return spot.line, spot.column
        seen.add(path)
    return 0, 0


def find_written(text: str, value: str) -> tuple[int, int]:
    """The place in a JSON text where a value is written like this."""
    for _, spot in _walk_json(text):
        if spot.written == value:
            return spot.line, spot.column
    return 0, 0


def _walk_yaml(text: str) -> Iterator[tuple[Path, Spot]]:
    loader = Loader(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    if root is not None:
        yield from _walk_node(root, (), root, 0)


def _walk_node(
    node: yaml.Node, path: Path, key: yaml.Node, depth: int
) -> Iterator[tuple[Path, Spot]]:
    mark = key.start_mark
    written = node.value if isinstance(node, yaml.ScalarNode) else None
    yield path, Spot(mark.line + 1, mark.column + 1, written)
    if depth > 64:  # deeper than any request; an alias that contains itself ends here
        return
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.tag == "tag:yaml.org,2002:merge":
                yield from _walk_merged(value, path, depth)
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode):
                yield from _walk_node(value, (*path, name.value), name, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk_node(item, (*path, index), item, depth + 1)


def _walk_merged(value: yaml.Node, path: Path, depth: int) -> Iterator[tuple[Path, Spot]]:
    for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
        spots = _walk_node(source, path, source, depth + 1)
        yield from (found for found in spots if found[0] != path)


def _walk_json(text: str) -> Iterator[tuple[Path, Spot]]:
    """Walk the tokens of a JSON text that is known to parse, or of the part before its mistake."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    line = 0
    stack: list[list[str | int | bool]] = []  # [key or index, whether a key is expected next]
    pending: tuple[int, int] | None = None
    for token in _JSON_TOKEN.finditer(text):
        string, mark, word, _ = token.groups()
        at = token.start(token.lastindex or 0)
        while line + 1 < len(starts) and starts[line + 1] <= at:
            line += 1
        here = (line + 1, at - starts[line] + 1)
        if mark == ",":
            top = stack[-1]
            if isinstance(top[0], int):
                top[0] += 1
            else:
                top[1] = True
        elif mark == ":":
            stack[-1][1] = False
        elif mark in ("}", "]"):
            stack.pop()
        elif stack and stack[-1][1] and string:
            stack[-1][0] = json.loads(string)
            pending = here
        else:
            path = tuple(step[0] for step in stack)
            yield path, Spot(*(pending or here), None if mark else string or word)
            pending = None
            if mark == "{":
                stack.append(["", True])
            elif mark == "[":
                stack.append([0, False])
