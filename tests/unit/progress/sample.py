"""Jobs as the displays get them, with everything that can be known of each."""

from __future__ import annotations

from typing import Any

from cli.display.spans import parse_time
from cli.runs.entries import Entry
from cli.runs.statuses import JobStatus, make_status
from components.aws.queue import NOT_ASKED, Wait
from components.kinds import KINDS

NOW = parse_time("2026-11-27T12:00:00Z") or 0.0
REQUEST: dict[str, Any] = {
    "jobQueue": "training",
    "retryStrategy": {"attempts": 3},
    "serviceRequestPayload": {
        "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 2},
        "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
    },
}
ARN = "arn:aws:batch:us-east-1:123456789012:service-job/00000000-0000-4000-8000-000000000001"


def a_job(
    name: str,
    phase: str,
    *after: str,
    kind: str = "ServiceJob",
    wait: Wait = NOT_ASKED,
    **outputs: Any,
) -> JobStatus:
    """One job; `outputs` as the state has them."""
    shown = {"phase": phase, "status": phase, "request": REQUEST, "jobArn": ARN}
    shown |= {"trainingJobName": "AWSBatchchurn"} if outputs.get("attempts") else {}
    shown |= outputs
    return make_status(Entry(name, KINDS[kind], ARN, shown, after=after), shown, wait)


CHAIN = [
    a_job(
        "prepare",
        "SUCCEEDED",
        createdAt="2026-11-27T09:00:00Z",
        startedAt="2026-11-27T09:04:00Z",
        stoppedAt="2026-11-27T09:16:30Z",
        attempts=1,
        modelArtifacts="s3://my-bucket/models/AWSBatchprepare-11a7a79c/output/model.tar.gz",
    ),
    a_job(
        "churn-xgboost",
        "RUNNING",
        "prepare",
        createdAt="2026-11-27T09:20:00Z",
        startedAt="2026-11-27T10:50:00Z",
        attempts=2,
    ),
    a_job("score", "WAITING", "churn-xgboost", waitsFor=["churn-xgboost"], jobArn=""),
    a_job(
        "forecast",
        "QUEUED",
        status="RUNNABLE",
        createdAt="2026-11-27T11:15:00Z",
        wait=Wait(
            "number 3 in queue training, behind etl-a, etl-b; env: 8 of 8 instances in use by this queue",
            3,
        ),
    ),
    a_job(
        "defects",
        "FAILED",
        createdAt="2026-11-27T08:00:00Z",
        startedAt="2026-11-27T08:01:00Z",
        stoppedAt="2026-11-27T08:03:05Z",
        attempts=3,
        statusReason="AlgorithmError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 22.0 GiB total)",
        logsUrl="https://us-east-1.console.aws.amazon.com/cloudwatch/home",
    ),
]
