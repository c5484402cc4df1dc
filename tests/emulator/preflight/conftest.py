"""Job files checked against an emulator that has the seed: queues, roles, solution versions, data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from components import preflight
from components.aws import Aws
from components.jobfile import Context, load
from local.aws.server.emulator import Emulator
from tests.unit.jobfile.making import expand

DENY = "/_emulator/deny"


class Checked:
    """A project's job files, and an account to check them against."""

    def __init__(self, root: Path, emulator: Emulator) -> None:
        self.root = root
        self.emulator = emulator
        (root / "jobs").mkdir()

    def client(self, service: str, region: str = "us-east-1", once: bool = False) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.emulator.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def put(self, uri: str, body: str) -> None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())

    def pass_a_day(self) -> None:
        """What was made becomes ACTIVE."""
        self.emulator.control.handle("POST", "/_emulator/clock", {"advance": 86_400})

    def deny(self, *actions: str) -> None:
        status, _ = self.emulator.control.handle("POST", DENY, {"only": list(actions)})
        assert status == 200

    def said(
        self, name: str, text: str, context: Context | None = None, **options: Any
    ) -> list[str]:
        """What preflight says of one more job file, beside those that are there already."""
        (self.root / "jobs" / name).write_text(text)
        return self.all_said(context, **options)

    def all_said(self, context: Context | None = None, **options: Any) -> list[str]:
        files, broken = load([self.root / "jobs"], self.root)
        jobs, problems = expand(files, context or Context("dev", "us-east-1"))
        assert [problem for problem in [*broken, *problems] if problem.level == "error"] == []
        aws = Aws("us-east-1", self.client)
        return sorted(map(_text, preflight.find_problems(jobs, aws, **options)))


def _text(problem: Any) -> str:
    return ("warning: " if problem.level == "warning" else "") + str(problem)


@pytest.fixture
def checked(tmp_path: Path, emulator: Emulator) -> Checked:
    return Checked(tmp_path, emulator)
