"""A run's log from answers as CloudWatch gives them.

Names, tokens and lines are like those of public records: answers of the AWS CLI, and the log of a training job in the
guide of SageMaker's operators, here on two instances.
https://docs.aws.amazon.com/cli/latest/reference/logs/get-log-events.html
https://docs.aws.amazon.com/sagemaker/latest/dg/kubernetes-training-job-operators.html
"""

from __future__ import annotations

from typing import Any

from components.aws import Aws
from components.aws.logs import LogReader, list_streams, read_tail
from components.kinds import KINDS

KIND = KINDS["ServiceJob"]
JOB = "xgboost-mnist-from-for-s3-6d7fa0af0bef11eab94e0ed46example"
FORWARD = "f/36569393484927409957930658349900755958289816616951021572/s"
BACKWARD = "b/36569393484882808467533597103617684521744523893939060736/s"
LINES = [
    (1574293524700, "Arguments: train"),
    (1574293524700, "[2019-11-20:23:45:22:INFO] Running standalone xgboost training."),
    (1574293524702, "[23:45:24] WARNING: /workspace/src/learner.cc:686: Tree method is selected"),
    (1574293544220, "[0]#011train-merror:0.17074#011validation-merror:0.1664"),
]


class Logs:
    """CloudWatch's client for one job of two machines."""

    def __init__(self, *names: str) -> None:
        self.names = names or (f"{JOB}/algo-2-1574293124", f"{JOB}/algo-1-1574293123")
        self.asked: list[dict[str, Any]] = []

    def describe_log_streams(self, **asked: Any) -> dict[str, Any]:
        assert asked == {
            "logGroupName": "/aws/sagemaker/TrainingJobs",
            "logStreamNamePrefix": f"{JOB}/",
        }
        return {
            "logStreams": [
                {
                    "logStreamName": name,
                    "creationTime": 1574293510000,
                    "firstEventTimestamp": 1574293524700,
                    "arn": f"arn:aws:logs:us-east-2:123456789012:log-group:/aws/sagemaker:{name}",
                    "storedBytes": 0,
                }
                for name in self.names
            ],
            "ResponseMetadata": {"HTTPStatusCode": 200},
        }

    def get_log_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        events = [
            {"timestamp": at, "message": text, "ingestionTime": at + 5000}
            for at, text in (LINES if asked.get("nextToken") is None else [])
        ]
        return {"events": events, "nextForwardToken": FORWARD, "nextBackwardToken": BACKWARD}


def connect(client: Logs) -> Aws:
    return Aws("us-east-2", lambda *_: client)


def test_both_machines_are_read_once() -> None:
    """The end of a stream is where its token comes back; AWS wants `startFromHead` with a token as well."""
    client = Logs()
    assert KIND.logs is not None
    reader = LogReader(connect(client), KIND.logs, JOB)
    lines = [(line.at, line.node, line.text) for line in reader.read()]
    assert lines == [
        (at, node, text)
        for at in sorted({at for at, _ in LINES})
        for node in (1, 2)
        for when, text in LINES
        if when == at
    ]
    assert list(reader.read()) == []
    assert {each["startFromHead"] for each in client.asked} == {True}
    assert [each.get("nextToken") for each in client.asked[-2:]] == [FORWARD, FORWARD]


def test_the_tail_is_the_end() -> None:
    """Of both machines together, by one call each."""
    client = Logs()
    outputs = {"trainingJobName": JOB}
    found = read_tail(connect(client), KIND, outputs, 3)
    assert [line.text[:12] for line in found] == ["[23:45:24] W", *["[0]#011train"] * 2]
    assert {line.node for line in found} == {1, 2}
    assert [each["limit"] for each in client.asked] == [3, 3]


def test_a_stream_of_a_form_that_is_not_known_is_shown() -> None:
    """Whatever is below a job's name is its log; a number of two digits is a machine's too."""
    client = Logs(f"{JOB}/algo-12-5", f"{JOB}/algo-1-5/model", f"{JOB}/other")
    assert KIND.logs is not None
    found = list_streams(connect(client), KIND.logs, JOB)
    assert [(each.node, each.part) for each in found] == [
        (12, ""),
        (1, "algo-1-5/model"),
        (1, "other"),
    ]
