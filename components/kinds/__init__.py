"""The kinds of job: one file a kind, each a table. A further kind is one more file and one more line here."""

from __future__ import annotations

from .base import Call, Kind, Link, Payload, Phase
from .batch_inference_job.table import BATCH_INFERENCE_JOB
from .service_job.table import SERVICE_JOB

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SERVICE_JOB, BATCH_INFERENCE_JOB)}

__all__ = ["KINDS", "Call", "Kind", "Link", "Payload", "Phase"]
