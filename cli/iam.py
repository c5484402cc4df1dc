"""`jobctl iam`: the least policies for the roles of the workflows, as documents that IAM takes."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path

from cli.contexts import context
from cli.engine import chosen_stack
from cli.plan import job_files
from cli.stack import find_project
from components import permissions
from components.errors import JobError
from components.jobfile import Job
from components.wire import leaves

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=permissions.ROLES, default="deploy")
    parser.add_argument("-s", "--stack", default="", help="default: the selected stack")
    parser.add_argument("--account", default="", help="default: that of the jobs' roles")
    parser.add_argument(
        "--state",
        default="",
        metavar="S3-URI",
        help="where Pulumi's state lies (s3://BUCKET/PREFIX)",
    )
    parser.add_argument(
        "--trust",
        default="",
        metavar="OWNER/REPOSITORY",
        help="print the trust policy instead: who may take the role, from GitHub Actions",
    )
    parser.add_argument("--environment", default="production", help="of the deploy workflow")
    parser.epilog = (
        "Queues, roles and watched objects are those of the stack's job files: print it again when a job file names "
        "another one."
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    stack = chosen_stack(project, ["--stack", args.stack] if args.stack else [], os.environ)
    if not stack.name:
        raise JobError("no stack is selected: name one with -s")
    for name, uri in (("--state", args.state),):
        if uri and not re.fullmatch(r"s3://[^/]+(/.*)?", uri):
            raise JobError(f"{name} is {uri}: it must be s3://BUCKET/PREFIX")
    if args.trust and not re.fullmatch(r"[\w.-]+/[\w.-]+", args.trust):
        raise JobError(f"--trust is {args.trust}: it must be OWNER/REPOSITORY")
    jobs = job_files(stack)
    roles = _roles(jobs)
    accounts = sorted({role.split(":")[4] for role in roles})
    if not args.account and len(accounts) > 1:
        raise JobError(f"the jobs' roles are of {', '.join(accounts)}: name one with --account")
    region = context(stack, []).region
    scope = permissions.Scope(
        project=project.name,
        stack=stack.name,
        account=args.account or (accounts[0] if accounts else "*"),
        region=region or "*",
        partition=_partition(region),
        roles=roles,
        queues=_queues(jobs),
        watched=tuple(sorted({str(uri) for job in jobs for uri in job.watch})),
        artifacts=stack.setting("aws-jobs:artifacts"),
        state=args.state,
    )
    if args.trust:
        document = permissions.trust(args.trust, args.role, scope, args.environment)
    else:
        document = permissions.policy(args.role, scope)
    print(json.dumps(document, indent=2))
    return 0


def _roles(jobs: list[Job]) -> tuple[str, ...]:
    """The roles that the job files name; none (which means any) where one is known only later."""
    found = set()
    for job in jobs:
        named = [
            leaf
            for path, leaf in leaves(job.request)
            if isinstance(leaf, str) and _ROLE.fullmatch(leaf)
        ]
        if not named:
            return ()
        found.update(named)
    return tuple(sorted(found))


def _queues(jobs: list[Job]) -> tuple[str, ...]:
    """The names of the queues; none (which means any) where one is known only later."""
    asked = [job.request["jobQueue"] for job in jobs if "jobQueue" in job.request]
    if not all(isinstance(queue, str) for queue in asked):
        return ()
    return tuple(sorted({queue.rpartition("/")[2] for queue in asked}))


def _partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
