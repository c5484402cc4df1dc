"""What an adversary may do, at random from a seed. A step is plain JSON and means something whatever came before it."""

from __future__ import annotations

import random
from typing import Any

Step = list[Any]

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED")
RULES = ("refuse", "keep", "terminate")
DEATHS = (
    "machine before",
    "machine after",
    "engine",
    "provider before",
    "provider after",
    "program",
    "cut before",
    "cut after once",
    "cut after",
    "throttle",
)
LISTS = (0, 0, 1.5, 5)
TAGS = (0, 0, 5, None)
EPISODE = 40  # steps, after which everything begins anew


def make_steps(seed: int, count: int = EPISODE) -> list[Step]:
    """Return the steps of one episode; the last is a quiet `up`."""
    choose = random.Random(seed)
    steps: list[Step] = [["add", 0], ["up"]]
    while len(steps) < count - 1:
        steps.append(_make_step(choose))
    return [*steps, ["up"]]


def _make_step(choose: random.Random) -> Step:
    which = choose.randrange(3)
    possible: list[tuple[int, Step]] = [
        (10, ["edit", which, choose.randint(1, 3)]),
        (4, ["add", which]),
        (3, ["remove", which]),
        (3, ["rename", which]),
        (3, ["rule", which, choose.choice(RULES), choose.choice(RULES)]),
        (3, ["grid", choose.randrange(8)]),
        (14, ["event", choose.randrange(8), choose.choice(STATUSES)]),
        (22, ["up"]),
        (2, ["destroy"]),
        (12, ["die", choose.randint(1, 14), choose.choice(DEATHS)]),
        (2, ["two"]),
        (4, ["lose"]),
        (4, ["restore", choose.randrange(50)]),
        (4, ["lag", choose.choice(LISTS), choose.choice(TAGS)]),
        (3, ["expire"]),
        (2, ["jump", choose.randint(1, 30)]),
    ]
    weights = [weight for weight, _ in possible]
    return choose.choices([step for _, step in possible], weights)[0]
