"""Rules of CreateBatchInferenceJob.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
https://docs.aws.amazon.com/personalize/latest/dg/getting-batch-recommendations.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...jobfile.rules.view import JobProblem, Rule, View, warning
from ...jobfile.words import suggest
from ..personalize import rules as shared

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
# themed-batch-recommendations.html, "Supported regions"
_THEME_REGIONS = ("us-east-1", "us-west-2", "ap-northeast-1")
_EXPLORATION = ("explorationWeight", "explorationItemAgeCutOff")


def themes(view: View) -> Iterator[JobProblem]:
    """https://docs.aws.amazon.com/personalize/latest/dg/themed-batch-recommendations.html"""
    mode, config = view.get("batchInferenceJobMode"), view.request.get("themeGenerationConfig")
    at = ("request", "batchInferenceJobMode")
    if mode == "THEME_GENERATION":
        if config is None:
            message = (
                "THEME_GENERATION needs `themeGenerationConfig.fieldsForThemeGeneration.itemName`"
            )
            yield JobProblem(at, message, "theme-config")
        if view.region and view.region not in _THEME_REGIONS:
            message = f"themes are available only in {', '.join(_THEME_REGIONS)}, but this stack is in {view.region}"
            yield warning(at, message, "theme-region")
    elif config is not None and "batchInferenceJobMode" not in view.request:
        message = "has no effect without `batchInferenceJobMode: THEME_GENERATION`"
        yield JobProblem(("request", "themeGenerationConfig"), message, "theme-mode")


def exploration(view: View) -> Iterator[JobProblem]:
    """https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-new-item-USER_PERSONALIZATION.html"""
    config = view.get("batchInferenceJobConfig", "itemExplorationConfig")
    at = ("request", "batchInferenceJobConfig", "itemExplorationConfig")
    for key in config if isinstance(config, dict) else ():
        value = view.get("batchInferenceJobConfig", "itemExplorationConfig", key)
        if key not in _EXPLORATION:
            message = f"is not one of {', '.join(_EXPLORATION)}{suggest(key, _EXPLORATION)}"
            yield warning((*at, key), message, "exploration-key")
            continue
        if value is None:
            continue
        number = float(value) if _NUMBER.fullmatch(value) else -1.0
        if key == "explorationWeight" and not 0 <= number <= 1:
            message = f'`{value}` is not a number from "0" to "1"'
            yield JobProblem((*at, key), message, "exploration-weight")
        if key == "explorationItemAgeCutOff" and number <= 0:
            message = f"`{value}` is not a positive number of days"
            yield JobProblem((*at, key), message, "exploration-age")


RULES: tuple[Rule, ...] = (themes, exploration, *shared.RULES)
