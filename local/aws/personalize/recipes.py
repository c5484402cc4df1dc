"""Personalize's recipes, and what each can do in a batch inference job.

https://docs.aws.amazon.com/personalize/latest/dg/working-with-predefined-recipes.html
https://docs.aws.amazon.com/personalize/latest/dg/getting-batch-recommendations.html
https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-semantic-similarity.html
"""

from __future__ import annotations

from dataclasses import dataclass

SEGMENTATION = "USER_SEGMENTATION"
PREFIX = "arn:aws:personalize:::recipe/"


@dataclass(frozen=True)
class Recipe:
    """A recipe: its type, which field an input record is about, and whether it does batch and themes.

    `themes` and `scores` say whether its results can have themes, and whether items have scores.
    """

    name: str
    type: str
    record: str = "userId"
    batch: bool = True
    themes: bool = False
    scores: bool = True

    @property
    def arn(self) -> str:
        """The recipe's ARN, which names neither region nor account."""
        return f"{PREFIX}{self.name}"


RECIPES = {
    recipe.arn: recipe
    for recipe in (
        Recipe("aws-user-personalization", "USER_PERSONALIZATION"),
        Recipe("aws-user-personalization-v2", "USER_PERSONALIZATION"),
        Recipe("aws-hrnn", "USER_PERSONALIZATION"),
        Recipe("aws-hrnn-metadata", "USER_PERSONALIZATION"),
        Recipe("aws-hrnn-coldstart", "USER_PERSONALIZATION"),
        Recipe("aws-popularity-count", "USER_PERSONALIZATION"),
        Recipe("aws-personalized-ranking", "PERSONALIZED_RANKING"),
        Recipe("aws-personalized-ranking-v2", "PERSONALIZED_RANKING"),
        Recipe("aws-similar-items", "RELATED_ITEMS", "itemId", themes=True, scores=False),
        Recipe("aws-semantic-similarity", "RELATED_ITEMS", "itemId", scores=False),
        Recipe("aws-sims", "RELATED_ITEMS", "itemId", scores=False),
        Recipe("aws-trending-now", "POPULAR_ITEMS", batch=False),
        Recipe("aws-next-best-action", "PERSONALIZED_ACTIONS", batch=False),
        Recipe("aws-item-affinity", SEGMENTATION, "itemId", batch=False),
        Recipe("aws-item-attribute-affinity", SEGMENTATION, "itemAttributes", batch=False),
    )
}
