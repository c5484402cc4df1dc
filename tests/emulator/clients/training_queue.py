"""SageMaker's Python SDK on the endpoint in AWS_ENDPOINT_URL; its own virtualenv runs this. Prints what it saw as JSON.

It is what AWS's integration test of the SDK does, for each kind of queue.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from sagemaker.core.helper.session_helper import Session
from sagemaker.train.aws_batch.training_queue import TrainingQueue
from sagemaker.train.configs import Compute, InputData, OutputDataConfig
from sagemaker.train.model_trainer import ModelTrainer

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"


def main() -> int:
    logging.disable(logging.WARNING)
    trainer = ModelTrainer(
        sagemaker_session=Session(),
        role=ROLE,
        training_image=IMAGE,
        compute=Compute(instance_type="ml.m5.xlarge", instance_count=1),
        output_data_config=OutputDataConfig(s3_output_path="s3://aws-jobs-output/sdk/"),
        hyperparameters={"eta": "0.1"},
        base_job_name="sdk",
    )
    data = [InputData(channel_name="train", data_source="s3://aws-jobs-data/tabular/train/")]
    shares: dict[str, dict[str, str]] = {
        "training": {},
        "training-fair": {"share_identifier": "research"},
        "training-quota": {"quota_share_name": "team-a"},
    }
    seen = {name: try_queue(name, share, trainer, data) for name, share in shares.items()}
    json.dump(seen, sys.stdout)
    return 0


class Kept(logging.Handler):
    """Keeps what the SDK logs, which is how it shows a job's lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def read_logs(job: Any) -> list[str]:
    """Return what waiting for a training job with its logs shows."""
    kept, logger = Kept(), logging.getLogger("sagemaker.core.resources")
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    logging.disable(logging.NOTSET)
    job.wait(logs=True, timeout=60)
    logging.disable(logging.WARNING)
    logger.removeHandler(kept)
    return kept.lines


def try_queue(
    name: str, share: dict[str, str], trainer: ModelTrainer, data: list[InputData]
) -> dict[str, Any]:
    queue = TrainingQueue(name)
    first, second = queue.map(trainer, [data, data], ["first", "second"], **share)
    second.update(7)
    second.terminate("enough")
    ended = first.wait(timeout=60)
    listed = queue.list_jobs_by_share(status="SUCCEEDED", **share)
    again = first.get_model_trainer()
    return {
        "first": ended["status"],
        "second": [second.wait(timeout=60)[key] for key in ("status", "statusReason")],
        "result": first.result(timeout=60)["statusReason"],
        "priority": second.describe()["schedulingPriority"],
        "found": queue.get_job("second").job_arn == second.job_arn,
        "listed": [job.job_name for job in listed],
        "hyperparameters": again.hyperparameters,
        "logs": read_logs(again._latest_training_job),
        "artifacts": again._latest_training_job.model_artifacts.s3_model_artifacts,
    }


if __name__ == "__main__":
    sys.exit(main())
