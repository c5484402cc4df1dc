"""config: list, set, rm."""

from __future__ import annotations

import json
import sys

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session, print_table
from local.engine.errors import EngineError
from local.engine.state.settings import StackConfig, is_secure
from local.engine.state.values import Secret


def _config(invocation: Invocation) -> StackConfig:
    session = Session(invocation)
    return session.config_of(session.stack)


def ls(invocation: Invocation) -> int:
    """List the stack's config; secrets as `[secret]` unless --show-secrets asks for them."""
    config = _config(invocation)
    show = invocation.on("show-secrets")
    rows: dict[str, tuple[str, bool]] = {}
    for key, entry in sorted(config.entries.items()):
        # the passphrase is needed for what is shown only
        value = Secret("[secret]") if is_secure(entry) and not show else config.text(entry)
        secret = isinstance(value, Secret)
        text = value.value if isinstance(value, Secret) else value
        rows[config.qualified(key)] = "[secret]" if secret and not show else text, secret
    if invocation.on("json"):
        document = {
            key: {"value": text, "secret": secret} if show or not secret else {"secret": True}
            for key, (text, secret) in rows.items()
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return 0
    prefix = f"{config.project.name}:"
    table: list[tuple[str, ...]] = [("KEY", "VALUE")]
    table += [(key.removeprefix(prefix), text) for key, (text, _) in rows.items()]
    print_table(table)
    return 0


def set_(invocation: Invocation) -> int:
    """Set a value, given as a word or on standard input."""
    config = _config(invocation)
    key, *rest = invocation.words
    if not rest and sys.stdin.isatty():
        raise EngineError(f"config set {key}: pass the value, or pipe it to standard input")
    value = rest[0] if rest else sys.stdin.read().rstrip("\n")
    config.set(key, value, secret=invocation.on("secret"))
    return 0


def rm(invocation: Invocation) -> int:
    """Remove a value."""
    _config(invocation).remove(invocation.words[0])
    return 0
