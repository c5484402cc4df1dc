"""A stack's settings: `Pulumi.STACK.yaml`, its config and its encryption salt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from components import pulumi_yaml
from components.files import replace_file
from local.engine.errors import Unsupported
from local.engine.state.project import Project, expect_mapping, read_mapping
from local.engine.state.secrets import Passphrase, read_passphrase
from local.engine.state.values import Secret, has_secret, reveal

SALT = "encryptionsalt"


class StackConfig:
    """The settings of one stack. Nothing is written before `save`."""

    def __init__(
        self, project: Project, stack: str, env: Mapping[str, str], salt: str | None = None
    ) -> None:
        """Read them; where they name no salt, it is the one that the stack's state was encrypted with."""
        self.project = project
        self.file = project.stack_file(stack)
        self._env = env
        self._document: dict[str, Any] = read_mapping(self.file) if self.file.exists() else {}
        provider = self._document.get("secretsprovider", "passphrase")
        if provider != "passphrase":
            raise Unsupported(f"{self.file.name}: the secrets provider {provider!r}")
        if salt:
            self._document.setdefault(SALT, salt)

    @cached_property
    def secrets(self) -> Passphrase:
        """The stack's encryption; a stack without a salt gets one, which `save` writes."""
        salt = self._document.get(SALT)
        secrets = Passphrase(read_passphrase(self._env), salt)
        if salt is None:
            self._document[SALT] = secrets.salt
            self.save()
        return secrets

    def secrets_for(self, salt: str | None) -> Passphrase:
        """Return the stack's encryption, or the one that its state was written with if that is another."""
        if salt is None or salt == self._document.get(SALT):
            return self.secrets
        return Passphrase(read_passphrase(self._env), salt)

    @property
    def entries(self) -> dict[str, Any]:
        """Config as the file has it: a text, a structure, or `{secure: ciphertext}`."""
        return expect_mapping(self._document.get("config"), f"{self.file}: config")

    def qualify(self, key: str) -> str:
        """Return the full name of a key: one without a namespace belongs to the project."""
        return key if ":" in key else f"{self.project.name}:{key}"

    def values(self) -> dict[str, str | Secret]:
        """Return every entry as text, as the program sees it; the secret ones decrypted and marked."""
        return {self.qualify(str(key)): self.to_text(entry) for key, entry in self.entries.items()}

    def to_text(self, entry: Any) -> str | Secret:
        """Return an entry as text; a structure as JSON, secret where a leaf of it is."""
        value = self._decrypt(entry)
        if isinstance(value, Secret):
            return value
        if isinstance(value, (dict, list)):
            text = pulumi_yaml.write_text(reveal(value))
            return Secret(text) if has_secret(value) else text
        return pulumi_yaml.write_text(value)

    def _decrypt(self, entry: Any) -> Any:
        if is_secure(entry):
            return Secret(self.secrets.decrypt(str(entry["secure"])))
        if isinstance(entry, dict):
            return {str(key): self._decrypt(inner) for key, inner in entry.items()}
        return [self._decrypt(inner) for inner in entry] if isinstance(entry, list) else entry

    def set(self, key: str, value: str, *, secret: bool) -> None:
        entry: Any = {"secure": self.secrets.encrypt(value)} if secret else value
        kept = {name: value for name, value in self.entries.items() if ":" in name or name != key}
        self._document["config"] = {**kept, self.qualify(key): entry}
        self.save()

    def remove(self, key: str) -> None:
        names = {key, self.qualify(key)}
        kept = {name: value for name, value in self.entries.items() if name not in names}
        self._document["config"] = kept
        if not kept:
            del self._document["config"]
        self.save()

    def save(self) -> None:
        replace_file(self.file, [pulumi_yaml.dump(self._document).encode()])


def is_secure(entry: Any) -> bool:
    return isinstance(entry, dict) and set(entry) == {"secure"}
