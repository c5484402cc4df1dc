"""The sentences with which a command ends. Each is written for the person who ran it."""

from __future__ import annotations

FAILED = 1
USAGE = 2
NO_SUCH_STACK = 6
CHANGES = 7


class EngineError(Exception):
    """A command cannot go on. `code` is the exit code, as the Pulumi CLI has it."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


class Unsupported(EngineError):
    """Something that Pulumi does and this engine does not."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not supported by the embedded engine; install the Pulumi CLI "
            "(https://www.pulumi.com/docs/install/), which continues with the same state"
        )


class Stopped(Exception):
    """The deployment ends here; why has been reported already."""
