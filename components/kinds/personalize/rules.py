"""Rules that the batch jobs of Personalize share.

https://docs.aws.amazon.com/personalize/latest/dg/batch-data-upload.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...jobfile.rules import paths
from ...jobfile.rules.view import JobProblem, Rule, View, warning

_TABLE = re.compile(r"\.(csv|tsv|parquet|xlsx?)(\.gz)?$", re.IGNORECASE)
_ARN = re.compile(r"arn:[^:]*:personalize:([^:]*):([^:]*):([^/]+)/(.+)")


def places(view: View) -> Iterator[JobProblem]:
    """The input is a file, or a prefix that ends with /; the output is a prefix (batch-data-upload.html)."""
    source = view.get("jobInput", "s3DataSource", "path")
    target = view.get("jobOutput", "s3DataDestination", "path")
    source_at = ("request", "jobInput", "s3DataSource", "path")
    target_at = ("request", "jobOutput", "s3DataDestination", "path")
    if source and _TABLE.search(source):
        message = "an input has one JSON object a line, not a table"
        yield JobProblem(source_at, message, "input-json")
    elif source:
        yield from paths.siblings(source_at, source)
    if target and not target.endswith("/"):
        message = "the results would be written beside this prefix, not under it; end it with /"
        yield warning(target_at, message, "output-slash")
    yield from paths.output_in_input(target_at, source, target)


def arns(view: View) -> Iterator[JobProblem]:
    """A solution *version*, a filter, both of the region that is asked (API_CreateBatchInferenceJob.html)."""
    for field, kind, form in (
        ("solutionVersionArn", "solution", "solution/<name>/<version>"),
        ("filterArn", "filter", "filter/<name>"),
    ):
        value = view.get(field)
        found = _ARN.fullmatch(value) if value else None
        if found is None:
            continue
        at = ("request", field)
        region, _, resource, name = found.groups()
        if resource != kind:
            yield JobProblem(at, f"is the ARN of a {resource}; expected ...:{form}", "arn-kind")
        elif kind == "solution" and "/" not in name:
            message = (
                "is a solution without a version; append /<version>, or write "
                f"${{personalize.latest({value})}}"
            )
            yield JobProblem(at, message, "solution-version")
        if view.region and region and region != view.region:
            message = f"is in {region}, but the job runs in {view.region}"
            yield JobProblem(at, message, "arn-region")


RULES: tuple[Rule, ...] = (places, arns)
