"""What an organisation forbids is told as that, with what would help."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from components.aws import boto
from components.errors import Denied
from components.kinds import KINDS

SCP = (
    "User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized to perform: batch:SubmitServiceJob on "
    "resource: arn:aws:batch:us-east-1:123456789012:service-job/* with an explicit deny in a service control policy"
)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", SCP),
        (
            "ClientException",
            "The tag policy does not allow the specified value for the following tag key: 'cost'.",
        ),
    ],
)
def test_an_organisations_denial_of_a_request_without_its_tags(code: str, message: str) -> None:
    """It is a denial, it names the organisation's policy, and says where tags are given."""
    error = ClientError({"Error": {"Code": code, "Message": message}}, "SubmitServiceJob")
    said = boto.translate_error(error, "batch", "SubmitServiceJob", "churn", KINDS["ServiceJob"])
    assert isinstance(said, Denied)
    assert str(said).startswith("churn: an organisation policy denies batch:SubmitServiceJob")
    assert "aws-jobs:tags" in str(said)


def test_another_denial_stays_what_it_is() -> None:
    """A permission that the caller's own role lacks is not blamed on the organisation."""
    message = "not authorized to perform: batch:SubmitServiceJob because no identity-based policy allows it"
    error = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": message}}, "SubmitServiceJob"
    )
    said = boto.translate_error(error, "batch", "SubmitServiceJob", "churn", None)
    assert str(said).startswith("churn: AWS denies batch:SubmitServiceJob to this caller")
