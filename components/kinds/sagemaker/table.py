"""What SageMaker's jobs share: tags, errors, links to the console and the logs."""

from __future__ import annotations

from ..base import Errors, Tags
from ..call import Call
from ..logs import Logs

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
