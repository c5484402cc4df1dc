"""`aws_jobs`, the package that `pip install` of the repository gives: its names."""

from __future__ import annotations

import pytest

import aws_jobs
from components import resources


def test_it_has_a_class_for_each_kind_and_the_platform() -> None:
    """The very classes of `components`: states name them."""
    assert aws_jobs.ServiceJob is resources.ServiceJob
    assert aws_jobs.BatchInferenceJob is resources.BatchInferenceJob
    assert {*resources.RESOURCES, "Platform", "declare_jobs"} <= set(dir(aws_jobs))
    with pytest.raises(AttributeError, match="no `ServiceJobs`; it has BatchInferenceJob"):
        _ = aws_jobs.ServiceJobs
