"""What preflight can know of the data of SageMaker's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws import Aws
from ...jobfile import Job


def find_example_record(job: Job, aws: Aws) -> tuple[str, Mapping[str, Any]] | None:
    """Return nothing: what a model reads is its own matter."""
    return None
