"""What Batch asks of names, numbers and tags."""

from __future__ import annotations

import re
from uuid import uuid4

from ..service.operations import Json
from ..service.refusal import Refusal

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
MAX_TAGS = 50
MAX_INTEGER = 2**31 - 1


def refuse(message: str) -> Refusal:
    """The error of the client that Batch has for everything."""
    return Refusal("ClientException", message)


def check_name(name: str, what: str) -> None:
    """A name starts with a letter or a digit and has up to 128 letters, digits, hyphens and underscores."""
    if not _NAME.fullmatch(name):
        raise refuse(
            f"Error executing request, Exception : {what} should match valid pattern: up to 128 letters, "
            f"numbers, hyphens and underscores, the first a letter or a number; not {name!r}"
        )


def check_range(request: Json, path: str, least: float, most: float = MAX_INTEGER) -> None:
    """What the request has at a path such as `retryStrategy.attempts`, if anything, is between the two."""
    *outer, name = path.split(".")
    for each in outer:
        request = request.get(each) or {}
    value = request.get(name)
    if value is not None and not least <= value <= most:
        raise refuse(f"{path} must be between {least} and {most}, not {value}")


def matches(pattern: str, text: str) -> bool:
    """Whether the text is the pattern, or starts with it where the pattern ends with an asterisk."""
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern


def check_tags(tags: dict[str, str]) -> None:
    """At most 50 tags; letters, digits, spaces and _.:/=+-@; no key starts with aws:. Lengths are the shape's."""
    if len(tags) > MAX_TAGS:
        raise refuse(f"A resource can have at most {MAX_TAGS} tags, not {len(tags)}")
    for key, value in tags.items():
        if not _TAG.fullmatch(key):
            raise refuse(f"The tag key {key!r} is not valid")
        if key.lower().startswith("aws:"):
            raise refuse(f"The tag key {key!r} starts with aws:, which is reserved")
        if not _TAG.fullmatch(value):
            raise refuse(f"The value of the tag {key!r} is not valid")


def make_training_job_name(wanted: str) -> str:
    """SageMaker's name of the training job: AWSBatch<TrainingJobName><32 hex>, within SageMaker's 63."""
    return f"AWSBatch{wanted[:23]}{uuid4().hex}"
