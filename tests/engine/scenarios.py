"""What must be the same on the embedded engine and on the Pulumi CLI: programs, and edits of them.

A scenario is a list of turns; each may change the program, the cloud or the settings, and runs one command.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

HEAD = """\
import pulumi
from things import Blunt, FirstDeleted, Indifferent, Thing
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One command. `program` stays as it was where it is None; `drift` sets values of what exists in the cloud."""

    command: str
    program: str | None = None
    drift: dict[str, dict[str, object] | None] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    secret_config: dict[str, str] = field(default_factory=dict)
    kill: bool = False
    """Kill the engine, as `kill -9` does, once a resource hangs."""

    def edit_cloud(self, cloud: Path) -> None:
        for identity, values in self.drift.items():
            file = cloud / f"{identity}.json"
            if values is None:
                file.unlink()
            else:
                found = json.loads(file.read_text(encoding="utf-8"))
                file.write_text(json.dumps({**found, **values}), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A name, what it shows, and its turns. `ordered`: all calls have one possible order."""

    name: str
    shows: str
    turns: tuple[Turn, ...]
    ordered: bool = False


def scenario(name: str, shows: str, *turns: Turn, ordered: bool = False) -> Scenario:
    return Scenario(name, shows, turns, ordered)


def preview(program: str | None = None, **rest: object) -> Turn:
    return Turn("preview", program, **rest)  # type: ignore[arg-type]  # the fields of Turn


def up(program: str | None = None, **rest: object) -> Turn:
    return Turn("up", program, **rest)  # type: ignore[arg-type]  # the fields of Turn


def run(command: str, program: str | None = None, **rest: object) -> Turn:
    return Turn(command, program, **rest)  # type: ignore[arg-type]  # the fields of Turn


NESTED = """
values = {"number": 1, "flag": True, "text": "one", "none": None}
a = Thing("a", {**values, "list": [1, 2.5, {"x": "y"}], "deep": {"a-b": {"c": [1]}}})
b = Thing("b", {"from": a.computed, "all": {"of": [a.computed]}})
pulumi.export("out", b.computed)
pulumi.export("number", 3)
pulumi.export("list", [1, "x", {"y": a.id}])
"""
NESTED_CHANGED = """
values = {"number": 2, "flag": False, "text": "one", "new": {"k": 1}}
a = Thing("a", {**values, "list": [1, 3, {"x": "z"}, 4], "deep": {"a-b": {"d": [1]}}})
b = Thing("b", {"from": a.computed, "all": {"of": [a.computed]}})
pulumi.export("out", b.computed)
pulumi.export("number", 4)
"""
CHAIN = """
a = Thing("a", {"key": "1"})
b = Thing("b", {"from": a.computed})
c = Thing("c", {}, depends_on=[b])
"""

