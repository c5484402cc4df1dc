"""Personalize's recipes, as far as batch jobs care. One that is not here is taken to be right.

https://docs.aws.amazon.com/personalize/latest/dg/batch-data-upload.html
https://docs.aws.amazon.com/personalize/latest/dg/batch-inference-job-output-examples.html
https://docs.aws.amazon.com/personalize/latest/dg/limits.html
https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-semantic-similarity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_USER = {"userId": "105"}
_ITEM = {"itemId": "105"}
_ATTRIBUTES = {"itemAttributes": 'ITEMS.genres = "Comedy"'}
_RANKING = {"userId": "891", "itemList": ["27", "886"]}


@dataclass(frozen=True)
class Recipe:
    """A recipe's name, an input record, and what it can do: `batch` inference, with themes, or batch segments.

    `themes` and `queries` are how many records an input file may have, for themes and for segments; none where the
    recipe makes no such thing.
    """

    name: str
    record: Mapping[str, Any] = field(default_factory=dict)
    batch: bool = True
    themes: int = 0
    queries: int = 0


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("aws-user-personalization", _USER),
        Recipe("aws-user-personalization-v2", _USER),
        Recipe("aws-hrnn", _USER),
        Recipe("aws-hrnn-metadata", _USER),
        Recipe("aws-hrnn-coldstart", _USER),
        Recipe("aws-popularity-count", _USER),
        Recipe("aws-personalized-ranking", _RANKING),
        Recipe("aws-personalized-ranking-v2", _RANKING),
        Recipe("aws-similar-items", _ITEM, themes=100),
        Recipe("aws-semantic-similarity", _ITEM),
        Recipe("aws-sims", _ITEM),
        Recipe("aws-trending-now", batch=False),
        Recipe("aws-next-best-action", batch=False),
        Recipe("aws-item-affinity", _ITEM, batch=False, queries=500),
        Recipe("aws-item-attribute-affinity", _ATTRIBUTES, batch=False, queries=10),
    )
}
