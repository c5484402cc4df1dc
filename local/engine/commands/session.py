"""What most commands begin with: the project, the backend, the stack, its settings and its state."""

from __future__ import annotations

from typing import Any

from local.engine.commands.commandline import Invocation
from local.engine.errors import NO_SUCH_STACK, EngineError
from local.engine.state import checkpoint, project
from local.engine.state.backend import Backend, folder
from local.engine.state.model import Snapshot
from local.engine.state.secrets import Passphrase, passphrase
from local.engine.state.settings import StackConfig
from local.engine.state.workspace import Workspace


class Session:
    """A command's surroundings."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.project = project.find(invocation.cwd)
        self.backend = Backend(folder(invocation.env), self.project)
        self.workspace = Workspace(self.project, invocation.env)
        self._config: StackConfig | None = None
        self._former: Passphrase | None = None

    @property
    def stack(self) -> str:
        """The stack named on the command line, else the selected one; it must exist."""
        given = self.invocation.stack_name
        name = given or self.invocation.env.get("PULUMI_STACK") or self.workspace.selected
        if not name:
            raise EngineError(
                "no stack selected; please use `pulumi stack select` or `pulumi stack init` to "
                "choose one, or name it with --stack"
            )
        stack = self.backend.short_name(name)
        if not self.backend.exists(stack):
            raise EngineError(f"no stack named '{stack}' found", NO_SUCH_STACK)
        return stack

    def config_of(self, stack: str) -> StackConfig:
        if self._config is None:
            file = self.project.stack_file(stack)
            self._config = StackConfig(self.project, file, self.invocation.env)
        return self._config

    def expect_secrets(self, stack: str, *, writing: bool) -> None:
        """Begin to derive the key if it will be needed: that takes as long as much of the rest together."""
        config = self.config_of(stack)
        salt = self._salt(self.backend.read(stack))
        if salt:
            config.adopt_salt(salt)
        if writing or config.has_secrets or self.backend.mentions(stack, '"ciphertext"'):
            self.secrets_for(stack, salt).start()

    @staticmethod
    def _salt(deployment: dict[str, Any]) -> str | None:
        """The salt with which a deployment's secrets were encrypted."""
        provider = deployment.get("secrets_providers") or {}
        if provider and provider.get("type") != "passphrase":
            raise EngineError(
                f"the stack's state is encrypted by {provider.get('type')!r}; "
                "the embedded engine knows passphrases only"
            )
        salt = (provider.get("state") or {}).get("salt")
        return salt if isinstance(salt, str) else None

    def snapshot(self, stack: str) -> Snapshot:
        """The stack's state, decrypted."""
        config = self.config_of(stack)
        deployment = self.backend.read(stack)
        salt = self._salt(deployment)
        if salt:
            config.adopt_salt(salt)
        return checkpoint.load(
            deployment, lambda sealed, key: self.secrets_for(stack, salt).decrypt(sealed, key)
        )

    def secrets_for(self, stack: str, salt: str | None) -> Passphrase:
        """The encryption of the stack, or the one that its state was written with if that is another."""
        config = self.config_of(stack)
        if salt is None or salt == config.salt:
            return config.secrets
        if self._former is None:
            self._former = Passphrase(passphrase(self.invocation.env), salt)
        return self._former
