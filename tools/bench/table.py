"""The one table, in Markdown: ratios first, then what was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tools.bench.record import Promise, Record, find_ratios
from tools.bench.subjects import AWS_CLI, DYNAMIC, LOOP, OTHERS, OURS, ROWS, THREADS, TRIVIAL

_SHORT = {
    LOOP: "loop",
    THREADS: "threads",
    AWS_CLI: "AWS CLI",
    DYNAMIC: "dynamic",
    TRIVIAL: "trivial",
}
_LEFT = 3  # columns of text


def format_table(records: Sequence[Record], missing: Mapping[str, str]) -> str:
    """Return the table. `missing` says of a subject that was not measured why: it stands in its column."""
    heads = ["command", "of", "jobs", *(f"× {_SHORT[other]}" for other in OTHERS)]
    heads += ["wall s", "CPU s", "MB", "AWS calls", "state B/job"]
    rules = ["---" if at < _LEFT - 1 else "---:" for at in range(len(heads))]
    rules[-2] = "---"
    lines = [heads, rules, *_rows(records, missing)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows(records: Sequence[Record], missing: Mapping[str, str]) -> Iterator[list[str]]:
    ratios = {(*ratio.key[:3], ratio.against): ratio for ratio in find_ratios(records)}
    for each in sorted(records, key=_order):
        cells = []
        for other in OTHERS:
            ratio = ratios.get((each.row, each.engine, each.count, other))
            if each.subject != OURS or ratio is None:
                said = each.subject == OURS and each.row == "up"
                cells.append(missing.get(other, "") if said else "")
            else:
                cells.append(f"{ratio.wall:.2f} / {ratio.processor:.2f}")
        calls = ", ".join(f"{count} {name}" for name, count in sorted(each.calls.items()))
        engine = f" ({each.engine})" if each.engine else ""
        yield [
            each.row,
            each.subject + engine,
            f"{each.count:,}",
            *cells,
            f"{each.wall:.2f}",
            f"{each.processor:.2f}",
            f"{each.memory:.0f}",
            calls or "none",
            f"{each.state:,.0f}" if each.state else "",
        ]


def _order(each: Record) -> tuple[bool, int, int, int, str]:
    row = ROWS.index(each.row) if each.row in ROWS else len(ROWS)
    subject = OTHERS.index(each.subject) if each.subject in OTHERS else -1
    return subject >= 0, row, each.count, subject, each.engine


def format_promises(promises: Sequence[Promise]) -> str:
    """Return a line for each promise: what was measured, its limit, whether it holds."""
    return "".join(
        f"- {each.text}: {each.value:.2f}, {'at least' if each.at_least else 'at most'} {each.limit:g}: "
        f"{'holds' if each.holds else '**does not hold**'}\n"
        for each in promises
    )


def put_between(text: str, begin: str, end: str, new: str) -> str:
    """Replace what stands between two marks. Raises `ValueError` where one is missing."""
    before, rest = text[: text.index(begin) + len(begin)], text[text.index(begin) :]
    return f"{before}\n{new}{rest[rest.index(end) :]}"
