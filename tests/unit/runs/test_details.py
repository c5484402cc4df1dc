"""A closer look at a run, from recorded answers of AWS."""

from __future__ import annotations

from typing import Any

from cli.runs.details import Details, read_details, to_details
from cli.runs.entries import Entry
from components.kinds import KINDS
from components.redact import Redactor
from tests.unit.report.recorded import Recorded

SERVICE = KINDS["ServiceJob"]
BATCH = "arn:aws:batch:us-east-1:123456789012:service-job"


def look_closely(account: Recorded, id_: str) -> Details:
    outputs: dict[str, Any] = {"phase": "RUNNING"}
    redactor = Redactor(["hunter22-of-long-ago", "ExecuteUserScriptError"])
    return read_details(account.aws(), Entry("defects", SERVICE, id_, outputs), redactor)


def test_each_attempt_has_what_its_own_record_says() -> None:
    """Begun and ended as it is billed; one whose record AWS has forgotten as the run's record has it; no secret."""
    account = Recorded()
    details = look_closely(account, f"{BATCH}/b7e9f032-1aa2-4d78-9b3c-8e6f5a4d2c1b")
    rows = to_details(SERVICE, details)["attemptList"]
    assert [(row["number"], row["status"], row["billedSeconds"]) for row in rows] == [
        (1, "Failed", 1730),
        (2, "", None),
    ]
    assert [(row["startedAt"], row["stoppedAt"]) for row in rows] == [
        ("2024-08-01T12:51:00Z", "2024-08-01T13:19:50Z"),
        ("2024-08-01T13:50:00Z", "2024-08-01T14:20:00Z"),
    ]
    assert all("AlgorithmError: [secret]: Exit code: 1" in row["reason"] for row in rows)
    assert account.calls == ["DescribeServiceJob", "DescribeTrainingJob", "DescribeTrainingJob"]


def test_a_run_that_aws_has_forgotten_has_no_details() -> None:
    assert look_closely(Recorded(), f"{BATCH}/00000000-0000-4000-8000-000000000000") == Details()
