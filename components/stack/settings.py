"""How a stack is configured: what `aws-jobs:*` and `aws:region` in `Pulumi.<stack>.yaml` say. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..aws.regions import check_region
from ..errors import JobError, name_setting
from ..jobfile import Context
from ..jobfile.messages import format_value
from ..jobfile.rules.paths import is_bucket
from ..pulumi_yaml import write_text

_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_HALF = re.compile("[\ud800-\udfff]")
MAX_CODE_BYTES = 100_000_000  # of one code folder, unless `aws-jobs:maxCodeBytes` says so
# set for a preview on placeholders: secrets are known by name alone then, as they are for `validate`
WITHOUT_SECRETS = "AWS_JOBS_WITHOUT_SECRETS"
_NAMES = (
    *("tags", "jobs", "artifacts", "bucketKeys", "maxCodeBytes", "platform"),
    *("preflight", "readInputs", "allowTerminate", "slots", "submitRate", "emulator"),
)
OWN = ("aws:region", *(f"aws-jobs:{name}" for name in _NAMES))
ALL = (*_NAMES, "endpoint", "prices")  # of `aws-jobs:`, with what only jobctl reads
JOBS = "jobs"  # the folder of job files, unless `aws-jobs:jobs` names another

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Settings(Context):
    """The settings of one stack, for which its job files are composed.

    `config` holds plain values by full key (`aws:region`) and, for the project's own, by short key (`x`); `secrets`
    names the secret keys likewise. `platform` is the text of `aws-jobs:platform`. `slots` is how many runs of a kind
    with a quota the account may have at once, where that is not AWS's default, `submit_rate` how many it may submit a
    second. `without_secrets` says that this is a preview which has no secret's value. `wrong` says why a key's value
    does not fit; here it has its default.
    """

    project: str
    root: Path
    jobs: str = JOBS
    artifacts: str = ""
    bucket_keys: Mapping[str, str] = field(default_factory=dict)
    max_code_bytes: int = MAX_CODE_BYTES
    platform: str = ""
    preflight: bool = True
    read_inputs: bool = False
    allow_terminate: bool = False
    slots: int = 0
    submit_rate: int = 0
    without_secrets: bool = False
    on_emulator: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of the stack's job files."""
        return self.root / self.jobs

    @property
    def file(self) -> Path:
        """The file of the stack's settings."""
        return self.root / f"Pulumi.{self.stack}.yaml"

    def identity(self, job: str) -> str:
        """Return the tag by which the job's runs are found, without Pulumi's state."""
        return f"{self.project}/{self.stack}/{job}"

    @property
    def needs_artifacts(self) -> bool:
        """Say whether nothing tells where code is uploaded to, not even a value that is not known here."""
        hidden = {"aws-jobs:artifacts", "aws-jobs:platform"} & self.secrets
        return not (self.artifacts or self.any_config or hidden)

    def require_region(self) -> str:
        """Return the region; raise `JobError` where the stack has none."""
        if not self.region:
            raise JobError(
                f"stack {self.stack} names no AWS region: {name_setting('aws:region', 'REGION', self.stack)}"
            )
        return self.region


def find_region(configured: str | None, environment: Mapping[str, str]) -> str:
    """Return the region of a stack: its `aws:region`, else that of the environment, or nothing."""
    return (
        configured or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    )


def add_namespace(project: str, config: Mapping[str, Value]) -> dict[str, Value]:
    """Return a config with our settings under `aws-jobs:` also where they are under the project's own name.

    `pulumi config set artifacts s3://...` puts a key there. The one under `aws-jobs:` goes before.
    """
    own = {
        f"aws-jobs:{name}": config[f"{project}:{name}"]
        for name in ALL
        if f"{project}:{name}" in config
    }
    return {**own, **config}


