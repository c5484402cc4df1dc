"""A service job has two records: Batch's decides as long as it exists, and SageMaker's leads back to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components import lifecycle
from components.aws import find_newest_run
from components.aws.runs import describe
from components.errors import JobError
from components.kinds import KINDS
from components.lifecycle.outputs import make_outputs
from components.run.definition import DIGEST, IDENTITY, RELEASED
from tests.fakes.aws import Account
from tests.fakes.jobs import inputs
from tests.fakes.records import ACCOUNT, REGION, Record

SERVICE = KINDS["ServiceJob"]
RENAMED = {"name": "attrition", "identity": "aws-jobs/dev/attrition"}


def create(account: Account, **others: Any) -> tuple[str, dict[str, Any]]:
    return lifecycle.create(SERVICE, account.aws(), inputs(SERVICE, **others), lambda text: None)


def read(account: Account, id_: str, olds: dict[str, Any]) -> dict[str, Any]:
    seen = lifecycle.read(SERVICE, account.aws(), id_, olds)
    assert seen is not None
    return seen


def training_tags(account: Account) -> list[dict[str, str]]:
    return [{t["Key"]: t["Value"] for t in each["Tags"]} for each in account.trainings.values()]


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_run_that_search_shows_before_the_list_does_is_adopted_as_batch_has_it(
    status: str,
) -> None:
    """The list lags: it is looked at again, and the training job's ARN is never the job's."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, status)
    account.hidden = 4  # two queues, two looks
    again, outputs = create(account)
    assert again == id_ == outputs["jobArn"]
    assert len(account.jobs) == 1


def test_what_batch_has_forgotten_is_found_without_waiting_once_no_list_lags() -> None:
    """An hour after its start no list lags: the training job stands for the run at once."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    account.now += 3601
    assert create(account)[0].startswith("arn:aws:sagemaker:")
    assert account.paused == []


def test_a_training_job_that_batch_started_is_adopted_as_its_batch_run() -> None:
    """`adopt: <training job ARN>`, as its console page shows it."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "RUNNING")
    account.jobs[0].tags = {}
    [training] = account.trainings.values()
    training["Tags"] = []
    adopted, _ = create(account, adopt=training["TrainingJobArn"], **RENAMED)
    assert adopted == id_
    assert training_tags(account)[0][IDENTITY] == "aws-jobs/dev/attrition"


def test_the_training_job_of_an_earlier_attempt_leads_back_too() -> None:
    """The list shows the newest attempt alone: the run goes on, although its first attempt failed."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "RUNNING")
    [first] = account.trainings.values()
    name = f"{first['TrainingJobName'][:-12]}{'a' * 12}"
    arn = first["TrainingJobArn"].replace(first["TrainingJobName"], name)
    account.trainings[name] = {**first, "TrainingJobName": name, "TrainingJobArn": arn, "Tags": []}
    first["TrainingJobStatus"], first["Tags"] = "Failed", []
    [job] = account.jobs
    job.tags, job.training, job.attempts = {}, name, [first["TrainingJobArn"]]
    adopted, outputs = create(account, adopt=first["TrainingJobArn"], **RENAMED)
    assert adopted == id_
    assert outputs["phase"] == "RUNNING"


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_renamed_run_is_known_by_its_batch_record_without_alias_and_state(status: str) -> None:
    """Batch lists it under its former name, which the training job's name shows."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, status)
    olds = read(account, id_, olds)
    lifecycle.update(SERVICE, account.aws(), id_, olds, inputs(SERVICE, **RENAMED))
    assert create(account, **RENAMED)[0] == id_
    assert account.paused == []


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_rename_is_written_on_both_records(status: str) -> None:
    """Else a new job under the old name adopts the other's run, once Batch has forgotten it."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, status)
    olds = read(account, id_, olds)
    lifecycle.update(SERVICE, account.aws(), id_, olds, inputs(SERVICE, **RENAMED))
    assert account.jobs[0].tags[IDENTITY] == "aws-jobs/dev/attrition"
    assert [tags[IDENTITY] for tags in training_tags(account)] == ["aws-jobs/dev/attrition"]
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    new, _ = create(account)
    assert new == account.jobs[1].arn


def test_batch_decides_whose_run_it_is_although_the_training_job_says_otherwise() -> None:
    """A rename that only Batch's record shows: the old name's new job is submitted."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "SUCCEEDED")
    account.jobs[0].tags[IDENTITY] = "aws-jobs/dev/attrition"
    new, _ = create(account)
    assert new == account.jobs[1].arn
    assert find_newest_run(account.aws(), SERVICE, inputs(SERVICE)).arn == new


