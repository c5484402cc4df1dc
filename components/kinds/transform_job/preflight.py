"""What a transform job refers to in AWS: its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...aws import Aws
from ...jobfile import Job
from ...preflight.problem import ReferenceProblem
from ...preflight.references import Reference, check_references
from .. import Call
from ..sagemaker.preflight import find_example_record

__all__ = ["find_example_record", "find_problems"]

_REFERENCES = {"ModelName": Reference("model", Call("DescribeModel", {"ModelName": "$name"}))}


def find_problems(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """Return what is wrong with the jobs' models."""
    return check_references(jobs, aws, "sagemaker", _REFERENCES)
