"""The control API: the clock, the pace, faults, permissions, calls."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from local.aws.server.emulator import Emulator

from .conftest import START, ClientMaker
from .samples import USERS, inference_job, service_job


def ask(emulator: Emulator, method: str, name: str, body: Any = None) -> tuple[int, Any]:
    """The status and the document of a request over HTTP."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{emulator.endpoint}/_emulator/{name}",
        data=data,
        method=method,
        headers={"Authorization": f"Bearer {emulator.token}"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def submitted(batch: Any) -> int:
    """How many jobs wait in the queue `training`."""
    answer = batch.list_service_jobs(jobQueue="training", jobStatus="SUBMITTED")
    return len(answer["jobSummaryList"])


def test_status(emulator: Emulator) -> None:
    """The status names the endpoint, the region, the account, the queues and the solution versions."""
    code, status = ask(emulator, "GET", "status")
    assert code == 200
    assert status["endpoint"] == emulator.endpoint
    assert (status["region"], status["account"]) == ("us-east-1", "123456789012")
    assert status["queues"] == [
        "training",
        "training-fair",
        "training-quota",
        "training-disabled",
        "containers",
    ]
    assert status["solutionVersions"] == [
        USERS,
        "arn:aws:personalize:us-east-1:123456789012:solution/similar-items/22222222",
        "arn:aws:personalize:us-east-1:123456789012:solution/item-affinity/33333333",
    ]
    assert (status["now"], status["frozen"], status["tokenMode"]) == (START, True, "reject")
    assert status["pace"]["running"] == 1.5


def test_clock_over_http(emulator: Emulator, batch: Any) -> None:
    """The clock can be moved forward, let run and stopped again."""
    job = batch.submit_service_job(**service_job())["jobId"]
    answer = ask(emulator, "POST", "clock", {"advance": 2})
    assert answer == (200, {"now": START + 2, "frozen": True})
    assert batch.describe_service_job(jobId=job)["status"] == "RUNNING"
    assert ask(emulator, "POST", "clock", {"freeze": False})[1]["frozen"] is False
    assert ask(emulator, "POST", "clock", {"freeze": True})[1]["now"] >= START + 2


def test_infinite_pace_holds_jobs(emulator: Emulator, batch: Any) -> None:
    """A pace of null keeps jobs in a state; another pace counts from when they entered it."""
    ask(emulator, "POST", "pace", {"runnable": None})
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.advance(3600)
    assert batch.describe_service_job(jobId=job)["status"] == "RUNNABLE"
    code, answer = ask(emulator, "POST", "pace", {"runnable": 10, "running": None})
    assert (code, answer["pace"]["runnable"], answer["pace"]["running"]) == (200, 10.0, None)
    emulator.advance(60)
    shown = batch.describe_service_job(jobId=job)
    assert (shown["status"], shown["scheduledAt"]) == ("RUNNING", int((START + 10.2) * 1000))


def test_forced_states_are_held(emulator: Emulator, batch: Any) -> None:
    """A job is put into a state and stays there until it is let go."""
    job = batch.submit_service_job(**service_job())["jobId"]
    for status in ("RUNNABLE", "SCHEDULED", "STARTING", "RUNNING"):
        answer = ask(emulator, "POST", f"jobs/{job}", {"status": status})
        assert answer == (200, {"jobId": job, "jobName": "churn", "status": status, "held": True})
        emulator.advance(60)
        assert batch.describe_service_job(jobId=job)["status"] == status
    ask(emulator, "POST", f"jobs/{job}", {"hold": False})
    emulator.advance(1)
    assert batch.describe_service_job(jobId=job)["status"] == "RUNNING"
    emulator.advance(1)
    assert batch.describe_service_job(jobId=job)["status"] == "SUCCEEDED"


def test_held_waiting_job_is_passed_by(emulator: Emulator, batch: Any) -> None:
    """A job held in RUNNABLE does not hold up those behind it."""
    first = batch.submit_service_job(**service_job())["jobId"]
    second = batch.submit_service_job(**service_job())["jobId"]
    emulator.ask("POST", f"jobs/{first}", {"status": "RUNNABLE"})
    emulator.advance(60)
    assert batch.describe_service_job(jobId=first)["status"] == "RUNNABLE"
    assert batch.describe_service_job(jobId=second)["status"] == "SUCCEEDED"


def test_forced_end(emulator: Emulator, batch: Any) -> None:
    """A waiting job can be made to succeed, with a training job as if it had run."""
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.ask("POST", f"jobs/{job}", {"status": "SUCCEEDED"})
    shown = batch.describe_service_job(jobId=job)
    assert (shown["status"], len(shown["attempts"])) == ("SUCCEEDED", 1)
    with pytest.raises(ValueError, match="the job has ended: it is SUCCEEDED"):
        emulator.ask("POST", f"jobs/{job}", {"status": "RUNNING"})


@pytest.mark.parametrize(
    ("method", "name", "body", "code", "message"),
    [
        ("GET", "nothing", None, 404, "The emulator has no GET /_emulator/nothing"),
        ("POST", "status", {}, 404, "The emulator has no POST /_emulator/status"),
        ("POST", "clock", {"advance": -1}, 400, "advance: -1 is not a number of seconds"),
        ("POST", "clock", {"advance": "1"}, 400, "advance: '1' is not a number of seconds"),
        ("POST", "clock", {"freze": True}, 400, "unknown field freze; allowed: freeze, advance"),
        ("POST", "clock", {"freeze": 1}, 400, "freeze takes true or false"),
        ("POST", "clock", [], 400, "the body must be a JSON object"),
        ("POST", "pace", {"walking": 1}, 400, "walking is not a state"),
        ("POST", "pace", {"running": -1}, 400, "running takes a number of seconds"),
        ("POST", "lag", {"lists": -1}, 400, "lists takes a number of seconds from 0 up"),
        ("POST", "token-mode", {"mode": "x"}, 400, "mode takes one of reject, return-first"),
        ("POST", "faults", {"kind": "throttle"}, 400, "a fault needs operation, a text"),
        ("POST", "faults", {"operation": "x", "kind": "y"}, 400, "kind: y is not one of"),
        ("POST", "deny", {"only": "x"}, 400, "only takes a list of actions"),
        ("POST", "jobs/none", {"status": "RUNNING"}, 400, "the emulator has no job none"),
        ("DELETE", "jobs/none", None, 400, "the emulator has no job none"),
    ],
)
def test_mistakes_are_sentences(
    emulator: Emulator, method: str, name: str, body: Any, code: int, message: str
) -> None:
    """A request that the control API cannot carry out is answered with a sentence."""
    status, answer = ask(emulator, method, name, body)
    assert status == code
    assert message in answer["message"]


def test_throttling(emulator: Emulator, batch: Any, personalize: Any, s3: Any) -> None:
    """A throttled call is refused in its service's own way, as often as asked, and then goes through."""
    ask(emulator, "POST", "faults", {"operation": "*", "kind": "throttle", "times": 3})
    for call, status, code in (
        (lambda: batch.describe_job_queues(), 429, "TooManyRequestsException"),
        (lambda: personalize.list_solutions(), 400, "ThrottlingException"),
        (lambda: s3.list_objects_v2(Bucket="aws-jobs-data"), 503, "SlowDown"),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        answer = caught.value.response
        assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (
            status,
            code,
        )
    assert len(batch.describe_job_queues()["jobQueues"]) == 5


def test_injected_error_after_some_calls(emulator: Emulator, batch: Any) -> None:
    """A fault can wait for some calls, and comes with the code, message and status asked for."""
    fault = {
        "operation": "SubmitServiceJob",
        "kind": "error",
        "after": 1,
        "code": "ServerException",
        "message": "out of order",
        "status": 500,
    }
    ask(emulator, "POST", "faults", fault)
    batch.submit_service_job(**service_job())
    with pytest.raises(ClientError, match="out of order") as caught:
        batch.submit_service_job(**service_job())
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    batch.submit_service_job(**service_job())
    assert submitted(batch) == 2


@pytest.mark.parametrize(("kind", "jobs"), [("cut-before", 0), ("cut-after", 1)])
def test_cut_connection(emulator: Emulator, batch: Any, kind: str, jobs: int) -> None:
    """A connection is closed without an answer, before anything is done or when all is done."""
    ask(emulator, "POST", "faults", {"operation": "SubmitServiceJob", "kind": kind})
    with pytest.raises(ConnectionClosedError):
        batch.submit_service_job(**service_job())
    assert submitted(batch) == jobs


def test_faults_are_listed_and_cleared(emulator: Emulator, batch: Any) -> None:
    """What is still to go wrong can be looked at and called off."""
    ask(
        emulator,
        "POST",
        "faults",
        {"operation": "SubmitServiceJob", "kind": "throttle", "times": 9},
    )
    ((fault,),) = ask(emulator, "GET", "faults")[1].values()
    assert (fault["operation"], fault["kind"], fault["times"]) == (
        "SubmitServiceJob",
        "throttle",
        9,
    )
    assert ask(emulator, "DELETE", "faults") == (200, {"faults": []})
    batch.submit_service_job(**service_job())


def denied(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_denied_actions(emulator: Emulator, batch: Any, client: ClientMaker) -> None:
    """With `only`, those actions are denied in AWS's words; others are not."""
    ask(emulator, "POST", "deny", {"only": ["batch:SubmitServiceJob"]})
    code, message = denied(batch.submit_service_job, **service_job())
    assert code == "AccessDeniedException"
    assert message == (
        "User: arn:aws:sts::123456789012:user/moto is not authorized to perform: "
        "batch:SubmitServiceJob because no identity-based policy allows the "
        "batch:SubmitServiceJob action"
    )
    batch.describe_job_queues()
    ask(emulator, "DELETE", "deny")
    batch.submit_service_job(**service_job())


def test_everything_denied_but(
    emulator: Emulator, batch: Any, personalize: Any, s3: Any, client: ClientMaker
) -> None:
    """With `except`, everything else is denied, by the names of IAM; GetCallerIdentity never is."""
    allowed = ["batch:SubmitServiceJob", "iam:PassRole", "s3:ListBucket"]
    ask(emulator, "POST", "deny", {"except": allowed})
    batch.submit_service_job(**service_job())
    client("sts").get_caller_identity()
    s3.head_bucket(Bucket="aws-jobs-data")
    code, message = denied(batch.submit_service_job, **service_job(tags={"a": "b"}))
    assert (code, "perform: batch:TagResource " in message) == ("AccessDeniedException", True)
    code, message = denied(personalize.create_batch_inference_job, **inference_job())
    assert "perform: personalize:CreateBatchInferenceJob " in message
    code, message = denied(s3.get_object, Bucket="aws-jobs-data", Key="personalize/users.json")
    assert (code, "perform: s3:GetObject " in message) == ("AccessDenied", True)
    code, _ = denied(s3.head_object, Bucket="aws-jobs-data", Key="personalize/users.json")
    assert code == "403"
    code, message = denied(client("iam").get_role, RoleName="SageMakerExecutionRole")
    assert (code, "perform: iam:GetRole " in message) == ("AccessDenied", True)


def test_passing_a_role_needs_permission(emulator: Emulator, batch: Any, personalize: Any) -> None:
    """Submitting a job passes its role on, for which iam:PassRole is needed."""
    ask(emulator, "POST", "deny", {"except": ["batch:*", "personalize:*"]})
    for call, request in (
        (batch.submit_service_job, service_job()),
        (personalize.create_batch_inference_job, inference_job()),
    ):
        assert "perform: iam:PassRole " in denied(call, **request)[1]


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        (
            "EXPIRED",
            ["ExpiredTokenException", "ExpiredTokenException", "ExpiredToken", "ExpiredToken"],
        ),
        (
            "INVALID",
            [
                "UnrecognizedClientException",
                "UnrecognizedClientException",
                "InvalidClientTokenId",
                "InvalidAccessKeyId",
            ],
        ),
    ],
)
def test_bad_credentials(client: ClientMaker, key: str, codes: list[str]) -> None:
    """An expired session and an unknown key are refused, in each protocol in its own way."""
    calls = (
        client("batch", key=key).describe_job_queues,
        client("personalize", key=key).list_solutions,
        client("sts", key=key).get_caller_identity,
        client("s3", key=key).list_buckets,
    )
    assert [denied(call)[0] for call in calls] == codes


def test_calls_are_counted(emulator: Emulator, batch: Any, s3: Any) -> None:
    """Every call is on record, with its operation, the job's name and what came of it."""
    batch.submit_service_job(**service_job())
    with pytest.raises(ClientError):
        batch.submit_service_job(**service_job(jobQueue="nowhere"))
    s3.get_object(Bucket="aws-jobs-data", Key="personalize/users.json")
    calls = ask(emulator, "GET", "calls")[1]["calls"]
    shown = [
        (call["service"], call["operation"], call["jobName"], call["outcome"]) for call in calls
    ]
    assert shown == [
        ("batch", "SubmitServiceJob", "churn", 200),
        ("batch", "SubmitServiceJob", "churn", 400),
        ("s3", "GetObject", None, 200),
    ]
    assert calls[0]["digest"] != calls[1]["digest"]
    assert calls[0]["time"] == START
    assert ask(emulator, "DELETE", "calls") == (200, {"calls": []})


def test_reset(emulator: Emulator, batch: Any, s3: Any) -> None:
    """A reset brings back the seed and the defaults, and takes away everything else."""
    batch.submit_service_job(**service_job())
    s3.put_object(Bucket="aws-jobs-data", Key="mine", Body=b"x")
    s3.create_bucket(Bucket="my-bucket")
    emulator.ask("POST", "pace", {"running": None})
    emulator.ask("POST", "faults", {"operation": "*", "kind": "throttle"})
    emulator.ask("POST", "deny", {"only": ["*"]})
    ask(emulator, "POST", "reset")
    assert submitted(batch) == 0
    assert emulator.ask("GET", "status")["pace"]["running"] == 1.5
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert buckets == ["aws-jobs-data", "aws-jobs-output"]
    assert len(ask(emulator, "GET", "calls")[1]["calls"]) == 2


def test_one_emulator_at_a_time(emulator: Emulator) -> None:
    """A second emulator in the same process is refused; moto's services are the process's."""
    with pytest.raises(RuntimeError, match="an emulator runs in this process already"):
        Emulator().start()


def test_without_seed() -> None:
    """An emulator can begin with nothing."""
    with Emulator(seed=False) as empty:
        status = empty.ask("GET", "status")
        assert (status["queues"], status["solutionVersions"]) == ([], [])
    with pytest.raises(RuntimeError, match="the emulator is not running"):
        _ = empty.endpoint


def test_other_regions_and_what_moto_lacks(emulator: Emulator, client: ClientMaker) -> None:
    """Another region has its own, empty Batch; an operation that moto lacks is answered, not a crash."""
    elsewhere = client("batch", region="eu-west-1")
    assert elsewhere.describe_job_queues()["jobQueues"] == []
    code, message = denied(client("personalize").list_campaigns)
    assert (code, "list_campaigns" in message) == ("NotImplemented", True)


def test_a_list_that_lags(emulator: Emulator, batch: Any) -> None:
    """ListServiceJobs does not show a new job yet; Describe does."""
    ask(emulator, "POST", "lag", {"lists": 5})
    job = batch.submit_service_job(**service_job())
    asked = {"jobQueue": "training", "filters": [{"name": "JOB_NAME", "values": ["churn*"]}]}
    assert batch.list_service_jobs(**asked)["jobSummaryList"] == []
    assert batch.describe_service_job(jobId=job["jobId"])["status"] == "SUBMITTED"
    emulator.advance(5)
    assert len(batch.list_service_jobs(**asked)["jobSummaryList"]) == 1


@pytest.mark.parametrize(("lag", "then"), [(0, ["x"]), (5, ["x"]), (None, [])])
def test_tags_that_reach_the_training_job_late_or_never(
    emulator: Emulator, batch: Any, sagemaker: Any, lag: float | None, then: list[str]
) -> None:
    """No page of AWS says when Batch's tags are on the training job, if they ever are."""
    ask(emulator, "POST", "lag", {"tags": lag})
    job = batch.submit_service_job(**service_job(tags={"team": "x"}))
    ask(emulator, "POST", f"jobs/{job['jobId']}", {"status": "STARTING"})
    found = batch.describe_service_job(jobId=job["jobId"])
    arn = found["latestAttempt"]["serviceResourceId"]["value"]

    def tags() -> list[str]:
        return [tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]]

    assert tags() == ([] if lag or lag is None else ["x"])
    emulator.advance(5)
    assert tags() == then


