"""What was measured, and what follows from it: ratios, and whether one has become worse. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tools.bench.subjects import DYNAMIC, OTHERS, OURS, THREADS, TRIVIAL

FEW = 10  # jobs; with more, five trivial resources are no comparison
WORSE = 4 / 3
PACED = "paced-up"  # `up` where AWS takes five submissions a second
FLEET = 200
FLOOR, PACE_USED, BESIDE_DYNAMIC = 1.3, 0.95, 1.05


@dataclass(frozen=True)
class Record:
    """One row of one subject: seconds, seconds of the processor, megabytes of the largest process.

    `calls` are AWS's operations and how often each was called, `state` bytes of state a job. `used` is the part of the
    allowed rate that submissions came to, where one was enforced.
    """

    subject: str
    engine: str
    row: str
    count: int
    wall: float
    processor: float
    memory: float
    calls: Mapping[str, int] = field(default_factory=dict)
    state: float = 0
    used: float = 0


@dataclass(frozen=True)
class Ratio:
    """How much a command of ours takes of what `against` takes."""

    row: str
    engine: str
    count: int
    against: str
    wall: float
    processor: float

    @property
    def key(self) -> tuple[str, str, int, str]:
        return self.row, self.engine, self.count, self.against


def take_least(records: Iterable[Record]) -> list[Record]:
    """Return one record for each row, engine and count: the least time of its rounds."""
    found: dict[tuple[str, str, str, int], Record] = {}
    for each in records:
        key = (each.subject, each.engine, each.row, each.count)
        if (had := found.get(key)) is not None:
            least = min(had.wall, each.wall), min(had.processor, each.processor)
            each = replace(each, wall=least[0], processor=least[1])
        found[key] = each
    return list(found.values())


def find_ratios(records: Sequence[Record]) -> list[Ratio]:
    """Compare each row of ours with the same row of every other subject, on the same engine where it has one."""
    return [
        Ratio(
            ours.row,
            ours.engine,
            ours.count,
            other.subject,
            ours.wall / other.wall,
            ours.processor / other.processor,
        )
        for ours in records
        if ours.subject == OURS
        for other in records
        if other.subject in OTHERS and _is_comparable(ours, other)
    ]


def _is_comparable(ours: Record, other: Record) -> bool:
    if other.row != ours.row or other.engine not in ("", ours.engine):
        return False
    return ours.count <= FEW if other.subject == TRIVIAL else ours.count == other.count


def find_worse(recorded: Sequence[Record], measured: Sequence[Record]) -> list[str]:
    """Return a sentence for each ratio that is worse than the recorded one by a third."""
    before = {ratio.key: ratio for ratio in find_ratios(recorded)}
    found = []
    for now in find_ratios(measured):
        if (then := before.get(now.key)) is None:
            continue
        for what, new, old in (
            ("wall time", now.wall, then.wall),
            ("processor time", now.processor, then.processor),
        ):
            if new > old * WORSE:
                found.append(
                    f"{now.row} of {now.count} jobs ({now.engine}): {what} is {new:.2f} of that of {now.against}, "
                    f"recorded {old:.2f}"
                )
    return found


@dataclass(frozen=True)
class Promise:
    """A limit that the project sets itself, and what was measured of it."""

    text: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def find_promises(records: Sequence[Record]) -> Iterator[Promise]:
    """Yield every promise whose rows were measured."""
    found = {(each.subject, each.engine, each.row, each.count): each for each in records}
    for ratio in find_ratios(records):
        if (ratio.row, ratio.engine, ratio.against) == ("preview", "embedded", TRIVIAL):
            text = f"processor time of a preview of {ratio.count} jobs without changes, of five trivial resources'"
            yield Promise(text, ratio.processor, FLOOR)
            preview, threads, up = (
                found.get(key)
                for key in (
                    (OURS, "embedded", "preview", ratio.count),
                    (THREADS, "", "up", FLEET),
                    (OURS, "embedded", "up", FLEET),
                )
            )
            if preview and threads and up:
                text = f"`up` of {FLEET}, of three times boto3 with 16 threads and that preview"
                yield Promise(text, up.wall / (3 * threads.wall + preview.wall), 1)
        if (ratio.row, ratio.engine, ratio.count, ratio.against) == (
            "up",
            "pulumi",
            FLEET,
            DYNAMIC,
        ):
            text = f"`up` of {FLEET} on the Pulumi CLI, of a dynamic provider's"
            yield Promise(text, ratio.wall, BESIDE_DYNAMIC)
    for each in records:
        if each.used:
            text = f"`up` of {each.count} where AWS takes 5 submissions a second: the part of them used"
            yield Promise(text, each.used, PACE_USED, at_least=True)
