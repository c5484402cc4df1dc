"""Who is told when a job fails: EventBridge rules to one SNS topic with e-mail subscriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, sns

from ..kinds import KINDS, Kind
from ..kinds.parts import Event
from . import documents
from .component import Component, Tags, write_document

_VALUE = re.compile(r"<(\w+):([\w.]+)>")


def make_pattern(
    kind: Kind, event: Event, statuses: Sequence[str], queues: Sequence[str], jobs: Sequence[str]
) -> dict[str, Any]:
    """Return the pattern of one of a kind's events, as EventBridge takes it: it allows no empty `detail`.

    `statuses` are the kind's own words, or phases. `queues` (ARNs) and `jobs` (starts of job names) are limits; none
    means all.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
    """
    words = kind.record.statuses
    own = [word for word in statuses if word in words]
    # words that the kind does not have at all match no event; none would match every event
    by_phase = [word for word, phase in words.items() if phase.value in statuses]
    limits = {
        event.status_field: own or by_phase or list(statuses),
        event.queue_field: list(queues),
        event.name_field: [{"prefix": start} for start in jobs],
    }
    detail = dict(event.detail)
    for path, wanted in limits.items():
        if path and wanted:
            *outer, last = path.split(".")
            within = detail
            for name in outer:
                within = within.setdefault(name, {})
            within[last] = wanted
    pattern: dict[str, Any] = {"source": [event.source], "detail-type": [event.detail_type]}
    return {**pattern, "detail": detail} if detail else pattern


class Notices(Component):
    """A topic, its e-mail subscriptions, and the rules that write to it.

    `name` is the topic's and the start of the rules'. AWS asks each of `emails` once whether it wants the notices.
    `statuses` are Batch's words (`FAILED`, `SUCCEEDED`, `RUNNING` ...). `queues` are queue ARNs and `jobs` starts of
    job names, each of them a limit where it is given; a kind without such words in its events is not limited by them.
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
            policy=write_document(documents.topic, arn=topic.arn),
            opts=self.inside(),
        )
        self.topic_arn = topic.arn
        for index, email in enumerate(emails):
            sns.TopicSubscription(
                f"{resource_name}-{index}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=self.inside(),
            )
        limits = {"statuses": list(statuses), "queues": list(queues), "jobs": list(jobs)}
        events = [(kind, event) for kind in KINDS.values() for event in kind.events]
        for kind, event in events:
            rule = cloudwatch.EventRule(
                f"{resource_name}-{event.rule}",
                name=f"{name}-{event.rule}",
                description=event.description,
                event_pattern=write_document(partial(make_pattern, kind, event), **limits),
                tags=tags,
                opts=self.inside(),
            )
            values = {each: f"$.detail.{path}" for each, path in _VALUE.findall(event.text)}
            cloudwatch.EventTarget(
                f"{resource_name}-{event.rule}",
                rule=rule.name,
                arn=topic.arn,
                target_id="topic",
                input_transformer=cloudwatch.EventTargetInputTransformerArgs(
                    input_paths=values, input_template=_VALUE.sub(r"<\1>", event.text)
                ),
                # else the first events are lost
                opts=self.inside(after=policy),
            )
        self.register_outputs({"topicArn": self.topic_arn})
