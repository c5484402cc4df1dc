"""What a transform job refers to in AWS: its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...aws import Aws
from ...errors import Denied, Rejected
from ...jobfile import Job
from ...preflight.problem import ReferenceProblem, denied
from .. import Call
from ..sagemaker.preflight import find_example_record

__all__ = ["find_example_record", "find_problems"]

_MODEL = Call("DescribeModel", {"ModelName": "$name"})


def find_problems(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """Return what is wrong with the jobs' models."""
    for job in jobs:
        name, path = job.request.get("ModelName"), "request.ModelName"
        if not isinstance(name, str):
            continue
        try:
            aws.call("sagemaker", _MODEL, {"name": name})
        except Denied as error:
            yield denied(job, path, error)
        except Rejected:
            message = f"there is no model {name} in {aws.region}"
            yield ReferenceProblem(job, path, message, "preflight.reference")
