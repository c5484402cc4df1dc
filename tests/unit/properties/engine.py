"""The order in which Pulumi's engine calls a provider, and no more: refresh, creations, updates, then deletions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from components import lifecycle
from components.kinds import KINDS
from tests.fakes.aws import Account

KIND = KINDS["ServiceJob"]


@dataclass
class Engine:
    """One stack: `held` is its state, by the job's name."""

    account: Account
    held: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def refresh(self) -> None:
        for name, (id_, outputs) in list(self.held.items()):
            seen = lifecycle.read(KIND, self.account.aws(), id_, outputs)
            if seen is None:
                del self.held[name]
            else:
                self.held[name] = (id_, seen)

    def up(self, declared: dict[str, dict[str, Any]]) -> None:
        """One `up`; a job that is known by an alias keeps its entry."""
        self.refresh()
        aws = self.account.aws()
        gone = []
        before, self.held = self.held, {}
        for name, inputs in declared.items():
            former = [each.rsplit("/", 1)[-1] for each in inputs.get("formerly", ())]
            known = next((each for each in (name, *former) if each in before), None)
            if known is None:
                self.held[name] = lifecycle.create(KIND, aws, inputs, print)
                continue
            id_, outputs = before.pop(known)
            found = lifecycle.diff(KIND, id_, outputs, inputs)
            if found.replaces:
                self.held[name] = lifecycle.create(KIND, aws, inputs, print, replacing=[id_])
                gone.append((id_, outputs, str(inputs["onReplace"])))
            elif found.same:
                self.held[name] = (id_, outputs)
            else:
                self.held[name] = (id_, lifecycle.update(KIND, aws, id_, outputs, inputs))
        gone += [(id_, outputs, "") for id_, outputs in before.values()]
        declared = {id_ for id_, _ in self.held.values()}
        for id_, outputs, rule in gone:
            lifecycle.delete(
                KIND, aws, id_, outputs, print, superseded_by=rule, declared=id_ in declared
            )
