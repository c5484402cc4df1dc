"""One contract for both stand-ins of AWS: the fakes of the unit tests and the emulator.

Whatever `components.aws` asks of a kind's service, both answer alike in the parts that are read, and refuse alike.
A unit test may rely on the fakes for what is said here, and for no more.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components import aws as service
from components.aws import Aws
from components.aws.linked import search_linked
from components.aws.listing import make_list_values
from components.aws.runs import read_attempts
from components.aws.survey import list_queues, list_stack_runs
from components.errors import JobError, Missing, NoSlot, Rejected, Taken
from components.kinds import KINDS, Call, Kind, Link
from components.run.definition import DIGEST, IDENTITY, RELEASED, format_tags
from local.aws.clock import Clock
from local.aws.server.emulator import Emulator
from tests.emulator import samples
from tests.emulator.conftest import START, make_client
from tests.fakes.aws import Account

TAGS = {IDENTITY: "aws-jobs/dev/churn", DIGEST: "d" * 64, "team": "growth"}
SERVICE = KINDS["ServiceJob"]
TRAINING = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
NAMED_ONCE = [kind for kind in KINDS.values() if kind.request.unique_names]
LAG = 0.001  # seconds; a hundred of them move no job
ASSUMPTIONS: dict[str, dict[str, Any]] = {
    "assumptions": {
        "retention": 3600,
        "tokenLifetime": 600,
        "words": "other",
        "shareDecay": "exponential",
        "doubleSlash": "merged",
    },
    "token-mode": {"mode": "return-first"},
    "lag": {"lists": LAG, "tags": LAG},
}
MODES = ("reject", "return-first", "forget", "token-only")


@dataclasses.dataclass
class Stand:
    """A stand-in of AWS: a connection to it, and what a test does to it from outside."""

    aws: Aws
    move: Callable[[str, str], None]
    expire: Callable[[str], None]
    treat_tokens: Callable[[str], None]
    list_calls: Callable[[], set[str]]
    be: Callable[[str], None] = lambda stack: None
    """Have the deploy role of another stack from now on, where roles are judged."""
    wait: Callable[[], None] = lambda: None
    """Let pass what lists and tags take to show a change."""

    def submit(self, kind: Kind, name: str, **changes: Any) -> str:
        run = service.submit(self.aws, kind, make_request(kind, name, **changes), "churn")
        self.wait()
        return run.arn


def make_request(kind: Kind, name: str, token: str = "", **tags: str) -> dict[str, Any]:
    """A request that both take."""
    all_tags = {**TAGS, **tags}
    own = {kind.request.name_field: name, kind.tags.field: format_tags(kind, all_tags)}
    if kind.name == "ServiceJob":
        pairs = [{"Key": key, "Value": value} for key, value in all_tags.items()]
        found = samples.service_job(payload={"Tags": pairs}, clientToken=token or f"token-{name}")
        return {**found, **own}
    if kind.name == "TransformJob":
        return {
            "ModelName": "churn-xgboost",
            "TransformInput": {
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://aws-jobs-data/tabular/validation/",
                    }
                }
            },
            "TransformOutput": {"S3OutputPath": "s3://aws-jobs-output/score/"},
            "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            **own,
        }
    if kind.name == "BatchSegmentJob":
        affinity = "arn:aws:personalize:us-east-1:123456789012:solution/item-affinity/33333333"
        items = {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/items.json"}}
        found = samples.inference_job(solutionVersionArn=affinity, jobInput=items)
        return {**found, **own}
    return {**samples.inference_job(), **own}


@pytest.fixture(params=["fakes", "emulator", "assumptions"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """Each stand-in in turn, and the emulator where what no page of AWS says is otherwise (docs/emulator.md)."""
    if request.param == "fakes":
        yield stand_on_fakes(Account())
        return
    with Emulator(clock=Clock(frozen_at=START)) as emulator:
        lag = 0.0
        if request.param == "assumptions":
            lag = LAG
            for path, otherwise in ASSUMPTIONS.items():
                emulator.ask("POST", path, otherwise)
        yield stand_on_emulator(emulator, lag)


def stand_on_fakes(account: Account) -> Stand:
    def expire(arn: str) -> None:
        account.find(arn).expired = True

    def treat(mode: str) -> None:
        account.token_mode = mode

    def be(stack: str) -> None:
        account.stack = stack

    return Stand(account.aws(), account.move, expire, treat, lambda: set(account.calls), be)


def stand_on_emulator(emulator: Emulator, lag: float = 0.0) -> Stand:
    """`lag` passes after each change, so that lists and tags show it."""

    def control(method: str, path: str, document: dict[str, Any]) -> None:
        status, answer = emulator.control.handle(method, f"/_emulator/{path}", document)
        assert status == 200, answer
        emulator.advance(lag)

    def key(arn: str) -> str:
        return arn if ":personalize:" in arn else arn.rpartition("/")[2]

    return Stand(
        Aws("us-east-1", lambda name, *_: make_client(emulator.endpoint, name), time.time, _skip),
        lambda arn, status: control("POST", f"jobs/{key(arn)}", {"status": status}),
        lambda arn: control("DELETE", f"jobs/{key(arn)}", {}),
        lambda mode: control("POST", "token-mode", {"mode": mode}),
        lambda: {str(call["operation"]) for call in emulator.control.calls},
        wait=lambda: emulator.advance(lag),
    )


def _skip(seconds: float) -> None:
    """No test waits."""


def test_whose_account_it_is(stand: Stand) -> None:
    assert (stand.aws.account, stand.aws.partition) == ("123456789012", "aws")


@EACH
def test_a_submitted_run_is_described_as_it_was_submitted(stand: Stand, kind: Kind) -> None:
    """Its ARN, its name, its tags, when it was made; it has neither ended nor been terminated."""
    arn = stand.submit(kind, "churn-aaaaaaaa")
    run = service.describe(stand.aws, kind, arn, "churn")
    place = {"partition": "aws", "region": "us-east-1", "account": "123456789012"}
    last = arn.rpartition("/")[2]
    assert arn == run.arn == kind.record.arn.format(**place, id=last, name=last)
    assert run.name == run.outputs["jobName"] == "churn-aaaaaaaa"
    assert run.tags == TAGS
    assert run.phase.value == ("RUNNING" if kind.name == "TransformJob" else "QUEUED")
    assert (run.terminated, run.released, run.adoptable) == (False, False, True)
    assert run.created > 1_600_000_000_000
    assert str(run.outputs["createdAt"]).endswith("Z")


@EACH
def test_a_run_that_there_is_not_is_missing(stand: Stand, kind: Kind) -> None:
    """The one error that means: AWS has no such record."""
    nothing = "00000000-0000-4000-8000-999999999999"
    place = {"partition": "aws", "region": "us-east-1", "account": "123456789012"}
    arn = kind.record.arn.format(**place, id=nothing, name=nothing)
    with pytest.raises(Missing):
        service.describe(stand.aws, kind, arn, "churn")
    inputs = {"name": "churn", "adopt": arn}
    assert service.find_adopted(stand.aws, kind, inputs) is None


def test_a_training_job_that_there_is_not_is_missing(stand: Stand) -> None:
    """SageMaker has another error for it than Batch."""
    with pytest.raises(Missing):
        service.describe(stand.aws, SERVICE, f"{TRAINING}nothing", "churn")


@pytest.mark.parametrize("kind", NAMED_ONCE, ids=lambda kind: kind.name)
def test_a_name_can_be_used_once(stand: Stand, kind: Kind) -> None:
    """Where names are unique, the second submission is refused as taken."""
    stand.submit(kind, "churn-aaaaaaaa")
    with pytest.raises(Taken):
        stand.submit(kind, "churn-aaaaaaaa")


@pytest.mark.parametrize("mode", MODES)
def test_a_token_that_was_used(stand: Stand, mode: str) -> None:
    """Refused as taken, answered with the first job, or forgotten: AWS does not say which."""
    stand.treat_tokens(mode)
    first = stand.submit(SERVICE, "churn-aaaaaaaa", token="t" * 32)
    if mode in ("reject", "token-only"):
        with pytest.raises(Taken):
            stand.submit(SERVICE, "churn-aaaaaaaa", token="t" * 32)
        return
    second = stand.submit(SERVICE, "churn-aaaaaaaa", token="t" * 32)
    assert (second == first) is (mode == "return-first")


@pytest.mark.parametrize("name", ["BatchInferenceJob", "BatchSegmentJob"])
def test_personalize_has_five_slots(stand: Stand, name: str) -> None:
    """The sixth job is refused for want of a slot; one that has ended makes room."""
    kind = KINDS[name]
    arns = [stand.submit(kind, f"churn-{number}") for number in range(5)]
    with pytest.raises(NoSlot):
        stand.submit(kind, "churn-5")
    assert service.count_live(stand.aws, kind) == 5
    stand.move(arns[0], "ACTIVE")
    stand.submit(kind, "churn-5")


@EACH
def test_runs_are_listed_the_newest_first_with_what_is_read(stand: Stand, kind: Kind) -> None:
    """ARN, name, time and status; where the list call filters by name, others' jobs are not in it."""
    arns = [stand.submit(kind, name) for name in ("churn-aaaaaaaa", "other-aaaaaaaa")]
    arns.append(stand.submit(kind, "churn-bbbbbbbb"))
    found = list(walk_list(stand, kind, "churn-*"))
    names = [item[kind.listing.fields["name"]] for item in found]
    ours = [name for name in names if name.startswith("churn-")]
    assert sorted(ours) == ["churn-aaaaaaaa", "churn-bbbbbbbb"]
    assert ("other-aaaaaaaa" in names) is not kind.listing.filters_names
    if kind.listing.filters_names:
        del arns[1]
    assert sorted(item[kind.listing.fields["arn"]] for item in found) == sorted(arns)
    for item in found:
        assert kind.phase(item[kind.record.status_field]).value in ("QUEUED", "RUNNING")
        assert item[kind.listing.fields["created"]]


