"""Everything that a stack asks for under `aws-jobs:platform`, as one component."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pulumi

from ..permissions import Scope
from .bucket import Bucket
from .component import Component, Tags
from .config import Account, PlatformConfig
from .fairshare import FairShare
from .github import GitHubRoles
from .notices import Notices
from .roles import PersonalizeRole, ServiceRole, TrainingRole
from .spending import BudgetAlarm

_CAPITAL = re.compile("([A-Z])")
_REFERENCE = re.compile(r"\$\{platform\.([A-Za-z0-9]+)\}")
STACK_TAG = "aws-jobs:platform"


class Platform(Component):
    """The parts that are configured, each under its own key.

    `outputs` has what job files refer to as `${platform.x}`; `owners` the component behind each of them, for
    `depends_on`: a role's policy is there when the component is. `scope` says where it stands and what its jobs touch,
    for the workflows' roles. `tags` are put on all that AWS lets us tag.
    """

    def __init__(
        self,
        resource_name: str,
        config: PlatformConfig,
        scope: Scope,
        *,
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        self.outputs: dict[str, pulumi.Output[str]] = {}
        self.owners: dict[str, pulumi.Resource] = {}
        self._config, self._scope = config, scope
        self._account = Account(scope.account, scope.region, scope.partition)
        self._where: dict[str, Any] = {
            "account": scope.account,
            "region": scope.region,
            "partition": scope.partition,
        }
        self._common: dict[str, Any] = {
            "tags": {**(tags or {}), STACK_TAG: config.identities.rstrip("/")},
            "opts": self.inside(),
        }
        makers: dict[str, Callable[..., None]] = {
            "bucket": self._make_bucket,
            "trainingRole": partial(self._make_role, TrainingRole, "training"),
            "personalizeRole": partial(self._make_role, PersonalizeRole, "personalize"),
            "fairShare": self._make_fair_share,
            "notices": self._make_notices,
            "github": self._make_github,
            "budget": self._make_budget,
        }
        for key, make in makers.items():
            part = config.part(key)
            if part is not None:
                # as the component's own arguments, with its defaults for what is left out
                make(**{_CAPITAL.sub(r"_\1", name).lower(): part[name] for name in part})
        self.register_outputs(self.outputs)

    def filled(self, text: str) -> pulumi.Output[str]:
        """Return the text with each `${platform.x}` in it filled in, unknown while one of them is."""

        def fill(values: dict[str, str]) -> str:
            return _REFERENCE.sub(lambda found: values[found[1]], text)

        names = _REFERENCE.findall(text)
        return pulumi.Output.all(**{name: self.outputs[name] for name in names}).apply(fill)

    def behind(self, texts: Iterable[str]) -> list[pulumi.Resource]:
        """Return the components that the texts refer to, each once."""
        names = [name for text in texts for name in _REFERENCE.findall(text)]
        return list(dict.fromkeys(self.owners[name] for name in names))

    def _has(self, owner: pulumi.Resource, **outputs: pulumi.Output[str]) -> None:
        self.outputs.update(outputs)
        self.owners.update(dict.fromkeys(outputs, owner))

    def _make_bucket(self, name: str, **part: Any) -> None:
        made = Bucket(
            "bucket",
            bucket=name,
            personalize=self._config.part("personalizeRole") is not None,
            key=self._scope.bucket_keys.get(name, ""),
            **part,
            **self._where,
            **self._common,
        )
        self._has(made, bucket=made.name, bucketArn=made.arn)

    def _make_role(
        self,
        role: type[ServiceRole],
        name: str,
        read: Sequence[str] = (),
        write: Sequence[str] = (),
    ) -> None:
        own = [self.outputs["bucket"]] if "bucket" in self.outputs else []
        made = role(
            name,
            name=self._config.name(name),
            read=read,
            write=[*own, *write],
            keys=self._scope.bucket_keys,
            **self._where,
            **self._common,
        )
        self._has(made, **{f"{name}RoleArn": made.arn})

    def _make_fair_share(self, **part: Any) -> None:
        made = FairShare("fair-share", name=self._config.name("fair-share"), **part, **self._common)
        self._has(made, schedulingPolicyArn=made.arn)

    def _make_notices(self, queues: Sequence[str] = (), **part: Any) -> None:
        arns = [self._account.arn("batch", f"job-queue/{name}") for name in queues]
        made = Notices(
            "notices", name=self._config.name("notices"), queues=arns, **part, **self._common
        )
        self._has(made, topicArn=made.topic_arn)

    def _make_github(self, state: str = "", **part: Any) -> None:
        made = GitHubRoles(
            "github",
            scope=replace(self._scope, state=state),
            preview_name=self._config.name("preview"),
            deploy_name=self._config.name("deploy"),
            **part,
            **self._common,
        )
        self._has(made, previewRoleArn=made.preview_role_arn, deployRoleArn=made.deploy_role_arn)

    def _make_budget(self, **part: Any) -> None:
        BudgetAlarm(
            "budget",
            name=self._config.name("budget"),
            identities=self._config.identities,
            **part,
            **self._common,
        )
