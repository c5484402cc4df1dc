"""Look-ups of runs reckon with the platform's values: a job that waits for another is not kept waiting for ever."""

from __future__ import annotations

import json
from pathlib import Path

from components import lifecycle
from components.kinds import KINDS
from components.platform.config import Account as Where
from components.platform.references import find_references
from components.stack.jobs import StackJobs
from components.stack.load import load_stack
from components.stack.settings import Settings
from tests.fakes.aws import Account
from tests.unit.platform.stack import ASKED, JOB, ROLE


def resolved(root: Path, account: Account) -> StackJobs:
    (root / "jobs").mkdir(exist_ok=True)
    (root / "jobs" / "train.yaml").write_text(JOB)
    score = JOB.replace(
        "s3://${platform.bucket}", "${jobs.train.modelArtifacts}-${platform.bucket}"
    )
    (root / "jobs" / "score.yaml").write_text(score)
    settings = Settings(
        "dev",
        "us-east-1",
        project="aws-jobs",
        root=root,
        platform=json.dumps(ASKED),
        preflight=False,
    )
    return load_stack(settings, account.aws, account=Where("123456789012", "us-east-1"))


def references(jobs: StackJobs, name: str) -> dict[str, str]:
    return find_references(next(job for job in jobs.before_platform if job.name == name))


def test_a_dependent_waits_while_the_other_has_not_run(tmp_path: Path) -> None:
    """And its leaf keeps both expressions that nobody knows yet."""
    jobs = resolved(tmp_path, Account())
    assert jobs.waiting == {"score": ["train"]}
    assert references(jobs, "train") == {
        "request.serviceRequestPayload.RoleArn": "${platform.trainingRoleArn}",
        "request.serviceRequestPayload.OutputDataConfig.S3OutputPath": "s3://${platform.bucket}/models/dev/",
    }


def test_a_dependent_goes_on_once_the_other_has_succeeded(tmp_path: Path) -> None:
    """The finished run is found by the digest that the platform's values make."""
    account = Account()
    inputs = resolved(tmp_path, account).inputs["train"]
    assert inputs["request"]["serviceRequestPayload"]["RoleArn"] == ROLE
    arn, _ = lifecycle.create(KINDS["ServiceJob"], account.aws(), inputs, lambda text: None)
    account.move(arn, "SUCCEEDED")
    jobs = resolved(tmp_path, account)
    assert jobs.waiting == {}
    leaf = references(jobs, "score")["request.serviceRequestPayload.OutputDataConfig.S3OutputPath"]
    assert leaf.startswith("s3://acme-jobs/models/dev/")
    assert leaf.endswith("/output/model.tar.gz-${platform.bucket}/models/dev/")
