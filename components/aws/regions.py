"""The regions of AWS, as botocore lists them. Reads a file of botocore's and calls nothing."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from ..errors import JobError
from ..jobfile.words import suggest


@lru_cache(maxsize=1)
def list_regions() -> dict[str, str]:
    """Return the partition of each region, whichever services it has.

    To import botocore would take as long as all else that `validate` does.
    """
    package = find_spec("botocore")
    assert package is not None and package.origin is not None  # boto3 requires it
    data = Path(package.origin).with_name("data") / "partitions.json"
    partitions = json.loads(data.read_text("utf-8"))["partitions"]
    # `aws-global` and the like are where services without regions are signed for
    return {
        name: partition["id"]
        for partition in partitions
        for name in partition["regions"]
        if not name.endswith("-global")
    }


def check_region(name: str) -> None:
    """Raise `JobError` where AWS has no such region."""
    if name not in list_regions():
        hint = suggest(name, list_regions()) or "; expected one such as us-east-1"
        raise JobError(f"`{name}` is not an AWS region{hint}")
