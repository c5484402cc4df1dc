"""config: list, get, set, rm."""

from __future__ import annotations

import json
import sys

from local.engine.commandline import Invocation
from local.engine.errors import EngineError
from local.engine.session import Session
from local.engine.stackconfig import StackConfig, is_secure
from local.engine.values import Secret


def _config(invocation: Invocation) -> tuple[str, StackConfig]:
    session = Session(invocation)
    stack = session.stack
    return stack, session.config_of(stack)


def ls(invocation: Invocation) -> int:
    """List the stack's config; secrets as `[secret]` unless they are asked for."""
    _, config = _config(invocation)
    show = invocation.on("show-secrets")
    rows: dict[str, tuple[str, bool]] = {}
    for key, entry in sorted(config.entries.items()):
        secret = is_secure(entry)
        if secret and not show:
            rows[config.qualified(key)] = ("[secret]", True)
            continue
        value = config.text(entry)
        hidden = isinstance(value, Secret) and not show
        text = value.value if isinstance(value, Secret) else value
        rows[config.qualified(key)] = ("[secret]" if hidden else text, isinstance(value, Secret))
    if invocation.on("json"):
        document = {
            key: {"value": text, "secret": secret} if show or not secret else {"secret": True}
            for key, (text, secret) in rows.items()
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return 0
    prefix = f"{config.project.name}:"
    table = [("KEY", "VALUE")] + [
        (key.removeprefix(prefix), text) for key, (text, _) in rows.items()
    ]
    width = max(len(key) for key, _ in table)
    for key, text in table:
        print(f"{key.ljust(width)}  {text}".rstrip())
    return 0


def get(invocation: Invocation) -> int:
    stack, config = _config(invocation)
    wanted = config.qualified(invocation.words[0])
    for key, entry in config.entries.items():
        if config.qualified(key) == wanted:
            value = config.text(entry)
            text = value.value if isinstance(value, Secret) else value
            if invocation.on("json"):
                document = {"value": text, "secret": isinstance(value, Secret)}
                print(json.dumps(document, indent=2, ensure_ascii=False))
            else:
                print(text)
            return 0
    raise EngineError(f"configuration key '{invocation.words[0]}' not found for stack '{stack}'")


def set_(invocation: Invocation) -> int:
    _, config = _config(invocation)
    key, *rest = invocation.words
    if rest:
        value = rest[0]
    elif sys.stdin.isatty():
        raise EngineError(f"config set {key}: say the value, or give it on standard input")
    else:
        value = sys.stdin.read().rstrip("\n")
    config.set(key, value, secret=invocation.on("secret"))
    return 0


def rm(invocation: Invocation) -> int:
    _, config = _config(invocation)
    config.remove(invocation.words[0])
    return 0
