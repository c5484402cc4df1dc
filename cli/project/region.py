"""The region of a stack: what its file says; on the emulator, where it may say nothing, that of the job files."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress

from cli.project.stack import Stack, read_stack
from components.errors import JobError
from components.jobfile.load import SUFFIXES
from components.stack.settings import JOBS

DEFAULT = "us-east-1"
# of ARNs and of images in ECR
_NAMED = re.compile(
    r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-\d):\d|\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com"
)


def find_region(stack: Stack) -> str:
    """Return the stack's region, or nothing where nothing says it.

    On the emulator it is the one that most job files name, then that of the project's other stacks.
    """
    region = stack.setting("aws:region")
    if region or not stack.on_emulator:
        return region
    named: Counter[str] = Counter()
    folder = stack.project.root / (stack.setting("aws-jobs:jobs") or JOBS)
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(SUFFIXES) and path.is_file():
            text = path.read_text("utf-8", "replace")
            named.update({found[1] or found[2] for found in _NAMED.finditer(text)})
    if named:
        return min(named, key=lambda name: (-named[name], name))
    others = set()
    for name in stack.project.stacks():
        # one that cannot be read is said where that stack is meant
        with suppress(JobError):
            others.add(read_stack(stack.project, name).setting("aws:region"))
    return next(iter(sorted(others - {""})), DEFAULT)
