"""What all emulated services of this process share: the clock, the pace, how tokens are treated, what changed.

moto keeps its backends in registries of the process, so the extensions of them find their surroundings
in one place of the process as well. `Emulator` fills it; nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from ..clock import Clock, Pace

WORDS = ("own", "other")
WEEK = 7 * 24 * 3600.0
DOUBLE_SLASHES = ("kept", "merged")
TOKEN_MODES = ("reject", "return-first", "forget", "token-only")


@dataclass
class Context:
    """The surroundings of the emulated services.

    `tokens` is what SubmitServiceJob does with a clientToken it has seen (see `TOKEN_MODES`):
    refuse the second submission as AWS's page says, answer it with the first job, not remember it,
    or refuse it without looking at the rest of the request. `list_lag` is how long ListServiceJobs does not show a new
    job, and `tags_lag` after how long Batch's tags are on the training job, in seconds; `None` is never.
    `retention` is how long Batch keeps an ended job, `token_lifetime` how long it knows a clientToken: `None` is as
    long as the job. `words` are those of errors (see `WORDS`): ours, or other ones that would say the same.
    `share_decay` is how what a fair share has used loses weight (see `batch.fairness`),
    `double_slash` what becomes of one in the key of a model that S3OutputPath has (see `DOUBLE_SLASHES`).
    `changed` are the records, by table, account,
    region and key, and `objects_changed` says whether there are objects, that are not kept yet.
    """

    clock: Clock = field(default_factory=Clock)
    pace: Pace = field(default_factory=Pace)
    tokens: str = TOKEN_MODES[0]
    list_lag: float = 0.0
    tags_lag: float | None = 0.0
    retention: float = WEEK
    token_lifetime: float | None = None
    words: str = WORDS[0]
    share_decay: str = "linear"
    double_slash: str = DOUBLE_SLASHES[0]
    changed: dict[tuple[str, str, str, str], None] = field(default_factory=dict)
    objects_changed: bool = False


SWITCHES = [
    each.name
    for each in fields(Context)
    if each.name not in ("clock", "pace", "changed", "objects_changed")
]
"""What outlives the emulator of a context's fields, beside the clock and the pace."""

current = Context()


def replace(context: Context) -> None:
    """Make this the surroundings of every emulated service from now on."""
    global current
    current = context


_begun = 0.0


def begin() -> float:
    """Return the time at which a record is made: no two are made at the same time, whatever the clock, as at AWS."""
    global _begun
    at = now()
    # an emulator that is made later in this process may have an earlier clock
    _begun = _begun + 1e-6 if at <= _begun < at + 0.001 else at
    return _begun


def now() -> float:
    """Seconds since the epoch, by the emulator's clock."""
    return current.clock.now()


def pace() -> Pace:
    """The pace in force."""
    return current.pace
