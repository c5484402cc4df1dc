"""An AWS account in memory, behind clients that botocore's own models judge.

Requests that the service model refuses are refused; answers that its output shapes do not allow fail the test.
The account keeps just enough of Batch, Personalize, SageMaker and STS for a run's life. What the deploy role of
`jobctl iam` does not allow is a failed test, whatever the code under test would make of a denial.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ConnectionClosedError, ParamValidationError
from botocore.validate import ParamValidator

from components import permissions
from components.aws import Aws

from .iam import allows
from .needs import needs
from .personalize import Personalize
from .records import ACCOUNT, REGION, Record, refusal
from .sagemaker import SageMaker

__all__ = ["ACCOUNT", "REGION", "Account", "Client", "Fault", "Record", "refusal"]


_SESSION = botocore.session.get_session()
_MODELS = {
    name: _SESSION.get_service_model(name) for name in ("batch", "personalize", "sagemaker", "sts")
}


@dataclass
class Fault:
    """`before`: the request never arrives; `after`: it is carried out and the answer is lost."""

    operation: str
    kind: str
    error: Exception | None = None


@dataclass
class Account:
    """What AWS holds. `token_mode`: reject | return-first | forget | token-only.

    The caller has the `role` of `stack`, made from job files that adopt the training jobs `adopted`, and for runs
    of the stacks that it was `formerly`.
    """

    now: float = 1_760_000_000.0
    jobs: list[Record] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tokens: dict[str, tuple[str, Record]] = field(default_factory=dict)
    token_mode: str = "reject"
    slots: int = 5
    queues: tuple[str, ...] = ("training", "other")
    paused: list[float] = field(default_factory=list)
    trainings: dict[str, dict[str, Any]] = field(default_factory=dict)
    stack: str = "dev"
    role: str = "deploy"
    adopted: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    hidden: int = 0  # how many further lists do not show the newest job yet

    def __post_init__(self) -> None:
        self.personalize = Personalize(self)
        self.sagemaker = SageMaker(self)

    def aws(self, submit_rate: float = 0) -> Aws:
        """A connection into this account whose clock is the account's, and whose sleep takes no time."""
        return Aws(
            REGION,
            lambda service, *_: Client(self, service),
            self.clock,
            self.sleep,
            submit_rate=submit_rate,
        )

    def clock(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds

    def count(self, operation: str) -> int:
        """How often an operation was called."""
        return self.calls.count(operation)

    def move(self, arn: str, status: str) -> None:
        """Bring a job to a status; a started service job gets its training job."""
        job = self.find(arn)
        job.status = status
        if ":batch:" in arn and status in (
            "SCHEDULED",
            "STARTING",
            "RUNNING",
            "SUCCEEDED",
            "FAILED",
        ):
            words = {"SUCCEEDED": "Completed", "FAILED": "Failed"}
            if not job.training:
                inner = json.loads(job.request["serviceRequestPayload"])["TrainingJobName"]
                job.training = f"AWSBatch{inner}{arn[-36:].replace('-', '')}"
            self.trainings[job.training] = {
                "TrainingJobName": job.training,
                "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{job.training}",
                "TrainingJobStatus": words.get(status, "InProgress"),
                "CreationTime": datetime.datetime.fromtimestamp(
                    job.created + 0.001,
                    datetime.timezone.utc,  # no sooner than its job, in whole milliseconds too
                ),
                "Tags": [{"Key": key, "Value": value} for key, value in job.tags.items()],
            }

    def judge(self, action: str, params: dict[str, Any]) -> None:
        """Fail where the role's policy does not allow what the call needs."""
        scope = permissions.Scope(
            "aws-jobs",
            self.stack,
            ACCOUNT,
            queues=self.queues,
            adopted=self.adopted,
            formerly=tuple(f"aws-jobs/{name}/*" for name in self.formerly),
        )
        document = permissions.make_policy(self.role, scope)
        for asked in needs(action, params, f"{REGION}:{ACCOUNT}", self._tags):
            assert allows(document, asked), f"the {self.role} role does not allow {asked}"

    def _tags(self, arn: str) -> dict[str, str]:
        if ":training-job/" in arn:
            record = self.trainings.get(arn.rsplit("/", 1)[-1]) or {"Tags": []}
            return {tag["Key"]: tag["Value"] for tag in record["Tags"]}
        return next((dict(job.tags) for job in self.jobs if job.arn == arn), {})

    def live(self) -> list[Record]:
        """The jobs that wait or run."""
        ended = ("SUCCEEDED", "FAILED", "ACTIVE", "CREATE FAILED", "Completed", "Failed", "Stopped")
        return [job for job in self.jobs if job.status not in ended]

    def shown(self) -> list[Record]:
        """The jobs that a list shows now, whichever service's."""
        shown = self.jobs[:-1] if self.hidden and self.jobs else self.jobs
        self.hidden = max(0, self.hidden - 1)
        return [job for job in shown if not job.expired]

    def find(self, arn: str) -> Record:
        """The job of an ARN; an error where AWS has no record of it."""
        for job in self.jobs:
            if job.arn == arn and not job.expired:
                return job
        if ":batch:" in arn:
            raise refusal("ClientException", f"Service job {arn} does not exist.")
        if ":sagemaker:" in arn:
            raise refusal("ValidationException", f"Could not find requested job: {arn}")
        raise refusal("ResourceNotFoundException", f"{arn} not found")

    # -- Batch

    def batch_SubmitServiceJob(self, request: dict[str, Any]) -> dict[str, Any]:
        token = request["clientToken"]
        body = json.dumps({**request, "tags": None}, sort_keys=True)
        known = None if self.token_mode == "forget" else self.tokens.get(token)
        if known is not None:
            if self.token_mode == "return-first":
                return {
                    "jobArn": known[1].arn,
                    "jobName": known[1].name,
                    "jobId": known[1].arn[-36:],
                }
            raise refusal("ClientException", "A request with this clientToken was received before")
        id_ = f"00000000-0000-4000-8000-{len(self.jobs) + 1:012d}"
        arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/{id_}"
        job = Record(
            arn, request["jobName"], self.clock(), "SUBMITTED", dict(request["tags"]), request
        )
        self.jobs.append(job)
        self.tokens[token] = (body, job)
        return {"jobArn": arn, "jobName": job.name, "jobId": id_}

    def batch_DescribeServiceJob(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.find(f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/{request['jobId']}")
        answer: dict[str, Any] = {
            "jobArn": job.arn,
            "jobId": request["jobId"],
            "jobName": job.name,
            "jobQueue": job.request["jobQueue"],
            "serviceJobType": "SAGEMAKER_TRAINING",
            "status": job.status,
            "createdAt": round(job.created * 1000),
            "startedAt": round(job.created * 1000) + 5000 if job.training else 0,
            "tags": job.tags,
            "serviceRequestPayload": job.request["serviceRequestPayload"],
            "attempts": [
                {"serviceResourceId": {"name": "TrainingJobArn", "value": arn}}
                for arn in job.attempts
            ],
        }
        if job.terminated:
            answer.update(isTerminated=True, statusReason=job.reason)
        return {**answer, **self._latest_attempt(job)}

    def _latest_attempt(self, job: Record) -> dict[str, Any]:
        if not job.training:
            return {}
        arn = self.trainings[job.training]["TrainingJobArn"]
        return {"latestAttempt": {"serviceResourceId": {"name": "TrainingJobArn", "value": arn}}}

    def batch_ListServiceJobs(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = request["jobQueue"].rpartition("/")[2]
        if queue not in self.queues:
            raise refusal("ClientException", f"Job queue {queue} does not exist")
        found = [
            job
            for job in self.shown()
            if ":batch:" in job.arn
            and _is_wanted(job, request)
            and job.request["jobQueue"] == queue
        ]
        found.sort(key=lambda job: -job.created)
        start = int(request.get("nextToken", 0))
        page = {
            "jobSummaryList": [
                {
                    "jobArn": job.arn,
                    "jobId": job.arn[-36:],
                    "jobName": job.name,
                    "serviceJobType": "SAGEMAKER_TRAINING",
                    "createdAt": round(job.created * 1000),
                    "status": job.status,
                    **({"startedAt": round(job.created * 1000) + 5000} if job.training else {}),
                    **({"statusReason": job.reason} if job.reason else {}),
                    **({"isTerminated": True} if job.terminated else {}),
                    **self._latest_attempt(job),
                }
                for job in found[start : start + 100]
            ]
        }
        return page | ({"nextToken": str(start + 100)} if len(found) > start + 100 else {})

    def batch_DescribeJobQueues(self, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "jobQueues": [
                {
                    "jobQueueName": name,
                    "jobQueueArn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/{name}",
                    "jobQueueType": "SAGEMAKER_TRAINING",
                    "state": "ENABLED",
                    "status": "VALID",
                    "priority": 1,
                    "computeEnvironmentOrder": [],
                }
                for name in self.queues
            ]
        }

    def batch_GetJobQueueSnapshot(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = request["jobQueue"].rpartition("/")[2]
        waiting = [
            job
            for job in sorted(self.jobs, key=lambda each: each.created)
            if job.status == "RUNNABLE" and job.request["jobQueue"] == queue
        ]
        front = [
            {"jobArn": job.arn, "earliestTimeAtPosition": round(job.created * 1000)}
            for job in waiting[:100]
        ]
        return {"frontOfQueue": {"jobs": front, "lastUpdatedAt": round(self.now * 1000)}}

    def batch_UpdateServiceJob(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.find(f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/{request['jobId']}")
        job.request = {**job.request, "schedulingPriority": request["schedulingPriority"]}
        return {}

    def batch_TerminateServiceJob(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.find(f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/{request['jobId']}")
        if job.status not in ("SUCCEEDED", "FAILED"):
            job.status, job.terminated, job.reason = "FAILED", True, request["reason"]
        return {}

    def batch_ListTagsForResource(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"tags": self.find(request["resourceArn"]).tags}

    def batch_TagResource(self, request: dict[str, Any]) -> dict[str, Any]:
        self.find(request["resourceArn"]).tags.update(request["tags"])
        return {}

    def batch_UntagResource(self, request: dict[str, Any]) -> dict[str, Any]:
        for key in request["tagKeys"]:
            self.find(request["resourceArn"]).tags.pop(key, None)
        return {}

    def sts_GetCallerIdentity(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "me"}

    def answer(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one call."""
        if service == "personalize":
            return self.personalize.answer(operation, request)
        if service == "sagemaker":
            return self.sagemaker.answer(operation, request)
        found: dict[str, Any] = getattr(self, f"{service}_{operation}")(request)
        return found


def _is_wanted(job: Record, request: dict[str, Any]) -> bool:
    """Whether a list with one filter, or with a status, shows the job."""
    if "filters" not in request:
        return job.status == request["jobStatus"]
    name, value = request["filters"][0]["name"], request["filters"][0]["values"][0].lower()
    if name == "AFTER_CREATED_AT":
        return job.created * 1000 > int(value)
    own = job.name.lower()
    return own.startswith(value[:-1]) if value.endswith("*") else own == value


class Client:
    """A boto3-shaped client of one service of an account."""

    def __init__(self, account: Account, service: str) -> None:
        self.account = account
        self.model = _MODELS[service]
        self.operations = {xform_name(name): name for name in self.model.operation_names}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operation = self.operations[method]
        return lambda **params: self._call(operation, params)

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        model = self.model.operation_model(operation)
        if model.input_shape is not None:
            report = ParamValidator().validate(params, model.input_shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
        self.account.calls.append(operation)
        self.account.judge(f"{self.model.service_name}:{operation}", params)
        fault = next((f for f in self.account.faults if f.operation == operation), None)
        if fault is not None:
            self.account.faults.remove(fault)
            if fault.kind == "before":
                raise fault.error or ConnectionClosedError(endpoint_url="https://aws")
        answer = self.account.answer(self.model.service_name, operation, params)
        if fault is not None:
            raise fault.error or ConnectionClosedError(endpoint_url="https://aws")
        if model.output_shape is not None:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return answer
