"""The token that the control API takes: who can read the emulator's state folder may move its clock."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

FILE = "token"


def make_token(folder: Path | None) -> str:
    """Return a new token, kept in the state folder for its owner; without a folder only the caller has it."""
    token = secrets.token_urlsafe(32)
    if folder is not None:
        draft = folder / f"{FILE}.new"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
        draft.replace(folder / FILE)
    return token


def read_token(folder: Path) -> str:
    """Return the token of the emulator that has the state folder; nothing where none was kept."""
    try:
        return (folder / FILE).read_text("ascii")
    except (OSError, ValueError):
        return ""


def matches(token: str, authorization: str) -> bool:
    """Whether an Authorization header carries the token; in constant time."""
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
