"""AWS jobs in a Pulumi program of one's own: what `pip install` of this repository gives.

The code is that of `components`, which is installed beside this package: states name its provider classes by their
import path, so both ways of use have the same states. Here are the names to import: a class a kind (`ServiceJob`,
`BatchInferenceJob` ...), `declare_jobs` for a folder of job files, and `Platform` with what it takes.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import components

_BESIDE = Path(__file__).resolve().parents[1] / "components"
_FOUND = Path(next(iter(components.__path__))).resolve()
if _FOUND != _BESIDE:
    raise ImportError(
        f"{_FOUND} hides the package `components` that aws-jobs installs; rename that folder of your program"
    )

from components import program  # noqa: E402 - only once it is the package that was installed
from components.resources import RESOURCES, Job  # noqa: E402 - as above

# pulumi_aws is imported by who asks for one of these
_LAZY = {
    "Platform": "components.platform.platform",
    "Scope": "components.permissions",
    "parse_platform": "components.platform.config",
}


def declare_jobs(folder: str = "") -> dict[str, Job]:
    """Declare the job files of a folder, as this project's own program does; return the resources by job name.

    `folder` is relative to the program's folder; by default it is `aws-jobs:jobs` of the stack, or `jobs`. The stack's
    settings hold, policies in `policy/` and `aws-jobs:platform` too. Raises `pulumi.RunError` with every problem.
    """
    settings = program.settings()
    if folder:
        settings = replace(settings, jobs=folder)
    jobs = program.load(settings)
    program.preflight(jobs, settings)
    return program.declare(jobs, settings)


def __getattr__(name: str) -> Any:
    """Find a kind's class, or a name of the platform: `from aws_jobs import ServiceJob`."""
    if name in RESOURCES:
        return RESOURCES[name]
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module `aws_jobs` has no `{name}`; it has {', '.join(__dir__())}")


def __dir__() -> list[str]:
    return sorted([*RESOURCES, *_LAZY, "declare_jobs"])
