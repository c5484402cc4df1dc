"""The stacks that the workflows preview and deploy, as `.github/stacks.yaml` has them. Reads files only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cli.project.stack import Project, read_stack, read_yaml
from components import yaml12
from components.aws.regions import list_regions
from components.errors import Problem, Problems
from components.jobfile.places import Places
from components.wire import Path, join_path

FILE = ".github/stacks.yaml"
# Of each key: what its value looks like, and how to say it.
_KEYS = {
    "region": (r"\S+", "an AWS region, such as us-east-1"),
    "backend": (r"\S+", "Pulumi's backend, such as s3://acme-pulumi-state/aws-jobs"),
    "previewRole": (r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", "the ARN of an IAM role"),
    "deployRole": (r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", "the ARN of an IAM role"),
    "environment": (r".+", "the GitHub environment that its deployments run in"),
}
_SETTINGS = re.compile(r"Pulumi\.(.+)\.yaml")
_PROSE = re.compile(r"[^/]+\.md|docs/.+\.md|LICENSE")


@dataclass(frozen=True)
class Target:
    """A stack and how the workflows reach it."""

    stack: str
    region: str
    backend: str
    previewRole: str
    deployRole: str
    environment: str


def read_targets(project: Project) -> list[Target]:
    """Read the stacks in the file's order; none where there is no such file. Raises `Problems`, all of them."""
    file = project.root / FILE
    if not file.exists():
        return []
    document = read_yaml(file, yaml12.load, FILE, "stacks to their settings")
    places = Places(file.read_text("utf-8"), False)
    problems = [
        Problem(FILE, *places.of(path), join_path(path), message, "stacks")
        for path, message in _find_problems(document, project)
    ]
    if problems:
        raise Problems(problems)
    return [Target(stack, **values) for stack, values in document.items()]


def _find_problems(document: Mapping[str, Any], project: Project) -> Iterable[tuple[Path, str]]:
    for stack, values in document.items():
        is_known = stack in project.stacks()
        if not is_known:
            yield (stack,), f"there is no Pulumi.{stack}.yaml"
        if not isinstance(values, Mapping):
            yield (stack,), f"expected a mapping with {', '.join(_KEYS)}"
            continue
        for key in values:
            if key not in _KEYS:
                yield (stack, key), f"unknown key; allowed: {', '.join(_KEYS)}"
        for key, (pattern, expected) in _KEYS.items():
            value = values.get(key)
            if value is None:
                yield (stack,), f"`{key}` is missing: {expected}"
            elif (
                not isinstance(value, str)
                or not re.fullmatch(pattern, value)
                or (key == "region" and value not in list_regions())
            ):
                yield (stack, key), f"{value} is not {expected}"
        region = values.get("region")
        own = read_stack(project, stack).setting("aws:region") if is_known else ""
        if own and isinstance(region, str) and region != own:
            # the workflow's credentials would be for another region
            yield (stack, "region"), f"{region} is not {own}, which Pulumi.{stack}.yaml has"


def choose_touched(
    targets: Iterable[Target], folders: Mapping[str, str], paths: Collection[str]
) -> list[Target]:
    """Return the targets whose jobs a change of these files (relative to the project) can change.

    `folders` are those of each stack's job files. The settings of a stack, and job files in its folder, are its own;
    whatever else is in the repository may be part of every stack, code, policies, the program, but for its prose.
    """

    def touches(path: str, stack: str) -> bool:
        settings = _SETTINGS.fullmatch(path)
        if settings:
            return settings[1] == stack
        if _PROSE.fullmatch(path):
            return False
        owners = {name for name, folder in folders.items() if path.startswith(f"{folder}/")}
        return not owners or stack in owners

    return [target for target in targets if any(touches(path, target.stack) for path in paths)]