@pytest.mark.parametrize("later", [0, 3601])
def test_a_released_run_that_goes_on_does_not_hide_a_later_one_that_batch_has_forgotten(
    later: float,
) -> None:
    """`onReplace: keep` let the first go on; the second ended and expired: it is adopted, and not run again."""
    account = Account()
    first, olds = create(account)
    account.move(first, "RUNNING")
    second, _ = create(account, generation=2, onReplace="keep")
    account.move(second, "SUCCEEDED")
    account.jobs[1].expired = True
    account.now += later
    again, outputs = create(account, generation=2)
    assert again.startswith("arn:aws:sagemaker:")
    assert outputs["phase"] == "SUCCEEDED"
    assert len(account.jobs) == 2


def test_a_rename_moves_the_earlier_runs_too() -> None:
    """They belong to the job under its new name, for `history`, and no longer to the old one."""
    account = Account()
    first, _ = create(account, onReplace="keep")
    id_, olds = create(account, generation=2, onReplace="keep")
    lifecycle.update(SERVICE, account.aws(), id_, olds, inputs(SERVICE, generation=2, **RENAMED))
    assert {job.tags[IDENTITY] for job in account.jobs} == {"aws-jobs/dev/attrition"}
    assert first != id_


def test_a_retried_run_whose_record_has_expired_is_judged_by_its_newest_attempt() -> None:
    """The state saw the first attempt, which failed; the second completed."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, "RUNNING")
    seen = read(account, id_, olds)
    first = account.trainings[seen["trainingJobName"]]
    first["TrainingJobStatus"] = "Failed"
    name = f"{seen['trainingJobName'][:-12]}{'a' * 12}"
    account.trainings[name] = {
        **first,
        "TrainingJobName": name,
        "TrainingJobArn": first["TrainingJobArn"].replace(seen["trainingJobName"], name),
        "TrainingJobStatus": "Completed",
        "CreationTime": first["CreationTime"].replace(microsecond=999_999),
    }
    account.jobs[0].expired = True
    later = read(account, id_, seen)
    assert (later["phase"], later["trainingJobName"]) == ("SUCCEEDED", name)


def test_an_expired_run_that_the_state_saw_queued_is_found_by_its_name() -> None:
    """It ran and ended between two `up`s: no training job was known."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    assert read(account, id_, olds)["phase"] == "SUCCEEDED"


def test_an_expired_run_from_before_names_had_a_mark_is_found_by_its_tags() -> None:
    """Its training job is called by the job's name alone; a release reaches it too."""
    account = Account()
    id_, olds = create(account)
    body = json.loads(account.jobs[0].request["serviceRequestPayload"])
    text = json.dumps({**body, "TrainingJobName": "churn"})
    account.jobs[0].request["serviceRequestPayload"] = text
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    assert read(account, id_, olds)["phase"] == "SUCCEEDED"
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    assert all(RELEASED in tags for tags in training_tags(account))


def test_an_expired_run_without_a_training_job_is_not_judged_by_an_earlier_one() -> None:
    """A, B, A again: the last was never started, and the first had the same definition."""
    account = Account()
    first, olds = create(account)
    account.move(first, "SUCCEEDED")
    create(account, generation=2)
    account.now += 60
    last, olds = create(account)
    account.jobs[2].expired = True
    assert read(account, last, olds)["phase"] == "UNKNOWN"


def test_an_expired_run_whose_tags_never_reached_its_training_job_is_adopted() -> None:
    """No page promises them: the name inside the payload has the start of the digest, and the identity's mark."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    next(iter(account.trainings.values()))["Tags"] = []
    again, outputs = create(account)
    assert again.startswith("arn:aws:sagemaker:")
    assert outputs["phase"] == "SUCCEEDED"
    assert len(account.jobs) == 1


def test_without_tags_the_same_definition_of_another_stack_is_not_adopted() -> None:
    """The name ends in the identity's mark, so that equal files of two stacks are told apart."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    next(iter(account.trainings.values()))["Tags"] = []
    account.stack = "prod"
    new, _ = create(account, identity="aws-jobs/prod/churn")
    assert new == account.jobs[1].arn


