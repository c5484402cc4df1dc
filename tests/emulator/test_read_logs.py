"""`components.aws.logs`: the log of a run on all its machines, by time, each line once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.aws import Aws, Run, describe
from components.aws.logs import LogReader, find_log_name, read_tail
from components.errors import Denied, Unanswered
from components.kinds import KINDS
from local.aws.server.emulator import Emulator

from .conftest import START, make_client
from .samples import service_job

SERVICE = KINDS["ServiceJob"]
NODES = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30}


@pytest.fixture
def pauses() -> list[float]:
    """For how long it has waited."""
    return []


@pytest.fixture
def aws(emulator: Emulator, pauses: list[float]) -> Aws:
    emulator.ask("POST", "pace", {"running": 1000})
    return Aws(
        "us-east-1",
        lambda service, region, once: make_client(emulator.endpoint, service),
        clock=emulator.clock.now,
        sleep=pauses.append,
    )


@pytest.fixture
def start(aws: Aws, batch: Any, emulator: Emulator) -> Callable[..., str]:
    """Submit a job that has run for so many seconds; its ARN."""

    def submit(seconds: float, **payload: Any) -> str:
        arn = batch.submit_service_job(**service_job(payload=payload))["jobArn"]
        emulator.advance(1.5 + seconds)
        return str(arn)

    return submit


def look(aws: Aws, arn: str) -> Run:
    return describe(aws, SERVICE, arn, "churn")


def open_log(aws: Aws, arn: str, **options: Any) -> LogReader:
    assert SERVICE.logs is not None
    return LogReader(aws, SERVICE.logs, find_log_name(SERVICE, look(aws, arn).outputs), **options)


def test_machines_are_interleaved_by_time(
    aws: Aws, start: Callable[..., str], emulator: Emulator
) -> None:
    """Lines of three machines come in the order of their times, and go on from there at the next look."""
    reader = open_log(aws, start(5, ResourceConfig=NODES))
    first = list(reader.read())
    assert [line.at for line in first] == sorted(line.at for line in first)
    assert {line.node for line in first} == reader.nodes == {1, 2, 3}
    switches = sum(a.node != b.node for a, b in zip(first, first[1:], strict=False))
    assert switches > 20
    assert list(reader.read()) == []
    emulator.advance(2)
    more = list(reader.read())
    assert [(line.node, line.text[:4]) for line in more] == [
        (node, step) for step in ("[22]", "[23]") for node in (1, 2, 3)
    ]


def test_one_machine_from_a_time_on(aws: Aws, start: Callable[..., str]) -> None:
    """`node` leaves the other machines out, `since` what is older."""
    reader = open_log(aws, start(5, ResourceConfig=NODES), node=2, since=(START + 1.5 + 3.5) * 1000)
    lines = list(reader.read())
    assert [(line.node, line.text[:4]) for line in lines] == [(2, "[21]")]


def test_pages_are_followed_to_their_end(
    aws: Aws, start: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of many pages is read whole; an empty page with another token is not its end."""
    arn = start(60)
    whole = list(open_log(aws, arn).read())
    assert len(whole) > 70
    call, pages = aws.call, iter(range(1000))

    def some(service: str, asked: Any, values: Any = None, **options: Any) -> Any:
        if asked.operation != "GetLogEvents":
            return call(service, asked, values, **options)
        if next(pages) == 2:
            return {"events": [], "nextForwardToken": values["token"].replace("f/", "f/0")}
        return call(service, asked, {**values, "limit": 7}, **options)

    monkeypatch.setattr(aws, "call", some)
    assert list(open_log(aws, arn).read()) == whole


def test_throttling_is_waited_out(
    aws: Aws, start: Callable[..., str], emulator: Emulator, pauses: list[float]
) -> None:
    """However often AWS throttles within minutes, no line is lost or twice; after that it is said."""
    arn = start(5)
    whole = list(open_log(aws, arn).read())
    for operation in ("DescribeLogStreams", "GetLogEvents"):
        emulator.ask("POST", "faults", {"operation": operation, "kind": "throttle", "times": 3})
    assert list(open_log(aws, arn).read()) == whole
    assert pauses == [5, 10, 20, 5, 10, 20]
    emulator.ask("POST", "faults", {"operation": "GetLogEvents", "kind": "throttle", "times": 1000})
    with pytest.raises(Unanswered, match="CloudWatch Logs has not answered for minutes"):
        list(open_log(aws, arn).read())


def test_an_expired_token_costs_no_line(
    aws: Aws, start: Callable[..., str], emulator: Emulator
) -> None:
    """A token lives for a day: after it the stream is read on from its last line's time."""
    arn = start(5)
    reader = open_log(aws, arn)
    first = list(reader.read())
    (stream,) = reader.streams.values()
    stream.token = "expired"
    emulator.advance(3)
    assert first + list(reader.read()) == list(open_log(aws, arn).read())
    assert list(reader.read()) == []


def test_denied_is_said_at_once(aws: Aws, start: Callable[..., str], emulator: Emulator) -> None:
    """A caller who may not read logs learns which permission is missing."""
    reader = open_log(aws, start(5))
    emulator.ask("POST", "deny", {"only": ["logs:GetLogEvents"]})
    with pytest.raises(Denied, match="logs:GetLogEvents"):
        list(reader.read())


def test_nothing_has_started(aws: Aws, batch: Any, emulator: Emulator) -> None:
    """A job that waits has no log, and no log group is no error."""
    arn = batch.submit_service_job(**service_job())["jobArn"]
    assert read_tail(aws, SERVICE, look(aws, arn).outputs, 10) == []
    emulator.advance(1.1)
    assert list(open_log(aws, arn).read()) == []


def test_the_tail(aws: Aws, start: Callable[..., str], emulator: Emulator) -> None:
    """The last lines of all machines, with as many calls as it says; a kind without a log has none."""
    run = look(aws, start(10, ResourceConfig=NODES))
    whole = list(open_log(aws, run.arn).read())
    emulator.ask("DELETE", "calls")
    assert read_tail(aws, SERVICE, run.outputs, 5) == whole[-5:]
    calls = [call["operation"] for call in emulator.control.calls]
    assert calls == ["DescribeLogStreams", *["GetLogEvents"] * 3]
    assert read_tail(aws, KINDS["BatchInferenceJob"], run.outputs, 5) == []


def test_machines_without_a_number_are_counted(aws: Aws, client: Any, emulator: Emulator) -> None:
    """A transform job's machines have ids: they are numbered, and their data log is told apart."""
    kind = KINDS["TransformJob"]
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/tabular/"}
    arn = client("sagemaker").create_transform_job(
        TransformJobName="score",
        ModelName="churn-xgboost",
        TransformInput={"DataSource": {"S3DataSource": source}},
        TransformOutput={"S3OutputPath": "s3://aws-jobs-output/score/"},
        TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
    )["TransformJobArn"]
    emulator.advance(0.3)
    assert kind.logs is not None
    lines = list(LogReader(aws, kind.logs, "score").read())
    assert {(line.node, line.part) for line in lines} == {
        (1, ""),
        (2, ""),
        (1, "data-log"),
        (2, "data-log"),
    }
    (last,) = read_tail(aws, kind, describe(aws, kind, arn, "score").outputs, 1)
    assert last.text.endswith('client/1.1"')
