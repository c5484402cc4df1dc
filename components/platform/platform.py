"""Everything that a stack asks for under `aws-jobs:platform`, as one component."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pulumi

from ..permissions import Scope
from .bucket import Bucket
from .component import Component, Tags
from .config import Account, PlatformConfig
from .fairshare import FairShare
from .github import GitHubRoles
from .notices import Notices
from .roles import PersonalizeRole, TrainingRole
from .spending import BudgetAlarm

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
        self._marks: Tags = {**(tags or {}), STACK_TAG: config.identities.rstrip("/")}
        self._bucket()
        self._roles()
        self._fair_share()
        self._notices()
        self._github()
        self._budget()
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

    def _bucket(self) -> None:
        part = self._config.part("bucket")
        if part is None:
            return
        made = Bucket(
            "bucket",
            bucket=self._config.bucket,
            account=self._account.id,
            region=self._account.region,
            partition=self._account.partition,
            personalize=self._config.part("personalizeRole") is not None,
            archive_days=part.get("archiveDays", 180),
            old_version_days=part.get("oldVersionDays", 30),
            key=self._scope.bucket_keys.get(self._config.bucket, ""),
            tags=self._marks,
            opts=self.inside(),
        )
        self._has(made, bucket=made.name, bucketArn=made.arn)

    def _roles(self) -> None:
        own = [self.outputs["bucket"]] if "bucket" in self.outputs else []
        training = self._config.part("trainingRole")
        if training is not None:
            made = TrainingRole(
                "training",
                name=self._config.name("training"),
                account=self._account.id,
                region=self._account.region,
                partition=self._account.partition,
                read=training.get("read", []),
                write=[*own, *training.get("write", [])],
                keys=self._scope.bucket_keys,
                tags=self._marks,
                opts=self.inside(),
            )
            self._has(made, trainingRoleArn=made.arn)
        personalize = self._config.part("personalizeRole")
        if personalize is not None:
            role = PersonalizeRole(
                "personalize",
                name=self._config.name("personalize"),
                account=self._account.id,
                region=self._account.region,
                partition=self._account.partition,
                read=personalize.get("read", []),
                write=[*own, *personalize.get("write", [])],
                keys=self._scope.bucket_keys,
                tags=self._marks,
                opts=self.inside(),
            )
            self._has(role, personalizeRoleArn=role.arn)

    def _fair_share(self) -> None:
        part = self._config.part("fairShare")
        if part is None:
            return
        made = FairShare(
            "fair-share",
            name=self._config.name("fair-share"),
            shares=part["shares"],
            decay_seconds=part.get("decaySeconds", 3600),
            reservation=part.get("reservation", 0),
            tags=self._marks,
            opts=self.inside(),
        )
        self._has(made, schedulingPolicyArn=made.arn)

    def _notices(self) -> None:
        part = self._config.part("notices")
        if part is None:
            return
        made = Notices(
            "notices",
            name=self._config.name("notices"),
            emails=part["emails"],
            statuses=part.get("statuses", ["FAILED"]),
            queues=[
                self._account.arn("batch", f"job-queue/{name}") for name in part.get("queues", [])
            ],
            jobs=part.get("jobs", []),
            tags=self._marks,
            opts=self.inside(),
        )
        self._has(made, topicArn=made.topic_arn)

    def _github(self) -> None:
        part = self._config.part("github")
        if part is None:
            return
        made = GitHubRoles(
            "github",
            repository=part["repository"],
            scope=replace(self._scope, state=part.get("state", "")),
            preview_name=self._config.name("preview"),
            deploy_name=self._config.name("deploy"),
            preview_environment=part.get("previewEnvironment", "preview"),
            deploy_environment=part.get("deployEnvironment", "production"),
            provider=part.get("provider", True),
            preview_policies=part.get("previewPolicies", []),
            deploy_policies=part.get("deployPolicies", []),
            tags=self._marks,
            opts=self.inside(),
        )
        self._has(made, previewRoleArn=made.preview_role_arn, deployRoleArn=made.deploy_role_arn)

    def _budget(self) -> None:
        part = self._config.part("budget")
        if part is None:
            return
        BudgetAlarm(
            "budget",
            name=self._config.name("budget"),
            monthly=part["monthly"],
            identities=self._config.identities,
            emails=part["emails"],
            tags=self._marks,
            opts=self.inside(),
        )
