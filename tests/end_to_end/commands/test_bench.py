"""What `make bench` measures works: here with two jobs, and no clock is looked at."""

from __future__ import annotations

import pytest

from components.errors import JobError
from tools.bench.__main__ import measure
from tools.bench.measure import run, start_bench
from tools.bench.subjects import AWS_CLI, DYNAMIC, LOOP, OURS, ROWS, THREADS, TRIVIAL


# the emulator is a process that outlives whoever starts it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_each_subject_is_taken_through_its_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the Pulumi CLI, which only makes the same rows again, and with one round."""
    monkeypatch.setattr("tools.bench.__main__.ENGINES", ("embedded",))
    monkeypatch.setattr("tools.bench.__main__.ROUNDS", 1)
    with start_bench() as bench:
        found = measure(bench, [2], ROWS, {AWS_CLI: "not here"})
    rows = {(each.subject, each.row): each for each in found}
    asked = {
        key: {name: many for name, many in each.calls.items() if "ServiceJob" in name}
        for key, each in rows.items()
    }
    plain = ("up", "refresh", "destroy")
    assert set(rows) == {
        *((OURS, row) for row in ROWS),
        *((subject, row) for subject in (LOOP, THREADS) for row in plain),
        *((DYNAMIC, row) for row in ("up", "preview", "refresh", "change", "destroy")),
        *((TRIVIAL, row) for row in ("up", "preview", "refresh", "destroy")),
    }
    for subject in (OURS, LOOP, THREADS, DYNAMIC):
        assert asked[subject, "up"]["SubmitServiceJob"] == 2
        assert asked[subject, "destroy"]["TerminateServiceJob"] == 2
    assert asked[OURS, "change"]["SubmitServiceJob"] == 1
    assert asked[OURS, "preview"].keys() <= {"ListServiceJobs"}
    assert rows[OURS, "up"].state > 1000
    assert all(each.wall > 0 and each.processor > 0 and each.memory > 10 for each in found)


def test_a_command_that_fails_is_told_with_its_output() -> None:
    with pytest.raises(JobError, match=r"jobctl|unknown command"):
        run(["python3", "-m", "cli", "nonsense"], {"PATH": "/usr/bin:/bin"})
