"""S3 prefixes that mean more than they seem to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...wire import Path
from .view import JobProblem, warning

_FILE = re.compile(r".*\.[A-Za-z0-9]{1,10}$")


def siblings(at: Path, uri: str) -> Iterator[JobProblem]:
    """`s3://bucket/train` is also the beginning of `s3://bucket/train-old/`."""
    last = uri.rpartition("/")[2]
    if uri.count("/") > 2 and last and not _FILE.fullmatch(last):
        message = (
            f"also matches other keys that start with it ({uri}-old/...); end the prefix with /"
        )
        yield warning(at, message, "prefix-slash")


def output_in_input(at: Path, source: str | None, target: str | None) -> Iterator[JobProblem]:
    """Results in the input's folder would be the next run's input."""
    if source and target and source.endswith("/") and target.startswith(source):
        message = f"is in the input ({source}): the next run would read this run's results"
        yield JobProblem(at, message, "output-in-input")
