"""The documents on the workflows' roles are, to the letter, what `jobctl iam` prints for the same stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.unit.platform.recording import Registry
from tests.unit.platform.stack import ASKED, JOB, Run

GITHUB = {"repository": "acme/jobs", "state": "s3://acme-state/aws-jobs"}
ADOPTED = "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-old"
WATCHING = JOB.replace(
    "kind: ServiceJob",
    f"kind: ServiceJob\nwatch: ['s3://acme-jobs/data/_SUCCESS']\nadopt: {ADOPTED}",
)


def printed(root: Path, capsys: pytest.CaptureFixture[str], *argv: str) -> object:
    words = ["-C", str(root), "iam", "-s", "dev", "--account", "123456789012"]
    assert main([*words, "--state", "s3://acme-state/aws-jobs", *argv]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def found(go: Run, tmp_path: Path, emulator: object, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A stack with job files, watched data and GitHub's roles, as registered."""
    from components.aws import connect

    s3 = connect("us-east-1").client("s3")
    s3.create_bucket(Bucket="acme-jobs")
    s3.put_object(Bucket="acme-jobs", Key="data/_SUCCESS", Body=b"")
    asked = {**ASKED, "github": GITHUB}
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n")
    config = {"aws:region": "us-east-1", "aws-jobs:platform": asked}
    settings = {"secretsprovider": "awskms://alias/jobs", "config": config}
    (tmp_path / "Pulumi.dev.yaml").write_text(json.dumps(settings))
    monkeypatch.chdir(tmp_path)
    return go({"churn.yaml": WATCHING}, asked)


@pytest.mark.parametrize("role", ["preview", "deploy"])
def test_the_roles_have_what_is_printed(
    found: Registry, role: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One source for both: who has read what is printed has read what is made."""
    policy = found.one("aws:iam/rolePolicy:RolePolicy", f"github-{role}").document("policy")
    assert policy == printed(tmp_path, capsys, "--role", role)
    trust = found.one("aws:iam/role:Role", f"github-{role}").document("assumeRolePolicy")
    assert trust == printed(tmp_path, capsys, "--role", role, "--trust", "acme/jobs")


def test_the_deploy_role_passes_this_stacks_role_and_writes_its_code(found: Registry) -> None:
    """Narrowed by what the stack's own job files name."""
    policy = found.one("aws:iam/rolePolicy:RolePolicy", "github-deploy").document("policy")
    by_sid = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    assert by_sid["PassJobRoles"] == ["arn:aws:iam::123456789012:role/aws-jobs-dev-training"]
    assert by_sid["UploadCode"] == ["arn:aws:s3:::acme-jobs/code/*"]
    assert by_sid["ReadWatched"] == ["arn:aws:s3:::acme-jobs/data/_SUCCESS"]
    assert ADOPTED in str(by_sid)
    assert by_sid["DecryptSecrets"] == ["arn:aws:kms:us-east-1:123456789012:key/*"]
    assert by_sid["State"] == ["arn:aws:s3:::acme-state/aws-jobs/*"]


def test_a_renamed_stack_names_what_it_was(
    found: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--formerly` takes a stack of this project, or one of another with its name."""
    names = ["--formerly", "old", "--formerly", "jobs-of-before/prod"]
    document = printed(tmp_path, capsys, "--role", "deploy", *names)
    assert isinstance(document, dict)
    renames = [each for each in document["Statement"] if each["Sid"].startswith("Rename")]
    assert {each["Action"][0] for each in renames} == {
        "batch:TagResource",
        "personalize:TagResource",
        "sagemaker:AddTags",
    }
    assert {str(each["Condition"]) for each in renames} == {
        str(
            {
                "StringLike": {
                    "aws:RequestTag/aws-jobs:identity": "aws-jobs/dev/*",
                    "aws:ResourceTag/aws-jobs:identity": [
                        "aws-jobs/old/*",
                        "jobs-of-before/prod/*",
                    ],
                }
            }
        )
    }
    words = ["-C", str(tmp_path), "iam", "-s", "dev", "--formerly", "a/b/*"]
    assert main(words) == 1
    assert "--formerly is a/b/*; expected STACK or PROJECT/STACK" in capsys.readouterr().err
