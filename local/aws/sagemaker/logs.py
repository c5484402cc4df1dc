"""What a job's containers write to CloudWatch Logs: it follows from the job's record and the time alone.

A stream begins when its container does, so a job that never ran has none.
https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from . import metrics
from .models import TrainingBackend
from .records import ENDED, TrainingJob, TransformJob

Line = tuple[float, str]
"""When a line was written, in seconds since the epoch, and the line."""

TRAINING = "/aws/sagemaker/TrainingJobs"
TRANSFORM = "/aws/sagemaker/TransformJobs"
# A line each so many seconds, up to this age in seconds of the container: a short run has lines, a long one not
# too many.
_PACES = ((2, 0.1), (60, 1), (600, 10), (86_400, 60), (math.inf, 600))


@dataclass(frozen=True)
class Stream:
    """A log stream with its lines so far; a `complete` one grows no more."""

    group: str
    name: str
    created: float
    lines: list[Line]
    complete: bool


def list_streams(
    backend: TrainingBackend, now: float, is_due: Callable[[str], bool]
) -> Iterator[Stream]:
    """Yield the streams of all jobs as they are at this time, of those whose name is asked for."""
    for job in backend.training_jobs_kept:
        if job.started is not None:
            for node in range(1, count_nodes(job) + 1):
                name = f"{job.name}/algo-{node}-{int(job.started)}"
                if is_due(name):
                    lines = write_training(job, node, now)
                    yield Stream(TRAINING, name, job.started, lines, job.status in ENDED)
    for each in backend.transform_jobs_kept:
        for node in range(each.request["TransformResources"]["InstanceCount"]):
            name = f"{each.name}/{_instance(each.name, node)}-{int(each.created)}"
            ended = each.status in ENDED
            if is_due(name):
                yield Stream(TRANSFORM, name, each.created, _serve(each, now), ended)
            if is_due(f"{name}/data-log"):
                lines = _log_data(each)
                yield Stream(TRANSFORM, f"{name}/data-log", each.created, lines, ended)


def count_nodes(job: TrainingJob) -> int:
    """Return how many instances the job has; those of all its groups where it has groups."""
    resources = job.request["ResourceConfig"]
    groups = resources.get("InstanceGroups") or [resources]
    return int(sum(group.get("InstanceCount", 1) for group in groups))


def write_training(job: TrainingJob, node: int, now: float) -> list[Line]:
    """Return what a node of a training job has written by now: its start, a line a step, its end."""
    assert job.started is not None
    start = job.started
    parameters = json.dumps(job.request.get("HyperParameters") or {}, sort_keys=True)
    image = (job.request.get("AlgorithmSpecification") or {}).get("TrainingImage", "")
    lines = [
        (start, f"Starting {image} on algo-{node} of {count_nodes(job)}".replace("  ", " ")),
        (start, f"Invoking training with hyperparameters {parameters}"),
    ]
    until = now if job.ended is None else job.ended
    late = (node - 1) % 50 / 1000  # nodes do not write at the same moment
    for step, age in enumerate(_ages(until - start - late)):
        at = start + age + late
        train, validation = metrics.lose(job.name, step), metrics.lose(f"{job.name}.", step)
        lines.append(
            (at, f"[{step}]#011train-logloss:{train:.5f}#011validation-logloss:{validation:.5f}")
        )
        if node == 1:
            lines += [(at, line) for line in metrics.write(job, step)]
    if job.ended is not None:
        lines += [(job.ended, line) for line in _end(job, node)]
    return lines


def _end(job: TrainingJob, node: int) -> Iterator[str]:
    assert job.ended is not None
    if job.status == "Stopped":
        yield "Received SIGTERM: the training job is being stopped"
    elif job.failure is not None and node == 1:
        yield from _trace(job)
        yield f"{_stamp(job.ended)} sagemaker-training-toolkit ERROR    Reporting training FAILURE"
        yield job.failure
    elif job.failure is not None:
        yield "algo-1 has failed: this node ends too"
    elif job.artifact and node == 1:
        yield f"Model artifact written to {job.artifact}"


def _trace(job: TrainingJob) -> Iterator[str]:
    """Yield the traceback that would have led to the job's failure."""
    parameters = job.request.get("HyperParameters") or {}
    script = str(parameters.get("sagemaker_program", "train.py")).strip('"')
    kind, _, message = (job.failure or "").partition(": ")
    error = "RuntimeError"
    if "memory" in message.lower():
        error = "MemoryError"
    elif kind == "ClientError" or "s3://" in message:
        error = "botocore.exceptions.ClientError"
    yield "Traceback (most recent call last):"
    yield f'  File "/opt/ml/code/{script}", line 87, in <module>'
    yield "    main()"
    yield f'  File "/opt/ml/code/{script}", line 61, in main'
    yield "    model = fit(channels, parameters)"
    yield f"{error}: {message or kind}"


def _serve(job: TransformJob, now: float) -> list[Line]:
    """Return what the model's container has written: a line a request."""
    lines = [(job.created, "Starting the inference server with 4 workers")]
    until = now if job.ended is None else job.ended
    for age in _ages(until - job.created):
        at = job.created + age
        moment = datetime.fromtimestamp(at, timezone.utc).strftime("%d/%b/%Y:%H:%M:%S +0000")
        request = '"POST /invocations HTTP/1.1" 200 - "-" "Go-http-client/1.1"'
        lines.append((at, f"169.254.255.130 - - [{moment}] {request}"))
    return lines


def _log_data(job: TransformJob) -> list[Line]:
    """Return what SageMaker says of the data: how it sends it, and why that failed."""
    limits = {"MaxConcurrentTransforms": 1, "MaxPayloadInMB": 6, "BatchStrategy": "MULTI_RECORD"}
    used = ", ".join(f"{name}={job.request.get(name, value)}" for name, value in limits.items())
    lines = [(job.created, f"{_stamp(job.created)}:[sagemaker logs]: {used}")]
    if job.failure is not None and job.ended is not None:
        lines.append((job.ended, f"{_stamp(job.ended)}:[sagemaker logs]: {job.failure}"))
    return lines


def _ages(until: float) -> Iterator[float]:
    """Yield at which ages in seconds, all below `until`, a container writes a line."""
    age = 0.1
    while age < until:
        yield age
        age = round(age + next(step for most, step in _PACES if age < most), 1)


def _instance(name: str, node: int) -> str:
    return f"i-{hashlib.sha256(f'{name}.{node}'.encode()).hexdigest()[:17]}"


def _stamp(at: float) -> str:
    moment = datetime.fromtimestamp(at, timezone.utc)
    return f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03}"