@pytest.mark.parametrize("name", ["ServiceJob", "TransformJob"])
def test_a_long_list_comes_in_pages(stand: Stand, name: str) -> None:
    """More than the hundred that one answer has: each job once."""
    kind = KINDS[name]
    arns = {stand.submit(kind, f"churn-{number:08x}") for number in range(105)}
    found = [item[kind.listing.fields["arn"]] for item in walk_list(stand, kind, "churn-*")]
    assert len(found) == 105
    assert set(found) == arns


def walk_list(stand: Stand, kind: Kind, pattern: str) -> Iterator[dict[str, Any]]:
    for values in make_list_values(stand.aws, kind, [pattern], "churn"):
        yield from stand.aws.pages(kind.service, kind.listing.call, values, job="churn")


@EACH
def test_tags_are_added_changed_and_removed(stand: Stand, kind: Kind) -> None:
    """Those that are not named stay."""
    arn = stand.submit(kind, "churn-aaaaaaaa", cost="1")
    service.retag(stand.aws, kind, arn, "churn", {"team": "risk", "new": "x"}, ["cost"])
    assert service.describe(stand.aws, kind, arn, "churn").tags == {
        **TAGS,
        "team": "risk",
        "new": "x",
    }


@EACH
def test_a_released_run_says_so(stand: Stand, kind: Kind) -> None:
    """The mark is a tag like others."""
    arn = stand.submit(kind, "churn-aaaaaaaa")
    service.release(stand.aws, kind, service.describe(stand.aws, kind, arn, "churn"), "churn")
    run = service.describe(stand.aws, kind, arn, "churn")
    assert (run.released, run.adoptable) == (True, False)


