"""What most commands begin with: the project, the backend, the stack, its settings and its state."""

from __future__ import annotations

from functools import cache, cached_property

from local.engine.commands.commandline import Invocation
from local.engine.errors import NO_SUCH_STACK, USAGE, EngineError
from local.engine.state import checkpoint, project
from local.engine.state.backend import Backend, find_folder
from local.engine.state.model import Snapshot
from local.engine.state.settings import StackConfig, is_secure
from local.engine.state.values import contains


class Session:
    """A command's surroundings."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.project = project.find_project(invocation.cwd)
        self.backend = Backend(find_folder(invocation.env), self.project)
        self.workspace = project.Workspace(self.project, invocation.env)

    @cached_property
    def stack(self) -> str:
        """The stack named on the command line, else the selected one; it must exist."""
        given = self.invocation.flags.get("stack")
        name = given or self.invocation.env.get("PULUMI_STACK") or self.workspace.selected
        if not name:
            raise EngineError(
                "no stack selected; please use `pulumi stack select` or `pulumi stack init` to "
                "choose one, or name it with --stack"
            )
        stack = self.backend.check_name(name)
        if not self.backend.file(stack).is_file():
            raise EngineError(f"no stack named '{stack}' found", NO_SUCH_STACK)
        return stack

    @cached_property
    def config(self) -> StackConfig:
        """The stack's settings, with the salt of its state where they have none."""
        salt = checkpoint.read_salt(self.backend.read(self.stack))
        return StackConfig(self.project, self.stack, self.invocation.env, salt)

    def is_selected(self, stack: str) -> bool:
        return self.workspace.selected in {stack, self.backend.full_name(stack)}

    def confirm(self, question: str) -> None:
        """Return if --yes was given or somebody says yes; EngineError if not."""
        if self.invocation.on("yes"):
            return
        if not self.invocation.interactive:
            raise EngineError(
                "--yes must be passed in to proceed when running in non-interactive mode", USAGE
            )
        if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise EngineError("confirmation declined, not proceeding")

    def expect_secrets(self, *, writing: bool) -> None:
        """Begin to derive the key if it will be needed: that takes as long as much of the rest together."""
        has_secrets = contains(self.config.entries, is_secure)
        if writing or has_secrets or b'"ciphertext"' in self.backend.file(self.stack).read_bytes():
            self.config.secrets.start()

    def read_snapshot(self) -> Snapshot:
        """Return the stack's state, decrypted."""
        deployment = self.backend.read(self.stack)
        salt = checkpoint.read_salt(deployment)
        # the passphrase is needed where there is a secret only
        secrets = cache(lambda: self.config.secrets_for(salt))
        return checkpoint.load(deployment, lambda sealed, urn: secrets().decrypt(sealed, urn))


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows of text with their columns aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())
