"""The one table, in Markdown: ratios first, then what was measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.bench.record import PACED, Ratios, Record, find_ratios
from tools.bench.subjects import OTHERS, OURS, ROWS, SUBJECTS

_MEASURED = ("wall s", "CPU s", "MB", "AWS calls", "state B/job")
_TEXTS = ("command", "of", "AWS calls")  # the other columns are numbers
_ORDER = (*ROWS, PACED)


def format_table(records: Sequence[Record], missing: Mapping[str, str]) -> str:
    """Return the table. `missing` says of a subject that was not measured why: it stands in its column."""
    heads = ["command", "of", "jobs", *(f"× {other}" for other in OTHERS), *_MEASURED]
    rules = ["---" if head in _TEXTS else "---:" for head in heads]
    ratios = find_ratios(records)
    rows = [_format_row(each, ratios, missing) for each in sorted(records, key=_order)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (heads, rules, *rows))


def _order(each: Record) -> tuple[bool, int, int, int, str]:
    subject = list(SUBJECTS).index(each.subject)
    return subject > 0, _ORDER.index(each.row), each.count, subject, each.engine


def _format_row(each: Record, ratios: Ratios, missing: Mapping[str, str]) -> list[str]:
    cells = dict.fromkeys(OTHERS, "")
    if each.subject == OURS:
        if each.row == "up":
            cells.update(missing)
        for (*key, against), (wall, processor) in ratios.items():
            if key == [each.row, each.engine, each.count]:
                cells[against] = f"{wall:.2f} / {processor:.2f}"
    calls = ", ".join(f"{count} {name}" for name, count in sorted(each.calls.items()))
    return [
        each.row,
        f"{each.subject} ({each.engine})" if each.engine else each.subject,
        f"{each.count:,}",
        *cells.values(),
        f"{each.wall:.2f}",
        f"{each.processor:.2f}",
        f"{each.memory:.0f}",
        calls or "none",
        f"{each.state:,.0f}" if each.state else "",
    ]


def put_between(text: str, begin: str, end: str, new: str) -> str:
    """Replace what stands between two marks. Raises `ValueError` where one is missing."""
    before, rest = text[: text.index(begin) + len(begin)], text[text.index(begin) :]
    return f"{before}\n{new}{rest[rest.index(end) :]}"