def test_a_priority_is_changed_in_place(stand: Stand) -> None:
    """The run stays; of a run that there is not it is refused as missing."""
    arn = stand.submit(SERVICE, "churn-aaaaaaaa")
    service.set_in_place(stand.aws, SERVICE, arn, "churn", "schedulingPriority", 7)
    assert not service.describe(stand.aws, SERVICE, arn, "churn").phase.ended
    stand.expire(arn)
    with pytest.raises(Missing):
        service.set_in_place(stand.aws, SERVICE, arn, "churn", "schedulingPriority", 7)


def test_a_service_job_that_waits_is_terminated_at_once(stand: Stand) -> None:
    """It failed, with our reason; a second termination changes nothing."""
    arn = stand.submit(SERVICE, "churn-aaaaaaaa")
    for _ in range(2):
        service.terminate(stand.aws, SERVICE, arn, "churn", "no longer wanted")
        run = service.describe(stand.aws, SERVICE, arn, "churn")
        assert (run.status, run.terminated) == ("FAILED", True)
        assert run.outputs["statusReason"] == "no longer wanted"
        assert not run.adoptable


def test_a_transform_job_is_stopped_once(stand: Stand) -> None:
    """From then on it counts as terminated, and SageMaker refuses to stop it again."""
    kind = KINDS["TransformJob"]
    arn = stand.submit(kind, "churn-aaaaaaaa")
    service.terminate(stand.aws, kind, arn, "churn", "no longer wanted")
    assert service.describe(stand.aws, kind, arn, "churn").terminated
    with pytest.raises(Rejected):
        service.terminate(stand.aws, kind, arn, "churn", "no longer wanted")


