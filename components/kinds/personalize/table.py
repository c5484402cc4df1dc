"""What the batch jobs of Amazon Personalize share: calls, statuses and errors differ by the job's name alone."""

from __future__ import annotations

from ..base import Errors, Kind, Listing, Phase, Record, Request, Tags
from ..parts import Artifacts, Call, Event, Latest, Permissions

_LATEST = Latest(
    name="personalize.latest",
    # https://docs.aws.amazon.com/personalize/latest/dg/API_ListSolutionVersions.html
    call=Call(
        "ListSolutionVersions",
        {"solutionArn": "$arn", "maxResults": 100},
        result="solutionVersions",
        next_token="nextToken",
    ),
    ready="ACTIVE",
    created="creationDateTime",
    arn="solutionVersionArn",
)


def make_kind(
    name: str, title: str, rule: str = "personalize", input_files: int = 0, input_bytes: int = 0
) -> Kind:
    """Return the table of a batch job by its name in the API (`BatchInferenceJob`); `rule` names its event rule."""
    field = name[0].lower() + name[1:]
    return Kind(
        name=name,
        service="personalize",
        title=title,
        request=Request(
            submit=Call(f"Create{name}"),
            name_field="jobName",
            name_max=63,
            unique_names=True,
            role="roleArn",
            inputs={"jobInput.s3DataSource.path": ""},
            outputs=("jobOutput.s3DataDestination.path",),
            input_files=input_files,
            input_bytes=input_bytes,
        ),
        record=Record(
            arn="arn:{partition}:personalize:{region}:{account}:" + f"{_dashed(name)}/{{name}}",
            describe=Call(f"Describe{name}", {f"{field}Arn": "$arn"}, result=field),
            # the page of this shape says PENDING and IN PROGRESS, those of other resources what is below
            # https://docs.aws.amazon.com/personalize/latest/dg/API_BatchInferenceJob.html
            # https://docs.aws.amazon.com/personalize/latest/dg/API_SolutionVersion.html
            statuses={
                "CREATE PENDING": Phase.QUEUED,
                "PENDING": Phase.QUEUED,
                "CREATE IN_PROGRESS": Phase.RUNNING,
                "IN PROGRESS": Phase.RUNNING,
                "IN_PROGRESS": Phase.RUNNING,
                "ACTIVE": Phase.SUCCEEDED,
                "CREATE FAILED": Phase.FAILED,
            },
            outputs={
                "jobName": "jobName",
                "statusReason": "failureReason",
                "createdAt": "creationDateTime",
                "stoppedAt": "lastUpdatedDateTime",
            },
            templates={
                "outputUri": "{request.jobOutput.s3DataDestination.path/}",
                "consoleUrl": "https://{region}.console.aws.amazon.com/personalize/home?region={region}",
            },
        ),
        # neither this call nor any other filters by name
        listing=Listing(
            call=Call(f"List{name}s", {"maxResults": 100}, f"{field}s", "nextToken"),
            fields={"arn": f"{field}Arn", "name": "jobName", "created": "creationDateTime"},
        ),
        tags=Tags(as_list=("tagKey", "tagValue")),
        errors=Errors(
            missing=("ResourceNotFoundException", ""),
            taken=("ResourceAlreadyExistsException", ""),
            no_slot=("LimitExceededException", ""),
        ),
        permissions=Permissions(
            reads=(
                ("DescribeSolutionVersion", "solution/*"),
                ("ListSolutionVersions", "*"),
                ("DescribeFilter", "filter/*"),
            ),
            unscoped=frozenset({"TagResource", "UntagResource", "ListTagsForResource"}),
        ),
        # Personalize has no state-change events: EventBridge sees its API calls alone, and those through CloudTrail
        # https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-personalize.html
        events=(
            Event(
                rule=rule,
                description=f"{title}s that were refused".removeprefix("Amazon "),
                source="aws.personalize",
                detail_type="AWS API Call via CloudTrail",
                detail={
                    "eventSource": ["personalize.amazonaws.com"],
                    "eventName": [f"Create{name}"],
                    "errorCode": [{"exists": True}],
                },
                name_field="requestParameters.jobName",
                text='"Personalize refused <call:eventName> of <job:requestParameters.jobName> '
                'by <caller:userIdentity.arn>: <code:errorCode>: <reason:errorMessage>"',
            ),
        ),
        latest=_LATEST,
        # https://docs.aws.amazon.com/personalize/latest/dg/batch-inference-job-output-examples.html
        artifacts=Artifacts(by_record=True, error="error"),
        # https://docs.aws.amazon.com/personalize/latest/dg/limits.html: pending or in progress
        slots=5,
    )


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
