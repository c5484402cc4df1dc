"""What SageMaker's jobs share: tags, errors, links to the console and the logs."""

from __future__ import annotations

from ..base import Call, Errors, Tags

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


def make_links(page: str, group: str, name: str) -> dict[str, str]:
    """Return the templates of `consoleUrl` and `logsUrl`; `name` is the output that has the job's name."""
    return {
        "consoleUrl": f"{_CONSOLE}/sagemaker/home?region={{region}}#/{page}/{{{name}}}",
        "logsUrl": f"{_CONSOLE}/cloudwatch/home?region={{region}}#logsV2:log-groups/log-group/"
        f"$252Faws$252Fsagemaker$252F{group}$3FlogStreamNameFilter$3D{{{name}}}",
    }
