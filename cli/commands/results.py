"""`jobctl results JOB`: list what a run has left in S3, and download it with -o."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from cli.display.progress import format_size, show_progress
from cli.display.text import align, count
from cli.engine.arguments import add_flag, add_stack, add_text, find_stack
from cli.runs.artifacts import (
    COUNTED,
    RunArtifacts,
    count_records,
    list_artifacts,
    list_inputs,
)
from cli.runs.connection import connect_to_run, describe_run, make_redactor
from cli.runs.download import Unsafe, download
from cli.runs.entries import read_entries, refuse_deferred, select_entries
from cli.runs.reasons import describe_status, read_request
from components.aws import Aws, Run
from components.aws.runs import format_time
from components.errors import Denied, Rejected
from components.kinds import Kind
from components.printable import visible


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a job's name")
    add_text(parser, "-o --output", "DIR", "download into this folder")
    add_flag(
        parser,
        "--count",
        f"count records also where more than {format_size(COUNTED)} must be read for it",
    )
    add_stack(parser)
    parser.epilog = (
        "A download that was interrupted goes on where it ended; what is there already is not fetched again. "
        "Exit code 1 where there are no results, or not all could be written."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    (entry,) = select_entries(read_entries(stack), [args.job], stack)
    refuse_deferred(entry, "results")
    redactor = make_redactor(stack)
    aws = connect_to_run(stack, entry)
    found = describe_run(aws, entry)
    artifacts = list_artifacts(aws, entry.kind, found)
    told = f"{entry.name}: {redactor.hide(describe_status(found))}"
    if not artifacts.found:
        print(f"{told}; {_explain_nothing(artifacts, found)}", file=sys.stderr)
        return 1
    print(f"{told}, {artifacts.folder}")
    folder = Path(args.output) if args.output else None
    try:
        code = _list(artifacts) if folder is None else _download(aws, artifacts, folder)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where this one ended", file=sys.stderr)
        return 130
    older = f"; {count(artifacts.older, 'object')} there {'is' if artifacts.older == 1 else 'are'} older"
    print(
        f"{count(len(artifacts.found), 'object')}, {format_size(artifacts.size)}"
        f"{older if artifacts.older else ''}"
    )
    if entry.kind.artifacts.by_record:
        print(_count(aws, entry.kind, found, artifacts, folder, args.count))
    return code


def _explain_nothing(artifacts: RunArtifacts, found: Run) -> str:
    if not artifacts.folder:
        return (
            "it has no results yet: AWS has not started it"
            if not found.phase.ended
            else "it left none"
        )
    there = f"nothing at {artifacts.folder}"
    if artifacts.older:
        return f"{there} is newer than this run ({count(artifacts.older, 'older object')})"
    return there if found.phase.ended else f"{there} yet"


def _list(artifacts: RunArtifacts) -> int:
    rows = [
        (visible(each.name), format_size(each.stored.size), format_time(each.stored.modified))
        for each in artifacts.found
    ]
    print("\n".join(f"  {line}" for line in align(rows)))
    return 0


def _download(aws: Aws, artifacts: RunArtifacts, folder: Path) -> int:
    """Download all; what cannot be written is named, and the rest goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    new, problems = 0, []
    with show_progress(artifacts.size, sys.stderr) as advance:
        for each in artifacts.found:
            try:
                new += download(aws, each, folder, partial(advance, each.name))
            except Unsafe as error:
                problems.append(str(error))
                continue
            print(f"  {visible(str(folder / each.name))}", flush=True)
    same = len(artifacts.found) - new - len(problems)
    print(f"{count(new, 'file')} downloaded{f', {same} there already' if same else ''}")
    for problem in problems:
        print(f"not downloaded: {visible(problem)}", file=sys.stderr)
    return 1 if problems else 0


def _count(
    aws: Aws, kind: Kind, found: Run, artifacts: RunArtifacts, folder: Path | None, always: bool
) -> str:
    """Say for how many records of the input there is a result; from the files, where those are here."""
    try:
        inputs = list_inputs(aws, kind, read_request(kind, found))
        size = artifacts.size + sum(each.size for each in inputs or ())
        if size > COUNTED and not always:
            return f"records not counted: {format_size(size)} must be read for it (--count does)"
        records = count_records(aws, kind, inputs, artifacts, folder)
    except (Denied, Rejected) as error:
        return f"records not counted: {error}"
    read = "unknown" if records.read is None else str(records.read)
    return f"records: {read} in, {records.done} out, {records.failed} in error"
