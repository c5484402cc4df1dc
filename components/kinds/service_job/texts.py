"""What the schemas say of a service job beyond AWS's service models: our words, and rules that AWS states in prose.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

from typing import Any

# (shape, member) -> keywords; each is a sentence of the member's page
PROSE: dict[tuple[str, str], dict[str, Any]] = {
    # API_SubmitServiceJob.html: "up to 128 characters ... letters, numbers, hyphens (-), and underscores (_)"
    ("SubmitServiceJobRequest", "jobName"): {
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
        "patternErrorMessage": "must consist of letters, digits, - and _, and start with a letter or digit",
    },
    ("SubmitServiceJobRequest", "jobQueue"): {"minLength": 1},
    # "Valid values are integers between 0 and 9999."
    ("SubmitServiceJobRequest", "schedulingPriority"): {"minimum": 0, "maximum": 9999},
    ("SubmitServiceJobRequest", "shareIdentifier"): {"minLength": 1},
    ("SubmitServiceJobRequest", "quotaShareName"): {"minLength": 1},
    # API_ServiceJobRetryStrategy.html: "between 1 and 10 attempts"; "Array Members: up to 5"
    ("ServiceJobRetryStrategy", "attempts"): {"minimum": 1, "maximum": 10},
    ("ServiceJobRetryStrategy", "evaluateOnExit"): {"maxItems": 5},
    # the model says RETRY | EXIT, and the example of API_SubmitServiceJob.html has "Retry"
    ("ServiceJobEvaluateOnExit", "action"): {
        "pattern": "^(?:[Rr][Ee][Tt][Rr][Yy]|[Ee][Xx][Ii][Tt])$",
        "patternErrorMessage": "is not RETRY or EXIT",
    },
    # API_ServiceJobEvaluateOnExit.html: "up to 512 characters and can contain all printable characters"
    ("ServiceJobEvaluateOnExit", "onStatusReason"): {"minLength": 1, "maxLength": 512},
    ("ServiceJobPreemptionConfiguration", "preemptionRetriesBeforeTermination"): {"minimum": 0},
    ("ServiceJobTimeout", "attemptDurationSeconds"): {"minimum": 1},
    # the model's minimum is 0, and nothing is trained on no instance
    ("ResourceConfig", "InstanceCount"): {"minimum": 1},
    ("InstanceGroup", "InstanceCount"): {"minimum": 1},
    ("InstancePreference", "InstanceCount"): {"minimum": 1},
}

# enumerations that grow faster than the installed service model
OPEN_ENUMS = frozenset({"TrainingInstanceType", "ProcessingInstanceType"})

# shape -> what a value of its pattern looks like
PATTERN_TEXTS: dict[str, str] = {
    "RoleArn": "is not the ARN of an IAM role, such as arn:aws:iam::123456789012:role/Training",
    "S3Uri": "is not an S3 URI, such as s3://bucket/prefix/",
    "S3Location": "is not an S3 URI, such as s3://bucket/prefix/",
    "TrainingJobName": "must consist of letters, digits and hyphens, and begin and end with a letter or digit",
    "KmsKeyArn": "is not the ARN of a KMS key, such as arn:aws:kms:eu-west-1:123456789012:key/<id>",
    "KmsKeyId": "is not a KMS key: an id, an ARN or an alias",
    "ChannelName": "must consist of letters, digits, `.`, `-` and `_`",
    "TrainingEnvironmentKey": "is not the name of an environment variable",
    "SecurityGroupId": "is not a security group, such as sg-0123456789abcdef0",
    "SubnetId": "is not a subnet, such as subnet-0123456789abcdef0",
    "FileSystemId": "is not a file system, such as fs-0123456789abcdef0",
    "ExperimentEntityName": "must consist of letters, digits and hyphens, and begin and end with a letter or digit",
    "ArnOrName": "is not the name or ARN of a SageMaker algorithm",
}

# (shape, member) -> title, description in our own words, example
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    ("SubmitServiceJobRequest", "jobName"): {
        "description": "The Batch job's name. Default: the job's name, 8 characters of its definition's hash and 4 of its identity's.",
    },
    ("SubmitServiceJobRequest", "jobQueue"): {
        "description": "A job queue of type SAGEMAKER_TRAINING: its name or ARN.",
        "examples": ["training"],
    },
    ("SubmitServiceJobRequest", "retryStrategy"): {
        "description": "How often Batch tries the job, and after which failures.",
    },
    ("SubmitServiceJobRequest", "schedulingPriority"): {
        "description": "Higher runs first, within its share. No effect on a first-in-first-out queue. Changed in place.",
        "examples": [10],
    },
    ("SubmitServiceJobRequest", "serviceRequestPayload"): {
        "description": "The SageMaker CreateTrainingJob request, as an object. It is sent as the JSON string that the API takes.",
    },
    ("SubmitServiceJobRequest", "serviceJobType"): {
        "description": "Filled in by the provider.",
        "default": "SAGEMAKER_TRAINING",
    },
    ("SubmitServiceJobRequest", "shareIdentifier"): {
        "description": "The share of a fair-share queue: required there, not allowed on any other queue.",
    },
    ("SubmitServiceJobRequest", "quotaShareName"): {
        "description": "The quota share of a queue that has them: required there, not allowed on any other queue.",
    },
    ("SubmitServiceJobRequest", "timeoutConfig"): {
        "description": "When Batch terminates an attempt that runs too long.",
    },
    ("SubmitServiceJobRequest", "tags"): {
        "description": "Tags of the Batch job and of the training job. At most 44; six more are added. Changed in place.",
        "examples": [{"team": "growth"}],
    },
    ("SubmitServiceJobRequest", "clientToken"): {
        "description": "Set by the provider, so that submitting again is harmless. A value given here is not sent.",
    },
    ("SubmitServiceJobRequest", "preemptionConfiguration"): {
        "description": "What happens to the job when a quota share takes its capacity back.",
    },
    ("ServiceJobRetryStrategy", "attempts"): {
        "description": "How many times the job may start: 1 to 10.",
        "examples": [2],
    },
    ("ServiceJobRetryStrategy", "evaluateOnExit"): {
        "description": "The first entry that matches decides. A failure that none matches is retried.",
    },
    ("ServiceJobEvaluateOnExit", "action"): {"description": "RETRY, or EXIT to give up at once."},
    ("ServiceJobEvaluateOnExit", "onStatusReason"): {
        "description": "A pattern that the status reason must match; a * at its end matches any rest.",
        "examples": ["Received status from SageMaker:InternalServerError*", "*"],
    },
    ("ServiceJobTimeout", "attemptDurationSeconds"): {
        "description": "Seconds that one attempt may take.",
        "examples": [3600],
    },
    ("CreateTrainingJobRequest", "TrainingJobName"): {
        "description": "Default: made from the job's name. SageMaker shows AWSBatch<this><32 characters>.",
    },
    ("CreateTrainingJobRequest", "RoleArn"): {
        "description": "The role that SageMaker assumes to read the data and to write the model.",
        "examples": ["arn:aws:iam::123456789012:role/SageMakerExecutionRole"],
    },
    ("CreateTrainingJobRequest", "HyperParameters"): {
        "description": 'Hyperparameters of the algorithm. Every value is a string: write "5", not 5. Anyone who may describe jobs can read them: no secrets.',
        "examples": [{"eta": "0.1", "num_round": "200"}],
    },
    ("CreateTrainingJobRequest", "AlgorithmSpecification"): {
        "description": "The training container: TrainingImage or AlgorithmName, not both.",
    },
    ("AlgorithmSpecification", "TrainingImage"): {
        "description": "The image's registry path. A digest (@sha256:...) or a fixed tag keeps runs repeatable.",
        "examples": ["683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"],
    },
    ("AlgorithmSpecification", "TrainingInputMode"): {
        "description": "File copies the data before the start, FastFile and Pipe stream it.",
        "default": "File",
    },
    ("AlgorithmSpecification", "ContainerEntrypoint"): {
        "description": "Replaces the image's own entry point. A shell variable is written $${NAME}.",
    },
    ("CreateTrainingJobRequest", "InputDataConfig"): {
        "description": "Up to 20 channels, each with a unique name.",
    },
    ("Channel", "ChannelName"): {
        "description": "The container finds the data in /opt/ml/input/data/<this name>.",
        "examples": ["train"],
    },
    ("S3DataSource", "S3Uri"): {
        "description": "A prefix (end it with /) or a manifest file.",
        "examples": ["s3://bucket/train/"],
    },
    ("OutputDataConfig", "S3OutputPath"): {
        "description": "The model is written to <this>/<training job>/output/model.tar.gz.",
        "examples": ["s3://bucket/models/"],
    },
    ("CreateTrainingJobRequest", "ResourceConfig"): {
        "description": "The instances: InstanceType and InstanceCount, or InstanceGroups.",
    },
    ("ResourceConfig", "InstanceType"): {"examples": ["ml.m5.xlarge"]},
    ("ResourceConfig", "InstanceCount"): {"examples": [1]},
    ("ResourceConfig", "VolumeSizeInGB"): {
        "description": "Storage of each instance, in GB.",
        "examples": [30],
    },
    ("ResourceConfig", "KeepAlivePeriodInSeconds"): {
        "description": "Keep the instances warm for the next job, up to 21600 seconds. Not with spot training.",
    },
    ("CreateTrainingJobRequest", "StoppingCondition"): {
        "description": "How long the training may take.",
    },
    ("StoppingCondition", "MaxRuntimeInSeconds"): {
        "description": "Seconds of training, after which SageMaker stops the job.",
        "examples": [3600],
    },
    ("StoppingCondition", "MaxWaitTimeInSeconds"): {
        "description": "Spot training only: seconds of waiting and training together, at least MaxRuntimeInSeconds.",
    },
    ("CreateTrainingJobRequest", "EnableManagedSpotTraining"): {
        "description": "Train on spot capacity: cheaper, but may be interrupted. Add CheckpointConfig, or it starts from the beginning.",
    },
    ("CreateTrainingJobRequest", "CheckpointConfig"): {
        "description": "Where checkpoints are kept, to resume from after an interruption.",
    },
    ("CreateTrainingJobRequest", "Environment"): {
        "description": "Environment variables of the container. Anyone who may describe jobs can read them: no secrets.",
    },
    ("CreateTrainingJobRequest", "Tags"): {
        "description": "Become tags of the request; Batch passes them on.",
    },
}
