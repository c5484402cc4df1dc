"""What a stack configures under `aws-jobs:platform`, and the names and ARNs that follow from it. Pure.

Every name is fixed by the stack's config, so that an ARN in a job's definition outlives the resource: a role that is
created again has the same ARN, and no job runs again. A lookup of runs also knows the ARNs before Pulumi does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import schema
from ..errors import Problem, Problems
from ..jobfile import messages
from ..jobfile.places import Places
from ..wire import Path as Place
from ..wire import join_path

KEY = "aws-jobs:platform"
SCHEMA = "platform"
CODE = "code"  # where archives lie in the bucket
_PREFIX = re.compile(r"[^a-z0-9]+")
_ARNS = (  # by the part that makes the resource: the output; service, start and end of the ARN
    ("trainingRole", "trainingRoleArn", "iam", "role/", "training"),
    ("personalizeRole", "personalizeRoleArn", "iam", "role/", "personalize"),
    ("github", "previewRoleArn", "iam", "role/", "preview"),
    ("github", "deployRoleArn", "iam", "role/", "deploy"),
    ("fairShare", "schedulingPolicyArn", "batch", "scheduling-policy/", "fair-share"),
    ("notices", "topicArn", "sns", "", "notices"),
)


@dataclass(frozen=True)
class Account:
    """An AWS account in one region: twelve digits, a region, `aws` or `aws-cn` or `aws-us-gov`."""

    id: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, rest: str) -> str:
        """Return an ARN of this account; IAM's have no region."""
        region = "" if service == "iam" else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.id}:{rest}"


@dataclass(frozen=True)
class PlatformConfig:
    """A valid `aws-jobs:platform`: `document` as the config has it, `prefix` the start of all names.

    `identities` is the start of every job's identity in this stack, `project/stack/`.
    """

    document: Mapping[str, Any]
    prefix: str
    identities: str

    def part(self, name: str) -> Mapping[str, Any] | None:
        """Return the settings of one part, or `None` where it is not configured."""
        found: Mapping[str, Any] | None = self.document.get(name)
        return found

    @property
    def bucket(self) -> str:
        """The name of the bucket to be created, or nothing."""
        return str((self.part("bucket") or {}).get("name", ""))

    @property
    def artifacts(self) -> str:
        """Where packed code goes unless the stack says otherwise: a prefix in the bucket, or nothing."""
        return f"s3://{self.bucket}/{CODE}" if self.bucket else ""

    def name(self, what: str) -> str:
        return f"{self.prefix}-{what}"

    def outputs(self, account: Account) -> dict[str, str]:
        """Return what `${platform.x}` will stand for, for every x that this platform has."""
        found: dict[str, str] = {}
        if self.bucket:
            found["bucket"] = self.bucket
            found["bucketArn"] = f"arn:{account.partition}:s3:::{self.bucket}"
        for part, output, service, resource, name in _ARNS:
            if self.part(part) is not None:
                found[output] = account.arn(service, resource + self.name(name))
        return found


def parse_platform(text: str, project: str, stack: str, root: Path) -> PlatformConfig | None:
    """Parse `aws-jobs:platform`, which is JSON; `None` for an empty text.

    `root` is the project's folder. Raises `Problems`, each with its place in the stack's file.
    """
    if not text:
        return None
    try:
        document = json.loads(text)
    except ValueError:
        document = text
    problems = [_problem(root, stack, fault) for fault in schema.find_problems(document, SCHEMA)]
    if problems:
        raise Problems(problems)
    stem = _PREFIX.sub("-", f"{project}-{stack}".lower()).strip("-")
    prefix = document.get("prefix", stem[:40].strip("-"))
    return PlatformConfig(document, prefix, f"{project}/{stack}/")


def _problem(root: Path, stack: str, fault: schema.SchemaProblem) -> Problem:
    file = f"Pulumi.{stack}.yaml"
    path: Place = fault.path[:-1] if fault.keyword == "required" else fault.path
    try:
        text = (root / file).read_text("utf-8")
    except OSError:
        text = ""  # config may come from elsewhere
    place = Places(text, False).of(("config", KEY, *path))
    message = messages.describe_fault(fault, SCHEMA)
    return Problem(file, *place, join_path((KEY, *path)), message, f"platform.{fault.keyword}")
