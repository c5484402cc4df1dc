"""Lints for secrets that anyone who may describe jobs can read.

"Do not include any security-sensitive information ... in any hyperparameter fields" (API_CreateTrainingJob.html);
DescribeServiceJob returns the payload, and accepts no resource in a policy: it is readable account-wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...jobfile.rules.view import JobProblem, Rule, View, get_known, warning
from ...wire import Path, walk_leaves

_INSTEAD = "anyone who may describe jobs can read it; pass the ARN of a secret and let the container fetch it"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids, and others'
_CREDENTIAL = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bgithub_pat_[A-Za-z0-9_]{50}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10}"
    r"|\bhf_[A-Za-z0-9]{30}"
    r"|\bsk-[A-Za-z0-9_-]{32}"
    r"|://[^/\s:@]+:[^/\s:@]+@"
)
_NAME = re.compile(
    r"(?:^|[_.-])(?:passw(?:or)?d|secret|api_?key|access_?key|private_?key|credentials?|"
    r"(?:auth|api|access|hf|wandb|github)_?token)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"arn:|/|s3://|ssm:|secretsmanager:|\{\{|true$|false$|none$|[0-9.]*$", re.IGNORECASE
)


# where a container's settings are, in requests of any kind of SageMaker job
_PLACES: tuple[Path, ...] = (
    ("HyperParameters",),
    ("Environment",),
    ("AlgorithmSpecification", "ContainerArguments"),
    ("AlgorithmSpecification", "ContainerEntrypoint"),
)


def secrets(view: View) -> Iterator[JobProblem]:
    """A Pulumi secret that ends up in a payload."""
    for path in view.secrets:
        if path[: len(view.at())] == view.at() and view.kind.payload:
            yield warning(path, f"a secret in the payload: {_INSTEAD}", "secret-payload")


def plaintext(view: View) -> Iterator[JobProblem]:
    """Something that looks like a credential, written into the file. It is never shown."""
    within = (lambda *path: get_known(view.payload, path)) if view.kind.payload else view.get
    for place in _PLACES:
        for at, value in walk_leaves(within(*place), view.at(*place)):
            if isinstance(value, str) and at not in view.secrets and _is_credential(at[-1], value):
                yield warning(at, f"looks like a credential: {_INSTEAD}", "credential")


def _is_credential(name: Any, value: str) -> bool:
    if _CREDENTIAL.search(value):
        return True
    return bool(isinstance(name, str) and _NAME.search(name) and not _REFERENCE.match(value))


RULES: tuple[Rule, ...] = (secrets, plaintext)
