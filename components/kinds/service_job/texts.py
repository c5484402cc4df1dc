"""What the schemas say of a service job beyond AWS's service models: our words, and rules that AWS states in prose.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

# Shape.member -> keywords; each is a sentence of the member's page
PROSE = {
    # API_SubmitServiceJob.html: "up to 128 characters ... letters, numbers, hyphens (-), and underscores (_)"
    "SubmitServiceJobRequest.jobName": {
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
        "patternErrorMessage": "must consist of letters, digits, - and _, and start with a letter or digit",
    },
    "SubmitServiceJobRequest.jobQueue": {"minLength": 1},
    # "Valid values are integers between 0 and 9999."
    "SubmitServiceJobRequest.schedulingPriority": {"minimum": 0, "maximum": 9999},
    "SubmitServiceJobRequest.shareIdentifier": {"minLength": 1},
    "SubmitServiceJobRequest.quotaShareName": {"minLength": 1},
    # API_ServiceJobRetryStrategy.html: "between 1 and 10 attempts"; "Array Members: up to 5"
    "ServiceJobRetryStrategy.attempts": {"minimum": 1, "maximum": 10},
    "ServiceJobRetryStrategy.evaluateOnExit": {"maxItems": 5},
    # the model says RETRY | EXIT, and the example of API_SubmitServiceJob.html has "Retry"
    "ServiceJobEvaluateOnExit.action": {
        "pattern": "^(?:[Rr][Ee][Tt][Rr][Yy]|[Ee][Xx][Ii][Tt])$",
        "patternErrorMessage": "is not RETRY or EXIT",
    },
    # API_ServiceJobEvaluateOnExit.html: "up to 512 characters and can contain all printable characters"
    "ServiceJobEvaluateOnExit.onStatusReason": {"minLength": 1, "maxLength": 512},
    "ServiceJobPreemptionConfiguration.preemptionRetriesBeforeTermination": {"minimum": 0},
    "ServiceJobTimeout.attemptDurationSeconds": {"minimum": 1},
    # the model's minimum is 0, and nothing is trained on no instance
    "ResourceConfig.InstanceCount": {"minimum": 1},
    "InstanceGroup.InstanceCount": {"minimum": 1},
    "InstancePreference.InstanceCount": {"minimum": 1},
}

# shape -> what a value of its pattern looks like
PATTERN_TEXTS = {
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

# keyword -> Shape.member -> its value, in our own words
TEXTS = {
    "description": {
        "SubmitServiceJobRequest.jobName": "The Batch job's name. Default: the job's name, 8 characters of its definition's hash and 4 of its identity's.",
        "SubmitServiceJobRequest.jobQueue": "A job queue of type SAGEMAKER_TRAINING: its name or ARN.",
        "SubmitServiceJobRequest.retryStrategy": "How often Batch tries the job, and after which failures.",
        "SubmitServiceJobRequest.schedulingPriority": "Higher runs first, within its share. No effect on a first-in-first-out queue. Changed in place.",
        "SubmitServiceJobRequest.serviceRequestPayload": "The SageMaker CreateTrainingJob request, as an object. It is sent as the JSON string that the API takes.",
        "SubmitServiceJobRequest.serviceJobType": "Filled in by the provider.",
        "SubmitServiceJobRequest.shareIdentifier": "The share of a fair-share queue: required there, not allowed on any other queue.",
        "SubmitServiceJobRequest.quotaShareName": "The quota share of a queue that has them: required there, not allowed on any other queue.",
        "SubmitServiceJobRequest.timeoutConfig": "When Batch terminates an attempt that runs too long.",
        "SubmitServiceJobRequest.tags": "Tags of the Batch job and of the training job. At most 44; six more are added. Changed in place.",
        "SubmitServiceJobRequest.clientToken": "Set by the provider, so that submitting again is harmless. A value given here is not sent.",
        "SubmitServiceJobRequest.preemptionConfiguration": "What happens to the job when a quota share takes its capacity back.",
        "ServiceJobRetryStrategy.attempts": "How many times the job may start: 1 to 10.",
        "ServiceJobRetryStrategy.evaluateOnExit": "The first entry that matches decides. A failure that none matches is retried.",
        "ServiceJobEvaluateOnExit.action": "RETRY, or EXIT to give up at once.",
        "ServiceJobEvaluateOnExit.onStatusReason": "A pattern that the status reason must match; a * at its end matches any rest.",
        "ServiceJobTimeout.attemptDurationSeconds": "Seconds that one attempt may take.",
        "CreateTrainingJobRequest.TrainingJobName": "Default: made from the job's name. SageMaker shows AWSBatch<this><32 characters>.",
        "CreateTrainingJobRequest.RoleArn": "The role that SageMaker assumes to read the data and to write the model.",
        "CreateTrainingJobRequest.HyperParameters": 'Hyperparameters of the algorithm. Every value is a string: write "5", not 5. Anyone who may describe jobs can read them: no secrets.',
        "CreateTrainingJobRequest.AlgorithmSpecification": "The training container: TrainingImage or AlgorithmName, not both.",
        "AlgorithmSpecification.TrainingImage": "The image's registry path. A digest (@sha256:...) or a fixed tag keeps runs repeatable.",
        "AlgorithmSpecification.TrainingInputMode": "File copies the data before the start, FastFile and Pipe stream it.",
        "AlgorithmSpecification.ContainerEntrypoint": "Replaces the image's own entry point. A shell variable is written $${NAME}.",
        "CreateTrainingJobRequest.InputDataConfig": "Up to 20 channels, each with a unique name.",
        "Channel.ChannelName": "The container finds the data in /opt/ml/input/data/<this name>.",
        "S3DataSource.S3Uri": "A prefix (end it with /) or a manifest file.",
        "OutputDataConfig.S3OutputPath": "The model is written to <this>/<training job>/output/model.tar.gz.",
        "CreateTrainingJobRequest.ResourceConfig": "The instances: InstanceType and InstanceCount, or InstanceGroups.",
        "ResourceConfig.VolumeSizeInGB": "Storage of each instance, in GB.",
        "ResourceConfig.KeepAlivePeriodInSeconds": "Keep the instances warm for the next job, up to 21600 seconds. Not with spot training.",
        "CreateTrainingJobRequest.StoppingCondition": "How long the training may take.",
        "StoppingCondition.MaxRuntimeInSeconds": "Seconds of training, after which SageMaker stops the job.",
        "StoppingCondition.MaxWaitTimeInSeconds": "Spot training only: seconds of waiting and training together, at least MaxRuntimeInSeconds.",
        "CreateTrainingJobRequest.EnableManagedSpotTraining": "Train on spot capacity: cheaper, but may be interrupted. Add CheckpointConfig, or it starts from the beginning.",
        "CreateTrainingJobRequest.CheckpointConfig": "Where checkpoints are kept, to resume from after an interruption.",
        "CreateTrainingJobRequest.Environment": "Environment variables of the container. Anyone who may describe jobs can read them: no secrets.",
        "CreateTrainingJobRequest.Tags": "Become tags of the request; Batch passes them on.",
    },
    "default": {
        "SubmitServiceJobRequest.serviceJobType": "SAGEMAKER_TRAINING",
        "AlgorithmSpecification.TrainingInputMode": "File",
    },
    "examples": {
        "SubmitServiceJobRequest.jobQueue": ["training"],
        "SubmitServiceJobRequest.schedulingPriority": [10],
        "SubmitServiceJobRequest.tags": [{"team": "growth"}],
        "ServiceJobRetryStrategy.attempts": [2],
        "ServiceJobEvaluateOnExit.onStatusReason": [
            "Received status from SageMaker:InternalServerError*",
            "*",
        ],
        "ServiceJobTimeout.attemptDurationSeconds": [3600],
        "CreateTrainingJobRequest.RoleArn": [
            "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
        ],
        "CreateTrainingJobRequest.HyperParameters": [{"eta": "0.1", "num_round": "200"}],
        "AlgorithmSpecification.TrainingImage": [
            "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
        ],
        "Channel.ChannelName": ["train"],
        "S3DataSource.S3Uri": ["s3://bucket/train/"],
        "OutputDataConfig.S3OutputPath": ["s3://bucket/models/"],
        "ResourceConfig.InstanceType": ["ml.m5.xlarge"],
        "ResourceConfig.InstanceCount": [1],
        "ResourceConfig.VolumeSizeInGB": [30],
        "StoppingCondition.MaxRuntimeInSeconds": [3600],
    },
}
