"""What was measured, and what follows from it: ratios, and whether one has become worse. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tools.bench.subjects import DYNAMIC, OTHERS, OURS, THREADS, TRIVIAL

FEW = 10  # jobs; with more, five trivial resources are no comparison
WORSE = 4 / 3
PACED = "paced-up"  # `up` where AWS takes five submissions a second
FLEET = 200
TIMES = ("wall time", "processor time")


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


# (row, engine, count, against) -> how much wall and processor time ours takes of what `against` takes
Ratios = dict[tuple[str, str, int, str], tuple[float, float]]


def take_least(records: Iterable[Record]) -> list[Record]:
    """Return one record for each row, engine and count: the least time of its rounds."""
    found: dict[tuple[str, str, str, int], Record] = {}
    for each in records:
        key = (each.subject, each.engine, each.row, each.count)
        had = found.get(key, each)
        wall, processor = min(had.wall, each.wall), min(had.processor, each.processor)
        found[key] = replace(each, wall=wall, processor=processor)
    return list(found.values())


def find_ratios(records: Sequence[Record]) -> Ratios:
    """Compare each row of ours with the same row of every other subject, on the same engine where it has one."""
    return {
        (ours.row, ours.engine, ours.count, other.subject): (
            ours.wall / other.wall,
            ours.processor / other.processor,
        )
        for ours in records
        if ours.subject == OURS
        for other in records
        if other.subject in OTHERS and _is_comparable(ours, other)
    }


def _is_comparable(ours: Record, other: Record) -> bool:
    if other.row != ours.row or other.engine not in ("", ours.engine):
        return False
    return ours.count <= FEW if other.subject == TRIVIAL else ours.count == other.count


def find_worse(recorded: Sequence[Record], measured: Sequence[Record]) -> list[str]:
    """Return a sentence for each ratio that is worse than the recorded one by a third."""
    before = find_ratios(recorded)
    return [
        f"{row} of {count} jobs ({engine}): {what} is {new:.2f} of that of {against}, recorded {old:.2f}"
        for (row, engine, count, against), ratio in find_ratios(measured).items()
        for what, new, old in zip(
            TIMES, ratio, before.get((row, engine, count, against), ratio), strict=True
        )
        if new > old * WORSE
    ]


def find_promises(records: Sequence[Record]) -> Iterator[str]:
    """Yield a line for every promise whose rows were measured: the figure, its limit, whether it holds."""
    found = {(each.subject, each.engine, each.row, each.count): each for each in records}
    for (row, engine, count, against), (wall, processor) in find_ratios(records).items():
        if (row, engine, against) == ("preview", "embedded", TRIVIAL):
            text = f"processor time of a preview of {count} jobs without changes, of five trivial resources'"
            yield _judge(text, processor, most=1.3)
            threads = found.get((THREADS, "", "up", FLEET))
            up = found.get((OURS, engine, "up", FLEET))
            if threads and up:
                allowed = 3 * threads.wall + found[OURS, engine, row, count].wall
                text = f"`up` of {FLEET}, of three times boto3 with 16 threads and that preview"
                yield _judge(text, up.wall / allowed, most=1)
        if (row, engine, count, against) == ("up", "pulumi", FLEET, DYNAMIC):
            text = f"`up` of {FLEET} on the Pulumi CLI, of a dynamic provider's"
            yield _judge(text, wall, most=1.05)
    for each in records:
        if each.used:
            text = f"`up` of {each.count} where AWS takes 5 submissions a second: the part of them used"
            yield _judge(text, each.used, least=0.95)


def _judge(text: str, value: float, least: float = 0, most: float = math.inf) -> str:
    limit = f"at least {least:g}" if least else f"at most {most:g}"
    said = "holds" if least <= value <= most else "**does not hold**"
    return f"- {text}: {value:.2f}, {limit}: {said}"
