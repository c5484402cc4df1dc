"""GitHub's roles: which workflow may assume which."""

from __future__ import annotations

from typing import Any

from components.platform.github import GitHubRoles
from tests.platform.recording import Registry, run

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
GITHUB = "token.actions.githubusercontent.com"


def made(**arguments: Any) -> Registry:
    def program() -> None:
        GitHubRoles(
            "github",
            repository="acme/jobs",
            preview_name="acme-preview",
            deploy_name="acme-deploy",
            preview_policy='{"preview": 1}',
            deploy_policy='{"deploy": 1}',
            tags={"team": "growth"},
            **arguments,
        )

    return run(program)


def trusted(found: Registry, name: str) -> dict[str, Any]:
    [statement] = found.one("aws:iam/role:Role", name).document("assumeRolePolicy")["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": PROVIDER}
    condition: dict[str, Any] = statement["Condition"]
    return condition


def test_the_deploy_role_trusts_one_environment_alone() -> None:
    """Exactly equal, no wildcard: another branch, fork or environment gets nothing."""
    assert trusted(made(), "github-deploy") == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": ["repo:acme/jobs:environment:production"],
        }
    }
    other = trusted(made(environment="prod"), "github-deploy")
    assert other["StringEquals"][f"{GITHUB}:sub"] == ["repo:acme/jobs:environment:prod"]


def test_the_preview_role_trusts_pull_requests_and_the_branch() -> None:
    """Pull requests for previews; the branch for the scheduled look for drift."""
    assert trusted(made(branch="trunk"), "github-preview") == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": ["repo:acme/jobs:pull_request", "repo:acme/jobs:ref:refs/heads/trunk"],
        }
    }


def test_each_role_has_its_policy_and_the_provider_its_audience() -> None:
    """The documents are put on as they are given."""
    found = made()
    for which in ("preview", "deploy"):
        role = found.one("aws:iam/role:Role", f"github-{which}")
        policy = found.one("aws:iam/rolePolicy:RolePolicy", f"github-{which}")
        assert (role.parent, policy.parent) == ("github", "github")
        assert role.inputs["name"] == policy.inputs["role"] == f"acme-{which}"
        assert role.inputs["tags"] == {"team": "growth"}
        assert policy.document("policy") == {which: 1}
    provider = found.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.parent == "github"
    assert provider.inputs == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
        "tags": {"team": "growth"},
    }


def test_an_accounts_own_provider_is_used() -> None:
    """An account can have one for GitHub only: a second is never made."""
    found = made(provider_arn=PROVIDER)
    assert "aws:iam/openIdConnectProvider:OpenIdConnectProvider" not in found.types()
    assert trusted(found, "github-deploy")
