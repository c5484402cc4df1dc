"""What the schemas say of a transform job beyond AWS's service models.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

# Shape.member -> keywords; each is a sentence of the member's page
PROSE = {
    # "The value of MaxPayloadInMB cannot be greater than 100 MB."
    "CreateTransformJobRequest.MaxPayloadInMB": {"minimum": 0, "maximum": 100},
}

# shape -> what a value of its pattern looks like
PATTERN_TEXTS = {"ModelName": "is not the name of a SageMaker model"}

# keyword -> Shape.member -> its value, in our own words
TEXTS = {
    "description": {
        "CreateTransformJobRequest.TransformJobName": "The start of the job's name; 14 characters are added.",
        "CreateTransformJobRequest.ModelName": "A SageMaker model of this account and region.",
        "CreateTransformJobRequest.TransformInput": "A prefix that ends with /, or a manifest file.",
        "CreateTransformJobRequest.TransformOutput": "A prefix; the results are <input file>.out.",
        "CreateTransformJobRequest.TransformResources": "The instances: InstanceType and InstanceCount.",
        "CreateTransformJobRequest.Tags": "At most 44; six more are added. Changed in place.",
    },
    "examples": {
        "CreateTransformJobRequest.ModelName": ["churn-xgboost"],
    },
}
