"""Job files for tests: texts, not files, unless a folder is what the test is about."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.errors import Problem
from components.jobfile import Context, Job, JobFile, compose, load, split_sound

TODAY = datetime.date(2026, 11, 22)

SERVICE_JOB = """\
kind: ServiceJob
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/Training
    AlgorithmSpecification: {TrainingImage: "image:1.0", TrainingInputMode: File}
    OutputDataConfig: {S3OutputPath: s3://bucket/models/}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
"""
BATCH_JOB = """\
kind: BatchInferenceJob
request:
  solutionVersionArn: arn:aws:personalize:us-east-1:123456789012:solution/movies/11111111
  roleArn: arn:aws:iam::123456789012:role/Personalize
  jobInput: {s3DataSource: {path: s3://bucket/users.json}}
  jobOutput: {s3DataDestination: {path: s3://bucket/out/}}
"""


def context(**changes: Any) -> Context:
    """A stack `prod` in us-east-1, on 22 November 2026, a Sunday in week 47."""
    return Context(**{"stack": "prod", "region": "us-east-1", "today": TODAY, **changes})


def folder_of(root: Path, **texts: str) -> Path:
    """Write job files (`churn=...` becomes churn.yaml) into `jobs/` below the root."""
    folder = root / "jobs"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name.replace('__', '/')}.yaml").write_text(text, encoding="utf-8")
    return folder


def read(root: Path, **texts: str) -> list[JobFile]:
    """The job files as they are loaded; none of them is broken."""
    files, problems = load([folder_of(root, **texts)], root)
    assert problems == []
    return files


def expand(
    files: Sequence[JobFile], stack: Context, elsewhere: frozenset[str] = frozenset()
) -> tuple[list[Job], list[Problem]]:
    """The jobs of files without an error, and everything that is wrong."""
    composed, problems = compose(files, stack, elsewhere)
    return split_sound(composed, problems)[0], problems


def jobs(root: Path, stack: Context | None = None, **texts: str) -> list[Job]:
    """The jobs of right files."""
    found, problems = expand(read(root, **texts), stack or context())
    assert [str(problem) for problem in problems if problem.level == "error"] == []
    return found


def errors(root: Path, stack: Context | None = None, **texts: str) -> list[Problem]:
    """The errors of wrong files."""
    found = expand(read(root, **texts), stack or context())[1]
    return [problem for problem in found if problem.level == "error"]
