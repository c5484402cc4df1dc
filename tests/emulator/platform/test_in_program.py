"""The platform in the program, where AWS is asked: preflight, and the archives of code in the platform's bucket."""

from __future__ import annotations

from pathlib import Path

from pulumi.output import Unknown

from components.aws import connect
from tests.unit.platform.stack import JOB, Run
from tests.unit.platform.test_in_program import payload

CODE = JOB.replace(
    "kind: ServiceJob", "kind: ServiceJob\ncode: {dir: ../src, entryPoint: train.py}"
)


def test_preflight_passes_over_what_is_not_there_yet(go: Run) -> None:
    """The queue is looked at; a role and a bucket that `up` is going to make are not missed."""
    found = go({"churn.yaml": JOB}, preview=True, preflight=True)
    assert isinstance(payload(found)["RoleArn"], Unknown)


def sources(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "train.py").write_text("print('hello')\n")


def test_code_goes_into_the_platforms_bucket_once_it_is_there(go: Run, tmp_path: Path) -> None:
    """Without `aws-jobs:artifacts`; the job's leaves that name the archive wait for the upload."""
    sources(tmp_path)
    s3 = connect("us-east-1").client("s3")
    s3.create_bucket(Bucket="acme-jobs")
    found = go({"churn.yaml": CODE})
    [archive] = s3.list_objects_v2(Bucket="acme-jobs")["Contents"]
    assert archive["Key"].startswith("code/") and archive["Key"].endswith(".tar.gz")
    settings = payload(found)["HyperParameters"]
    assert settings["sagemaker_submit_directory"] == f"s3://acme-jobs/{archive['Key']}"


def test_a_preview_uploads_nothing(go: Run, tmp_path: Path) -> None:
    """Nor does it need the bucket."""
    sources(tmp_path)
    s3 = connect("us-east-1").client("s3")
    s3.create_bucket(Bucket="acme-jobs")
    go({"churn.yaml": CODE}, preview=True)
    assert s3.list_objects_v2(Bucket="acme-jobs")["KeyCount"] == 0
