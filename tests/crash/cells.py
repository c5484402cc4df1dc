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
            "SubmitServiceJob 1 !",
            "DescribeServiceJob 1",
        ),
    ),
    (SERVICE, "replace"): Operation(
        "A",
        "B",
        (
            "DescribeServiceJob 1",
            "ListServiceJobs 1",
            "SubmitServiceJob 1 !",
            "DescribeServiceJob 3",
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
        ("DescribeServiceJob 1", "TagResource 1 !", "UpdateServiceJob 1 !", "DescribeServiceJob 2"),
    ),
    (SERVICE, "delete"): Operation(
        "A", "", ("DescribeServiceJob 2", "TagResource 1 !", "TerminateServiceJob 1 !")
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
            "DescribeBatchInferenceJob 1",
            "ListTagsForResource 1",
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
# A call that changes nothing leaves AWS alike whether it was answered or not.
HOW_A_LOOK = ("machine before", "engine", "provider before", "program", "cut before", "throttle")
# Whose death or silence leaves most for the next `up` to find out: also with one more thing changed.
DEEP = ("engine", "cut after")


@dataclass(frozen=True)
class Cell:
    """One cell. `files` is what the next `up` is given: same, reverted, deleted."""

    kind: str
    operation: str
    step: str
    how: str
    state: str
    record: str
    files: str
    tokens: str

    def __str__(self) -> str:
        words = (self.operation, self.step.rstrip(" !"), self.how, f"state {self.state}")
        rest = (f"record {self.record}", f"files {self.files}", self.tokens)
        return f"{self.kind}: " + ", ".join((*words, *rest))


def cells() -> Iterator[Cell]:
    """All cells."""
    for (kind, name), operation in OPERATIONS.items():
        modes = TOKEN_MODES if kind == SERVICE and name in ("create", "replace") else ("reject",)
        for step in operation.steps:
            changes = step.endswith("!")
            for how in HOW if changes else HOW_A_LOOK:
                if how == "program" and not changes and "DescribeJobQueues" not in step:
                    continue  # the program's death is the same at every look of the provider
                for state, record, files in _left(kind, operation, how, changes):
                    # tokens matter where a submission may be sent again: at its own step, and for a revert
                    again = "Submit" in step or (files == "reverted" and how == "machine after")
                    for mode in modes if again else modes[:1]:
                        yield Cell(kind, name, step, how, state, record, files, mode)


def _left(
    kind: str, operation: Operation, how: str, changes: bool
) -> Iterator[tuple[str, str, str]]:
    """What is left: every combination after the worst death, one change at a time after the next worst."""
    following = ["same", "reverted", "deleted"]
    if not operation.after:
        following.remove("deleted")  # it is deleted already
    if not operation.before or operation.command == "refresh":
        following.remove("reverted")  # to nothing, which is deleted; or to the same
    records = ["kept", "expired"] if kind == SERVICE else ["kept"]  # Personalize keeps its records
    if not changes:
        yield "kept", "kept", "same"
        return
    for state in ("kept", "earlier", "lost"):
        for record in records:
            for files in following:
                turned = (state != "kept") + (record != "kept") + (files != "same")
                if how == "machine after" or turned == 0 or (turned == 1 and how in DEEP):
                    yield state, record, files
