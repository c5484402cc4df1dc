"""AWS, as far as jobs need it. Only this package imports boto3."""

from .client import Aws, connect
from .runs import (
    Run,
    adopted,
    count_live,
    describe,
    find,
    history,
    listed,
    release,
    retag,
    set_in_place,
    submit,
    terminate,
)

__all__ = [
    "Aws",
    "Run",
    "adopted",
    "connect",
    "count_live",
    "describe",
    "find",
    "history",
    "listed",
    "release",
    "retag",
    "set_in_place",
    "submit",
    "terminate",
]
