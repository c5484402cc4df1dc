"""Which leaves of a job refer to the stack's platform (`${platform.x}`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..errors import Problem
from ..jobfile import Job
from ..schema import Pending
from ..wire import join_path, walk_leaves

_HEAD = "platform."


def find_references(job: Job) -> dict[str, str]:
    """Return the request's leaves that wait for the platform, by dotted path, as far as they are filled in."""
    return {
        join_path(path): leaf.text
        for path, leaf in walk_leaves(job.request, ("request",))
        if isinstance(leaf, Pending) and f"${{{_HEAD}" in leaf.text
    }


def find_unknown(
    jobs: Iterable[Job], stack: str, outputs: Mapping[str, str] | None
) -> Iterator[Problem]:
    """Yield the references that are still pending when all of the platform's `outputs` have been filled in."""
    if outputs:
        why = f"this stack's platform has no such output; it has {', '.join(outputs)}"
    else:
        why = (
            "this stack does not configure `aws-jobs:platform`; add it to"
            f" Pulumi.{stack}.yaml (docs/platform.md)"
        )
    for job in jobs:
        for path, leaf in walk_leaves(job.request, ("request",)):
            if isinstance(leaf, Pending) and leaf.expression.startswith(_HEAD):
                message = f"`${{{leaf.expression}}}`: {why}"
                yield job.problem(path, message, "platform.output")
