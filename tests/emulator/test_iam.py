"""SimulatePrincipalPolicy, with which SageMaker's Python SDK asks what a job's role may do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ClientMaker

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"


def decide(
    iam: Any,
    action: str = "s3:PutObject",
    resource: str = "arn:aws:s3:::data/x",
    source: str = ROLE,
    **more: Any,
) -> str:
    answer = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=[action], ResourceArns=[resource], **more
    )
    (result,) = answer["EvaluationResults"]
    assert (result["EvalActionName"], result["EvalResourceName"]) == (action, resource)
    return str(result["EvalDecision"])


def policy(effect: str, action: str, resource: str) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_role_of_the_seed(client: ClientMaker) -> None:
    """A role without policies may do what the emulator lets it do: everything."""
    assert decide(client("iam")) == "allowed"


def test_role_with_policies(client: ClientMaker) -> None:
    """A role with policies, inline and attached, may do what they say; a denial wins."""
    iam = client("iam")
    allowed = policy("Allow", "s3:*", "arn:aws:s3:::data/*")
    iam.put_role_policy(RoleName="SageMakerExecutionRole", PolicyName="p", PolicyDocument=allowed)
    assert decide(iam) == "allowed"
    assert decide(iam, resource="arn:aws:s3:::other/x") == "implicitDeny"
    made = iam.create_policy(PolicyName="q", PolicyDocument=policy("Deny", "s3:PutObject", "*"))[
        "Policy"
    ]["Arn"]
    iam.attach_role_policy(RoleName="SageMakerExecutionRole", PolicyArn=made)
    assert decide(iam) == "explicitDeny"
    assert decide(iam, action="s3:GetObject") == "allowed"


def test_unknown_role(client: ClientMaker) -> None:
    """A role that there is not is NoSuchEntity, as everywhere in IAM."""
    with pytest.raises(ClientError) as caught:
        client("iam").simulate_principal_policy(PolicySourceArn=f"{ROLE}x", ActionNames=["s3:*"])
    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"


def test_user_with_policies(client: ClientMaker) -> None:
    """A user may do what its policies and its groups' say; PolicyInputList adds others."""
    iam = client("iam")
    arn = iam.create_user(UserName="u")["User"]["Arn"]
    assert decide(iam, source=arn) == "allowed"
    denied = [policy("Deny", "s3:*", "*")]
    assert decide(iam, source=arn, PolicyInputList=denied) == "explicitDeny"
    iam.create_group(GroupName="g")
    iam.put_group_policy(
        GroupName="g", PolicyName="p", PolicyDocument=policy("Allow", "s3:Get*", "*")
    )
    iam.add_user_to_group(GroupName="g", UserName="u")
    for source in (arn, "arn:aws:iam::123456789012:group/g"):
        assert decide(iam, "s3:GetObject", source=source) == "allowed"
        assert decide(iam, "s3:PutObject", source=source) == "implicitDeny"
    iam.put_user_policy(
        UserName="u", PolicyName="p", PolicyDocument=policy("Allow", "s3:Put*", "*")
    )
    assert decide(iam, "s3:PutObject", source=arn) == "allowed"
