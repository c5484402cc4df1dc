"""Places in S3: buckets that cannot exist, prefixes that mean more than they seem to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...run.data import list_uris
from ...wire import Path
from .view import JobProblem, Rule, View, warning

_FILE = re.compile(r".*\.[A-Za-z0-9]{1,10}$")
_BUCKET = re.compile(r"(?=[a-z0-9.-]{3,63}$)[a-z0-9]([a-z0-9-]|\.(?!\.))*[a-z0-9]")
# before March 2018 and in us-east-1 only; some of them still exist
_OLD_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")
_OLD_REGION = "us-east-1"


def is_bucket(name: str) -> bool:
    """Say whether a bucket can have this name."""
    return bool(_BUCKET.fullmatch(name))


Uris = list[tuple[Path, str]]


def places(view: View) -> Iterator[JobProblem]:
    """What is wrong with the places that the request reads and writes."""
    # an access point's ARN is no bucket
    listed = [(at, uri) for at, uri in _list_uris(view, "s3") if not uri.startswith("s3://arn:")]
    yield from _check_buckets(view, listed)
    yield from _check_keys(listed)
    yield from _check_prefixes(view, listed)
    for at, _ in _list_uris(view, "https"):
        message = (
            "AWS takes an https:// address, but what is there is neither looked up nor found again here; write "
            "s3://BUCKET/KEY"
        )
        yield warning(at, message, "https-uri")


def _list_uris(view: View, scheme: str) -> Iterator[tuple[Path, str]]:
    fields = (*view.kind.request.inputs, *view.kind.request.outputs)
    for path, uri in list_uris(view.request, fields, scheme):
        yield ("request", *path), uri


def _check_buckets(view: View, listed: Uris) -> Iterator[JobProblem]:
    """A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens (bucketnamingrules.html)."""
    for at, uri in listed:
        bucket = uri.removeprefix("s3://").partition("/")[0]
        if is_bucket(bucket):
            continue
        message = (
            f"there can be no bucket `{bucket}`: a name has 3 to 63 lower-case letters, digits, dots and hyphens, and "
            "begins and ends with a letter or digit"
        )
        if _OLD_BUCKET.fullmatch(bucket) and view.region in ("", _OLD_REGION):
            yield warning(
                at, f"{message} (ignore this for one made before March 2018)", "bucket-name"
            )
        else:
            yield JobProblem(at, message, "bucket-name")


def _check_keys(listed: Uris) -> Iterator[JobProblem]:
    """A key may have empty parts and a blank at its end, and nearly never has (object-keys.html)."""
    for at, uri in listed:
        key = uri.removeprefix("s3://").partition("/")[2]
        if uri != uri.rstrip():
            yield warning(at, "ends with a blank, which is part of the key", "blank-end")
        if "//" in key or key.startswith("/"):
            message = "`//` is a folder without a name, another key than with one `/`"
            yield warning(at, message, "double-slash")


def _check_prefixes(view: View, listed: Uris) -> Iterator[JobProblem]:
    """One place of the request is the beginning of another's name, and not its folder."""
    uris = [uri for _, uri in listed]
    for at, uri in listed:
        also = [other for other in uris if other.startswith(uri) and other != uri]
        others = [other for other in also if not uri.endswith("/") and other[len(uri)] != "/"]
        if others and _reads_prefix(view, at):
            message = f"a prefix without / at its end also matches {others[0]}; end it with /"
            yield warning(at, message, "prefix-slash")


def _reads_prefix(view: View, at: Path) -> bool:
    beside = view.kind.request.inputs.get(
        ".".join(part for part in at[1:] if isinstance(part, str))
    )
    return bool(beside) and view.get(*at[1:-1], beside or "") == "S3Prefix"


def siblings(at: Path, uri: str) -> Iterator[JobProblem]:
    """`s3://bucket/train` is also the beginning of `s3://bucket/train-old/`, where a folder is to end with /."""
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


RULES: tuple[Rule, ...] = (places,)
