"""What the schemas say of a batch segment job beyond AWS's service models.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchSegmentJob.html
"""

from __future__ import annotations

from typing import Any

_REQUEST = "CreateBatchSegmentJobRequest"

# (shape, member) -> keywords; each is a sentence of the member's page
PROSE: dict[tuple[str, str], dict[str, Any]] = {
    # "The maximum number of users per segment is 5 million."
    (_REQUEST, "numResults"): {"minimum": 1, "maximum": 5_000_000},
}

# enumerations that grow faster than the installed service model
OPEN_ENUMS = frozenset[str]()

# shape -> what a value of its pattern looks like
PATTERN_TEXTS: dict[str, str] = {"Arn": "is not the ARN of a Personalize resource"}

# (shape, member) -> title, description in our own words, example
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    (_REQUEST, "jobName"): {
        "description": "The stem of the job's name; 14 characters are added, because a name can never be used again.",
    },
    (_REQUEST, "solutionVersionArn"): {
        "description": "A version trained with a USER_SEGMENTATION recipe. ${personalize.latest(<solution ARN>)} is the newest active one.",
        "examples": ["arn:aws:personalize:us-east-1:123456789012:solution/item-affinity/33333333"],
    },
    (_REQUEST, "filterArn"): {"description": "A filter that removes users from the segments."},
    (_REQUEST, "numResults"): {
        "description": "How many users the segment of each input record gets.",
        "examples": [100],
    },
    (_REQUEST, "jobInput"): {
        "description": "A file of JSON lines, an item or an expression of item attributes each; or a prefix that ends with /.",
    },
    (_REQUEST, "jobOutput"): {
        "description": "A prefix that ends with /; the results are <input file>.out.",
    },
    (_REQUEST, "roleArn"): {
        "description": "The role that Personalize assumes to read the input and to write the output.",
    },
    (_REQUEST, "tags"): {
        "description": "At most 44; six more are added. Changed in place.",
        "examples": [[{"tagKey": "team", "tagValue": "growth"}]],
    },
}