@EACH
def test_a_run_that_has_succeeded_has_ended(stand: Stand, kind: Kind) -> None:
    """By the service's own word for it."""
    arn = stand.submit(kind, "churn-aaaaaaaa")
    word = next(word for word in kind.record.statuses if kind.phase(word).value == "SUCCEEDED")
    stand.move(arn, word)
    run = service.describe(stand.aws, kind, arn, "churn")
    assert (run.status, run.phase.value, run.terminated) == (word, "SUCCEEDED", False)


def test_a_service_job_that_has_started_has_a_training_job(stand: Stand) -> None:
    """Its name is made of the payload's; SageMaker finds it by our tags, equal or contained."""
    arn = stand.submit(SERVICE, "churn-aaaaaaaa")
    assert list(search_linked(stand.aws, SERVICE, "Equals", TAGS[IDENTITY], "churn")) == []
    stand.move(arn, "RUNNING")
    run = service.describe(stand.aws, SERVICE, arn, "churn")
    assert run.outputs["trainingJobName"].startswith("AWSBatchchurn")
    assert run.outputs["trainingJobArn"] == TRAINING + run.outputs["trainingJobName"]
    assert run.outputs["startedAt"]
    for how, value in (("Equals", TAGS[IDENTITY]), ("Contains", "aws-jobs/dev/")):
        [found] = search_linked(stand.aws, SERVICE, how, value, "churn")
        assert found.arn == run.outputs["trainingJobArn"]
        assert (found.phase.value, found.tags) == ("RUNNING", TAGS)
    assert list(search_linked(stand.aws, SERVICE, "Equals", "aws-jobs/dev/", "churn")) == []


def test_a_training_job_outlives_its_service_job(stand: Stand) -> None:
    """Batch forgets; the training job is described, marked and found by its tags as before."""
    arn = stand.submit(SERVICE, "churn-aaaaaaaa")
    stand.move(arn, "SUCCEEDED")
    linked = str(service.describe(stand.aws, SERVICE, arn, "churn").outputs["trainingJobArn"])
    stand.expire(arn)
    with pytest.raises(Missing):
        service.describe(stand.aws, SERVICE, arn, "churn")
    inputs = {"name": "churn", "adopt": linked}
    run = service.find_adopted(stand.aws, SERVICE, inputs)
    assert run is not None
    assert (run.status, run.phase.value, run.tags) == ("Completed", "SUCCEEDED", TAGS)
    service.release(stand.aws, SERVICE, run, "churn")
    [found] = search_linked(stand.aws, SERVICE, "Equals", TAGS[IDENTITY], "churn")
    assert RELEASED in found.tags


def test_a_training_job_that_runs_is_stopped(stand: Stand) -> None:
    """One that only SageMaker knows: `Stopping` or `Stopped`, and stopping it again is no part of the contract."""
    arn = stand.submit(SERVICE, "churn-aaaaaaaa")
    stand.move(arn, "RUNNING")
    linked = str(service.describe(stand.aws, SERVICE, arn, "churn").outputs["trainingJobArn"])
    service.terminate(stand.aws, SERVICE, linked, "churn", "no longer wanted")
    run = service.describe(stand.aws, SERVICE, linked, "churn")
    assert run.status in ("Stopping", "Stopped")


def test_queues_that_take_service_jobs_are_listed(stand: Stand) -> None:
    """By name; both have the one that the tests submit to."""
    assert "training" in list_queues(stand.aws, SERVICE)


@EACH
def test_a_stacks_runs_are_told_from_others(stand: Stand, kind: Kind) -> None:
    """By their tags, whatever their names."""
    mine = stand.submit(kind, "churn-aaaaaaaa")
    stand.be("dev2")
    stand.submit(kind, "churn-bbbbbbbb", **{IDENTITY: "aws-jobs/dev2/churn"})
    stand.be("dev")
    found = list(list_stack_runs(stand.aws, kind, "aws-jobs/dev"))
    assert [run.arn for run in found] == [mine]