def test_an_adopted_training_job_with_declared_tags_converges() -> None:
    """Its tags are read, so that the next preview shows no change."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "RUNNING")
    [training] = account.trainings.values()
    training["Tags"], account.jobs[:] = [], []
    account.adopted = (training["TrainingJobArn"],)
    arn, olds = create(account, adopt=training["TrainingJobArn"])
    given = inputs(SERVICE, adopt=training["TrainingJobArn"])
    assert lifecycle.diff(SERVICE, arn, read(account, arn, olds), given).same
    assert training_tags(account)[0]["team"] == "growth"


@pytest.mark.parametrize(
    ("own", "generations"), [("mine", (1, 2)), ("", (1, 2, 1))], ids=["own-name", "reverted"]
)
def test_the_release_of_an_expired_run_leaves_a_later_one_of_its_name(
    own: str, generations: tuple[int, ...]
) -> None:
    """Runs whose training jobs have one name: the later one would be run again once Batch has forgotten it."""
    account = Account()
    request = inputs(SERVICE)["request"]
    if own:
        request["serviceRequestPayload"]["TrainingJobName"] = own
    made = []
    for generation in generations:
        id_, olds = create(account, request=request, generation=generation)
        account.move(id_, "SUCCEEDED")
        made.append((id_, read(account, id_, olds)))
    account.jobs[0].expired = True
    lifecycle.delete(SERVICE, account.aws(), *made[0], lambda text: None, superseded_by="refuse")
    assert [RELEASED in tags for tags in training_tags(account)] == [
        True,
        *(False for _ in generations[1:]),
    ]


def test_an_expired_run_is_not_judged_by_another_one_of_its_name() -> None:
    """The file's own `TrainingJobName` is the name of each run."""
    account = Account()
    request = inputs(SERVICE)["request"]
    request["serviceRequestPayload"]["TrainingJobName"] = "mine"
    id_, olds = create(account, request=request)
    account.move(id_, "RUNNING")
    olds = read(account, id_, olds)
    account.trainings[olds["trainingJobName"]]["TrainingJobStatus"] = "Failed"
    account.jobs[0].expired = True
    later, _ = create(account, request=request, generation=2, onReplace="keep")
    account.move(later, "SUCCEEDED")
    assert read(account, id_, olds)["phase"] == "FAILED"


def test_a_release_marks_every_attempt() -> None:
    """Each training job of the run outlives Batch's record."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, "SUCCEEDED")
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    assert all(RELEASED in tags for tags in training_tags(account))


@pytest.mark.parametrize("status", ["SUCCEEDED", "RUNNABLE"])
def test_a_thousand_foreign_jobs_of_a_like_name_cost_a_handful_of_calls(status: str) -> None:
    """Other teams' `churn-<8 hexadecimal>`: names say whose runs they are."""
    account = Account()
    for number in range(1000):
        arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/11111111-0000-4000-8000-{number:012d}"
        request = {"jobQueue": "training", "serviceRequestPayload": "{}"}
        name = f"churn-{number:08x}"
        account.jobs.append(Record(arn, name, account.clock(), status, {}, request))
    id_, olds = create(account)
    create(account)
    read(account, id_, olds)
    assert account.count("DescribeServiceJob") <= 25
    assert len(account.jobs) == 1001


def test_waiting_runs_of_jobs_that_share_a_name_are_found_without_state() -> None:
    """A matrix whose file gives a `jobName`: eight cells, and the newest five are not all."""
    account = Account()
    request = {**inputs(SERVICE)["request"], "jobName": "sweep"}
    cells = [
        {"name": f"sweep-{n}", "identity": f"aws-jobs/dev/sweep-{n}", "request": request}
        for n in range(8)
    ]
    made = [create(account, **cell)[0] for cell in cells]
    account.tokens.clear()
    account.calls.clear()
    aws = account.aws()
    given = [inputs(SERVICE, **cell) for cell in cells]
    assert [lifecycle.create(SERVICE, aws, each, lambda text: None)[0] for each in given] == made
    assert account.count("DescribeServiceJob") <= 8 * 13


@pytest.mark.parametrize(("name", "length"), [("BatchInferenceJob", 55), ("ServiceJob", 118)])
def test_a_run_from_before_names_had_a_mark_is_found_under_its_longer_stem(
    name: str, length: int
) -> None:
    """Nine characters were added then, and fourteen now."""
    kind, account = KINDS[name], Account()
    long = {"name": "a" * length, "identity": f"aws-jobs/dev/{'a' * length}"}
    given = inputs(kind, **long)
    lifecycle.create(kind, account.aws(), given, lambda text: None)
    [job] = account.jobs
    key = job.name.split("-")[1]
    before = f"{long['name'][: kind.request.name_max - 9]}-{key}"
    job.arn, job.name = job.arn.replace(job.name, before), before
    job.request["jobName"] = before
    account.tokens.clear()
    again, _ = lifecycle.create(kind, account.aws(), given, lambda text: None)
    assert again == job.arn
    assert len(account.jobs) == 1


