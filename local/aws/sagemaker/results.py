"""What a training job leaves behind: a model artifact in S3 and lines in CloudWatch Logs."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

from moto.logs.models import logs_backends

from ..service.objects import put_object, split_uri
from .records import TrainingJob
from .state import TrainingState

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def artifact_uri(job: TrainingJob) -> str:
    """Where the job's model artifact goes."""
    return f"{job.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.name}/output/model.tar.gz"


def write_model(backend: TrainingState, job: TrainingJob, at: float) -> str:
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
    entry = tarfile.TarInfo("model.json")
    entry.size = len(model)
    entry.mtime = int(at)
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=at) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        archive.addfile(entry, io.BytesIO(model))
    uri = artifact_uri(job)
    bucket, key = split_uri(uri)
    put_object(backend.account_id, backend.region_name, bucket, key, packed.getvalue())
    return uri


def write_log(backend: TrainingState, job: TrainingJob) -> None:
    """Write the job's log stream anew; it follows from the job's record alone."""
    logs = logs_backends[backend.account_id][backend.region_name]
    logs.ensure_log_group(LOG_GROUP)
    group = logs.groups[LOG_GROUP]
    stream = f"{job.name}/algo-1-{int(job.created)}"
    if stream in group.streams:
        group.delete_log_stream(stream)
    group.create_log_stream(stream)
    group.streams[stream].put_log_events(
        [{"timestamp": int(at * 1000), "message": line} for at, line in log_lines(job)]
    )


def log_lines(job: TrainingJob) -> list[tuple[float, str]]:
    """The job's log: its statuses, its hyperparameters, its end."""
    lines = [(entry["StartTime"], entry["StatusMessage"]) for entry in job.transitions]
    if job.started is not None:
        parameters = json.dumps(job.request.get("HyperParameters") or {}, sort_keys=True)
        lines.append((job.started, f"Invoking training with hyperparameters {parameters}"))
    if job.failure is not None and job.ended is not None:
        lines.append((job.ended, job.failure))
    if job.artifact and job.ended is not None:
        lines.append((job.ended, f"Model artifact written to {job.artifact}"))
    return sorted(lines, key=lambda line: line[0])
