"""Amazon Personalize's batch jobs, as far as a run's life goes: the two kinds differ by the job's name alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .records import ACCOUNT, REGION, Record, moment, refusal

if TYPE_CHECKING:
    from .aws import Account

JOBS = {"BatchInferenceJob": "batch-inference-job", "BatchSegmentJob": "batch-segment-job"}


class Personalize:
    """The service of one account."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one call."""
        for name in JOBS:
            for verb in ("Create", "Describe", "List"):
                if operation in (f"{verb}{name}", f"{verb}{name}s"):
                    found: dict[str, Any] = getattr(self, verb.lower())(name, request)
                    return found
        tags = self.account.find(request["resourceArn"]).tags
        if operation == "ListTagsForResource":
            return {"tags": [{"tagKey": key, "tagValue": value} for key, value in tags.items()]}
        if operation == "TagResource":
            tags.update({tag["tagKey"]: tag["tagValue"] for tag in request["tags"]})
            return {}
        assert operation == "UntagResource", f"this fake does not know {operation}"
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def create(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        account = self.account
        arn = f"arn:aws:personalize:{REGION}:{ACCOUNT}:{JOBS[name]}/{request['jobName']}"
        if any(job.arn == arn for job in account.jobs):
            raise refusal("ResourceAlreadyExistsException", f"{arn} already exists")
        if len([job for job in account.live() if f":{JOBS[name]}/" in job.arn]) >= account.slots:
            raise refusal("LimitExceededException", "Too many batch jobs")
        tags = {tag["tagKey"]: tag["tagValue"] for tag in request.get("tags", [])}
        job = Record(arn, request["jobName"], account.clock(), "CREATE PENDING", tags, request)
        account.jobs.append(job)
        return {f"{_field(name)}Arn": arn}

    def describe(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        return {_field(name): _show(name, self.account.find(request[f"{_field(name)}Arn"]))}

    def list(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        jobs = [job for job in self.account.shown() if f":{JOBS[name]}/" in job.arn]
        return {f"{_field(name)}s": [_show(name, job) for job in jobs]}


def _field(name: str) -> str:
    return name[0].lower() + name[1:]


def _show(name: str, job: Record) -> dict[str, Any]:
    at = moment(job.created)
    return {
        f"{_field(name)}Arn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "creationDateTime": at,
        "lastUpdatedDateTime": at,
    }
