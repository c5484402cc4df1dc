"""What a training job leaves behind in S3: a model artifact."""

from __future__ import annotations

import json
import re

from ..service import context
from ..service.objects import pack_file, put_object, split_uri
from .models import TrainingBackend
from .records import TrainingJob


def artifact_uri(job: TrainingJob) -> str:
    """Where the job's model artifact goes; a slash at the end of the path is no second one.

    https://github.com/aws/sagemaker-python-sdk/issues/4218
    """
    path = job.request["OutputDataConfig"]["S3OutputPath"].removesuffix("/")
    return f"{path}/{job.name}/output/model.tar.gz"


def write_model(backend: TrainingBackend, job: TrainingJob, at: float) -> str:
    """Write the artifact and say where it lies: a tar of one model.json with the hyperparameters.

    A bucket that does not exist is made: job files name buckets of their author's.
    """
    model = json.dumps(
        {
            "trainingJobName": job.name,
            "image": job.request.get("AlgorithmSpecification", {}).get("TrainingImage"),
            "hyperParameters": job.request.get("HyperParameters") or {},
        },
        indent=2,
    ).encode()
    uri = artifact_uri(job)
    bucket, key = split_uri(uri)
    if context.current.double_slash == "merged":
        key = re.sub("/+", "/", key)
    put_object(*backend.place, bucket, key, pack_file("model.json", model, at), at)
    return uri
