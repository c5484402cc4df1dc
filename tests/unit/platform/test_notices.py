"""Notices: which events reach whom, and in which words."""

from __future__ import annotations

import pytest

from components.platform.notices import Notices
from tests.unit.platform.recording import Registry, run

TOPIC = "arn:aws:sns:us-east-1:123456789012:acme-notices"


def made(**arguments: object) -> Registry:
    def program() -> None:
        Notices(
            "notices",
            name="acme-notices",
            emails=["ml@example.com", "ops@example.com"],
            tags={"team": "growth"},
            **arguments,  # type: ignore[arg-type] # one case a test
        )

    return run(program)


def test_each_address_subscribes_to_the_one_topic() -> None:
    """AWS asks both whether they want the notices."""
    found = made()
    topic = found.one("aws:sns/topic:Topic")
    assert topic.inputs["name"] == "acme-notices"
    assert topic.inputs["tags"] == {"team": "growth"}
    subscriptions = [r for r in found.all if r.type.startswith("aws:sns/topicSubscription:")]
    assert sorted((s.inputs["endpoint"], s.inputs["protocol"]) for s in subscriptions) == [
        ("ml@example.com", "email"),
        ("ops@example.com", "email"),
    ]
    assert {s.inputs["topic"] for s in subscriptions} == {TOPIC}
    assert {r.parent for r in found.all if r.type.startswith("aws:")} == {"notices"}


def test_eventbridge_alone_may_publish_and_without_a_condition() -> None:
    """AWS: "You can't use Condition blocks in Amazon SNS topic policies for EventBridge": one loses all notices."""
    policy = made().one("aws:sns/topicPolicy:TopicPolicy")
    assert policy.inputs["arn"] == TOPIC
    assert policy.document("policy") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EventBridge",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": ["sns:Publish"],
                "Resource": TOPIC,
            }
        ],
    }


def test_failed_service_jobs_are_told_by_default() -> None:
    """The event's own names, as AWS's page has them; every queue and every job."""
    rule = made().one("aws:cloudwatch/eventRule:EventRule", "notices-batch")
    assert rule.inputs["name"] == "acme-notices-batch"
    assert rule.inputs["tags"] == {"team": "growth"}
    assert rule.document("eventPattern") == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Service Job State Change"],
        "detail": {"status": ["FAILED"]},
    }


def test_events_are_told_apart_by_queue_and_job_name() -> None:
    """They carry neither tags nor payload."""
    queue = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
    found = made(statuses=["FAILED", "SUCCEEDED"], queues=[queue], jobs=["churn-"])
    rule = found.one("aws:cloudwatch/eventRule:EventRule", "notices-batch")
    assert rule.document("eventPattern")["detail"] == {
        "status": ["FAILED", "SUCCEEDED"],
        "jobQueue": [queue],
        "jobName": [{"prefix": "churn-"}],
    }
    other = found.one("aws:cloudwatch/eventRule:EventRule", "notices-personalize")
    assert other.document("eventPattern")["detail"]["requestParameters"] == {
        "jobName": [{"prefix": "churn-"}]
    }


def test_personalize_tells_of_refused_calls_which_is_all_that_it_can() -> None:
    """It has no state-change events; CloudTrail hands on its API calls."""
    rule = made().one("aws:cloudwatch/eventRule:EventRule", "notices-personalize")
    assert rule.document("eventPattern") == {
        "source": ["aws.personalize"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["personalize.amazonaws.com"],
            "eventName": ["CreateBatchInferenceJob"],
            "errorCode": [{"exists": True}],
        },
    }


def test_both_rules_write_to_the_topic_once_it_lets_them() -> None:
    """The mail is one sentence that names the job; the first event is not lost to a missing policy."""
    found = made()
    for name in ("notices-batch", "notices-personalize"):
        target = found.one("aws:cloudwatch/eventTarget:EventTarget", name)
        assert target.inputs["arn"] == TOPIC
        assert target.inputs["rule"] == f"acme-{name}"
        assert "aws:sns/topicPolicy:TopicPolicy::notices" in target.waits_for
    assert found.one("aws:cloudwatch/eventTarget:EventTarget", "notices-batch").inputs[
        "inputTransformer"
    ] == {
        "inputPaths": {
            "job": "$.detail.jobName",
            "queue": "$.detail.jobQueue",
            "status": "$.detail.status",
            "reason": "$.detail.statusReason",
            "arn": "$.detail.jobArn",
        },
        "inputTemplate": '"Job <job> on <queue> is <status>: <reason>. <arn>"',
    }


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["FAILED"], ["Failed", "Stopped"]),
        (["SUCCEEDED"], ["Completed"]),
        # a transform job is never submitted and not running: no event, not every event
        (["SUBMITTED"], ["SUBMITTED"]),
    ],
)
def test_a_kind_with_other_words_is_told_by_phase(statuses: list[str], words: list[str]) -> None:
    """The stack's settings have Batch's words; SageMaker's own stand for the same phases."""
    rule = made(statuses=statuses).one("aws:cloudwatch/eventRule:EventRule", "notices-transform")
    assert rule.document("eventPattern")["detail"] == {"TransformJobStatus": words}


def test_a_blocked_queue_is_told_whoevers_job_blocks_it() -> None:
    """Batch's own event, in the account or of the queues that are named; neither status nor name limits it."""
    pattern = {"source": ["aws.batch"], "detail-type": ["Batch Service Job Queue Blocked"]}
    rule = made().one("aws:cloudwatch/eventRule:EventRule", "notices-batch-blocked")
    assert rule.document("eventPattern") == pattern
    queue = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
    found = made(queues=[queue], jobs=["churn-"])
    rule = found.one("aws:cloudwatch/eventRule:EventRule", "notices-batch-blocked")
    assert rule.document("eventPattern") == {**pattern, "detail": {"jobQueue": [queue]}}
    target = found.one("aws:cloudwatch/eventTarget:EventTarget", "notices-batch-blocked")
    assert target.inputs["inputTransformer"]["inputTemplate"] == (
        '"Queue <queue> is blocked by job <job>: <reason>. <arn>"'
    )
