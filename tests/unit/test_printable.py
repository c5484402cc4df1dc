"""What is printed moves no cursor and hides nothing."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import __main__ as commands
from cli.__main__ import main
from components.printable import PrintableStream, printable, visible

HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eevil\u2066\u200f\x7f"
ALL = st.text(st.characters(), max_size=60)


def assert_harmless(text: str) -> None:
    assert not [each for each in text if each < " " and each not in "\n\t"]
    assert not set(text) & set("\x7f\x9b\u202e\u2066\u200f\u061c")


@given(ALL)
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    """No control, no direction mark, no lone surrogate; letters of every script stay."""
    assert_harmless(printable(text))
    printable(text).encode()
    assert "\n" not in visible(text)
    assert printable("é漢字 ok\n\t") == "é漢字 ok\n\t"


@given(ALL)
def test_a_document_stays_one(text: str) -> None:
    """What is escaped in JSON is JSON of the same text."""
    assert json.loads(printable(json.dumps(text, ensure_ascii=False))) == text


def test_a_stream_writes_printable_text() -> None:
    """The one that jobctl and the engine print to."""
    raw = io.StringIO()
    PrintableStream(raw).write(HOSTILE)
    assert_harmless(raw.getvalue())


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_job_file_cannot_write_to_the_terminal(
    form: str, tmp_path: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its values, its keys and its name are told of, and not obeyed."""
    from pathlib import Path

    folder = Path(str(tmp_path))
    monkeypatch.chdir(folder)
    text = json.dumps(
        {"kind": "ServiceJob", HOSTILE: 1, "request": {"jobQueue": 3, HOSTILE: HOSTILE}}
    )
    (folder / "a\x1b[2Jb.json").write_text(text, "utf-8")
    assert main(["validate", "--format", form, "."]) == 1
    out, err = capsys.readouterr()
    assert "jobQueue" in out
    assert_harmless(out + err)


def test_a_stream_that_is_not_utf8_takes_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table's lines and a foreign text are written as far as the terminal knows them."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
    monkeypatch.setattr(commands, "_run", lambda _: print("━ é 漢 ok") or 0)
    assert commands.main([]) == 0
    sys.stdout.flush()
    assert raw.getvalue() == b"? ? ? ok\n"
