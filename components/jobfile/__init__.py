"""Job files: read with their places, composed for a stack, validated. Pure: no AWS, no Pulumi."""

from __future__ import annotations

from ..schema import Pending
from .expand import expand
from .load import load, read_text
from .model import Context, Job, JobFile

__all__ = ["Context", "Job", "JobFile", "Pending", "expand", "load", "read_text"]
