"""Job files: read with their places, composed for a stack, validated. Pure: no AWS, no Pulumi."""

from __future__ import annotations

from ..schema import Pending
from .expand import compose, split_sound
from .load import load, read_text
from .model import Context, Job, JobFile

__all__ = [
    "Context",
    "Job",
    "JobFile",
    "Pending",
    "compose",
    "load",
    "read_text",
    "split_sound",
]
