"""What preflight can know of the data of SageMaker's jobs."""

from __future__ import annotations

from ...aws import Aws
from ...jobfile import Job
from ...preflight.problem import Example


def find_example_record(job: Job, aws: Aws) -> Example | None:
    """Return nothing: what a model reads is its own matter."""
    return None
