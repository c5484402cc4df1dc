"""What must happen, in as few lines as say it: a definition that differs is a run, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Model:
    """`runs` are [definition, where it stands] by job; the counts are what AWS was asked to do."""

    runs: dict[str, list[Any]] = field(default_factory=dict)
    submitted: int = 0
    terminated: int = 0

    def up(self, declared: dict[str, Any], aliases: dict[str, str], rules: dict[str, str]) -> None:
        before, self.runs = self.runs, {}
        for name, definition in declared.items():
            known = name if name in before else aliases.get(name, "")
            run = before.pop(known, None)
            if run is None or run[0] != definition:
                self.submitted += 1
                self._end(run, rules[name])
                run = [definition, "queued"]
            self.runs[name] = run
        for run in before.values():
            self._end(run, "terminate")

    def _end(self, run: list[Any] | None, rule: str) -> None:
        if run and (run[1] == "queued" or (run[1] == "running" and rule == "terminate")):
            self.terminated += 1
