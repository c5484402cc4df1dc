"""`jobctl expand FILE`: print the requests of a job file as they would be sent, secrets redacted."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from cli.commands.validate import read_stdin, select
from cli.display.reports import format_text
from cli.engine.arguments import add_flag, add_stack, add_text
from cli.project.settings import find_own_project, list_job_folders
from cli.project.stack import find_selected
from components.errors import JobError
from components.jobfile import Job, Pending
from components.jobfile.words import suggest
from components.kinds import KINDS
from components.redact import HIDDEN
from components.run import submission
from components.stack.load import load_stack
from components.wire import Path as Place
from components.wire import join_path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a job file, - for standard input")
    add_stack(parser, "default: the selected stack, or the only one")
    add_text(parser, "--job", "JOB", "only this job of a file with a matrix")
    add_flag(parser, "--object", "print the payload as an object, easier to read")
    parser.epilog = (
        "One job is printed as an object for `aws ... --cli-input-json`, several as a list. Values that are not known "
        "before `up` are shown as ${...}. The tags and the token of jobctl are left out: a run that you submit by hand "
        "is not mistaken for one of its own."
    )


def run(args: argparse.Namespace) -> int:
    here = Path.cwd()
    project = find_own_project(here)
    stack = args.stack or find_selected(project, os.environ)
    known = stack if args.stack or stack in project.stacks() else ""
    stacks = [each for folder in list_job_folders(project, known) for each in folder.stacks]
    if len(stacks) > 1:
        raise JobError(f"choose a stack with -s: {', '.join(each.stack for each in stacks)}")
    read, wanted = select([args.file], here, stacks[0], read_stdin([args.file]))
    found = load_stack(stacks[0], read=read)
    problems = [each for each in found.problems if each.file in wanted]
    if any(problem.level == "error" for problem in problems):
        sys.stderr.write(format_text(problems, read.files, len(wanted), sys.stderr))
        return 1
    jobs = [job for job in found.jobs if job.file in wanted]
    if args.job:
        names = [job.name for job in jobs]
        jobs = [job for job in jobs if job.name == args.job]
        if not jobs:
            raise JobError(f"{args.file} has no job `{args.job}`{suggest(args.job, names)}")
    requests = [complete_request(job, as_object=args.object) for job in jobs]
    print(json.dumps(requests[0] if len(requests) == 1 else requests, indent=2, ensure_ascii=False))
    return 0


def complete_request(job: Job, *, as_object: bool = False) -> dict[str, Any]:
    """Return a job's complete request; secret leaves read `[secret]`, unknown ones `${...}`."""
    kind = KINDS[job.kind]
    request = _show(job.request, ("request",), frozenset(job.secret_paths))
    stem = submission.make_stem(kind, {"name": job.name, "request": request})
    request = {kind.request.name_field: stem, **request}
    payload = kind.payload
    if payload is not None and isinstance(request.get(payload.field), dict):
        name = submission.make_payload_stem(kind, job.name)
        body = {payload.name_field: name, **request[payload.field]}
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        request[payload.field] = body if as_object else text
    return request


def _show(value: Any, at: Place, secrets: frozenset[str]) -> Any:
    if join_path(at) in secrets:
        return HIDDEN
    if isinstance(value, Pending):
        return value.text
    if isinstance(value, dict):
        return {key: _show(item, (*at, key), secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_show(item, (*at, index), secrets) for index, item in enumerate(value)]
    return value
