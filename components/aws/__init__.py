"""AWS, as far as jobs need it. Only this package imports boto3."""

from .actions import mark, release, retag, set_in_place, submit, terminate
from .client import Aws, connect, disconnect
from .linked import find_newest_attempt
from .listing import list_runs
from .lookup import count_live, find_adopted, find_newest_run, read_history
from .runs import Run, describe

__all__ = [
    "Aws",
    "Run",
    "connect",
    "count_live",
    "describe",
    "disconnect",
    "find_adopted",
    "find_newest_attempt",
    "find_newest_run",
    "list_runs",
    "mark",
    "read_history",
    "release",
    "retag",
    "set_in_place",
    "submit",
    "terminate",
]
