"""SageMaker, as far as a run's life goes: transform jobs, and the training jobs behind Batch's service jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .records import ACCOUNT, REGION, Record, moment, refusal

if TYPE_CHECKING:
    from .aws import Account

TRANSFORM = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:transform-job/"


class SageMaker:
    """The service of one account; a service job's training job is made by `Account.move`."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one call."""
        found: dict[str, Any] = getattr(self, operation)(request)
        return found

    def DescribeTrainingJob(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.account.trainings.get(request["TrainingJobName"])
        if found is None:
            raise refusal("ValidationException", "Requested resource not found.")
        answer = {key: value for key, value in found.items() if key != "Tags"}
        return {
            **answer,
            "ModelArtifacts": {"S3ModelArtifacts": "s3://out/model.tar.gz"},
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": {"VolumeSizeInGB": 1},
            "StoppingCondition": {},
        }

    def Search(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = request["SearchExpression"]["Filters"][0]
        key = wanted["Name"].removeprefix("Tags.")
        found = [
            record
            for record in self.account.trainings.values()
            if any(
                tag["Key"] == key
                and (
                    wanted["Value"] in tag["Value"]
                    if wanted["Operator"] == "Contains"
                    else wanted["Value"] == tag["Value"]
                )
                for tag in record["Tags"]
            )
        ]
        found.sort(key=lambda record: record["CreationTime"], reverse=True)
        return {"Results": [{"TrainingJob": record} for record in found]}

    def ListTrainingJobs(self, request: dict[str, Any]) -> dict[str, Any]:
        since = request.get("CreationTimeAfter")
        found = [
            record
            for record in self.account.trainings.values()
            if request.get("NameContains", "") in record["TrainingJobName"]
            and (since is None or record["CreationTime"] >= since)
        ]
        found.sort(key=lambda record: record["CreationTime"], reverse=True)
        fields = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
        return {"TrainingJobSummaries": [{name: each[name] for name in fields} for each in found]}

    def ListTags(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": self._tags(request["ResourceArn"])}

    def StopTrainingJob(self, request: dict[str, Any]) -> dict[str, Any]:
        self.account.trainings[request["TrainingJobName"]]["TrainingJobStatus"] = "Stopped"
        return {}

    def AddTags(self, request: dict[str, Any]) -> dict[str, Any]:
        new = {tag["Key"] for tag in request["Tags"]}
        kept = [tag for tag in self._tags(request["ResourceArn"]) if tag["Key"] not in new]
        return {"Tags": self._set_tags(request["ResourceArn"], kept + list(request["Tags"]))}

    def DeleteTags(self, request: dict[str, Any]) -> dict[str, Any]:
        tags = self._tags(request["ResourceArn"])
        gone = request["TagKeys"]
        self._set_tags(request["ResourceArn"], [tag for tag in tags if tag["Key"] not in gone])
        return {}

    def _tags(self, arn: str) -> list[dict[str, str]]:
        if arn.startswith(TRANSFORM):
            tags = self.account.find(arn).tags
            return [{"Key": key, "Value": value} for key, value in tags.items()]
        found: list[dict[str, str]] = self.account.trainings[arn.rsplit("/", 1)[-1]]["Tags"]
        return found

    def _set_tags(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        if arn.startswith(TRANSFORM):
            self.account.find(arn).tags = {tag["Key"]: tag["Value"] for tag in tags}
        else:
            self.account.trainings[arn.rsplit("/", 1)[-1]]["Tags"] = tags
        return tags

    def CreateTransformJob(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = TRANSFORM + request["TransformJobName"]
        if any(job.arn == arn for job in self.account.jobs):
            raise refusal("ResourceInUse", f"Job name must be unique: {arn} already exists.")
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        at = self.account.clock()
        name = request["TransformJobName"]
        self.account.jobs.append(Record(arn, name, at, "InProgress", tags, request))
        return {"TransformJobArn": arn}

    def DescribeTransformJob(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.account.find(TRANSFORM + request["TransformJobName"])
        own = {name: value for name, value in job.request.items() if name != "Tags"}
        return {**own, **_summarize(job)}

    def ListTransformJobs(self, request: dict[str, Any]) -> dict[str, Any]:
        jobs = [
            job
            for job in self.account.shown()
            if job.arn.startswith(TRANSFORM) and request.get("NameContains", "") in job.name
        ]
        return {"TransformJobSummaries": [_summarize(job) for job in jobs]}

    def StopTransformJob(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.account.find(TRANSFORM + request["TransformJobName"])
        if job.status != "InProgress":
            raise refusal("ValidationException", f"the transform job is in status {job.status}")
        job.status, job.terminated = "Stopped", True
        return {}


def _summarize(job: Record) -> dict[str, Any]:
    return {
        "TransformJobName": job.name,
        "TransformJobArn": job.arn,
        "TransformJobStatus": job.status,
        "CreationTime": moment(job.created),
    }
