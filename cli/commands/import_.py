"""`jobctl import`: write the job file of an existing job. The next `up` adopts the run and submits nothing."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.commands.validate import select
from cli.display.text import count, relative
from cli.editing import job_text
from cli.editing.job_files import find_schema, write_new
from cli.engine.arguments import add_flag, add_stack, add_text, find_stack
from cli.project.settings import read_stack_settings
from cli.project.stack import Stack
from cli.runs.connection import connect_stack
from components.aws import Aws, Run, find_adopted
from components.aws.runs import arn_region, is_linked
from components.aws.survey import list_newest, list_queues
from components.errors import JobError
from components.kinds import KINDS, Kind
from components.run.definition import IDENTITY
from components.stack.load import load_stack

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def configure(parser: argparse.ArgumentParser) -> None:
    add_text(parser, "job", "JOB", "a job ID, or the ARN of a job or training job", nargs="?")
    add_text(parser, "-o --output", "FILE", "default: jobs/<name>.yaml")
    add_flag(parser, "--all", "import the newest job of each name in the queue")
    add_text(parser, "--queue", "Q", "the job queue (with --all, or for a training job)")
    add_stack(parser)
    parser.epilog = (
        "The file has `adopt:`; the next ./jobctl up adopts the run and submits nothing. A later change of the "
        "file is a new run. A training job that Batch never had becomes a service job in --queue for its next run."
    )


def run(args: argparse.Namespace) -> int:
    if args.all == bool(args.job) or (args.all and not args.queue) or (args.all and args.output):
        raise JobError(
            "name one job (its id or ARN), or use --all --queue Q for all jobs of a queue"
        )
    stack = find_stack(args)
    aws = connect_stack(stack)
    folder = read_stack_settings(stack).folder
    if args.all:
        return _import_queue(stack, aws, folder, args.queue)
    kind = find_kind(args.job)
    found = find_adopted(aws, kind, {"name": args.job, "adopt": _require_region(args.job, aws)})
    if found is None:
        raise JobError(f"AWS has no job {args.job} in {aws.region}")
    _require_free(found, args.job)
    is_named = args.output not in ("", "-")
    name = Path(args.output).stem if is_named else job_text.make_job_name(kind, found)
    queue = _choose_queue(aws, kind, args.queue) if is_linked(kind, found.arn) else ""
    document = job_text.make_document(kind, found, name, queue)
    if args.output == "-":
        print(_format_file(document, found, stack, folder / "-"), end="")
        return 0
    path = Path(os.path.abspath(args.output)) if args.output else folder / f"{name}.yaml"
    print(_write(document, found, stack, path))
    _check([path], stack)
    return 0


def find_kind(job: str) -> Kind:
    """Return the kind that an ID or ARN belongs to, by the form of each kind's ARNs."""
    for kind in KINDS.values():
        if not kind.request.unique_names and _UUID.fullmatch(job):
            return kind
        forms = [(kind.service, kind.record.arn.split(":", 5)[5].partition("/")[0])]
        if kind.link:
            forms.append((kind.link.service, kind.link.resource))
        for service, resource in forms:
            if re.fullmatch(rf"arn:[^:]+:{service}:[^:]+:\d+:{resource}/.+", job):
                return kind
    titles = ", ".join(kind.title for kind in KINDS.values())
    raise JobError(f"`{job}` is not the ID or ARN of an {titles} or training job")


def _require_region(job: str, aws: Aws) -> str:
    if job.startswith("arn:") and arn_region(job) != aws.region:
        raise JobError(
            f"{job} is in {arn_region(job)}, but the stack is in {aws.region}; choose another with -s"
        )
    return job


def _require_free(found: Run, asked: str) -> None:
    owner = found.tags.get(IDENTITY)
    if owner and not found.released:
        raise JobError(f"{asked} already belongs to {owner}; its job file is in that project")


def _choose_queue(aws: Aws, kind: Kind, given: str) -> str:
    """Return the queue for a training job's next run: the one named, else the only one."""
    names = list_queues(aws, kind)
    if given:
        return given
    if len(names) == 1:
        return names[0]
    known = f" ({', '.join(names)})" if names else ""
    raise JobError(f"name the queue for its next run: --queue Q{known}")


def _import_queue(stack: Stack, aws: Aws, folder: Path, queue: str) -> int:
    kind = next(kind for kind in KINDS.values() if kind.listing.scopes)
    made: list[Path] = []
    for name, (found, older) in sorted(_find_newest(kind, aws, queue).items()):
        path = folder / f"{name}.yaml"
        try:
            _require_free(found, found.name)
            document = job_text.make_document(kind, found, name, queue)
            done = _write(document, found, stack, path)
        except JobError as error:
            print(f"{name}: skipped: {error}")
            continue
        made.append(path)
        print(done + (f"; {older} older skipped" if older else ""))
    print(f"{count(len(made), 'job file')} written")
    if made:
        _check(made, stack)
    return 0


def _find_newest(kind: Kind, aws: Aws, queue: str) -> Mapping[str, tuple[Run, int]]:
    """Return the newest run and the number of older ones, by the name of the job file."""
    found: dict[str, tuple[Run, int]] = {}
    for each, older in sorted(list_newest(aws, kind, queue), key=lambda pair: pair[0].created):
        name = job_text.make_job_name(kind, each)
        if name in found:
            older += found[name][1] + 1
        found[name] = (each, older)
    return found


def _format_file(document: Mapping[str, Any], found: Run, stack: Stack, path: Path) -> str:
    schema = find_schema(stack.project.root, path.parent)
    origin = f"Imported from {found.name}; nothing is submitted until this file changes."
    return job_text.format_text(document, schema, origin, path.suffix == ".json")


def _write(document: Mapping[str, Any], found: Run, stack: Stack, path: Path) -> str:
    """Write the job file; return what was done. Raises `JobError` where a job file of that name exists."""
    write_new(path, _format_file(document, found, stack, path))
    return f"{relative(path)}: adopts {found.name} ({found.status})"


def _check(paths: Sequence[Path], stack: Stack) -> None:
    """Print the problems of the new files, checked together with the existing ones."""
    settings = read_stack_settings(stack)
    read, new = select([str(path) for path in paths], Path.cwd(), settings)
    for problem in load_stack(settings, read=read).problems:
        if problem.file in new:
            print(f"{problem.level}: {problem}", file=sys.stderr)
