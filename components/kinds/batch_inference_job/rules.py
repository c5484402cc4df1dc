"""Rules of CreateBatchInferenceJob.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
https://docs.aws.amazon.com/personalize/latest/dg/getting-batch-recommendations.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...jobfile.messages import meant
from ...jobfile.rules import paths
from ...jobfile.rules.view import Finding, Rule, View, warning
from ...run import definition

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
_ARN = re.compile(r"arn:[^:]*:personalize:([^:]*):([^:]*):([^/]+)/(.+)")
# themed-batch-recommendations.html, "Supported regions"
_THEME_REGIONS = ("us-east-1", "us-west-2", "ap-northeast-1")
_EXPLORATION = ("explorationWeight", "explorationItemAgeCutOff")


def themes(view: View) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/personalize/latest/dg/themed-batch-recommendations.html"""
    mode, config = view.get("batchInferenceJobMode"), view.request.get("themeGenerationConfig")
    at = ("request", "batchInferenceJobMode")
    if mode == "THEME_GENERATION":
        if config is None:
            message = (
                "THEME_GENERATION needs `themeGenerationConfig.fieldsForThemeGeneration.itemName`"
            )
            yield Finding(at, message, "theme-config")
        if view.region and view.region not in _THEME_REGIONS:
            message = (
                f"themes exist in {', '.join(_THEME_REGIONS)}, and this stack is in {view.region}"
            )
            yield warning(at, message, "theme-region")
    elif config is not None and "batchInferenceJobMode" not in view.request:
        message = "means nothing without `batchInferenceJobMode: THEME_GENERATION`"
        yield Finding(("request", "themeGenerationConfig"), message, "theme-mode")


def exploration(view: View) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-new-item-USER_PERSONALIZATION.html"""
    config = view.get("batchInferenceJobConfig", "itemExplorationConfig")
    at = ("request", "batchInferenceJobConfig", "itemExplorationConfig")
    for key in config if isinstance(config, dict) else ():
        value = view.get("batchInferenceJobConfig", "itemExplorationConfig", key)
        if key not in _EXPLORATION:
            message = f"is not one of {', '.join(_EXPLORATION)}{meant(key, _EXPLORATION)}"
            yield warning((*at, key), message, "exploration-key")
            continue
        if value is None:
            continue
        number = float(value) if _NUMBER.fullmatch(value) else -1.0
        if key == "explorationWeight" and not 0 <= number <= 1:
            message = f'`{value}` is not a number from "0" to "1"'
            yield Finding((*at, key), message, "exploration-weight")
        if key == "explorationItemAgeCutOff" and number <= 0:
            message = f"`{value}` is not a number of days above 0"
            yield Finding((*at, key), message, "exploration-age")


def places(view: View) -> Iterator[Finding]:
    """The input is a file, or a prefix that ends with /; the output is a prefix (batch-data-upload.html)."""
    source = view.get("jobInput", "s3DataSource", "path")
    target = view.get("jobOutput", "s3DataDestination", "path")
    source_at = ("request", "jobInput", "s3DataSource", "path")
    target_at = ("request", "jobOutput", "s3DataDestination", "path")
    if source:
        yield from paths.siblings(source_at, source)
    if target and not target.endswith("/"):
        message = "the results would lie beside this name, not in it; end a prefix with /"
        yield warning(target_at, message, "output-slash")
    if source and target and source.endswith("/") and target.startswith(source):
        message = f"lies in the input ({source}): the next run would read this run's results"
        yield Finding(target_at, message, "output-in-input")


def arns(view: View) -> Iterator[Finding]:
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
            yield Finding(at, f"is the ARN of a {resource}; here stands ...:{form}", "arn-kind")
        elif kind == "solution" and "/" not in name:
            message = (
                "is a solution without its version; append /<version>, or write "
                f"${{personalize.latest({value})}}"
            )
            yield Finding(at, message, "solution-version")
        if view.region and region and region != view.region:
            message = f"lies in {region}, and the job runs in {view.region}"
            yield Finding(at, message, "arn-region")


def names(view: View) -> Iterator[Finding]:
    """Names are unique for ever, so 9 characters are added to the stem, of 63 at most."""
    most = view.kind.request.name_max - 1 - definition.SUFFIX
    own = view.get(view.kind.request.name_field)
    if own is None and view.kind.request.name_field in view.request:
        return
    name = own or view.name
    if len(name) > most:
        at = ("request", view.kind.request.name_field) if own else ("name",)
        message = (
            f"`{name}` has {len(name)} characters; the name at AWS keeps the first {most} of them"
        )
        yield warning(at, message, "batch-name-length")


RULES: tuple[Rule, ...] = (themes, exploration, places, arns, names)
