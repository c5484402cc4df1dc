"""The matrix in one table at the end of the tests: cells, duplicates, orphans.

`played` are the cells that were played; the others are those with another way of tokens, where none was sent twice.
"""

from __future__ import annotations

from typing import Any

COLUMNS = ("cells", "failed", "played", "duplicates", "orphans", "for recover")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each kind and operation; `failed`, `duplicates` and `orphans` are to be zero."""
    rows: dict[str, list[int]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for key, value in getattr(report, "user_properties", []):
                if key.startswith("crash "):
                    row = rows.setdefault(key.removeprefix("crash "), [0] * len(COLUMNS))
                    for at, number in enumerate([1, outcome == "failed", *value]):
                        row[at] += number
    if not rows:
        return
    rows["all"] = [sum(row[at] for row in rows.values()) for at in range(len(COLUMNS))]
    terminalreporter.section("crash matrix")
    width = max(map(len, rows))
    terminalreporter.write_line(" " * width + "".join(f"{name:>13}" for name in COLUMNS))
    for name, row in rows.items():
        terminalreporter.write_line(name.ljust(width) + "".join(f"{each:>13}" for each in row))
