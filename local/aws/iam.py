"""iam:SimulatePrincipalPolicy, which moto's IAM lacks: SageMaker's Python SDK asks it what a job's role may do.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.responses import IamResponse

_DECISIONS = {
    PermissionResult.PERMITTED: "allowed",
    PermissionResult.NEUTRAL: "implicitDeny",
    PermissionResult.DENIED: "explicitDeny",
}


class SimulatingResponse(IamResponse):
    """moto's IAM, with the simulator for roles, users and groups."""

    def simulate_principal_policy(self) -> ActionResult:
        """Say of each action on each resource what the caller's policies decide, a user's groups included.

        Who has no policies may do everything: so the emulator itself takes the roles of its seed.
        """
        documents = list(self._get_param("PolicyInputList") or [])
        for holder in self._list_holders(self._get_param("PolicySourceArn")):
            documents += [*holder.policies.values(), *holder.managed_policies.values()]
        policies = [IAMPolicy(each) for each in documents]
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": _decide(policies, action, resource),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in self._get_param("ActionNames")
            for resource in self._get_param("ResourceArns") or ["*"]
        ]
        return ActionResult({"IsTruncated": False, "EvaluationResults": results})

    def _list_holders(self, arn: str) -> list[Any]:
        name = arn.rpartition("/")[2]
        if ":user/" in arn:
            return [self.backend.get_user(name), *self.backend.get_groups_for_user(name)]
        if ":group/" in arn:
            return [self.backend.get_group(name)]
        return [self.backend.get_role_by_arn(arn)]


def extend() -> None:
    """From now on moto's IAM answers with ours."""
    urls.url_paths["{0}/$"] = SimulatingResponse.dispatch


def _decide(policies: list[Any], action: str, resource: str) -> str:
    decisions = {policy.is_action_permitted(action, resource) for policy in policies}
    for result in (PermissionResult.DENIED, PermissionResult.PERMITTED):
        if result in decisions:
            return _DECISIONS[result]
    return _DECISIONS[PermissionResult.NEUTRAL if policies else PermissionResult.PERMITTED]
