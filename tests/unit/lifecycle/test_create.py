"""Create: exactly one run a definition, whatever is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from components import lifecycle
from components.errors import JobError, Rejected, Unanswered
from components.kinds import KINDS, Kind
from components.run.definition import DIGEST, IDENTITY, RELEASED
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
MODES = pytest.mark.parametrize("mode", ["reject", "return-first", "forget", "token-only"])


def create(kind: Kind, account: Account, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return lifecycle.create(kind, account.aws(), given, lambda text: None)


@EACH
def test_a_definition_without_a_run_is_submitted_once(kind: Kind) -> None:
    """A first create submits one job with our tags, and its id is the job's ARN."""
    account = Account()
    id_, outputs = create(kind, account, inputs(kind))
    [job] = account.jobs
    assert id_ == job.arn == outputs["jobArn"]
    assert job.tags[IDENTITY] == "aws-jobs/dev/churn"
    assert job.tags[DIGEST] == outputs["digest"]
    assert job.tags["team"] == "growth"
    # a transform job has no queue
    assert outputs["phase"] == ("RUNNING" if kind.name == "TransformJob" else "QUEUED")


@EACH
def test_a_second_create_of_the_same_definition_adopts_the_run(kind: Kind) -> None:
    """With the state lost, what runs and ran is adopted; nothing is submitted."""
    account = Account()
    first, _ = create(kind, account, inputs(kind))
    again, _ = create(kind, account, inputs(kind))
    assert again == first
    assert account.count(kind.request.submit.operation) == 1


@EACH
@MODES
def test_a_lost_answer_leaves_one_job(kind: Kind, mode: str) -> None:
    """The request was carried out and its answer lost: the run is found by looking again."""
    account = Account(token_mode=mode)
    account.faults = [Fault(kind.request.submit.operation, "after")]
    id_, _ = create(kind, account, inputs(kind))
    assert [job.arn for job in account.jobs] == [id_]


@EACH
@MODES
def test_a_lost_answer_and_a_list_that_lags_leave_one_job(kind: Kind, mode: str) -> None:
    """While the list does not show the run yet, we look again and do not submit again."""
    account = Account(token_mode=mode)
    account.faults = [Fault(kind.request.submit.operation, "after")]
    account.hidden = 2
    id_, _ = create(kind, account, inputs(kind))
    assert [job.arn for job in account.jobs] == [id_]


@EACH
def test_a_request_that_never_arrived_is_an_error_and_the_next_create_submits(kind: Kind) -> None:
    """Nothing was carried out: one sentence, no job; the next `up` submits one."""
    account = Account()
    account.faults = [Fault(kind.request.submit.operation, "before")]
    with pytest.raises(Unanswered, match="churn: the connection ended before AWS answered"):
        create(kind, account, inputs(kind))
    assert account.jobs == []
    create(kind, account, inputs(kind))
    assert len(account.jobs) == 1


def test_a_known_token_without_a_run_is_an_error_after_a_minute() -> None:
    """AWS says the submission was made before and shows no run: never another token, an error."""
    kind = KINDS["ServiceJob"]
    account = Account()
    account.faults = [
        Fault("SubmitServiceJob", "before", refusal("ClientException", "clientToken was used"))
    ]
    with pytest.raises(Rejected, match="shows no run of it after a minute"):
        create(kind, account, inputs(kind))
    assert sum(account.paused) == 60
    assert account.jobs == []


@EACH
def test_a_released_run_is_never_adopted(kind: Kind) -> None:
    """A run that was let go is another's past: the same definition is a new run, with a name of its own."""
    account = Account()
    create(kind, account, inputs(kind))
    account.jobs[0].tags[RELEASED] = "2026-11-22T00:00:00Z"
    create(kind, account, inputs(kind))
    assert len(account.jobs) == 2


