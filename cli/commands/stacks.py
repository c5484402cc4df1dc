"""`jobctl stacks`: list the stacks that the workflows preview and deploy; in a workflow, write them as its matrix."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from cli.engine.arguments import add_flag
from cli.project.settings import read_stack_settings
from cli.project.stack import find_project, read_stack
from cli.project.targets import FILE, choose_touched, read_targets
from cli.repository.git import git, has_git
from components.errors import JobError
from components.printable import visible


def configure(parser: argparse.ArgumentParser) -> None:
    add_flag(
        parser,
        "--touched",
        "only those whose jobs the checked-out commit can change, against its first parent",
    )
    parser.epilog = (
        f"They are listed in {FILE}. In a workflow they are written to $GITHUB_OUTPUT as `stacks`, a JSON list for "
        "`matrix.include`; see docs/gitops.md."
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    targets = read_targets(project)
    none = f"{FILE} names no stack, so the workflows preview and deploy none; see docs/gitops.md"
    if targets and args.touched:
        folders = {
            name: read_stack_settings(read_stack(project, name)).jobs for name in project.stacks()
        }
        targets = choose_touched(targets, folders, list_changes(project.root))
        none = "the commit changes no stack's jobs"
    for target in targets:
        print(visible(f"{target.stack}: {target.environment}, {target.region}, {target.backend}"))
    if not targets:
        print(none)
    if os.environ.get("GITHUB_OUTPUT"):
        # https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-output-parameter
        with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
            output.write(f"stacks={json.dumps([asdict(target) for target in targets])}\n")
    return 0


def list_changes(root: Path) -> list[str]:
    """Return the files that the checked-out commit adds, changes or removes, relative to the project's folder.

    Against the first parent: for the merge commit that a pull request's workflow checks out, that is its whole change.
    """
    if not has_git():
        raise JobError("--touched needs git, and there is no `git` on PATH")
    words = ["--name-only", "--no-renames", "--relative", "-z", "HEAD^1", "HEAD"]
    try:
        listed = git(root, "diff", *words)
    except JobError:
        raise JobError(
            "git does not know the checked-out commit's parent; check out with `fetch-depth: 2`"
        ) from None
    return [path for path in listed.split("\0") if path]
