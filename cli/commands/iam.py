"""`jobctl iam`: the least policies for the roles of the workflows, as documents that IAM takes."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from cli.commands.plan import job_files
from cli.engine.arguments import add_stack, find_stack
from cli.project.contexts import context
from components import permissions
from components.errors import JobError
from components.platform.asked import CODE, KEY, Home, asked
from components.platform.documents import github_trust

ENVIRONMENTS = {"preview": "preview", "deploy": "production"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=permissions.ROLES, default="deploy")
    add_stack(parser)
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
    parser.add_argument(
        "--environment",
        default="",
        help="GitHub's; default: preview, or production for the deploy role",
    )
    parser.epilog = (
        "Queues, roles, inputs, watched objects and adopted training jobs are those of the stack's job files: print it "
        "again when a job file names another one."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    project = stack.project
    if args.state and not re.fullmatch(r"s3://[^/]+(/.*)?", args.state):
        raise JobError(f"--state is {args.state}; expected s3://BUCKET/PREFIX")
    if args.trust and not re.fullmatch(r"[\w.-]+/[\w.-]+", args.trust):
        raise JobError(f"--trust is {args.trust}: it must be OWNER/REPOSITORY")
    region = context(stack, []).region
    jobs = job_files(stack)
    roles = permissions.roles_named((job.kind, job.request) for job in jobs)
    accounts = sorted({role.split(":")[4] for role in roles or ()})
    if not args.account and len(accounts) > 1:
        raise JobError(f"the jobs' roles are of {', '.join(accounts)}: name one with --account")
    account = args.account or (accounts[0] if accounts else "*")
    platform = asked(context(stack, []).config.get(KEY, ""), project.name, stack.name, project.root)
    own = ""
    if platform:
        jobs = job_files(stack, platform.outputs(Home(account, region, _partition(region))))
        roles = permissions.roles_named((job.kind, job.request) for job in jobs)
        own = f"s3://{platform.bucket}/{CODE}" if platform.bucket else ""
    scope = permissions.Scope(
        project=project.name,
        stack=stack.name,
        account=account,
        region=region or "*",
        partition=_partition(region),
        roles=roles,
        queues=permissions.queues_named((job.kind, job.request) for job in jobs),
        watched=tuple(sorted({str(uri) for job in jobs for uri in job.watch})),
        inputs=permissions.inputs_named((job.kind, job.request) for job in jobs),
        read_inputs=stack.setting("aws-jobs:readInputs") == "true",
        artifacts=stack.setting("aws-jobs:artifacts") or own,
        state=args.state,
        adopted=permissions.linked_runs_named(job.adopt for job in jobs),
    )
    if args.trust:
        document = trust(args.trust, args.role, scope, args.environment)
    else:
        document = permissions.policy(args.role, scope)
    print(json.dumps(document, indent=2))
    return 0


def _partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def trust(
    repository: str, role: str, scope: permissions.Scope, environment: str = ""
) -> dict[str, Any]:
    """Return who may take the role: the workflows of one environment of this repository, by GitHub's OIDC tokens."""
    where = environment or ENVIRONMENTS[role]
    return github_trust(repository, where, scope.account, scope.partition)
