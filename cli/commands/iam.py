"""`jobctl iam`: print the least policies for the roles of the workflows and of people, as IAM documents."""

from __future__ import annotations

import argparse
import json
import re

from cli.engine.arguments import add_list, add_stack, add_text, find_stack
from cli.project.settings import read_stack_settings
from cli.project.stack import Stack
from cli.project.targets import FILE, read_targets
from components import permissions
from components.aws.regions import list_regions
from components.errors import JobError, Problems
from components.platform.config import Account
from components.platform.documents import github_trust
from components.stack.load import load_stack
from components.stack.scope import build_scope

ENVIRONMENTS = {"preview": "preview", "deploy": "production"}
_S3_URI = (r"s3://[^/]+(/.*)?", "s3://BUCKET/PREFIX")
_REPOSITORY = (r"[\w.-]+/[\w.-]+", "OWNER/REPOSITORY")
_STACK = (r"([\w.-]+/)?[\w.-]+", "STACK or PROJECT/STACK")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=permissions.ROLES, default="deploy")
    add_stack(parser)
    add_text(parser, "--account", "ACCOUNT", "default: the account of the jobs' roles")
    add_text(parser, "--state", "S3-URI", "where Pulumi's state is (s3://BUCKET/PREFIX)")
    add_text(
        parser,
        "--trust",
        "OWNER/REPOSITORY",
        "print the role's trust policy for GitHub Actions instead",
    )
    add_text(
        parser,
        "--environment",
        "ENVIRONMENT",
        f"GitHub's; default: preview; for the deploy role the stack's in {FILE}, else production",
    )
    add_list(
        parser,
        "--formerly",
        "[PROJECT/]STACK",
        "a name that the stack had before `stack rename`: its runs may be renamed too",
    )
    parser.epilog = (
        "Queues, roles, inputs, watched objects and adopted training jobs come from the stack's job files: print it "
        "again when a job file names a new one."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    if args.trust and not args.environment and args.role not in ENVIRONMENTS:
        raise JobError(
            f"the role {args.role} is for people; to let a workflow have it, name its --environment"
        )
    for option, value, (pattern, expected) in (
        ("--state", args.state, _S3_URI),
        ("--trust", args.trust, _REPOSITORY),
        *(("--formerly", name, _STACK) for name in args.formerly),
    ):
        if value and not re.fullmatch(pattern, value):
            raise JobError(f"{option} is {value}; expected {expected}")
    settings = read_stack_settings(stack)
    jobs = load_stack(settings)
    if settings.platform and not jobs.platform:
        raise Problems(jobs.problems)
    roles = permissions.find_roles((job.kind, job.request) for job in jobs.jobs)
    accounts = sorted({role.split(":")[4] for role in roles or ()})
    if not args.account and len(accounts) > 1:
        raise JobError(
            f"the jobs' roles are in several accounts ({', '.join(accounts)}); choose one with --account"
        )
    id_ = args.account or (accounts[0] if accounts else "*")
    account = Account(id_, settings.region or "*", list_regions().get(settings.region, "aws"))
    if jobs.platform:
        jobs = load_stack(settings, account=account)
    formerly = [name if "/" in name else f"{settings.project}/{name}" for name in args.formerly]
    scope = build_scope(jobs, account, args.state, formerly)
    if args.trust:
        environment = args.environment or find_environment(stack, args.role)
        document = github_trust(args.trust, environment, scope.account, scope.partition)
    else:
        document = permissions.make_policy(args.role, scope)
    print(json.dumps(document, indent=2))
    return 0


def find_environment(stack: Stack, role: str) -> str:
    """Return the GitHub environment whose workflows take the role: of the deploy role the stack's own."""
    deployed = {target.stack: target.environment for target in read_targets(stack.project)}
    return (deployed.get(stack.name) if role == "deploy" else "") or ENVIRONMENTS[role]
