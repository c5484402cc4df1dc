"""Why a run waits, from what AWS says of its queue. Answers in the shapes and words of its pages.

https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator

from components.aws import Aws
from components.aws.queue import FRONT, Pool, Queue, explain_wait
from components.aws.survey import Glance
from components.kinds import KINDS
from components.kinds.service_job.queue import read_queue

ARN = "arn:aws:batch:us-east-1:123456789012:service-job/"
BLOCKED = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job queue "
    "cannot meet the capacity requirement of the job."
)


def a_run(name: str, reason: str = "", share: str = "") -> Glance:
    outputs = {"statusReason": reason} if reason else {"share": share}
    return Glance(ARN + name, name, 0.0, "RUNNABLE", outputs)


QUEUE = Queue(
    "training",
    "arn:aws:batch:us-east-1:123456789012:job-queue/training",
    "ENABLED",
    "VALID",
    "",
    "first in, first out",
    8.0,
    environments=(Pool("env", 8.0, 8.0, "NUM_INSTANCES"),),
    front=tuple(ARN + name for name in ("a", "b", "c", "d")),
    runs={ARN + name: a_run(name) for name in ("a", "b", "c", "d")},
)


def say(queue: Queue, name: str, **others: str) -> str:
    return explain_wait(queue, ARN + name, **others).sentence


def test_the_first_and_the_others() -> None:
    """Its place, who is before it, how full the environment is."""
    assert say(QUEUE, "a") == "next in queue training; env: 8 of 8 instances in use by this queue"
    assert (
        say(QUEUE, "b")
        == "number 2 in queue training, behind a; env: 8 of 8 instances in use by this queue"
    )
    assert say(QUEUE, "d").startswith("number 4 in queue training, behind a, b and 1 more;")


def test_beyond_the_first_hundred() -> None:
    """AWS tells no place there."""
    full = replace(QUEUE, front=tuple(f"{ARN}{at}" for at in range(FRONT)))
    assert say(full, "z").startswith("behind the first 100 in queue training")
    assert "has not given it a place" in say(QUEUE, "z")


def test_its_own_reason_is_awss() -> None:
    """What AWS says of the run itself comes first."""
    assert say(QUEUE, "a", reason=BLOCKED) == f"AWS says: {BLOCKED}"


def test_a_blocked_head_is_named_to_those_behind_it() -> None:
    """Nothing of the queue starts as long as it stands there."""
    blocked = replace(QUEUE, runs={**QUEUE.runs, ARN + "a": a_run("a", BLOCKED)})
    assert say(blocked, "b").endswith(f"the first, a, blocks it: {BLOCKED}")


def test_a_disabled_environment_is_the_reason() -> None:
    """A disabled queue or quota share takes no new job, and lets those in it finish (API_UpdateQuotaShare.html)."""
    off = replace(QUEUE, environments=(Pool("env", 0.0, 8.0, disabled=True),))
    assert (
        say(off, "a") == "nothing starts in queue training: its service environment env is DISABLED"
    )
    share = replace(QUEUE, shares=(Pool("team", 0.0, 4.0, disabled=True),))
    assert say(share, "a", share="team").startswith("next in queue training; team: 0 of 4")


def test_the_queue_itself_may_be_the_reason() -> None:
    """One that is not valid starts nothing; a disabled one is told, because the next run is not taken."""
    broken = replace(QUEUE, status="INVALID", reason="environment deleted")
    assert say(broken, "a") == "queue training is INVALID: environment deleted"
    assert "training, which is DISABLED: it takes no new jobs" in say(
        replace(QUEUE, state="DISABLED"), "a"
    )


def test_a_quota_share_has_a_line_of_its_own() -> None:
    """The place is that in the share."""
    queue = replace(
        QUEUE,
        shares=(Pool("team", 4.0, 4.0, "ml.g5.xlarge"),),
        lines=True,
        runs={ARN + name: a_run(name, share="team" if name in "bd" else "") for name in "abcd"},
    )
    wait = explain_wait(queue, ARN + "d", share="team")
    assert wait.position == 2
    assert "behind b; team: 4 of 4 ml.g5.xlarge in use" in wait.sentence


_MODEL = botocore.session.get_session().get_service_model("batch")
_ANSWERS: dict[str, dict[str, Any]] = {
    "DescribeJobQueues": {
        "jobQueues": [
            {
                "jobQueueName": "gpu",
                "jobQueueArn": "arn:aws:batch:us-east-1:123456789012:job-queue/gpu",
                "state": "ENABLED",
                "status": "VALID",
                "statusReason": "JobQueue Healthy",
                "priority": 1,
                "computeEnvironmentOrder": [],
                "serviceEnvironmentOrder": [
                    {
                        "order": 1,
                        "serviceEnvironment": "arn:aws:batch:us-east-1:123456789012:service-environment/env",
                    }
                ],
                "jobQueueType": "SAGEMAKER_TRAINING",
                "schedulingPolicyArn": "arn:aws:batch:us-east-1:123456789012:scheduling-policy/quota",
            }
        ]
    },
    "DescribeServiceEnvironments": {
        "serviceEnvironments": [
            {
                "serviceEnvironmentName": "env",
                "serviceEnvironmentArn": "arn:aws:batch:us-east-1:123456789012:service-environment/env",
                "serviceEnvironmentType": "SAGEMAKER_TRAINING",
                "state": "ENABLED",
                "status": "VALID",
                "capacityLimits": [{"maxCapacity": 10, "capacityUnit": "ml.g5.xlarge"}],
            }
        ]
    },
    "DescribeSchedulingPolicies": {
        "schedulingPolicies": [
            {
                "name": "quota",
                "arn": "arn:aws:batch:us-east-1:123456789012:scheduling-policy/quota",
                "quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"},
            }
        ]
    },
    "ListQuotaShares": {
        "quotaShares": [
            {
                "quotaShareName": "research",
                "state": "ENABLED",
                "capacityLimits": [{"maxCapacity": 6, "capacityUnit": "ml.g5.xlarge"}],
            }
        ]
    },
    "GetJobQueueSnapshot": {
        "frontOfQueue": {"jobs": [{"jobArn": ARN + "1"}], "lastUpdatedAt": 1},
        "frontOfQuotaShares": {
            "quotaShares": {"research": [{"jobArn": ARN + "1"}]},
            "lastUpdatedAt": 1,
        },
        "queueUtilization": {
            "totalCapacityUsage": [{"capacityUnit": "ml.g5.xlarge", "quantity": 7.0}],
            "quotaShareUtilization": {
                "topCapacityUtilization": [
                    {
                        "quotaShareName": "research",
                        "capacityUsage": [{"capacityUnit": "ml.g5.xlarge", "quantity": 5.0}],
                    }
                ]
            },
            "lastUpdatedAt": 1,
        },
    },
    "ListServiceJobs": {
        "jobSummaryList": [
            {
                "jobArn": ARN + "1",
                "jobId": "1",
                "jobName": "tune",
                "serviceJobType": "SAGEMAKER_TRAINING",
                "status": "RUNNABLE",
                "createdAt": 1000,
                "quotaShareName": "research",
            }
        ]
    },
}


class Recorded:
    """A client that answers as AWS did, and takes only what AWS takes."""

    def __getattr__(self, method: str) -> Any:
        name = next(each for each in _MODEL.operation_names if xform_name(each) == method)
        return lambda **params: self._answer(name, params)

    def _answer(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        operation = _MODEL.operation_model(name)
        for given, shape in (
            (params, operation.input_shape),
            (_ANSWERS[name], operation.output_shape),
        ):
            report = ParamValidator().validate(given, shape)
            assert not report.has_errors(), report.generate_report()
        return _ANSWERS[name]


def test_a_queue_with_quota_shares_is_read_whole() -> None:
    """Its use, its shares, who is in front of each."""
    aws = Aws("us-east-1", lambda *_: Recorded())
    queue = read_queue(aws, KINDS["ServiceJob"], "gpu")
    assert queue.scheduling == "quota shares"
    assert queue.environments == (Pool("env", 7.0, 10, "ml.g5.xlarge"),)
    assert queue.shares == (Pool("research", 5.0, 6, "ml.g5.xlarge"),)
    assert explain_wait(queue, ARN + "1", share="research").sentence == (
        "next in queue gpu; research: 5 of 6 ml.g5.xlarge in use; env: 7 of 10 ml.g5.xlarge in use by this queue"
    )


def test_a_limit_of_instances_counts_every_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS tells the use by instance type, and outside of quota management the limit is of all together.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QueueSnapshotCapacityUsage.html
    """
    [environment] = _ANSWERS["DescribeServiceEnvironments"]["serviceEnvironments"]
    limit = {"maxCapacity": 10, "capacityUnit": "NUM_INSTANCES"}
    monkeypatch.setitem(environment, "capacityLimits", [limit])
    use = [
        {"capacityUnit": "ml.g5.xlarge", "quantity": 5.0},
        {"capacityUnit": "ml.m5.large", "quantity": 2.0},
    ]
    monkeypatch.setitem(
        _ANSWERS["GetJobQueueSnapshot"]["queueUtilization"], "totalCapacityUsage", use
    )
    queue = read_queue(Aws("us-east-1", lambda *_: Recorded()), KINDS["ServiceJob"], "gpu")
    assert queue.environments == (Pool("env", 7.0, 10, "NUM_INSTANCES"),)
