"""What can go wrong, said for the person who made the mistake.

A class exists only where a caller decides differently. Messages carry no payload, no secret and no traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_JOBCTL = Path(__file__).resolve().parents[1] / "jobctl"


class JobError(Exception):
    """One sentence for a person: what, where, what would be right."""


class Missing(JobError):
    """AWS does not know this record (any more)."""


class Denied(JobError):
    """The caller may not do this; `action` is the missing permission, such as `batch:DescribeJobQueues`."""

    def __init__(self, message: str, action: str = "") -> None:
        super().__init__(message)
        self.action = action


class Rejected(JobError):
    """AWS refused the request itself; sending it again unchanged cannot help."""


class Taken(Rejected):
    """The name or the client token has been used before: look again, do not submit again."""


class NoSlot(Rejected):
    """An account limit on concurrent jobs is reached; a later `up` goes on."""


class Unanswered(JobError):
    """The request may or may not have been carried out: the connection ended before an answer."""


class Unreachable(JobError):
    """The request was certainly not carried out: nothing answers at AWS's address."""


PASSING = (Unanswered, Unreachable)  # what a later call may answer
REFUSALS = (Denied, Rejected, Missing)  # what somebody has to change something for


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one job file.

    `line` and `column` count from 1; 0 means the whole file. `path` is dotted (`request.retryStrategy.attempts`).
    `level` is `error` or `warning`; `rule` is a stable short name (`schema.required`, `spot-wait-time`).
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    rule: str
    level: str = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return ": ".join(part for part in (place, self.path, self.message) if part)


class Problems(JobError):
    """Everything that is wrong with the job files, found before anything is registered or called."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(_marked, self.problems)))


def name_setting(key: str, value: str, stack: str = "") -> str:
    """Return the command that sets a key of a stack's config: jobctl's, which a library has not."""
    program = "./jobctl" if _JOBCTL.is_file() else "pulumi"
    return f"{program} config set {f'-s {stack} ' if stack else ''}{key} {value}"


def _marked(problem: Problem) -> str:
    return f"warning: {problem}" if problem.level == "warning" else str(problem)
