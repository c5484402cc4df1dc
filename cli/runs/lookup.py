"""The run of one job in AWS, for commands that look at it more closely."""

from __future__ import annotations

from cli.project.stack import Stack
from cli.runs.connection import connect_stack
from cli.runs.entries import Entry
from components.aws import Aws, Run, connect, describe
from components.aws.linked import find_newest_attempt
from components.aws.runs import arn_region
from components.errors import Missing


def connect_to_run(stack: Stack, entry: Entry) -> Aws:
    """Return AWS in the region of the job's run."""
    aws = connect_stack(stack)
    region = arn_region(entry.id) if entry.id.startswith("arn:") else aws.region
    return aws if region == aws.region else connect(region)


def describe_run(aws: Aws, entry: Entry) -> Run:
    """Describe the job's run; where Batch has forgotten it, its last attempt stands for it."""
    try:
        return describe(aws, entry.kind, entry.id, entry.name)
    except Missing:
        found = find_newest_attempt(aws, entry.kind, entry.outputs, entry.name)
        if found is None:
            raise
        return found


def name_waits(entry: Entry) -> str:
    """Return what a job that is not submitted waits for, as the end of a sentence."""
    return f"; it waits for {', '.join(entry.waiting_for)}" if entry.waiting_for else ""
