"""Whether the Pulumi CLI may write a stack's state once, when a command ends, instead of before and after each step.

Rewriting the whole state for each job is most of the time of a big `up`. A job's run is found again without any state
(`components/aws/lookup.py`); a bucket or a role is not. So only a stack of nothing but jobs goes without.

`PULUMI_SKIP_CHECKPOINTS` needs nothing beside it since 3.104. The state is written when the command ends, fails or is
interrupted, and not when its process is killed.
https://github.com/pulumi/pulumi/blob/v3.260.0/pkg/backend/snapshot.go (`unsafeServiceLoop`)
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

from cli.project.stack import Project, Stack, read_yaml
from components.kinds import KINDS
from components.platform.config import KEY as PLATFORM

SKIP = "PULUMI_SKIP_CHECKPOINTS"
WRITE_STATE = ("up", "destroy", "refresh")
_IMPORTS = ("import pulumi", "from components import program")
_OWN = (
    "pulumi:pulumi:Stack",
    "pulumi:providers:pulumi-python",
    *(f"pulumi-python:dynamic/aws-jobs:{kind}" for kind in KINDS),
)


def has_jobs_alone(stack: Stack, export: Callable[[], str]) -> bool:
    """Tell whether neither the settings, the program nor the state has anything but jobs.

    `export` returns what `stack export` prints, nothing where that fails: the command itself will say why.
    """
    if PLATFORM in stack.config or not declares_jobs_alone(stack.project):
        return False
    exported = export()
    if not exported:
        return False
    resources = (json.loads(exported).get("deployment") or {}).get("resources") or []
    return all(resource.get("type") in _OWN for resource in resources)


def declares_jobs_alone(project: Project) -> bool:
    """Tell whether the program can declare nothing but job files: it imports what this repository's own does."""
    try:
        tree = ast.parse((project.root / "__main__.py").read_text("utf-8"))
    except (OSError, ValueError, SyntaxError):
        return False
    nodes = list(ast.walk(tree))
    imports = {
        ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    used = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pulumi"
    }
    elsewhere = "main" in read_yaml(project.root / "Pulumi.yaml")
    return imports <= set(_IMPORTS) and used <= {"export"} and not elsewhere
