"""What the schemas say of a transform job beyond AWS's service models.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from typing import Any

_REQUEST = "CreateTransformJobRequest"

# (shape, member) -> keywords; each is a sentence of the member's page
PROSE: dict[tuple[str, str], dict[str, Any]] = {
    # "The value of MaxPayloadInMB cannot be greater than 100 MB."
    (_REQUEST, "MaxPayloadInMB"): {"minimum": 0, "maximum": 100},
}

# enumerations that grow faster than the installed service model
OPEN_ENUMS = frozenset({"TransformInstanceType"})

# shape -> what a value of its pattern looks like
PATTERN_TEXTS: dict[str, str] = {"ModelName": "is not the name of a SageMaker model"}

# (shape, member) -> title, description in our own words, example
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    (_REQUEST, "TransformJobName"): {
        "description": "The start of the job's name; 14 characters are added."
    },
    (_REQUEST, "ModelName"): {
        "description": "A SageMaker model of this account and region.",
        "examples": ["churn-xgboost"],
    },
    (_REQUEST, "TransformInput"): {"description": "A prefix that ends with /, or a manifest file."},
    (_REQUEST, "TransformOutput"): {"description": "A prefix; the results are <input file>.out."},
    (_REQUEST, "TransformResources"): {
        "description": "The instances: InstanceType and InstanceCount."
    },
    (_REQUEST, "Tags"): {"description": "At most 44; six more are added. Changed in place."},
}
