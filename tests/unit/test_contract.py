"""What is stored in states: moving or renaming any of it strands the jobs that are there."""

from __future__ import annotations

import base64
import pickletools

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.provider import BatchInferenceJobProvider, JobProvider, ServiceJobProvider
from components.resources import BatchInferenceJob, ServiceJob


@pytest.mark.parametrize("provider", [ServiceJobProvider(), BatchInferenceJobProvider()])
def test_a_provider_is_stored_by_its_import_path(provider: JobProvider) -> None:
    """A class by reference and no state: some 60 bytes, the same for every job and every version."""
    blob = base64.b64decode(serialize_provider(provider))
    words = [arg for _, arg, _ in pickletools.genops(blob) if isinstance(arg, str)]
    assert words == ["components.provider", type(provider).__name__]
    assert len(blob) < 100


def test_the_resource_types_are_fixed() -> None:
    """They stand in every URN."""
    assert ServiceJob._resource_type_name == "dynamic/aws-jobs:ServiceJob"
    assert BatchInferenceJob._resource_type_name == "dynamic/aws-jobs:BatchInferenceJob"