def test_assumptions(emulator: Emulator, batch: Any) -> None:
    """What no page of AWS says is told and changed: retention, the life of a token, the words of errors."""
    week = 7 * 24 * 3600
    assert ask(emulator, "GET", "assumptions")[1] == {
        "retention": week,
        "tokenLifetime": None,
        "words": "own",
        "shareDecay": "linear",
        "doubleSlash": "kept",
    }
    job = batch.submit_service_job(**service_job(clientToken="t"))["jobId"]
    emulator.advance(60)
    ask(emulator, "POST", "assumptions", {"tokenLifetime": 60, "words": "other"})
    again = batch.submit_service_job(**service_job(clientToken="t"))["jobId"]
    assert again != job
    ask(emulator, "POST", "assumptions", {"retention": 30})
    with pytest.raises(ClientError, match=f"Service job {job} was not found, RequestId: "):
        batch.describe_service_job(jobId=job)
    assert ask(emulator, "POST", "assumptions", {"words": "rude"})[0] == 400


def test_a_mistake_of_ours_is_told(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails in the emulator itself is a message too, and no page of HTML."""

    def fail(*_: Any) -> None:
        raise KeyError("nothing")

    monkeypatch.setattr(emulator.control, "_get_faults", fail)
    code, document = ask(emulator, "GET", "faults")
    assert (code, document["message"]) == (
        500,
        "the emulator failed: KeyError('nothing') (in its log)",
    )
