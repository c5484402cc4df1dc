"""Keep what an engine writes into a stack's settings file out of git.

Pulumi puts an `encryptionsalt` into `Pulumi.<stack>.yaml` even where nothing is secret, and quotes other values on
the way. For a stack on the emulator the file goes back to what it was, unless a setting was really changed. A
secret setting needs its salt: then both stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.project.stack import Stack, has_secret
from components import pulumi_yaml
from components.files import replace_file

SALT = re.compile(r"^encryptionsalt:.*\n?", re.MULTILINE)


@contextmanager
def salt_kept_out(stack: Stack) -> Iterator[None]:
    """Restore the settings file afterwards; a copy below `.local` outlives a command that is killed."""
    settings = stack.project.settings_file(stack.name)
    memory = stack.project.local / "settings" / settings.name
    before = _text(settings)
    if not SALT.search(before):
        _write(memory, before or "{}\n")
    try:
        yield
    finally:
        _restore(settings, memory)


def _restore(settings: Path, memory: Path) -> None:
    after, clean = _text(settings), _text(memory)
    if not clean or not SALT.search(after):
        # a salt that was there before us is the author's
        return
    meaning = _meaning(after)
    if has_secret(meaning):
        return
    text = clean if meaning == _meaning(clean) else SALT.sub("", after)
    _write(settings, text)
    _write(memory, text)


def _meaning(text: str) -> Any:
    """Return the document as Pulumi reads it: scalars as text, without the salt."""
    document = pulumi_yaml.load(text) or {}
    return _scalars({key: value for key, value in document.items() if key != "encryptionsalt"})


def _scalars(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _scalars(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_scalars(inner) for inner in value]
    return pulumi_yaml.write_text(value)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _write(path: Path, text: str) -> None:
    if _text(path) != text:
        replace_file(path, [text.encode()])
