"""The embedded engine has neither components nor pulumi-aws: a stack with a platform is refused there by name."""

from __future__ import annotations

import pytest

from tests.conftest import Workspace
from tests.unit.platform.stack import JOB


@pytest.fixture
def engine() -> str:
    """Only the one that refuses; the Pulumi CLI has the plugin, or installs it."""
    return "embedded"


@pytest.mark.parametrize("command", ["preview", "up"])
def test_a_platform_is_refused_by_name_and_its_jobs_are_not_submitted(
    workspace: Workspace, command: str
) -> None:
    """One sentence: which component, and what to install."""
    settings = workspace.root / "Pulumi.local.yaml"
    asked = "  aws-jobs:platform: {bucket: {name: acme-jobs}, trainingRole: {}}\n"
    settings.write_text(settings.read_text() + asked)
    workspace.write("churn.yaml", JOB)
    argv = ["--yes", "--skip-preview"] if command == "up" else []
    outcome = workspace.jobctl(command, "-s", "local", *argv)
    assert outcome.code == 1
    said = [line for line in outcome.text.splitlines() if ": a component is not" in line]
    assert said
    for line in said:
        assert "is not supported by the embedded engine; install the Pulumi CLI" in line
    assert "Traceback" not in outcome.text
    assert workspace.submissions() == 0
