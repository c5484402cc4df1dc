"""GitHub's roles: which workflow may assume which."""

from __future__ import annotations

from typing import Any

from components import permissions
from components.platform.github import GitHubRoles
from tests.unit.platform.recording import Registry, run

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
SCOPE = permissions.Scope("aws-jobs", "dev", "123456789012", "us-east-1")
GITHUB = "token.actions.githubusercontent.com"


def made(**arguments: Any) -> Registry:
    def program() -> None:
        GitHubRoles(
            "github",
            repository="acme/jobs",
            preview_name="acme-preview",
            deploy_name="acme-deploy",
            scope=SCOPE,
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


def test_each_role_trusts_one_environment_alone() -> None:
    """Exactly equal, no wildcard: another branch, fork or environment gets nothing."""
    found = made()
    assert trusted(found, "github-deploy") == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": "repo:acme/jobs:environment:production",
        }
    }
    assert trusted(found, "github-preview") == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": "repo:acme/jobs:environment:preview",
        }
    }


def test_environments_may_have_other_names() -> None:
    """Two stacks of one repository need two approvals."""
    found = made(deploy_environment="prod-eu", preview_environment="look")
    for name, environment in (("github-deploy", "prod-eu"), ("github-preview", "look")):
        subject = trusted(found, name)["StringEquals"][f"{GITHUB}:sub"]
        assert subject == f"repo:acme/jobs:environment:{environment}"


def test_each_role_has_what_jobctl_iam_prints_and_the_provider_its_audience() -> None:
    """One source for both: the kinds' tables."""
    found = made()
    for which in ("preview", "deploy"):
        role = found.one("aws:iam/role:Role", f"github-{which}")
        policy = found.one("aws:iam/rolePolicy:RolePolicy", f"github-{which}")
        assert (role.parent, policy.parent) == ("github", "github")
        assert role.inputs["name"] == policy.inputs["role"] == f"acme-{which}"
        assert role.inputs["tags"] == {"team": "growth"}
        assert policy.document("policy") == permissions.make_policy(which, SCOPE)
    provider = found.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.parent == "github"
    assert provider.inputs == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
        "tags": {"team": "growth"},
    }


def test_the_preview_role_changes_nothing() -> None:
    """Every action of its policy describes, lists, searches or gets."""
    document = made().one("aws:iam/rolePolicy:RolePolicy", "github-preview").document("policy")
    verbs = {action.partition(":")[2] for s in document["Statement"] for action in s["Action"]}
    assert verbs
    assert [v for v in verbs if not v.startswith(("Describe", "List", "Search", "Get"))] == []


def test_an_accounts_own_provider_is_used() -> None:
    """An account can have one for GitHub only: a second is never made."""
    found = made(provider=False)
    assert "aws:iam/openIdConnectProvider:OpenIdConnectProvider" not in found.types()
    assert trusted(found, "github-deploy")


def test_managed_policies_are_added() -> None:
    """What a stack with a platform needs besides is the owner's to choose."""
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    found = made(preview_policies=[arn])
    added = found.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert added.inputs == {"role": "acme-preview", "policyArn": arn}
