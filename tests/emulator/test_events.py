"""What EventBridge gets of service jobs."""

from __future__ import annotations

import json
from typing import Any

from local.aws.server.emulator import Emulator

from .conftest import ClientMaker
from .samples import service_job


def watch(client: ClientMaker) -> Any:
    """A queue of SQS that gets Batch's events; call what comes back for what has arrived."""
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.batch"]}))
    target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}
    events.put_targets(Rule="r", Targets=[target])

    def read() -> list[Any]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
        return found

    return read


def test_state_changes(client: ClientMaker, batch: Any, emulator: Emulator) -> None:
    """Every change of status but the submission is an event, which has neither tags nor payload."""
    read = watch(client)
    job = batch.submit_service_job(**service_job(tags={"a": "b"}))
    emulator.advance(60)
    events = read()
    assert {event["detail-type"] for event in events} == {"Batch Service Job State Change"}
    statuses = [event["detail"]["status"] for event in events]
    assert statuses == ["RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED"]
    last = events[-1]
    assert (last["source"], last["resources"]) == ("aws.batch", [job["jobArn"]])
    assert last["time"] == "2027-01-15T08:00:03Z"
    reason = "Received status from SageMaker: Training job completed"
    assert last["detail"]["statusReason"] == last["detail"]["attempts"][0]["statusReason"] == reason
    assert not {"tags", "serviceRequestPayload"} & set(last["detail"])


def test_delivery_is_eventbridges_affair(
    client: ClientMaker, batch: Any, emulator: Emulator
) -> None:
    """Targets that moto cannot deliver to, or that are gone, disturb neither a job nor the other targets."""
    events = client("events")
    read = watch(client)
    events.remove_targets(Rule="r", Ids=["1"])
    arn = "arn:aws:{}:us-east-1:123456789012:{}"
    targets = [
        arn.format("sns", "topic"),
        arn.format("lambda", "function:f"),
        arn.format("states", "stateMachine:s"),
        arn.format("sqs", "gone"),
        arn.format("logs", "log-group:/gone"),
        arn.format("sqs", "q"),
    ]
    events.put_targets(
        Rule="r", Targets=[{"Id": str(number), "Arn": each} for number, each in enumerate(targets)]
    )
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.advance(60)
    assert batch.describe_service_job(jobId=job)["status"] == "SUCCEEDED"
    assert [each["detail"]["status"] for each in read()][-1] == "SUCCEEDED"


def test_blocked_queue(client: ClientMaker, batch: Any, emulator: Emulator) -> None:
    """A job at its queue's head that can never start is an event once, and so is one without capacity."""
    read = watch(client)
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 101, "VolumeSizeInGB": 30}
    large = batch.submit_service_job(**service_job(payload={"ResourceConfig": resources}))
    small = batch.submit_service_job(
        **service_job(jobQueue="training-fair", shareIdentifier="research")
    )
    emulator.advance(1.1)
    emulator.ask("POST", f"jobs/{small['jobId']}", {"status": "RUNNABLE"})
    emulator.advance(600)
    blocked = [each for each in read() if each["detail-type"] == "Batch Service Job Queue Blocked"]
    reasons = {e["detail"]["jobId"]: e["detail"]["statusReason"].split(" ")[0] for e in blocked}
    assert len(blocked) == 2
    assert reasons == {
        large["jobId"]: "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
        small["jobId"]: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    }
