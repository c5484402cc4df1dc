"""config: list, set, rm."""

from __future__ import annotations

import json
import sys

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session, print_table
from local.engine.errors import EngineError
from local.engine.state.settings import is_secure
from local.engine.state.values import Secret, redact, reveal


def ls(invocation: Invocation) -> None:
    """List the stack's config; secrets as `[secret]` unless --show-secrets asks for them."""
    config = Session(invocation).config
    show = invocation.on("show-secrets")
    document: dict[str, dict[str, str | bool]] = {}
    table: list[tuple[str, ...]] = [("KEY", "VALUE")]
    for name, entry in sorted(config.entries.items()):
        # the passphrase is needed for what is shown only
        value = Secret("[secret]") if is_secure(entry) and not show else config.to_text(entry)
        secret, key = isinstance(value, Secret), config.qualify(name)
        text = str(reveal(value) if show else redact(value))
        document[key] = (
            {"secret": secret} if secret and not show else {"value": text, "secret": secret}
        )
        table.append((key.removeprefix(f"{config.project.name}:"), text))
    if invocation.on("json"):
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_table(table)


def set_(invocation: Invocation) -> None:
    """Set a value, given as a word or on standard input."""
    config = Session(invocation).config
    key, *rest = invocation.words
    if not rest and sys.stdin.isatty():
        raise EngineError(f"config set {key}: pass the value, or pipe it to standard input")
    value = rest[0] if rest else sys.stdin.read().rstrip("\n")
    config.set(key, value, secret=invocation.on("secret"))


def rm(invocation: Invocation) -> None:
    """Remove a value."""
    Session(invocation).config.remove(invocation.words[0])
