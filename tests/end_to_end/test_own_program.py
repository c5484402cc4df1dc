"""A Pulumi program of one's own: `ServiceJob` without job files."""

from __future__ import annotations

from tests.conftest import Workspace
from tests.unit.program.test_check import changed

PROGRAM = """
import pulumi
from components.resources import ServiceJob

churn = ServiceJob("churn", {request!r})
pulumi.export("arn", churn.jobArn)
pulumi.export("reason", churn.statusReason)
"""


def deploy(workspace: Workspace, request: object) -> None:
    (workspace.root / "__main__.py").write_text(PROGRAM.format(request=request), "utf-8")


def test_a_request_without_a_role_is_refused_and_nothing_is_submitted(workspace: Workspace) -> None:
    """One sentence with the path, in the preview already."""
    deploy(workspace, changed(RoleArn=None))
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        outcome = workspace.jobctl(*command, "-s", "local")
        assert outcome.code != 0
        assert "request.serviceRequestPayload.RoleArn" in outcome.text
        assert "`RoleArn` is missing" in outcome.text
        assert "Traceback" not in outcome.text
    assert workspace.submissions() == 0


def test_an_output_that_aws_never_gave_is_no_change(workspace: Workspace) -> None:
    """The reason of a run that needed none does not read `[unknown]` in every preview."""
    deploy(workspace, changed(RoleArn="arn:aws:iam::123456789012:role/SageMakerExecutionRole"))
    up = workspace.jobctl("up", "--yes", "--skip-preview", "-s", "local")
    assert up.code == 0, up.text
    preview = workspace.jobctl("preview", "-s", "local", "--expect-no-changes")
    assert preview.code == 0, preview.text
    assert "unknown" not in preview.text.lower()