@EACH
def test_runs_from_before_a_moment_are_left_out_unless_they_go_on(stand: Stand, kind: Kind) -> None:
    """Neither by their own record nor by the second service's."""
    ended = {"ServiceJob": "SUCCEEDED", "TransformJob": "Completed"}.get(kind.name, "ACTIVE")
    over = stand.submit(kind, "churn-aaaaaaaa")
    stand.move(over, ended)
    active = stand.submit(kind, "churn-bbbbbbbb")
    newest = service.describe(stand.aws, kind, active, "churn").created
    found = list_stack_runs(stand.aws, kind, "aws-jobs/dev", since=newest + 1)
    assert [run.arn for run in found] == [active]


def test_a_preempted_attempt_is_part_of_its_run() -> None:
    """Its training job has the run's tags, and is no run of its own."""
    with Emulator(clock=Clock(frozen_at=START)) as emulator:
        stand = stand_on_emulator(emulator)
        quota = {"jobQueue": "training-quota", "quotaShareName": "team-a"}
        made = {**make_request(SERVICE, "churn-aaaaaaaa"), **quota}
        arn = service.submit(stand.aws, SERVICE, made, "churn").arn
        emulator.advance(2)
        preempted = {"status": "RUNNABLE", "hold": False}
        emulator.ask("POST", f"jobs/{arn.rpartition('/')[2]}", preempted)
        emulator.advance(60)
        [run] = list_stack_runs(stand.aws, SERVICE, "aws-jobs/dev")
        first, second = read_attempts(SERVICE, run)
        assert (run.arn, first.arn != second.arn) == (arn, True)
        assert 0 < first.started < first.stopped <= second.started < second.stopped
        assert first.reason.startswith("Preempted")
        assert second.reason == "Received status from SageMaker: Training job completed"


@EACH
def test_every_operation_of_a_kinds_table_is_answered(stand: Stand, kind: Kind) -> None:
    """A life in which each of them is called; a kind with a new operation needs it here, in both stand-ins."""
    aws = stand.aws
    arn = stand.submit(kind, "churn-aaaaaaaa")
    list(walk_list(stand, kind, "*"))
    aws.call(kind.service, kind.tags.read, {"arn": arn}, job="churn")
    service.retag(aws, kind, arn, "churn", {"a": "b"}, ["team"])
    for name in kind.request.in_place:
        service.set_in_place(aws, kind, arn, "churn", name, 3)
    if kind.link is not None:
        stand.move(arn, "RUNNING")
        linked = str(service.describe(aws, kind, arn, "churn").outputs[kind.link.arn_output])
        service.find_adopted(aws, kind, {"name": "churn", "adopt": linked})
        olds = {"identity": TAGS[IDENTITY], kind.link.arn_output: linked}
        attempt = service.find_newest_attempt(aws, kind, olds, "churn")
        assert attempt is not None
        assert attempt.arn == linked
        service.retag(aws, kind, linked, "churn", {"a": "b"}, ["a"])
        service.release(aws, kind, service.describe(aws, kind, arn, "churn"), "churn")
        list(search_linked(aws, kind, "Equals", TAGS[IDENTITY], "churn"))
        service.terminate(aws, kind, linked, "churn", "reason")
    service.describe(aws, kind, arn, "churn")
    if kind.terminate is not None:
        service.terminate(aws, kind, arn, "churn", "reason")
    # preflight's, and those of test_logs.py: the emulator alone has them
    elsewhere = {kind.latest.call.operation} if kind.latest else set()
    assert find_operations(kind) - elsewhere - find_operations(kind.logs) <= stand.list_calls()


def find_operations(part: object) -> set[str]:
    """The operations in a kind's table."""
    if isinstance(part, Call):
        return {part.operation}
    if isinstance(part, dict):
        return set().union(*map(find_operations, part.values()))
    if isinstance(part, Kind | Link) or dataclasses.is_dataclass(part):
        fields = dataclasses.fields(part)  # type: ignore[arg-type]
        return set().union(*(find_operations(getattr(part, field.name)) for field in fields))
    return set()


@EACH
def test_what_is_refused_is_one_sentence_with_the_job_and_the_call(
    stand: Stand, kind: Kind
) -> None:
    """A request that the service's model does not allow never reaches AWS."""
    request = {**make_request(kind, "churn-aaaaaaaa"), kind.request.name_field: 7}
    with pytest.raises(JobError, match=rf"churn: .*{kind.request.submit.operation}"):
        service.submit(stand.aws, kind, request, "churn")
