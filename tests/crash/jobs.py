"""The one job of the matrix, in each kind: as it was (A), in its next definition (B), with other settings (U)."""

from __future__ import annotations

_SERVICE = """kind: ServiceJob
request:
  jobQueue: training-fair
  shareIdentifier: research
  schedulingPriority: {priority}
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
      TrainingInputMode: File
    OutputDataConfig: {{S3OutputPath: "s3://aws-jobs-output/churn/"}}
    ResourceConfig: {{InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}}
    StoppingCondition: {{MaxRuntimeInSeconds: 3600}}
  tags: {{team: {team}}}
generation: {generation}
"""
_INFERENCE = """kind: BatchInferenceJob
request:
  solutionVersionArn: arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111
  roleArn: arn:aws:iam::123456789012:role/PersonalizeBatchRole
  jobInput: {{s3DataSource: {{path: "s3://aws-jobs-data/personalize/users.json"}}}}
  jobOutput: {{s3DataDestination: {{path: "s3://aws-jobs-output/recommend/"}}}}
  tags: [{{tagKey: team, tagValue: {team}}}]
generation: {generation}
"""
_FILES = {"ServiceJob": _SERVICE, "BatchInferenceJob": _INFERENCE}


def text(kind: str, which: str) -> str:
    """The job file's text. `which` is A, B or U; AT, BT: with leave to end a run past the queue; AK, BK: to keep it."""
    settings = {
        "priority": 5 if which.startswith("U") else 1,
        "team": "vision" if which.startswith("U") else "growth",
        "generation": 2 if which.startswith("B") else 1,
    }
    found = _FILES[kind].format(**settings)
    if which.endswith("T"):
        found += "onReplace: terminate\nonDelete: terminate\n"
    if which.endswith("K"):
        found += "onReplace: keep\nonDelete: keep\n"
    return found