def read_settings(
    project: str,
    stack: str,
    root: Path,
    config: Mapping[str, Any],
    secrets: frozenset[str] = frozenset(),
    *,
    environment: Mapping[str, str] | None = None,
    stacks: tuple[str, ...] = (),
) -> Settings:
    """Read the settings from a stack's config, as Pulumi or the stack's file has it.

    `config` has full keys, of secret ones only where the value is known. The region may come from the `environment`.
    What is wrong with a value is in the settings' `wrong`; raises `JobError` for what makes reading them impossible.
    """
    known = environment or {}
    config = add_namespace(project, config)
    secrets = frozenset(add_namespace(project, dict.fromkeys(secrets)))
    without = known.get(WITHOUT_SECRETS) == "true"
    values = {
        key: write_text(value) for key, value in config.items() if not (without and key in secrets)
    }
    for key, value in values.items():
        if _HALF.search(key + value):
            raise JobError(
                f"Pulumi.{stack}.yaml: {key} has half a surrogate pair, which is no text"
            )
    for key in OWN:
        if without and key in secrets:
            raise JobError(
                f"Pulumi.{stack}.yaml: {key} is secret, and a preview without secrets needs it; set it in plain text"
            )
    own = f"{project}:"
    region = find_region(values.get("aws:region"), known)
    reader = _Reader(values, secrets)
    reader.check("aws:region", check_region)
    reader.check("aws-jobs:artifacts", _check_place)
    on_emulator = reader.flag("aws-jobs:emulator")
    artifacts = values.get("aws-jobs:artifacts") or (_name_folder(region) if on_emulator else "")
    return Settings(
        project=project,
        stack=stack,
        root=root,
        # an unknown region is said once, not by every ARN
        region="" if "aws:region" in reader.wrong else region,
        config={**values, **{key.removeprefix(own): value for key, value in values.items()}},
        secrets=secrets | {key.removeprefix(own) for key in secrets},
        tags=reader.mapping("aws-jobs:tags", "{team: growth}"),
        jobs=values.get("aws-jobs:jobs") or JOBS,
        artifacts=artifacts.rstrip("/"),
        bucket_keys=reader.bucket_keys("aws-jobs:bucketKeys"),
        max_code_bytes=reader.count("aws-jobs:maxCodeBytes", MAX_CODE_BYTES, "bytes"),
        platform=values.get("aws-jobs:platform", ""),
        preflight=reader.flag("aws-jobs:preflight", default=True),
        read_inputs=reader.flag("aws-jobs:readInputs"),
        allow_terminate=reader.flag("aws-jobs:allowTerminate"),
        slots=reader.count("aws-jobs:slots", 0, "runs"),
        submit_rate=reader.count("aws-jobs:submitRate", 0, "submissions a second"),
        without_secrets=without,
        stacks=stacks,
        on_emulator=on_emulator,
        wrong=reader.wrong,
    )


def _name_folder(region: str) -> str:
    """Return a folder in one of the emulator's buckets: `name_bucket` in `local/aws/control/seed.py`."""
    own = "" if region in ("", "us-east-1") else f"-{region}"
    return f"s3://aws-jobs-output{own}/code"


class _Reader:
    """Reads values; for one that is wrong its default, and in `wrong` a sentence by its key. A secret is not shown."""

    def __init__(self, values: Mapping[str, str], secrets: frozenset[str]) -> None:
        self._values, self._secrets = values, secrets
        self.wrong: dict[str, str] = {}

    def check(self, key: str, check: Callable[[str], None]) -> None:
        try:
            if self._values.get(key):
                check(self._values[key])
        except JobError as error:
            self._refuse(key, str(error))

    def _refuse(self, key: str, sentence: str) -> None:
        self.wrong[key] = "its secret value does not fit" if key in self._secrets else sentence

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self._values.get(key, str(default)).lower()
        if value not in ("true", "false"):
            self._refuse(key, f"{format_value(self._values[key])} is not true or false")
        return value == "true" if value in ("true", "false") else default

    def count(self, key: str, default: int, of: str) -> int:
        value = self._values.get(key)
        if value is None:
            return default
        if not re.fullmatch("[1-9][0-9]{0,14}", value):
            self._refuse(key, f"{format_value(value)} is not a number of {of}")
            return default
        return int(value)

    def mapping(self, key: str, example: str) -> dict[str, str]:
        if not self._values.get(key):
            return {}
        try:
            found = json.loads(self._values[key])
        except ValueError:
            found = None
        if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
            return found
        self._refuse(key, f"must be a mapping of texts, such as {example}")
        return {}

    def bucket_keys(self, key: str) -> dict[str, str]:
        example = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        found = self.mapping(key, f"{{bucket: {example}}}")
        for bucket, arn in found.items():
            if not _KEY.fullmatch(arn):
                self._refuse(
                    key, f"{bucket} is {arn}; expected the ARN of a KMS key, such as {example}"
                )
        return found


def _check_place(uri: str) -> None:
    bucket = uri.removeprefix("s3://").partition("/")[0]
    if uri.startswith("s3://") and is_bucket(bucket):
        return
    close = f"; did you mean `s3://{uri}`?" if is_bucket(bucket) and "://" not in uri else ""
    raise JobError(f"{format_value(uri)} is not a place in S3, s3://BUCKET/PREFIX{close}")
