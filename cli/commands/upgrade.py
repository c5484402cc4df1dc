"""`jobctl upgrade`: bring another version's files in one commit, and show that the jobs stay what they are.

Previews and `validate` run in processes of their own, because the code changes between them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.display.text import count
from cli.engine.arguments import add_flag, add_list, add_text
from cli.engine.run import read_error
from cli.planning.preview import read
from cli.project.stack import HERE, find_project
from cli.repository.git import find_repository, git, is_clean
from cli.repository.manifest import LOCK, compute_digests, read_lock
from cli.repository.upgrade import Changes, apply, compare, open_release
from cli.repository.version import is_older
from components.errors import JobError

UNDO = "nothing is committed: `git reset --hard` undoes the upgrade"


def configure(parser: argparse.ArgumentParser) -> None:
    add_text(
        parser,
        "version",
        "VERSION",
        "such as 1.2.0, a branch, a whole commit, or a folder (default: the newest release)",
        nargs="?",
    )
    add_text(
        parser,
        "--from",
        "ADDRESS",
        "the repository that versions come from (default: the one in upstream.lock)",
        dest="source",
    )
    add_list(
        parser, "-s --stack", "STACK", "preview this stack only, may be repeated (default: each)"
    )
    add_list(
        parser, "--take", "PATH", "replace what you changed at or below this path, may be repeated"
    )
    add_flag(parser, "--downgrade", "bring an older version than this one")
    parser.epilog = (
        "Stops where an upstream path was changed here (upstream.yaml says which these are). Runs `validate` for "
        "every stack, shows what differs in the previews, and commits."
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    root = project.root
    if root != HERE:
        raise JobError(f"this jobctl belongs to {HERE}; run the one of {root}")
    lock = read_lock(root)
    if find_repository(root) is None or not is_clean(root):
        raise JobError("commit your changes first: an upgrade is a commit of its own")
    source = args.source or lock.source
    with open_release(args.version, source) as release:
        older = is_older(release.version, lock.version)
        if older and not args.downgrade:
            raise JobError(
                f"{release.version} is older than {lock.version}, which this repository has. A state that "
                f"{lock.version} has written may preview changes with it; --downgrade brings it all the same"
            )
        have = compute_digests(root, [*{*release.files, *lock.files}])
        changes = compare(release, lock.files, have, args.take)
        _stop_at(changes)
        if not changes.write and not changes.remove:
            print(f"nothing to do: this is {release.version}")
            return 0
        stacks = args.stack or project.stacks()
        print(f"previewing {', '.join(stacks)} with {lock.version}", flush=True)
        before = {stack: preview(root, stack) for stack in stacks}
        apply(root, release, changes, source)
        # by name: a preview may have written a salt into a stack's settings
        git(root, "add", "--all", "--", *changes.write, *changes.remove, LOCK)
    if any(path.startswith("requirements") for path in changes.write):
        _run(root, "the new requirements", [str(root / "jobctl"), "setup"])
    for stack in project.stacks() or [""]:
        print(f"validating {stack}".rstrip())
        _run(root, f"validate of the stack {stack}", ["-m", "cli", "validate", "-s", stack])
    print(f"previewing {', '.join(stacks)} with {release.version}", flush=True)
    for stack in stacks:
        print(describe(stack, before[stack], preview(root, stack)))
    verb = "Downgrade" if older else "Upgrade"
    _commit(root, f"{verb} jobctl from {lock.version} to {release.version}", changes)
    return 0


def _stop_at(changes: Changes) -> None:
    for path in changes.kept:
        print(f"{path}: yours, and changed upstream; compare them yourself")
    if changes.changed:
        listed = "".join(f"\n  {path}" for path in changes.changed)
        raise JobError(
            f"{count(len(changes.changed), 'upstream path')} changed here; nothing was upgraded:{listed}\n"
            "Undo these changes, or give them up with --take PATH"
        )


def _run(root: Path, what: str, arguments: Sequence[str]) -> None:
    sys.stdout.flush()
    if subprocess.call([sys.executable, *arguments], cwd=root) != 0:
        raise JobError(f"{what} failed, see above; {UNDO}, or fix it and commit")


def _commit(root: Path, title: str, changes: Changes) -> None:
    body = f"{count(len(changes.write), 'file')} written, {len(changes.remove)} removed by `jobctl upgrade`."
    try:
        git(root, "commit", "--quiet", "-m", title, "-m", body)
    except JobError as error:
        raise JobError(f"{error}; the upgrade is staged, commit it") from None
    print(f"committed: {title}")


def preview(root: Path, stack: str) -> dict[str, str] | JobError:
    """Return what a preview would do, by resource, or why there is none."""
    command = [sys.executable, "-m", "cli", "preview", "--stack", stack, "--json"]
    done = subprocess.run([*command, "--non-interactive"], cwd=root, capture_output=True, text=True)
    is_document = done.stdout.lstrip().startswith("{")
    if done.returncode != 0 or not is_document:
        found = read(done.stdout).errors if is_document else []
        return JobError("\n  ".join(found) or read_error(done.returncode, done.stderr))
    return read_steps(json.loads(done.stdout).get("steps") or [])


def read_steps(steps: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return a line for each resource that a preview's steps change: `replace request.tags`."""
    found: dict[str, list[str]] = {}
    for step in steps:
        if step["op"] not in ("same", "refresh"):
            name = str(step["urn"]).rpartition("::")[2]
            found.setdefault(name, []).append(
                " ".join([step["op"], *sorted(step.get("detailedDiff") or {})])
            )
    return {name: ", ".join(lines) for name, lines in found.items()}


def describe(
    stack: str, before: dict[str, str] | JobError, after: dict[str, str] | JobError
) -> str:
    """Return how the previews of a stack differ."""
    if isinstance(after, JobError) or isinstance(before, JobError):
        error = after if isinstance(after, JobError) else before
        return f"{stack}: not compared, there is no preview: {error}"
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    if not names:
        return f"{stack}: no difference in the preview"
    lines = [
        f"  {name}: {before.get(name, 'no change')} -> {after.get(name, 'no change')}"
        for name in names
    ]
    return "\n".join([f"{stack}: the preview differs", *lines])
