"""Make a team's own repository from this one: upstream's files, the team's first ones, and no sample."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.project.stack import Project
from cli.repository.git import find_repository, git, has_git, is_clean
from cli.repository.manifest import (
    LOCK,
    Lock,
    compute_digests,
    list_upstream,
    read_manifest,
    write_lock,
)
from cli.repository.source import find_source, find_version
from components.aws.regions import check_region
from components.errors import JobError

NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")  # Pulumi's rule for projects and stacks
LOCAL = "local"
_NO_PREFLIGHT = """\
  # previews show jobs that name queues, roles and buckets of your account; the emulator has others, and refuses to run
  # them (./jobctl emulator status lists what it has; without this line previews say what it lacks)
  aws-jobs:preflight: "false"
"""
_TEMPLATE = re.compile(r"^template:.*\n(?:[ \t].*\n|\n)*", re.MULTILINE)
_README = """# {name}

Machine-learning jobs on AWS, declared in files in `jobs/` and deployed by pull request.

    ./jobctl new ServiceJob churn     # then fill in jobs/churn.yaml
    ./jobctl validate
    ./jobctl emulator start           # an AWS on this machine
    ./jobctl preview -s local
    ./jobctl --help

[Job files](docs/job-files.md), [pull requests and deployment](docs/gitops.md), [following runs](docs/runs.md).
`upstream.yaml` says which paths come from upstream and which are ours; `./jobctl upgrade` brings the next version.
"""


@dataclass(frozen=True)
class Wanted:
    """What the repository is called, its region, and the stacks that it gets besides `local`."""

    name: str
    region: str
    stacks: tuple[str, ...] = ()


def check_wanted(wanted: Wanted) -> None:
    for what, text in (("project", wanted.name), *(("stack", name) for name in wanted.stacks)):
        if not NAME.fullmatch(text):
            raise JobError(
                f"`{text}` is not a valid {what} name; use up to 100 letters, digits, -, _ and ."
            )
    check_region(wanted.region)


def create(source: Path, target: Path, wanted: Wanted) -> None:
    """Write the repository into an empty folder, or turn this one into it where `target` is `source`."""
    manifest = read_manifest(source)
    if target == source:
        if (source / LOCK).exists():
            raise JobError(f"{target} is a team's repository already: it has {LOCK}")
        for path in manifest.entries.get("left_out", ()):
            _remove(target / path)
    elif target.is_file() or (
        target.is_dir() and {path.name for path in target.iterdir()} - {".git"}
    ):
        raise JobError(f"{target} is not empty; name a new folder")
    files = list_upstream(source, manifest)
    copy_files(source, target, files)
    project = (source / "Pulumi.yaml").read_text("utf-8")
    project = re.sub(
        r"^name:.*$", f"name: {write_text(wanted.name)}", project, count=1, flags=re.MULTILINE
    )
    _write(target / "Pulumi.yaml", _TEMPLATE.sub("", project))
    region = f"  aws:region: {wanted.region}\n"
    for name in wanted.stacks:
        file = target / f"Pulumi.{name}.yaml"
        if not file.exists():
            _write(file, f"config:\n{region}")
    local = (source / f"Pulumi.{LOCAL}.yaml").read_text("utf-8")
    local = re.sub(r"^ +aws:region:.*\n", "", local, flags=re.MULTILINE)
    # with no file of a job yet, it takes the region of another stack
    is_alone = not {*Project(target, wanted.name).stacks()} - {LOCAL}
    _write(target / f"Pulumi.{LOCAL}.yaml", local + _NO_PREFLIGHT + region * is_alone)
    _write(target / "README.md", _README.format(name=wanted.name))
    _write(target / "jobs" / ".gitkeep", "")
    digests = compute_digests(target, files)
    write_lock(target, Lock(find_version(source), find_source(source), digests))


def copy_files(source: Path, target: Path, files: Iterable[str]) -> None:
    """Copy files with their modes."""
    if source == target:
        return
    for path in files:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / path, target / path)


def commit_first(root: Path, clean: bool) -> str:
    """Make the folder a git repository with one commit. Returns what it did, or why not.

    In a repository that had changes before (not `clean`) nothing is committed.
    """
    if not has_git():
        return "git is not installed, so this is not a git repository yet"
    if find_repository(root) is None:
        git(root, "init", "--quiet", "--initial-branch", "main")
    elif not clean:
        return "not committed: there were changes before"
    git(root, "add", "--all", ".")
    try:
        git(root, "commit", "--quiet", "-m", f"Start from jobctl {find_version(root)}")
    except JobError as error:
        return f"not committed: {error}; run git commit once git knows who you are"
    return "committed"


def was_clean(root: Path) -> bool:
    """Tell whether `commit_first` may commit: a new folder, or a repository without changes.

    Raises `JobError` for a folder within another repository, whose workflows nobody would run.
    """
    found = find_repository(root) if has_git() else None
    if found is not None and found != root:
        raise JobError(
            f"{root} is in the git repository {found}, where its workflows would not run: "
            "name a folder outside, or run `git init` in it first"
        )
    return found is None or is_clean(root)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_text(text: str) -> str:
    """Return a name as YAML reads it back: in quotes where it would be a number or a date."""
    return text if isinstance(yaml.safe_load(text), str) else json.dumps(text)
