"""Rules of CreateTransformJob.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ...jobfile.rules import paths
from ...jobfile.rules.view import JobProblem, Rule, View, warning
from ..sagemaker import credentials

_SOURCE = ("TransformInput", "DataSource", "S3DataSource")


def payload(view: View) -> Iterator[JobProblem]:
    """ "The value of (MaxConcurrentTransforms * MaxPayloadInMB) also cannot exceed 100 MB." """
    each = view.get("MaxPayloadInMB")
    at_once = view.get("MaxConcurrentTransforms")
    if each is not None and at_once is not None and each * at_once > 100:
        message = f"{at_once} x {each} MB is more than the maximum of 100 MB in transfer at once"
        yield JobProblem(("request", "MaxConcurrentTransforms"), message, "transform-payload")


def source(view: View) -> Iterator[JobProblem]:
    """A prefix or a manifest (API_TransformS3DataSource.html), and results outside of it."""
    at = ("request", *_SOURCE)
    kind, uri = view.get(*_SOURCE, "S3DataType"), view.get(*_SOURCE, "S3Uri")
    if kind not in (None, "S3Prefix", "ManifestFile"):
        message = f"{kind} is not supported by transform jobs; use S3Prefix or ManifestFile"
        yield JobProblem((*at, "S3DataType"), message, "transform-data-type")
    target = view.get("TransformOutput", "S3OutputPath")
    yield from paths.output_in_input(("request", "TransformOutput", "S3OutputPath"), uri, target)


def strategy(view: View) -> Iterator[JobProblem]:
    """ "To enable the batch strategy, you must set the SplitType property to Line, RecordIO, or TFRecord." """
    split = view.get("TransformInput", "SplitType")
    if "BatchStrategy" in view.request and split in (None, "None"):
        message = "has no effect without `TransformInput.SplitType`: Line, RecordIO or TFRecord"
        yield warning(("request", "BatchStrategy"), message, "transform-strategy")


RULES: tuple[Rule, ...] = (payload, source, strategy, credentials.plaintext)
