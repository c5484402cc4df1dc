"""What SageMaker's jobs share: status words, lists, tags, errors, links to the console and the logs."""

from __future__ import annotations

from collections.abc import Mapping

from ..base import Errors, Listing, Phase, Tags
from ..parts import Call, Logs

TAGS = Tags(
    add=Call("AddTags", {"ResourceArn": "$arn", "Tags": "$tags"}),
    remove=Call("DeleteTags", {"ResourceArn": "$arn", "TagKeys": "$keys"}),
    read=Call("ListTags", {"ResourceArn": "$arn"}, result="Tags", next_token="NextToken"),
    field="Tags",
    as_list=("Key", "Value"),
)
ERRORS = Errors(
    missing=("ValidationException", r"(?i)could not find|does not exist|not found"),
    taken=("ResourceInUse", ""),
    no_slot=("ResourceLimitExceeded", ""),
)
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html
STATUSES = {
    "InProgress": Phase.RUNNING,
    "Stopping": Phase.RUNNING,
    "Completed": Phase.SUCCEEDED,
    "Failed": Phase.FAILED,
    "Stopped": Phase.FAILED,
}
_CONSOLE = "https://{region}.console.aws.amazon.com"


# https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
TRAINING_LOGS = Logs(
    group="/aws/sagemaker/TrainingJobs", name="trainingJobName", rest=r"algo-(?P<node>\d+)-\d+"
)
TRANSFORM_LOGS = Logs(
    group="/aws/sagemaker/TransformJobs",
    name="jobName",
    rest=r"(?P<node>.+?)-\d+(/(?P<part>.+))?",
)


def make_links(page: str, logs: Logs) -> dict[str, str]:
    """Return the templates of `consoleUrl` and `logsUrl`."""
    group = logs.group.replace("/", "$252F")
    return {
        "consoleUrl": f"{_CONSOLE}/sagemaker/home?region={{region}}#/{page}/{{{logs.name}}}",
        "logsUrl": f"{_CONSOLE}/cloudwatch/home?region={{region}}#logsV2:log-groups/log-group/"
        f"{group}$3FlogStreamNameFilter$3D{{{logs.name}}}",
    }


def make_outputs(stem: str) -> dict[str, str]:
    """Return the outputs that a record has under the same names, but for the stem of its times (`Training`)."""
    return {
        "statusReason": "FailureReason",
        "createdAt": "CreationTime",
        "startedAt": f"{stem}StartTime",
        "stoppedAt": f"{stem}EndTime",
    }


def make_listing(
    noun: str, by_name: Mapping[str, str], recent: Mapping[str, str] | None = None
) -> Listing:
    """Return how `TrainingJob`s or `TransformJob`s are listed, the newest first, with these filters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html
    """

    def list_by(filters: Mapping[str, str]) -> Call:
        order = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
        return Call(f"List{noun}s", {**filters, **order}, f"{noun}Summaries", "NextToken")

    return Listing(
        call=list_by(by_name),
        recent=list_by(recent) if recent else None,
        fields={"arn": f"{noun}Arn", "name": f"{noun}Name", "created": "CreationTime"},
        filters_names=True,
    )
