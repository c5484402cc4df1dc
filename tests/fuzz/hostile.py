"""What an attacker writes and AWS may say, made by hypothesis, and what must hold of whatever comes out of it."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import yaml
from hypothesis import strategies as st

from local.engine.errors import NO_SUCH_STACK

ESCAPES = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e\u2066\u200f\u061c\x7f\x00\x08\ud800\ufeff"
WORDS = (
    [
        "${config.token}",
        "${jobs.x.jobName}",
        "${",
        "$" * 9,
        "${matrix.a}",
        "${period}",
        "../..",
        "/",
    ]
    + [ESCAPES, "::error::x", "%0A", "%s{}", "\n", "", " ", "é漢\U0001f600", "1e999", "-0", "0x1f"]
    + [
        "arn:aws:s3:::b",
        "s3://b/../k",
        "a" * 300,
        "(a+)+$",
        "!!python/object:os.system",
        "*a",
        "<<",
    ]
    + ["2020-99-99", "2020-01-01", "08:00", "0o9", "_1", "null", "~", "true", "=", "&a"]
)
TEXT = st.sampled_from(WORDS) | st.text(st.characters(), max_size=12) | st.text(max_size=40)
HOSTILE = st.lists(TEXT, min_size=1, max_size=3).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=6,
)
KEYS = HOSTILE | st.integers(-9, 9) | st.booleans() | st.none()
PEM = "-----BEGIN KEY-----\nMIIEvQ+IBADAN/Bg==\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
SECRETS = st.sampled_from(
    [
        PEM,
        "correct horse/battery+staple=",
        'q"uote\\back slash',
        "pässwörd-漢字",
        "tab\tand%25percent",
    ]
) | st.text("abc123/+=%\"'\\ \té&<>", min_size=10, max_size=24).filter(
    lambda text: len(set(text.strip())) > 5 and text == text.strip()
)


def forms(secret: str) -> dict[str, str]:
    """Return the secret in each form in which it may come back."""
    once = json.dumps(secret)[1:-1]
    coded = secret.encode()
    return {
        "as it is": secret,
        "JSON": once,
        "JSON, not ASCII": json.dumps(secret, ensure_ascii=False)[1:-1],
        "JSON in JSON": json.dumps(once)[1:-1],
        "URL": quote(secret, safe=""),
        "URL, path": quote(secret),
        "form": quote_plus(secret),
        "base64": base64.b64encode(coded).decode(),
        "base64, no padding": base64.b64encode(coded).decode().rstrip("="),
        "base64, URL": base64.urlsafe_b64encode(coded).decode(),
    }


@st.composite
def spoiled(draw: Callable[..., Any], document: Any, most: int = 4) -> Any:
    """A copy of a document with hostile keys and values at some places."""
    document = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, most))):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        what = draw(st.integers(0, 4))
        if what == 0 and isinstance(holder, dict):
            holder[draw(KEYS)] = holder.pop(key)
        elif what == 1 and isinstance(holder, dict):
            del holder[key]
        elif what == 2 and isinstance(holder[key], str):
            holder[key] += draw(HOSTILE)
        else:
            holder[key] = draw(VALUES)
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def as_yaml(document: Any) -> bytes:
    """Return the document as YAML, what that cannot hold as question marks."""
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return text.encode("utf-8", "replace")


def as_json(document: Any) -> bytes:
    return json.dumps(document, skipkeys=True).encode()


def run(command: Callable[[], int], **env: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and all that it printed."""
    printed = io.StringIO()
    before, here = dict(os.environ), Path.cwd()
    os.environ.update(env)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            code = command()
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
    return code, printed.getvalue()


def check_said(code: int, text: str, *secrets: str) -> None:
    """Whatever was tried: done, or a sentence that says why not."""
    assert code in (0, 1, NO_SUCH_STACK), f"exit code {code}: {text}"
    assert code == 0 or text.strip(), "failed and said nothing"
    assert "Traceback" not in text and 'File "' not in text, text
    check_harmless(text)
    check_hidden(text, *secrets)


def check_harmless(text: str) -> None:
    """No byte under 0x20 but newline and tab, no DEL, C1, direction mark or lone surrogate."""
    found = {
        each
        for each in text
        if (each < " " and each not in "\n\t")
        or "\x7f" <= each <= "\x9f"
        or "\u202a" <= each <= "\u202e"
        or "\u2066" <= each <= "\u2069"
        or each in "\u200e\u200f\u061c"
        or "\ud800" <= each <= "\udfff"
    }
    assert not found, f"{found} in {text!r}"


def check_hidden(text: str, *secrets: str) -> None:
    """No secret in any form."""
    for secret in secrets:
        for name, form in forms(secret).items():
            assert form not in text, f"the secret {secret!r} ({name}) in {text!r}"


def check_files(folder: Path, *secrets: str) -> None:
    """No file of the folder has a secret in any form."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            check_hidden(path.read_bytes().decode("utf-8", "replace"), *secrets)