SCENARIOS = (
    scenario(
        "create",
        "resources are created in the order of their dependencies; outputs reach those who use them",
        preview(NESTED),
        up(),
        preview(),
        up(),
        ordered=True,
    ),
    scenario(
        "update",
        "a change in place has a nested diff; what depends on it is unknown until it is done",
        up(NESTED),
        preview(NESTED_CHANGED),
        up(),
        preview(),
        ordered=True,
    ),
    scenario(
        "replace",
        "a replacement is created before the old one is deleted; dependents are updated in between",
        up(CHAIN),
        preview(CHAIN.replace('"1"', '"2"')),
        up(),
        preview(),
        ordered=True,
    ),
    scenario(
        "replace-dependents",
        "a dependent whose replacing input changes is replaced too",
        up('a = Thing("a", {"key": "1"})\nb = Thing("b", {"key": a.computed})'),
        preview('a = Thing("a", {"key": "2"})\nb = Thing("b", {"key": a.computed})'),
        up(),
        ordered=True,
    ),
    scenario(
        "delete",
        "what the program no longer has is deleted, dependents first",
        up(CHAIN),
        preview('a = Thing("a", {"key": "1"})'),
        up(),
        run("destroy"),
        ordered=True,
    ),
    scenario(
        "failed-create",
        "a failure fails the run, keeps what succeeded, and the next run goes on",
        up(
            'a = Thing("a")\nb = Thing("b", {"from": a.computed, "fail": "create"})\nc = Thing("c", {}, depends_on=[b])'
        ),
        up(
            'a = Thing("a")\nb = Thing("b", {"from": a.computed})\nc = Thing("c", {}, depends_on=[b])'
        ),
        ordered=True,
    ),
    scenario(
        "failed-update",
        "after a failed update the state has the old inputs",
        up('a = Thing("a", {"n": 1})'),
        up('a = Thing("a", {"n": 2, "fail": "update"})'),
        preview('a = Thing("a", {"n": 2})'),
        up(),
        ordered=True,
    ),
    scenario(
        "failed-replace",
        "a replacement that cannot be created leaves the old one alone",
        up('a = Thing("a", {"key": "1"})'),
        up('a = Thing("a", {"key": "2", "fail": "create"})'),
        up('a = Thing("a", {"key": "2"})'),
        ordered=True,
    ),
    scenario(
        "failed-delete",
        "what could not be deleted stays in state and is tried again; so is a replaced one",
        up('a = Thing("a", {"fail": "delete", "key": "1"})\nb = Thing("b", {}, depends_on=[a])'),
        up('a = Thing("a", {"key": "2"})\nb = Thing("b", {}, depends_on=[a])'),
        preview(),
        up(),
        run("destroy"),
    ),
    scenario(
        "alias",
        "a renamed resource with an alias stays the same one, and so do its dependents",
        up(
            'a = Thing("a", {"n": 1, "name": "a"})\nb = Thing("b", {"from": a.computed}, depends_on=[a])'
        ),
        preview(
            'a = Thing("z", {"n": 1, "name": "a"}, aliases=[pulumi.Alias(name="a")])\n'
            'b = Thing("b", {"from": a.computed}, depends_on=[a])'
        ),
        up(),
        preview(
            'a = Thing("z", {"n": 1, "name": "a"})\nb = Thing("b", {"from": a.computed}, depends_on=[a])'
        ),
    ),
    scenario(
        "alias-failed",
        "when the run fails after a rename, the state names the renamed one everywhere",
        up(
            'a = Thing("a", {"name": "a"})\nb = Thing("b", {"from": a.computed})\nc = Thing("c", {"n": 1}, depends_on=[b])'
        ),
        up(
            'a = Thing("z", {"name": "a"}, aliases=[pulumi.Alias(name="a")])\n'
            'd = Thing("d", {"fail": "create"}, depends_on=[a])\n'
            'b = Thing("b", {"from": a.computed}, depends_on=[d])\nc = Thing("c", {"n": 1}, depends_on=[b])'
        ),
    ),
    scenario(
        "ignore-changes",
        "ignored inputs keep their old values, be they changed, added or gone",
        up('a = Thing("a", {"x": 1, "deep": {"y": 1}, "list": [1, 2], "n": 1})'),
        preview(
            'a = Thing("a", {"x": 2, "deep": {"y": 2}, "added": 1, "n": 2},'
            ' ignore_changes=["x", "deep", "list", "added"])'
        ),
        up(),
        preview('a = Thing("a", {"n": 2}, ignore_changes=["x", "deep", "list", "key"])'),
        ordered=True,
    ),
    scenario(
        "indifferent",
        "inputs that the provider calls equal are saved and nothing else is done",
        up('a = Indifferent("a", {"n": 1})'),
        preview('a = Indifferent("a", {"n": 2})'),
        up(),
        ordered=True,
    ),
    scenario(
        "blunt",
        "a provider that says no more than that something changed gets an update without detail",
        up('a = Blunt("a", {"n": 1, "key": "1"})'),
        preview('a = Blunt("a", {"n": 2, "key": "1"})'),
        up(),
        preview('a = Blunt("a", {"n": 2, "key": "2"})'),
        up(),
        ordered=True,
    ),
    scenario(
        "check",
        "what check makes of the inputs is what is kept; what it finds wrong ends the run",
        up('a = Thing("a", {"settings": "default"})'),
        preview(),
        preview(
            'a = Thing("a", {"settings": "default"})\nb = Thing("b", {"wrong": True}, depends_on=[a])'
        ),
        up(),
        ordered=True,
    ),
    scenario(
        "refresh",
        "a refresh writes what drifted into the state, and removes what is gone",
        up(
            'a = Thing("a", {"n": 1})\nb = Thing("b", {"n": 1})\nc = Thing("c", {"from": b.computed})\nd = Thing("d")'
        ),
        run("refresh", drift={"a-1": {"n": 5}, "b-1": None, "c-1": {"computed": "elsewhere"}}),
        preview(),
        up(),
    ),
    scenario(
        "refresh-preview",
        "a preview with a refresh shows what drifted",
        up(
            'a = Thing("a", {"n": 1, "deep": {"x": 1}})\nb = Thing("b", {"n": 1})\nc = Thing("c", {"from": a.computed})'
        ),
        run(
            "preview --refresh",
            drift={
                "a-1": {"n": 5, "deep": {"x": 2}},
                "b-1": None,
                "c-1": {"computed": "elsewhere"},
            },
        ),
        run("up --refresh"),
        preview(),
    ),
    scenario(
        "refresh-failed",
        "a resource that cannot be read fails the refresh; the others are refreshed",
        up('a = Thing("a", {"n": 1, "fail": "read"})\nb = Thing("b", {"n": 1})'),
        run("refresh", drift={"b-1": {"n": 2}}),
    ),
    scenario(
        "secrets",
        "a secret stays one: in inputs, nested, in lists, and in the outputs under the same keys",
        up(
            's = pulumi.Output.secret("hush")\n'
            'a = Thing("a", {"password": s, "deep": {"token": s, "plain": 1}, "list": ["x", s]})\n'
            'b = Thing("b", {"from": s.apply(lambda v: v + "!"), "plain": "p"})\n'
            'pulumi.export("secret", s)\npulumi.export("b", b.computed)\npulumi.export("plain", a.computed)'
        ),
        preview(
            's = pulumi.Output.secret("changed")\n'
            'a = Thing("a", {"password": s, "deep": {"token": s, "plain": 2}, "list": ["x", s]})\n'
            'b = Thing("b", {"from": s.apply(lambda v: v + "!"), "plain": "p"})\n'
            'pulumi.export("secret", s)\npulumi.export("b", b.computed)\npulumi.export("plain", a.computed)'
        ),
        up(),
        run("refresh"),
        preview(),
    ),
    scenario(
        "config",
        "the default provider is configured with the whole config; a change of it updates the provider only",
        up(
            'c = pulumi.Config()\nThing("a", {"from": c.get("plain"), "secret": c.get_secret("hidden")})',
            config={"plain": "one", "other:thing": "two"},
            secret_config={"hidden": "hush"},
        ),
        preview(config={"plain": "three"}),
        up(),
        run("destroy"),
    ),
    scenario(
        "explicit-provider",
        "a provider of the program's own has its inputs for configuration, is updated in place and deleted last",
        up(
            'p = pulumi.ProviderResource("pulumi-python", "p", {"region": "here"})\nThing("a", {}, provider=p)'
        ),
        preview(
            'p = pulumi.ProviderResource("pulumi-python", "p", {"region": "there"})\nThing("a", {}, provider=p)'
        ),
        up(),
        preview('Thing("a")'),
        up(),
    ),
    scenario(
        "outputs",
        "stack outputs follow the program; a failed run keeps those that it did not set",
        up('Thing("a", {"fail": "delete"})\npulumi.export("x", 1)\npulumi.export("y", {"z": [1]})'),
        preview('Thing("a", {"fail": "delete"})\npulumi.export("x", 2)'),
        up(),
        # a delete fails when all outputs are known; a create or an update could fail before that
        up('pulumi.export("w", 3)'),
    ),
    scenario(
        "program-error",
        "a program that raises fails the run and deletes nothing",
        up('Thing("a")'),
        preview('raise pulumi.RunError("no such job")'),
        up(),
        up('raise ValueError("oops")'),
    ),
    scenario(
        "duplicate",
        "two resources with one name are refused",
        up('a = Thing("a", {"n": 1})\nThing("a", {"n": 2}, depends_on=[a])'),
    ),
    scenario(
        "expect-no-changes",
        "an expectation of no changes has an exit code of its own",
        up('Thing("a")'),
        run("preview --expect-no-changes"),
        run("up --expect-no-changes"),
        run("preview --expect-no-changes", 'Thing("a", {"n": 1})'),
        run("up --expect-no-changes"),
    ),
    scenario(
        "killed",
        "after a kill in a create the state has a pending operation, which is warned of and kept",
        up('Thing("a")\nThing("b", {"hang": True}, depends_on=[Thing("c")])', kill=True),
        preview('Thing("a")\nb = Thing("b", {}, depends_on=[Thing("c")])'),
        run("cancel"),
        up(),
        run("refresh"),
        run("refresh --clear-pending-creates"),
    ),
)
