"""AWS, as far as jobs need it. Only this package imports boto3."""

from .client import Aws, connect
from .lookup import count_live, find_newest_run, list_runs, read_history
from .runs import Run, describe, find_adopted, release, retag, set_in_place, submit, terminate

__all__ = [
    "Aws",
    "Run",
    "connect",
    "count_live",
    "describe",
    "find_adopted",
    "find_newest_run",
    "list_runs",
    "read_history",
    "release",
    "retag",
    "set_in_place",
    "submit",
    "terminate",
]