@pytest.mark.parametrize("name", ["ServiceJob", "BatchInferenceJob", "TransformJob"])
def test_a_renamed_stacks_run_is_found_without_state(name: str) -> None:
    """Where names are unique for ever they have the token's start, which the old stack's identity made."""
    kind, account = KINDS[name], Account()
    id_, olds = lifecycle.create(kind, account.aws(), inputs(kind), lambda text: None)
    account.stack = "*"
    prod = inputs(kind, identity="aws-jobs/prod/churn")
    lifecycle.update(kind, account.aws(), id_, olds, prod)
    assert lifecycle.create(kind, account.aws(), prod, lambda text: None)[0] == id_
    assert len(account.jobs) == 1


def test_a_renamed_stacks_queued_run_is_found_without_state() -> None:
    """Its name has the old stack's mark and the same definition; its tags are the new stack's."""
    account = Account()
    id_, olds = create(account)
    account.stack = "*"
    prod = inputs(SERVICE, identity="aws-jobs/prod/churn")
    lifecycle.update(SERVICE, account.aws(), id_, olds, prod)
    found = find_newest_run(account.aws(), SERVICE, prod)
    assert found is not None
    assert found.arn == id_
    assert found.tags[DIGEST] == olds["digest"]


def test_a_change_meets_the_newest_run_and_not_the_one_of_an_old_state() -> None:
    """A, B, A again and running, then the state of the first A restored: C is refused."""
    account = Account()
    create(account)
    account.move(account.jobs[0].arn, "SUCCEEDED")
    create(account, generation=2)
    account.move(account.jobs[1].arn, "SUCCEEDED")
    create(account)
    account.move(account.jobs[2].arn, "RUNNING")
    old = account.jobs[0].arn
    for rule, submitted in (("refuse", 3), ("keep", 4)):
        given = inputs(SERVICE, generation=3, onReplace=rule)
        try:
            lifecycle.create(SERVICE, account.aws(), given, print, replacing=[old])
        except JobError as error:
            assert "is running since" in str(error)
            assert "the state does not know this run" in str(error)
        assert len(account.jobs) == submitted
    assert RELEASED in account.jobs[2].tags
    assert not account.jobs[2].terminated


def test_a_state_from_before_a_claim_ends_the_run_all_the_same() -> None:
    """`destroy` with leave, after an older state was restored: it is this job's run."""
    account = Account()
    id_, olds = create(account)
    account.move(id_, "RUNNING")
    create(account)  # adopted: the state that knew of it is lost
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None, may_terminate=True)
    assert account.jobs[0].terminated


def test_a_state_that_has_the_training_job_ends_the_batch_run() -> None:
    """An earlier version adopted it so: `destroy` with leave ends the run, and releases both records."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "RUNNING")
    [training] = account.trainings.values()
    arn = training["TrainingJobArn"]
    run = describe(account.aws(), SERVICE, arn, "churn")
    olds = make_outputs(SERVICE, inputs(SERVICE), run)
    lifecycle.delete(SERVICE, account.aws(), arn, olds, lambda text: None, may_terminate=True)
    [job] = account.jobs
    assert job.terminated
    assert RELEASED in job.tags
    assert all(RELEASED in tags for tags in training_tags(account))


def test_a_run_under_an_alias_is_not_joined_by_another_where_that_is_refused() -> None:
    """Renamed and changed at once, with the state lost: it runs, and costs money."""
    account = Account()
    id_, _ = create(account)
    account.move(id_, "RUNNING")
    with pytest.raises(JobError, match="the state does not know this run"):
        create(account, generation=2, formerly=["aws-jobs/dev/churn"], **RENAMED)
    assert len(account.jobs) == 1


def test_a_refresh_brings_the_claim_home() -> None:
    """The state then has what AWS has."""
    account = Account()
    id_, olds = create(account)
    create(account)
    account.move(id_, "RUNNING")
    assert read(account, id_, olds)["claimed"] == account.jobs[0].tags["aws-jobs:claimed"]


def test_a_delete_that_leaves_anothers_run_going_is_an_error() -> None:
    """Another stack has adopted it: nothing is touched, and it is said."""
    account = Account()
    id_, olds = create(account)
    account.jobs[0].tags[IDENTITY] = "aws-jobs/prod/churn"
    with pytest.raises(JobError, match="is a run of aws-jobs/prod/churn by now; not changed"):
        lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)


def test_a_delete_by_an_old_state_says_that_the_newer_run_goes_on() -> None:
    """`destroy` after an old state was restored: the first run is let go, the second is nobody's from now on."""
    account = Account()
    first, olds = create(account)
    account.move(first, "SUCCEEDED")
    second, _ = create(account, generation=2)
    account.move(second, "RUNNING")
    said: list[str] = []
    lifecycle.delete(SERVICE, account.aws(), first, olds, said.append)
    assert "is RUNNING, and is not changed by this deletion" in said[0]
    assert not account.jobs[1].terminated
