"""What the schemas say of a batch inference job beyond AWS's service models: our words, and rules that AWS states in prose.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from typing import Any

# (shape, member) -> keywords; each is a sentence of the member's page
PROSE: dict[tuple[str, str], dict[str, Any]] = {
    # "The number of recommendations to retrieve."
    ("CreateBatchInferenceJobRequest", "numResults"): {"minimum": 1},
}

# enumerations that grow faster than the installed service model
OPEN_ENUMS = frozenset[str]()

# shape -> what a value of its pattern looks like
PATTERN_TEXTS: dict[str, str] = {
    "Name": "must consist of letters, digits, - and _, and start with a letter or digit",
    "Arn": "is not the ARN of a Personalize resource",
    "ColumnName": "is not the name of a column: letters, digits and _",
}

# (shape, member) -> title, description in our own words, example
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    ("CreateBatchInferenceJobRequest", "jobName"): {
        "description": "The stem of the job's name; 14 characters are added, because a name can never be used again.",
    },
    ("CreateBatchInferenceJobRequest", "solutionVersionArn"): {
        "description": "The trained solution version. ${personalize.latest(<solution ARN>)} is the newest active one.",
        "examples": ["arn:aws:personalize:us-east-1:123456789012:solution/movies/1a2b3c4d"],
    },
    ("CreateBatchInferenceJobRequest", "filterArn"): {
        "description": "A filter that removes items from the recommendations."
    },
    ("CreateBatchInferenceJobRequest", "numResults"): {
        "description": "How many items each user or item gets.",
        "examples": [25],
    },
    ("CreateBatchInferenceJobRequest", "jobInput"): {
        "description": "A file of JSON lines, or a prefix that ends with /.",
    },
    ("CreateBatchInferenceJobRequest", "jobOutput"): {
        "description": "A prefix that ends with /; the results are <input file>.out.",
    },
    ("CreateBatchInferenceJobRequest", "roleArn"): {
        "description": "The role that Personalize assumes to read the input and to write the output.",
    },
    ("CreateBatchInferenceJobRequest", "batchInferenceJobMode"): {
        "description": "THEME_GENERATION adds a theme to each batch of similar items, and needs themeGenerationConfig.",
        "default": "BATCH_INFERENCE",
    },
    ("CreateBatchInferenceJobRequest", "themeGenerationConfig"): {
        "description": "The column of the Items dataset that holds the item's name.",
    },
    ("BatchInferenceJobConfig", "itemExplorationConfig"): {
        "description": 'User-Personalization only. Values are strings: explorationWeight "0" to "1", explorationItemAgeCutOff in days.',
        "examples": [{"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}],
    },
    ("BatchInferenceJobConfig", "rankingInfluence"): {
        "description": "How much POPULARITY and FRESHNESS count, 0.0 to 1.0.",
    },
    ("CreateBatchInferenceJobRequest", "tags"): {
        "description": "At most 44; six more are added. Changed in place.",
        "examples": [[{"tagKey": "team", "tagValue": "growth"}]],
    },
}
