"""Any sequence of edits and events gives exactly the submissions and ends that the model predicts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.aws import Account
from tests.fakes.jobs import inputs
from tests.unit.properties.engine import KIND, Engine
from tests.unit.properties.model import Model

NAMES = ("churn", "fraud")
PARTS = ("generation", "eta", "region", "code", "period", "watched")
name = st.sampled_from(NAMES)
STEP = st.one_of(
    st.tuples(st.just("change"), name, st.sampled_from(PARTS), st.integers(0, 2)),
    st.tuples(st.sampled_from(["revert", "delete", "add", "reorder", "rename", "alias"]), name),
    st.tuples(st.just("rule"), name, st.sampled_from(["keep", "terminate"])),
    st.tuples(st.sampled_from(["run", "succeed", "fail", "expire"]), name),
    st.tuples(st.sampled_from(["up", "up", "refresh"])),
)
Definition = dict[str, int]


class World:
    """The files, the stack and the model, side by side."""

    def __init__(self) -> None:
        self.account = Account()
        self.engine = Engine(self.account)
        self.model = Model()
        self.files: dict[str, Definition] = {each: dict.fromkeys(PARTS, 0) for each in NAMES}
        self.past: dict[str, list[Definition]] = {each: [] for each in NAMES}
        self.rules = dict.fromkeys(NAMES, "keep")
        self.label = {each: each for each in NAMES}  # a file's present job name
        self.aliases: dict[str, str] = {}
        self.reordered = False
        self.count = 0

    def take(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _change(self, file: str, part: str, value: int) -> None:
        if file in self.files:
            self.past[file].append(self.files[file])
            self.files[file] = {**self.files[file], part: value}

    def _revert(self, file: str) -> None:
        if file in self.files and self.past[file]:
            self.files[file] = self.past[file].pop()

    def _delete(self, file: str) -> None:
        self.files.pop(file, None)

    def _add(self, file: str) -> None:
        self.files.setdefault(file, dict.fromkeys(PARTS, 0))

    def _reorder(self, _: str) -> None:
        self.reordered = not self.reordered

    def _rename(self, file: str) -> None:
        self.count += 1
        self.label[file] = f"{file}{self.count}"

    def _alias(self, file: str) -> None:
        former = self.label[file]
        self._rename(file)
        self.aliases[self.label[file]] = former

    def _rule(self, file: str, rule: str) -> None:
        self.rules[file] = rule

    def _event(self, file: str, status: str, stands: str) -> None:
        known = self.label[file]
        if known in self.engine.held and self.model.runs[known][1] in ("queued", "running"):
            self.account.move(self.engine.held[known][0], status)
            self.model.runs[known][1] = stands

    def _run(self, file: str) -> None:
        self._event(file, "RUNNING", "running")

    def _succeed(self, file: str) -> None:
        self._event(file, "SUCCEEDED", "ended")

    def _fail(self, file: str) -> None:
        self._event(file, "FAILED", "ended")

    def _expire(self, file: str) -> None:
        """Only what has ended, and was seen to run, expires."""
        known = self.label[file]
        if known in self.engine.held and self.model.runs[known][1] == "ended":
            self.engine.refresh()
            arn = self.engine.held[known][0]
            next(job for job in self.account.jobs if job.arn == arn).expired = True

    def _refresh(self) -> None:
        self.engine.refresh()

    def _up(self) -> None:
        declared, definitions, rules = {}, {}, {}
        for file, definition in self.files.items():
            label = self.label[file]
            definitions[label], rules[label] = dict(definition), self.rules[file]
            declared[label] = self._inputs(file, label, definition)
        self.engine.up(declared)
        self.model.up(definitions, self.aliases, rules)

    def _inputs(self, file: str, label: str, of: Definition) -> dict[str, Any]:
        job = inputs(
            KIND,
            name=label,
            identity=f"aws-jobs/dev/{label}",
            generation=of["generation"],
            period=f"2026-W{40 + of['period']}",
            code={"sha256": f"{of['code']}" * 64, "files": {}},
            watched={"s3://bucket/key": f"etag-{of['watched']}"},
            region=("us-east-1", "us-east-2", "us-west-2")[of["region"]],
            onReplace=self.rules[file],
            onDelete="terminate",
        )
        job["request"]["serviceRequestPayload"]["HyperParameters"] = {"eta": f"0.{of['eta']}"}
        if label in self.aliases:
            job["formerly"] = [f"aws-jobs/dev/{self.aliases[label]}"]
        if self.reordered:
            job["request"] = dict(reversed(job["request"].items()))
        return job


@given(st.lists(STEP, max_size=25))
def test_exactly_what_the_model_predicts(steps: list[tuple[Any, ...]]) -> None:
    """Submissions and terminations, counted after every `up`; and an `up` more changes nothing."""
    world = World()
    for step in [*steps, ("up",), ("up",)]:
        world.take(step)
        asked = (
            world.account.count("SubmitServiceJob"),
            world.account.count("TerminateServiceJob"),
        )
        assert asked == (world.model.submitted, world.model.terminated)
