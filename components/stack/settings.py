"""A stack's settings for its jobs: what `aws-jobs:*` and `aws:region` in `Pulumi.<stack>.yaml` say. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import JobError


@dataclass(frozen=True)
class Settings:
    """`config` holds plain values by full key (`aws-jobs:x`) and, for the project's own, by short key (`x`)."""

    project: str
    stack: str
    root: Path
    region: str
    config: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    jobs: str = "jobs"
    artifacts: str = ""
    preflight: bool = True
    read_inputs: bool = False
    allow_terminate: bool = False

    def identity(self, job: str) -> str:
        """Return the tag by which the job's runs are found, without Pulumi's state."""
        return f"{self.project}/{self.stack}/{job}"


def read(
    project: str,
    stack: str,
    root: Path,
    config: Mapping[str, str],
    secrets: frozenset[str],
    environment: Mapping[str, str],
) -> Settings:
    """Read the settings from a stack's config. Raises `JobError` naming the key that is wrong."""
    region = config.get("aws:region") or environment.get("AWS_REGION")
    region = region or environment.get("AWS_DEFAULT_REGION") or ""
    if not region:
        raise JobError(f"stack {stack} names no AWS region: pulumi config set aws:region REGION")
    short = {key.removeprefix(f"{project}:"): value for key, value in config.items()}
    hidden = frozenset(secrets | {key.removeprefix(f"{project}:") for key in secrets})
    return Settings(
        project=project,
        stack=stack,
        root=root,
        region=region,
        config={**config, **short},
        secrets=hidden,
        tags=_tags(config.get("aws-jobs:tags", "")),
        jobs=config.get("aws-jobs:jobs", "jobs"),
        artifacts=config.get("aws-jobs:artifacts", "").rstrip("/"),
        preflight=_flag(config, "aws-jobs:preflight", True),
        read_inputs=_flag(config, "aws-jobs:readInputs", False),
        allow_terminate=_flag(config, "aws-jobs:allowTerminate", False),
    )


def _flag(config: Mapping[str, str], key: str, default: bool) -> bool:
    value = config.get(key, str(default)).lower()
    if value not in ("true", "false"):
        raise JobError(f"{key} is {value}: it takes true or false")
    return value == "true"


def _tags(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        tags = json.loads(text)
    except ValueError:
        tags = None
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise JobError("aws-jobs:tags must be a mapping of texts, such as {team: growth}")
    return tags