def test_a_terminated_run_is_never_adopted() -> None:
    """A run that somebody ended does not stand for its definition."""
    kind = KINDS["ServiceJob"]
    account = Account()
    id_, _ = create(kind, account, inputs(kind))
    account.aws().client("batch").terminate_service_job(jobId=id_[-36:], reason="mine")
    create(kind, account, inputs(kind))
    assert len(account.jobs) == 2


@EACH
def test_a_reverted_definition_is_a_new_run(kind: Kind) -> None:
    """Only the newest run counts: A, then B, then A again makes three."""
    account = Account()
    for generation in (1, 2, 1):
        create(kind, account, inputs(kind, generation=generation, onReplace="keep"))
    assert len({job.arn for job in account.jobs}) == 3


def test_a_reverted_queue_is_a_new_run() -> None:
    """The newest run counts in whichever queue it lies."""
    kind = KINDS["ServiceJob"]
    account = Account()
    for queue in ("training", "other", "training"):
        request = {**inputs(kind)["request"], "jobQueue": queue}
        create(kind, account, inputs(kind, request=request))
    assert len({job.arn for job in account.jobs}) == 3


@EACH
def test_a_job_of_another_with_the_same_name_is_never_touched(kind: Kind) -> None:
    """A like name without our tags is not ours: Batch allows both, Personalize makes it an error."""
    account = Account()
    _, outputs = create(kind, account, inputs(kind))
    account.jobs[0].tags = {"owner": "somebody"}
    account.tokens.clear()
    if kind.request.unique_names:
        with pytest.raises(JobError, match=f"already has a job named {outputs['jobName']}"):
            create(kind, account, inputs(kind))
    else:
        create(kind, account, inputs(kind))
    assert account.jobs[0].tags == {"owner": "somebody"}


def test_colliding_names_are_told_apart() -> None:
    """Where an earlier run has the eight characters, the next ones of the token are taken."""
    kind = KINDS["BatchInferenceJob"]
    account = Account()
    _, outputs = create(kind, account, inputs(kind))
    account.jobs[0].tags[DIGEST] = "f" * 64
    account.jobs[0].expired = False
    account.hidden = 1  # the list lags, so that the same name is tried again
    create(kind, account, inputs(kind))
    assert len(account.jobs) == 2
    assert outputs["jobName"] == account.jobs[0].name != account.jobs[1].name


def test_an_expired_record_is_found_by_its_training_job() -> None:
    """Batch forgets after a week; SageMaker knows the training job by the same tags."""
    kind = KINDS["ServiceJob"]
    account = Account()
    id_, _ = create(kind, account, inputs(kind))
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    again, outputs = create(kind, account, inputs(kind))
    assert again.startswith("arn:aws:sagemaker:")
    assert outputs["phase"] == "SUCCEEDED"
    assert len(account.jobs) == 1


def test_without_a_free_slot_the_job_waits() -> None:
    """A Personalize job too many becomes a placeholder that submits nothing; the quota is a setting."""
    kind = KINDS["BatchInferenceJob"]
    account = Account(slots=1)
    create(kind, account, inputs(kind, name="fraud", identity="aws-jobs/dev/fraud"))
    id_, outputs = lifecycle.create(kind, account.aws(), inputs(kind), lambda text: None, slots=1)
    assert id_ == "waiting/aws-jobs/dev/churn"
    assert outputs["phase"] == "WAITING"
    assert len(account.jobs) == 1


def test_a_request_rate_is_waited_out_while_slots_are_free() -> None:
    """LimitExceededException is AWS's word for both: with fewer live jobs than the quota it is a throttle."""
    kind = KINDS["BatchInferenceJob"]
    account = Account()
    said = refusal("LimitExceededException", "The limit on the number of requests per second")
    account.faults = [Fault("CreateBatchInferenceJob", "before", said) for _ in range(2)]
    id_, _ = create(kind, account, inputs(kind))
    assert id_ == account.jobs[0].arn
    assert account.paused == [1, 2]


