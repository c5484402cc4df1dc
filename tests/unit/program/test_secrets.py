"""What AWS says back of a secret: hidden in every output, error and line of the provider, in every form."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from components import provider
from components.kinds import KINDS
from components.redact import Redactor
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ+IBADAN/Bg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n"
PATH = "request.serviceRequestPayload.Environment.TOKEN"
ONCE = json.dumps(PEM)[1:-1]
FORMS = {
    "raw": PEM,
    "in JSON": ONCE,
    "in JSON in JSON": json.dumps(ONCE)[1:-1],
    "URL-encoded": quote(PEM, safe=""),
    "base64": base64.b64encode(PEM.encode()).decode(),
    "a line": "kqhkiG9w0BAQEF",
}
EACH = pytest.mark.parametrize("said", FORMS.values(), ids=list(FORMS))


def given(**others: Any) -> dict[str, Any]:
    found = inputs(KINDS["ServiceJob"], secretPaths=[PATH], **others)
    found["request"]["serviceRequestPayload"]["Environment"] = {"TOKEN": PEM}
    return found


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    found = Account()
    # each call is of a deployment of its own
    monkeypatch.setattr(provider, "connect", lambda *_: found.aws())
    monkeypatch.setattr(provider, "_checked", set())
    monkeypatch.setattr(provider, "_declared", _Nothing())
    return found


class _Nothing(set[str]):
    def add(self, _: str) -> None:
        pass


def assert_hidden(text: str) -> None:
    assert "[secret]" in text
    for form in FORMS.values():
        assert form not in text


@EACH
def test_an_error_of_each_call_hides_it(account: Account, said: str) -> None:
    """Create, update, read and delete: AWS may repeat a value in its refusal."""
    jobs = provider.PROVIDERS["ServiceJob"]()
    made = jobs.create(given())
    id_, outs = made.id, dict(made.outs or {})
    tagged = given(identity="aws-jobs/dev/other", name="other")
    for operation, call in (
        ("SubmitServiceJob", lambda: jobs.create(given(generation=2))),
        ("DescribeServiceJob", lambda: jobs.read(id_, outs)),
        ("TagResource", lambda: jobs.update(id_, outs, tagged)),
        ("TagResource", lambda: jobs.delete(id_, outs)),
    ):
        error = refusal("ServerException", f"Value {said} is not allowed")
        # a refused list is done without
        account.faults = [Fault(each, "before", error) for each in ("ListServiceJobs", operation)]
        with pytest.raises(provider.Stopped) as caught:
            call()
        assert_hidden(str(caught.value))


@EACH
def test_the_reason_of_a_status_hides_it(account: Account, said: str) -> None:
    """It is an output: stored in the state and printed by `status`. The request keeps it, where Pulumi hides it."""
    jobs = provider.PROVIDERS["ServiceJob"]()
    made = jobs.create(given())
    account.jobs[0].terminated, account.jobs[0].status = True, "FAILED"
    account.jobs[0].reason = f"the script failed with {said}"
    outs = jobs.read(str(made.id), dict(made.outs or {})).outs
    assert_hidden(outs["statusReason"])
    assert outs["request"]["serviceRequestPayload"]["Environment"]["TOKEN"] == PEM


def test_what_the_provider_prints_hides_it(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that repeats AWS's refusal."""
    jobs = provider.PROVIDERS["ServiceJob"]()
    jobs.create(given())
    error = refusal("ServerException", f"Value {ONCE} is not allowed")
    account.faults = [Fault("TerminateServiceJob", "before", error)]
    jobs.create(given(generation=2))
    assert_hidden(capsys.readouterr().out)


def test_short_words_stay_readable() -> None:
    """A secret of three characters is hidden nowhere but at its own place."""
    assert Redactor(["yes"]).hide("yes, a yesterday") == "yes, a yesterday"


def test_a_payload_that_aws_repeats_is_cut(account: Account) -> None:
    """Its words may be ten thousand; what hides a secret has seen all of them."""
    error = refusal("ClientException", f"{'x' * 1980} {PEM} {'y' * 8000}")
    account.faults = [Fault("SubmitServiceJob", "before", error)]
    with pytest.raises(provider.Stopped) as caught:
        provider.PROVIDERS["ServiceJob"]().create(given())
    assert len(str(caught.value)) <= 2000
    assert PEM[:20] not in str(caught.value)
