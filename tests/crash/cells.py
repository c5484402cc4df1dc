"""The cells of the matrix: what is done, where it dies, what is left, what comes next.

A cell is left out only where it cannot be, or where it is another cell by another name; the reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SERVICE, INFERENCE = "ServiceJob", "BatchInferenceJob"
TOKEN_MODES = ("reject", "return-first", "forget", "token-only")


@dataclass(frozen=True)
class Operation:
    """What is done: the files before and after it, and where the run stands when it begins.

    `steps` are its AWS calls: an operation and which of them; those with `!` change something.
    """

    before: str
    after: str
    steps: tuple[str, ...]
    stands: str = ""
    command: str = "up"


OPERATIONS: dict[tuple[str, str], Operation] = {
    (SERVICE, "create"): Operation(
        "",
        "A",
        (
            "DescribeJobQueues 1",
            "ListServiceJobs 1",
            "Search 1",
            "ListTrainingJobs 1",
            "SubmitServiceJob 1 !",
        ),
    ),
    (SERVICE, "replace"): Operation(
        "A",
        "B",
        (
            "ListServiceJobs 1",
            "ListServiceJobs 2",
            "DescribeServiceJob 1",
            "SubmitServiceJob 1 !",
            "DescribeServiceJob 2",
            "TagResource 1 !",
            "TerminateServiceJob 1 !",
        ),
    ),
    (SERVICE, "replace a running one"): Operation(
        "AT",
        "BT",
        ("SubmitServiceJob 1 !", "TagResource 1 !", "AddTags 1 !", "TerminateServiceJob 1 !"),
        stands="RUNNING",
    ),
    (SERVICE, "update"): Operation(
        "A",
        "U",
        ("ListServiceJobs 1", "TagResource 1 !", "UpdateServiceJob 1 !", "DescribeServiceJob 1"),
    ),
    (SERVICE, "delete"): Operation(
        "A", "", ("DescribeServiceJob 1", "TagResource 1 !", "TerminateServiceJob 1 !")
    ),
    (SERVICE, "delete a running one"): Operation(
        "AT",
        "",
        ("TagResource 1 !", "AddTags 1 !", "TerminateServiceJob 1 !"),
        stands="RUNNING",
    ),
    (SERVICE, "refresh"): Operation(
        "A", "A", ("DescribeServiceJob 1",), stands="SUCCEEDED", command="refresh"
    ),
    (INFERENCE, "create"): Operation(
        "",
        "A",
        (
            "DescribeSolutionVersion 1",
            "ListBatchInferenceJobs 2",
            "CreateBatchInferenceJob 1 !",
        ),
    ),
    (INFERENCE, "replace"): Operation(
        "A",
        "B",
        (
            "DescribeBatchInferenceJob 1",
            "CreateBatchInferenceJob 1 !",
            "DescribeBatchInferenceJob 3",
            "TagResource 1 !",
        ),
    ),
    (INFERENCE, "update"): Operation("A", "U", ("TagResource 1 !", "DescribeBatchInferenceJob 2")),
    (INFERENCE, "delete"): Operation("A", "", ("DescribeBatchInferenceJob 2", "TagResource 1 !")),
    (INFERENCE, "refresh"): Operation(
        "A", "A", ("DescribeBatchInferenceJob 1",), stands="ACTIVE", command="refresh"
    ),
}

# how: (who is killed, what the emulator does with the call, for how many calls)
HOW: dict[str, tuple[tuple[str, ...], str, int]] = {
    "machine before": (("engine", "program", "provider"), "cut-before", 1),
    "machine after": (("engine", "program", "provider"), "cut-after", 1),
    "engine": (("engine",), "", 1),  # its provider lives, and finishes the call that it is in
    "provider before": (("provider",), "cut-before", 1),
    "provider after": (("provider",), "cut-after", 1),
    "program": (("program",), "", 1),
    "cut before": ((), "cut-before", 99),
    "cut after once": ((), "cut-after", 1),  # the same request is sent again at once
    "cut after": ((), "cut-after", 99),
    "throttle": ((), "throttle", 99),
}
# A call that changes nothing leaves AWS alike whether it was answered or not, and the program waits at every look of
# the provider: these ways of dying are others by another name. They are played too, but once.
A_LOOK_AGAIN = ("machine after", "provider after", "cut after once")
# So it is with what comes before a tag or an end: the step before it was done, and this one was not.
A_MARK_AGAIN = ("machine before", "provider before", "program", "cut after once")
# How many of state, record and files are not as they were, after which death.
TURNED = {"machine after": 2, "engine": 1, "cut after": 1}


# What AWS does not promise: (seconds until a list shows a new job, seconds until its tags are on the training job).
LAGS: dict[str, tuple[float, float | None]] = {
    "no lag": (0, 0),
    "list lags 1.5 s": (1.5, 0),
    "list lags 5 s": (5, 0),
    "tags late by 5 s": (0, 5),
    "tags never": (0, None),
}
AT_ONCE = "no lag"


@dataclass(frozen=True)
class Cell:
    """One cell. `files` is what the next `up` is given: same, reverted, deleted.

    `record` is what became of the runs meanwhile: kept, expired (they ended, and Batch has forgotten them), or
    started (the run that was there before went past the queue). `state` is kept, earlier (a backup), lost, or claimed
    (lost, deployed again, and then the old one put back). `lag` is one of `LAGS`.
    """

    kind: str
    operation: str
    step: str
    how: str
    state: str
    record: str
    files: str
    tokens: str
    lag: str = AT_ONCE

    def __str__(self) -> str:
        words = (self.operation, self.step.rstrip(" !"), self.how, f"state {self.state}")
        rest = (f"record {self.record}", f"files {self.files}", self.tokens)
        late = () if self.lag == AT_ONCE else (self.lag,)
        return f"{self.kind}: " + ", ".join((*words, *rest, *late))


def cells() -> Iterator[Cell]:
    """All cells."""
    for (kind, name), operation in OPERATIONS.items():
        submits = kind == SERVICE and name.startswith(("create", "replace"))
        modes = TOKEN_MODES if submits else TOKEN_MODES[:1]  # Personalize has no token
        for step in operation.steps:
            for how in HOW:
                again = how in _again(step)
                for state, record, files in _left(kind, operation, step, how):
                    for mode in modes[:1] if again else modes:
                        yield Cell(kind, name, step, how, state, record, files, mode)
                    if kind == SERVICE and step.endswith("!") and how == "machine after":
                        for lag in list(LAGS)[1:]:
                            yield Cell(kind, name, step, how, state, record, files, modes[0], lag)


def _submits(step: str) -> bool:
    return "Submit" in step or "Create" in step


def _again(step: str) -> tuple[str, ...]:
    """The ways to die at this step that are others by another name."""
    if not step.endswith("!"):
        return A_LOOK_AGAIN
    return () if _submits(step) else A_MARK_AGAIN


def _left(kind: str, operation: Operation, step: str, how: str) -> Iterator[tuple[str, str, str]]:
    """What is left: every combination after the worst death, one change at a time after the next worst."""
    following = ["same", "reverted", "deleted"]
    if not operation.after:
        following.remove("deleted")  # it is deleted already
    if not operation.before or operation.command == "refresh":
        following.remove("reverted")  # to nothing, which is deleted; or to the same
    records = ["kept", "expired"] if kind == SERVICE else ["kept"]  # Personalize keeps its records
    most = TURNED.get(how, 0) if step.endswith("!") else 0
    if operation.stands == "RUNNING":
        most = min(most, 1)  # the rest stands with the run that waits
    if not _submits(step) and how != "machine after":
        most = 0  # a mark that was made is the same whoever died then
    states = ("kept", "earlier", "lost", "claimed") if most > 1 else ("kept", "earlier", "lost")
    for state in states:
        for record in records:
            for files in following:
                turned = (state != "kept") + (record != "kept") + (files != "same")
                if turned <= most:
                    yield state, record, files
    if most and kind == SERVICE and operation.before and not operation.stands:
        yield "kept", "started", "same"
