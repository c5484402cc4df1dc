"""A stack's settings: `Pulumi.STACK.yaml`, its config and its encryption salt."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.engine.errors import EngineError
from local.engine.state.project import Project, mapping
from local.engine.state.secrets import Passphrase, passphrase
from local.engine.state.values import Secret, contains

SALT = "encryptionsalt"


class StackConfig:
    """The settings of one stack. Nothing is written before `save`."""

    def __init__(self, project: Project, file: Path, env: Mapping[str, str]) -> None:
        self.project = project
        self.file = file
        self._env = env
        self._document: dict[str, Any] = mapping(self.file) if self.file.exists() else {}
        self._secrets: Passphrase | None = None
        provider = self._document.get("secretsprovider", "passphrase")
        if provider != "passphrase":
            raise EngineError(
                f"{self.file}: the embedded engine has no secrets provider {provider!r}"
            )

    @property
    def secrets(self) -> Passphrase:
        """The stack's encryption; a stack without a salt gets one, which `save` writes."""
        if self._secrets is None:
            salt = self._document.get(SALT)
            self._secrets = Passphrase(passphrase(self._env), salt)
            if salt is None:
                self._document[SALT] = self._secrets.salt
                self.save()
        return self._secrets

    def adopt_salt(self, salt: str) -> None:
        """Use the salt that the stack's state was encrypted with, where the settings name none."""
        if SALT not in self._document:
            self._document[SALT] = salt

    @property
    def salt(self) -> str | None:
        found = self._document.get(SALT)
        return found if isinstance(found, str) else None

    @property
    def has_secrets(self) -> bool:
        return contains(self.entries, is_secure)

    @property
    def entries(self) -> dict[str, Any]:
        """Config as the file has it: a text, a structure, or `{secure: ciphertext}`."""
        config = self._document.get("config") or {}
        if not isinstance(config, dict):
            raise EngineError(f"{self.file}: config: expected a mapping")
        return config

    def qualified(self, key: str) -> str:
        """The full name of a key: one without a namespace belongs to the project."""
        return key if ":" in key else f"{self.project.name}:{key}"

    def values(self) -> dict[str, str | Secret]:
        """Every entry as text, as the program sees it; the secret ones decrypted and marked."""
        found: dict[str, str | Secret] = {}
        for key, entry in self.entries.items():
            found[self.qualified(str(key))] = self.text(entry)
        return found

    def text(self, entry: Any) -> str | Secret:
        if is_secure(entry):
            return Secret(self.secrets.decrypt(str(entry["secure"])))
        if isinstance(entry, (dict, list)):
            opened, secret = self._open(entry)
            text = json.dumps(opened, separators=(",", ":"), ensure_ascii=False)
            return Secret(text) if secret else text
        if isinstance(entry, bool):
            return "true" if entry else "false"
        return "" if entry is None else str(entry)

    def _open(self, entry: Any) -> tuple[Any, bool]:
        if is_secure(entry):
            return self.secrets.decrypt(str(entry["secure"])), True
        if isinstance(entry, dict):
            pairs = {str(key): self._open(inner) for key, inner in entry.items()}
            return {key: pair[0] for key, pair in pairs.items()}, any(p[1] for p in pairs.values())
        if isinstance(entry, list):
            items = [self._open(inner) for inner in entry]
            return [item[0] for item in items], any(item[1] for item in items)
        return entry, False

    def set(self, key: str, value: str, *, secret: bool) -> None:
        entry: Any = {"secure": self.secrets.encrypt(value)} if secret else value
        config = dict(self.entries)
        if key in config and ":" not in key:
            config.pop(key)
        config[self.qualified(key)] = entry
        self._document["config"] = config
        self.save()

    def remove(self, key: str) -> None:
        config = dict(self.entries)
        config.pop(key, None)
        config.pop(self.qualified(key), None)
        self._document["config"] = config
        if not config:
            del self._document["config"]
        self.save()

    def save(self) -> None:
        text = yaml.safe_dump(
            self._document, sort_keys=False, default_flow_style=False, width=10**6
        )
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.file)


def list_secret_keys(config: Mapping[str, str | Secret]) -> list[str]:
    """Return the keys of the values that are secret."""
    return [key for key, value in config.items() if isinstance(value, Secret)]


def is_secure(entry: Any) -> bool:
    return isinstance(entry, dict) and set(entry) == {"secure"}