def test_a_request_rate_that_never_ends_is_an_error() -> None:
    """Never a success with nothing submitted."""
    kind = KINDS["BatchInferenceJob"]
    account = Account()
    said = refusal("LimitExceededException", "The limit on the number of requests per second")
    account.faults = [Fault("CreateBatchInferenceJob", "before", said) for _ in range(9)]
    with pytest.raises(Unanswered, match="throttled CreateBatchInferenceJob"):
        create(kind, account, inputs(kind))


@pytest.mark.parametrize(
    ("status", "phase"),
    [("PENDING", "QUEUED"), ("IN PROGRESS", "RUNNING"), ("ACTIVE", "SUCCEEDED")],
)
def test_personalize_has_two_words_for_one_status(status: str, phase: str) -> None:
    """The page of this shape says PENDING where others say CREATE PENDING."""
    assert KINDS["BatchInferenceJob"].phase(status).value == phase


def test_adopt_takes_over_what_already_ran() -> None:
    """`adopt` tags a foreign run as ours and submits nothing."""
    kind = KINDS["ServiceJob"]
    account = Account()
    id_, _ = create(kind, account, inputs(kind))
    account.jobs[0].tags = {}
    adopted, _ = create(kind, account, inputs(kind, generation=7, adopt=id_[-36:]))
    assert adopted == id_
    assert account.jobs[0].tags[IDENTITY] == "aws-jobs/dev/churn"
    assert account.count("SubmitServiceJob") == 1


def test_a_changed_file_runs_although_adopt_still_stands_in_it() -> None:
    """`adopt` adopts one run once; another definition of that job is a new run."""
    kind = KINDS["ServiceJob"]
    account = Account()
    id_, _ = create(kind, account, inputs(kind, name="older", identity="aws-jobs/dev/older"))
    account.jobs[0].tags = {}
    create(kind, account, inputs(kind, adopt=id_))
    changed, _ = create(kind, account, inputs(kind, adopt=id_, generation=2))
    again, _ = create(kind, account, inputs(kind, adopt=id_, generation=2))
    assert (changed, again) == (account.jobs[1].arn, account.jobs[1].arn)
    assert account.count("SubmitServiceJob") == 2


def test_a_training_job_is_taken_over_once_too() -> None:
    """One that Batch never knew: its tags are SageMaker's, and a changed file is a service job."""
    kind = KINDS["ServiceJob"]
    account = Account()
    id_, _ = create(kind, account, inputs(kind, name="older", identity="aws-jobs/dev/older"))
    account.move(id_, "SUCCEEDED")
    training = next(iter(account.trainings.values()))
    training["Tags"], account.jobs[:] = [], []
    account.adopted = (training["TrainingJobArn"],)
    arn = training["TrainingJobArn"]
    assert create(kind, account, inputs(kind, adopt=arn))[0] == arn
    assert create(kind, account, inputs(kind, adopt=arn))[0] == arn
    assert account.jobs == []
    changed, _ = create(kind, account, inputs(kind, adopt=arn, generation=2))
    assert changed == account.jobs[0].arn


@EACH
def test_a_run_that_another_stack_has_released_is_adopted(kind: Kind) -> None:
    """Before that it is the other stack's: by what `adopt` says of it, and by the deploy role."""
    account = Account()
    id_, _ = create(kind, account, inputs(kind))
    account.stack = "prod"
    given = inputs(kind, identity="aws-jobs/prod/churn", adopt=id_)
    with pytest.raises(Rejected, match="is a run of aws-jobs/dev/churn"):
        create(kind, account, given)
    account.jobs[0].tags[RELEASED] = "2026-11-01T00:00:00Z"
    assert create(kind, account, given)[0] == id_
    assert account.jobs[0].tags[IDENTITY] == "aws-jobs/prod/churn"
    assert RELEASED not in account.jobs[0].tags
