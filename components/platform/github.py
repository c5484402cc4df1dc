"""The roles that this repository's GitHub workflows assume, without any stored key."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from .. import permissions
from .component import Component, Tags
from .documents import github_trust

ISSUER = "https://token.actions.githubusercontent.com"


class GitHubRoles(Component):
    """GitHub's OIDC provider, a preview role that only reads, and a deploy role.

    `repository` is `owner/name`. Each role trusts one environment of it alone: the deploy role the one where GitHub
    asks for the approval. Each gets what `jobctl iam` prints for `scope`, and the managed policies named besides
    (ARNs). Names have at most 64 characters. An account has one provider for GitHub at most: say `provider=False`
    where there is one already.
    https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """

    preview_role_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        repository: str,
        scope: permissions.Scope,
        preview_name: pulumi.Input[str],
        deploy_name: pulumi.Input[str],
        preview_environment: str = "preview",
        deploy_environment: str = "production",
        provider: bool = True,
        preview_policies: Sequence[pulumi.Input[str]] = (),
        deploy_policies: Sequence[pulumi.Input[str]] = (),
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        self._marks, self._scope, self._issuer = tags, scope, None
        if provider:
            # AWS trusts GitHub's certificate authority by itself: no thumbprint
            self._issuer = iam.OpenIdConnectProvider(
                resource_name,
                url=ISSUER,
                client_id_lists=["sts.amazonaws.com"],
                tags=tags,
                opts=self.inside(),
            )
        self._repository = repository
        self.preview_role_arn = self._make_role(
            resource_name, "preview", preview_name, preview_environment, preview_policies
        )
        self.deploy_role_arn = self._make_role(
            resource_name, "deploy", deploy_name, deploy_environment, deploy_policies
        )
        self.register_outputs(
            {"previewRoleArn": self.preview_role_arn, "deployRoleArn": self.deploy_role_arn}
        )

    def _make_role(
        self,
        resource_name: str,
        which: str,
        name: pulumi.Input[str],
        environment: str,
        managed: Sequence[pulumi.Input[str]],
    ) -> pulumi.Output[str]:
        scope = self._scope
        trust = github_trust(self._repository, environment, scope.account, scope.partition)
        role = iam.Role(
            f"{resource_name}-{which}",
            name=name,
            description=f"AWS jobs: {which} from GitHub workflows",
            assume_role_policy=json.dumps(trust),
            tags=self._marks,
            opts=self.inside(after=self._issuer),
        )
        iam.RolePolicy(
            f"{resource_name}-{which}",
            name="jobs",
            role=role.name,
            policy=json.dumps(permissions.make_policy(which, scope)),
            opts=self.inside(),
        )
        for index, arn in enumerate(managed):
            iam.RolePolicyAttachment(
                f"{resource_name}-{which}-{index}",
                role=role.name,
                policy_arn=arn,
                opts=self.inside(),
            )
        return role.arn
