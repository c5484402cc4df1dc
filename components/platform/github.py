"""The roles that this repository's GitHub workflows assume, without any stored key."""

from __future__ import annotations

import pulumi
from pulumi_aws import iam

from . import documents
from .component import Component, Tags, written


class GitHubRoles(Component):
    """GitHub's OIDC provider, a preview role that only reads, and a deploy role.

    `repository` is `owner/name`. The preview role trusts the repository's pull requests and its `branch`, the deploy
    role its one `environment` alone, where GitHub asks for the approval. `preview_policy` and `deploy_policy` are JSON
    documents: what `jobctl iam` prints. Names have at most 64 characters. An account has one provider for GitHub at
    most: give `provider_arn` where there is one.
    https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """

    preview_role_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        repository: str,
        preview_name: pulumi.Input[str],
        deploy_name: pulumi.Input[str],
        preview_policy: pulumi.Input[str],
        deploy_policy: pulumi.Input[str],
        environment: str = "production",
        branch: str = "main",
        provider_arn: pulumi.Input[str] | None = None,
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        self._marks = tags
        self._trusted = pulumi.Output.from_input(provider_arn or self._new_provider(resource_name))
        self.preview_role_arn = self._role(
            f"{resource_name}-preview",
            preview_name,
            "Previews of AWS jobs: reads, changes nothing",
            [f"repo:{repository}:pull_request", f"repo:{repository}:ref:refs/heads/{branch}"],
            preview_policy,
        )
        self.deploy_role_arn = self._role(
            f"{resource_name}-deploy",
            deploy_name,
            f"Deployments of AWS jobs from the environment {environment}",
            [f"repo:{repository}:environment:{environment}"],
            deploy_policy,
        )
        self.register_outputs(
            {"previewRoleArn": self.preview_role_arn, "deployRoleArn": self.deploy_role_arn}
        )

    def _new_provider(self, resource_name: str) -> pulumi.Output[str]:
        # AWS trusts GitHub's certificate authority by itself: no thumbprint
        provider = iam.OpenIdConnectProvider(
            resource_name,
            url=f"https://{documents.GITHUB}",
            client_id_lists=["sts.amazonaws.com"],
            tags=self._marks,
            opts=self.inside(),
        )
        return provider.arn

    def _role(
        self,
        resource_name: str,
        name: pulumi.Input[str],
        description: str,
        subjects: list[str],
        policy: pulumi.Input[str],
    ) -> pulumi.Output[str]:
        role = iam.Role(
            resource_name,
            name=name,
            description=description,
            assume_role_policy=written(
                documents.github_trust, provider_arn=self._trusted, subjects=subjects
            ),
            tags=self._marks,
            opts=self.inside(),
        )
        iam.RolePolicy(
            resource_name, name="jobs", role=role.name, policy=policy, opts=self.inside()
        )
        return role.arn
