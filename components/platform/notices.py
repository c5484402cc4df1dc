"""Who is told when a job fails: EventBridge rules to one SNS topic with e-mail subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, sns

from . import documents
from .component import Component, Tags, written

_JOB = {
    "job": "$.detail.jobName",
    "queue": "$.detail.jobQueue",
    "status": "$.detail.status",
    "reason": "$.detail.statusReason",
    "arn": "$.detail.jobArn",
}
_JOB_TEXT = '"Job <job> on <queue> is <status>: <reason>. <arn>"'
_CALL = {
    "call": "$.detail.eventName",
    "job": "$.detail.requestParameters.jobName",
    "code": "$.detail.errorCode",
    "reason": "$.detail.errorMessage",
    "caller": "$.detail.userIdentity.arn",
}
_CALL_TEXT = '"Personalize refused <call> of <job> by <caller>: <code>: <reason>"'


def batch_pattern(
    statuses: Sequence[str], queues: Sequence[str], jobs: Sequence[str]
) -> dict[str, Any]:
    """Return the pattern of service jobs' state changes.

    Events carry neither tags nor payload, so they are told apart by `queues` (ARNs) and `jobs` (starts of job names);
    none means all. https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html
    """
    detail: dict[str, Any] = {"status": list(statuses)}
    if queues:
        detail["jobQueue"] = list(queues)
    if jobs:
        detail["jobName"] = [{"prefix": start} for start in jobs]
    return {
        "source": ["aws.batch"],
        "detail-type": ["Batch Service Job State Change"],
        "detail": detail,
    }


def personalize_pattern(jobs: Sequence[str]) -> dict[str, Any]:
    """Return the pattern of refused batch inference jobs.

    Personalize has no state-change events: EventBridge sees its API calls alone, and those through CloudTrail, which
    must have a trail. A job that fails later is told of by the next `up` or drift run.
    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-personalize.html
    """
    detail: dict[str, Any] = {
        "eventSource": ["personalize.amazonaws.com"],
        "eventName": ["CreateBatchInferenceJob"],
        "errorCode": [{"exists": True}],
    }
    if jobs:
        detail["requestParameters"] = {"jobName": [{"prefix": start} for start in jobs]}
    return {
        "source": ["aws.personalize"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": detail,
    }


class Notices(Component):
    """A topic, its e-mail subscriptions, and the rules that write to it.

    `name` is the topic's and the start of the rules'. AWS asks each of `emails` once whether it wants the notices.
    `statuses` are Batch's words (`FAILED`, `SUCCEEDED`, `RUNNING` ...). `queues` are queue ARNs and `jobs` starts of
    job names, each of them a limit where it is given. `personalize` adds the rule for refused batch inference jobs.
    The topic is not encrypted: EventBridge cannot use the key that AWS manages for SNS.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """

    topic_arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        emails: Sequence[pulumi.Input[str]] = (),
        statuses: Sequence[pulumi.Input[str]] = ("FAILED",),
        queues: Sequence[pulumi.Input[str]] = (),
        jobs: Sequence[pulumi.Input[str]] = (),
        personalize: bool = True,
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        topic = sns.Topic(
            resource_name, name=name, display_name="AWS jobs", tags=tags, opts=self.inside()
        )
        policy = sns.TopicPolicy(
            resource_name,
            arn=topic.arn,
            policy=written(documents.topic, arn=topic.arn),
            opts=self.inside(),
        )
        self.topic_arn = topic.arn
        self._start, self._marks, self._ready = name, tags, policy
        for index, email in enumerate(emails):
            sns.TopicSubscription(
                f"{resource_name}-{index}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=self.inside(),
            )
        self._rule(
            resource_name,
            "batch",
            "Batch service jobs that someone should know of",
            written(batch_pattern, statuses=list(statuses), queues=list(queues), jobs=list(jobs)),
            _JOB,
            _JOB_TEXT,
        )
        if personalize:
            self._rule(
                resource_name,
                "personalize",
                "Personalize batch inference jobs that were refused",
                written(personalize_pattern, jobs=list(jobs)),
                _CALL,
                _CALL_TEXT,
            )
        self.register_outputs({"topicArn": self.topic_arn})

    def _rule(
        self,
        resource_name: str,
        service: str,
        description: str,
        pattern: pulumi.Output[str],
        paths: Mapping[str, pulumi.Input[str]],
        text: str,
    ) -> None:
        rule = cloudwatch.EventRule(
            f"{resource_name}-{service}",
            name=f"{self._start}-{service}",
            description=description,
            event_pattern=pattern,
            tags=self._marks,
            opts=self.inside(),
        )
        cloudwatch.EventTarget(
            f"{resource_name}-{service}",
            rule=rule.name,
            arn=self.topic_arn,
            target_id="topic",
            input_transformer=cloudwatch.EventTargetInputTransformerArgs(
                input_paths=paths, input_template=text
            ),
            # else the first events are lost
            opts=self.inside(after=self._ready),
        )
