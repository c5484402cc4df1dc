"""Where the jobs write: the bucket is there. Whether the job's role may write to it is not looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..aws import Aws
from ..aws.objects import list_objects
from ..errors import Denied, Rejected
from ..jobfile import Job
from ..kinds import KINDS
from ..run.data import list_uris
from ..wire import join_path
from .inputs import AT_ONCE, URI, split_uri
from .problem import ReferenceProblem, denied

# S3's message of NoSuchBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_NO_BUCKET = "bucket does not exist"


def find_problems(
    jobs: Sequence[Job], aws: Aws, known: Collection[str] = ()
) -> Iterator[ReferenceProblem]:
    """Each bucket is asked for once, several at a time, but for those `known` to be there by then."""
    named = [
        (job, join_path(("request", *path)), uri)
        for job in jobs
        for path, uri in list_uris(job.request, KINDS[job.kind].request.outputs)
        if URI.fullmatch(uri) and split_uri(uri)[0] not in known
    ]
    buckets = list(dict.fromkeys(split_uri(uri)[0] for _, _, uri in named))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(
            zip(buckets, pool.map(lambda name: _find_refusal(aws, name), buckets), strict=True)
        )
    for job, path, uri in named:
        refusal = answers[split_uri(uri)[0]]
        if isinstance(refusal, Denied):
            yield denied(job, path, refusal)
        elif refusal is not None and _NO_BUCKET in str(refusal):
            message = f"the bucket of {uri} does not exist"
            yield ReferenceProblem(job, path, message, "preflight.output")


def _find_refusal(aws: Aws, bucket: str) -> Denied | Rejected | None:
    try:
        list_objects(aws, bucket, "", 1)
    except (Denied, Rejected) as error:
        return error
    return None
