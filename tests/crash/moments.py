"""What the project, its state and its AWS were at one moment, to go on from there again.

Many cells begin alike, and many die alike and differ in what is left only. What they share is played once, with
real processes, and each goes on from a copy of where it led to.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from local.aws.server import extend
from tests.crash.stack import Run, Stack


@dataclass(frozen=True)
class Moment:
    """Job files and state folder, as bytes; AWS's records; what was seen on the way.

    `tokens` were sent, and `repeated` is whether one was sent twice: what came of that is one way with tokens' own.
    """

    files: dict[str, bytes]
    records: list[tuple[str, str, str, dict[str, Any]]]
    tokens: frozenset[str]
    repeated: bool
    states: list[bytes]
    seen: dict[str, Run]


def taken(stack: Stack) -> Moment:
    """This moment."""
    files = {
        str(path.relative_to(stack.folder)): path.read_bytes()
        for place in ("jobs", "state")
        for path in (stack.folder / place).rglob("*")
        if path.is_file()
    }
    records = [
        (table.name, backend.account_id, backend.region_name, deepcopy(vars(record)))
        for backend in cast("list[Any]", list(extend.backends()))
        for table in backend.tables
        for record in table
    ]
    faults = stack.faults
    return Moment(
        files,
        records,
        frozenset(faults.tokens),
        faults.repeated,
        list(stack.states),
        dict(stack.seen),
    )


def restore(stack: Stack, moment: Moment) -> None:
    """Let it be that moment again."""
    stack.clear()
    for name, content in moment.files.items():
        path = stack.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # nobody is calling: every process of the moment before has ended
    for backend in list(extend.backends()):
        for table in backend.tables:
            for record in table:
                table.drop(record.key)
    for name, account, region, document in moment.records:
        extend.find_table(name, account, region).restore(deepcopy(document))
    extend.resume()
    stack.faults.repeated = moment.repeated
    stack.faults.tokens.update(moment.tokens)
    stack.states[:] = moment.states
    stack.seen.clear()
    stack.seen.update(moment.seen)
