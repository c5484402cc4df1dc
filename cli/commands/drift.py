"""`jobctl drift`: report where AWS and the repository differ, and keep one issue open as long as they do."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from cli.commands.comment import make_marker
from cli.commands.plan import make_plan, read_preview
from cli.display.escape import code
from cli.display.text import fit_rows
from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.engine.without_secrets import add_without_secrets
from cli.github.api import AUTHOR, GitHub, find_marked
from cli.planning.model import Plan, PlannedJob
from cli.planning.words import name_action
from components.errors import JobError
from components.lifecycle.read import DESCRIBE_ALL
from components.printable import visible

# what the next scheduled `up` does by itself is no disagreement
_COMES_BY_ITSELF = ("period", "watched")
_LONGEST = 60_000


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_without_secrets(parser)
    add_flag(parser, "--issue", "open, update or close the GitHub issue about drift")
    parser.add_argument("--author", default=AUTHOR, help="the token's owner")
    parser.epilog = (
        "Exit code: 0 if they agree, 1 if they differ; with --issue 0 once the issue is up to date. A run that was "
        "terminated counts until the job runs again or its file is removed."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    os.environ[DESCRIBE_ALL] = "true"
    plan = make_plan(stack, read_preview(stack, without_secrets=args.without_secrets))
    if plan.errors:
        raise JobError("the preview found problems:\n" + "\n".join(plan.errors))
    found = find_differences(plan)
    for name, what in found:
        print(visible(f"{name}: {what}"))
    if not found:
        print("AWS and the repository agree")
    if args.issue:
        marker = make_marker("drift", stack)
        print(report_drift(GitHub.of(os.environ), marker, stack.name, found, args.author))
        return 0
    return 1 if found else 0


def find_differences(plan: Plan) -> list[tuple[str, str]]:
    """Return each job's name and its difference: what happened in AWS, and what is merged but not deployed."""
    found = [(drift.name, drift.what) for drift in plan.drift]
    named = {drift.name for drift in plan.drift}
    found += [
        (job.name, f"`{name_action(job)}` is merged but not deployed")
        for job in plan.jobs
        if job.name not in named and _is_overdue(job)
    ]
    return sorted(found)


def _is_overdue(job: PlannedJob) -> bool:
    # of an unknown one nobody can say whether it is deployed
    if job.action in ("defer", "unknown") or (job.action == "submit" and job.waits_for):
        return False
    if job.action == "submit":
        return job.cause != "ready"
    makes = [change.path for change in job.changes if change.reruns]
    return not makes or not all(path.startswith(_COMES_BY_ITSELF) for path in makes)


def report_drift(
    github: GitHub, marker: str, stack: str, found: Sequence[tuple[str, str]], author: str
) -> str:
    """Open, update or close the stack's one issue; return what was done."""
    issues = github.pages("/issues", state="open", creator=author)
    old = find_marked((issue for issue in issues if "pull_request" not in issue), marker, author)
    if not found:
        if old is None:
            return "no issue to close"
        path = f"/issues/{old['number']}"
        github.call("POST", f"{path}/comments", {"body": "AWS and the repository agree again."})
        github.call("PATCH", path, {"state": "closed", "state_reason": "completed"})
        return f"closed #{old['number']}"
    body = {"body": format_issue(marker, found)}
    if old is not None:
        github.call("PATCH", f"/issues/{old['number']}", body)
        return f"updated #{old['number']}"
    title = f"AWS and the repository differ: jobs of {visible(stack)}"
    new = github.call("POST", "/issues", {"title": title, **body})
    return f"opened #{new['number']}"


def format_issue(marker: str, found: Sequence[tuple[str, str]]) -> str:
    """Return the issue's body; names and reasons from AWS are escaped."""
    return (
        f"{marker}\n| job | |\n|---|---|\n"
        + fit_rows(found, _format_row, _LONGEST, "\n... and {} more\n")
        + "\nTo resolve this: rerun a terminated job (`./jobctl rerun JOB`, in a pull request) or remove its file; "
        "deploy what is merged (the deploy workflow). The issue is then closed automatically.\n"
    )


def _format_row(row: tuple[str, str]) -> str:
    name, what = row
    return f"| {code(name, 128)} | {code(what, 400)} |\n"
