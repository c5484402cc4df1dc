"""Hostile answers of AWS that repeat a job's secret: hidden in outputs, errors, lines, state, files and archive."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import redirect_stdout
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import provider
from components.kinds import KINDS
from tests.conftest import Workspace
from tests.end_to_end import jobs
from tests.end_to_end.test_changes import client
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

from .hostile import HOSTILE, SECRETS, check_files, check_harmless, check_hidden, check_said, forms

CALLS = [
    "SubmitServiceJob",
    "ListServiceJobs",
    "DescribeServiceJob",
    "TagResource",
    "TerminateServiceJob",
    "UpdateServiceJob",
    "ListTagsForResource",
]
CODES = ("ServerException", "ClientException", "AccessDeniedException", "ValidationException")


PLANTED = (
    "correct horse/battery+staple=",
    'q"uote\\back-漢字%25\t&x',
    "line one\nsecond line & more",
)
STEPS = 3
SEEDS = range(settings.default.max_examples // 50)  # 2, and 60 in `make fuzz`


@st.composite
def said(draw: Any, secret: str) -> str:
    """Words of AWS's around the secret in one form or another."""
    found = draw(st.lists(st.sampled_from(list(forms(secret).values())), min_size=1, max_size=3))
    return "".join(draw(HOSTILE) + each for each in found) + draw(HOSTILE)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    monkeypatch.setattr(provider, "connect", lambda *_: account.aws())
    return account


@given(data=st.data())
def test_the_provider(account: Account, data: st.DataObject) -> None:
    """Create, read, update, replace and delete while AWS repeats what it was sent."""
    secret = data.draw(SECRETS)
    account.__init__()  # type: ignore[misc]  # another account for each example
    jobs = provider.PROVIDERS["ServiceJob"]()
    printed = io.StringIO()
    shown: list[str] = []

    def given_inputs(**others: Any) -> dict[str, Any]:
        paths = ["request.serviceRequestPayload.HyperParameters.token"]
        found = inputs(KINDS["ServiceJob"], secretPaths=paths, **others)
        found["request"]["serviceRequestPayload"]["HyperParameters"] = {"token": secret}
        return found

    def break_something() -> None:
        for operation in data.draw(st.lists(st.sampled_from(CALLS), max_size=2)):
            error = refusal(data.draw(st.sampled_from(CODES)), data.draw(said(secret)))
            kind = data.draw(st.sampled_from(["before", "after"]))
            account.faults.append(Fault(operation, kind, error))

    def attempt(call: Any) -> Any:
        break_something()
        try:
            result = call()
        except provider.Stopped as error:
            shown.append(str(error))
            return None
        finally:
            account.faults.clear()
        outs = dict(getattr(result, "outs", None) or {})
        shown.append(json.dumps({k: v for k, v in outs.items() if k != "request"}, default=str))
        return result

    with redirect_stdout(printed):
        made = attempt(lambda: jobs.create(given_inputs())) or jobs.create(given_inputs())
        outs = dict(made.outs or {})
        for job in account.jobs:
            job.terminated, job.reason = True, data.draw(said(secret))
            job.status = data.draw(st.sampled_from(["FAILED", "RUNNABLE", "SUCCEEDED"]))
        attempt(lambda: jobs.read(made.id, outs))
        news = given_inputs(identity="aws-jobs/dev/other", formerly=["aws-jobs/dev/churn"])
        attempt(lambda: jobs.update(made.id, outs, news))
        attempt(lambda: jobs.create(given_inputs(generation=2, onReplace="terminate")))
        attempt(lambda: jobs.delete(made.id, outs))
    for text in [*shown, printed.getvalue()]:
        check_hidden(text, secret)
    check_harmless(printed.getvalue() + "".join(each for each in shown if each[:1] != "{"))


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_deployment(workspace: Workspace, seed: int) -> None:
    """A secret of the stack's config that AWS repeats is in no output, no file, no state and no archive."""
    choose = Random(seed)
    secret = choose.choice(PLANTED)
    root, emulator = workspace.root, workspace.emulator

    def jobctl(*words: str) -> None:
        outcome = workspace.jobctl(*words, "-s", "local")
        check_said(outcome.code, outcome.text, secret)

    source = root / "jobs" / "src"
    source.mkdir()
    (source / "train.py").write_text("print('x')\n")
    (source / ".env").write_text(f"TOKEN={secret}\n")
    job = jobs.hyperparameters(token="${config.token}")
    job["code"] = {"dir": "src", "entryPoint": "train.py"}
    jobctl("config", "set", "aws-jobs:artifacts", "s3://aws-jobs-data/artifacts")
    jobctl("config", "set", "--secret", "token", secret)
    for step in range(STEPS):
        workspace.write("churn.json", {**job, "generation": step + 1})
        words = "\x1b[2J".join(choose.sample(list(forms(secret).values()), 3)) + "\u202e\r"
        if step:
            fault = {"operation": choose.choice(CALLS[:4]), "kind": "error", "message": words}
            emulator.ask("POST", "faults", {**fault, "code": "ClientException", "status": 400})
        jobctl("up", "--yes", "--skip-preview")
        emulator.ask("DELETE", "faults")
        assert workspace.submissions(), "nothing was submitted"
        for each in workspace.jobs().values():
            if each["phase"] not in ("FAILED", "SUCCEEDED"):
                asked = {"status": "FAILED", "reason": words}
                emulator.ask("POST", f"jobs/{each['jobId']}", asked)
        jobctl("refresh", "--yes", "--skip-preview")
        for command in ("status", "history churn", "recover", "preview --diff", "plan", "summary"):
            jobctl(*command.split())
        jobctl("report", "--since", "99999d")
    jobctl("destroy", "--yes", "--skip-preview")
    (source / ".env").unlink()
    check_files(root.parent, secret)
    bucket = client(workspace, "s3")
    [archive, *_] = bucket.list_objects_v2(Bucket="aws-jobs-data", Prefix="artifacts/")["Contents"]
    body = bucket.get_object(Bucket="aws-jobs-data", Key=archive["Key"])["Body"].read()
    packed = gzip.decompress(body).decode("utf-8", "replace")
    assert "train.py" in packed
    check_hidden(packed, secret)
