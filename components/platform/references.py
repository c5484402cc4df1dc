"""Which leaves of a job refer to the stack's platform (`${platform.x}`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import Problem
from ..jobfile import Job
from ..schema import Pending
from ..wire import dotted, leaves

_HEAD = "platform."


def of(job: Job) -> dict[str, str]:
    """Return the request's leaves that wait for the platform, by dotted path, as they stand so far."""
    if job.source is not None and not job.source.interpolates:
        return {}
    return {
        dotted(path): leaf.text
        for path, leaf in leaves(job.request, ("request",))
        if isinstance(leaf, Pending) and f"${{{_HEAD}" in leaf.text
    }


def unknown(jobs: Iterable[Job], stack: str, outputs: Mapping[str, str] | None) -> list[Problem]:
    """Return the references that are still pending when all of the platform's `outputs` have been filled in."""
    if outputs:
        why = f"this stack's platform has no such output; it has {', '.join(outputs)}"
    else:
        why = (
            "this stack asks for no platform: write `aws-jobs:platform` into"
            f" Pulumi.{stack}.yaml (docs/platform.md)"
        )
    found = []
    for job in jobs:
        if job.source is not None and not job.source.interpolates:
            continue
        places = {"request": job.request, "watch": job.watch, "generation": job.generation}
        for path, leaf in leaves(places):
            if isinstance(leaf, Pending) and leaf.expression.startswith(_HEAD):
                line, column = job.place(path)
                message = f"`${{{leaf.expression}}}`: {why}"
                found.append(
                    Problem(job.file, line, column, dotted(path), message, "platform.output")
                )
    return found
