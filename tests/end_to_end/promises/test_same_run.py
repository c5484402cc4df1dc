"""What is the same run: nothing is submitted, nothing is ended, and the preview says so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
import yaml

from tests.crash.jobs import text
from tests.crash.stack import SALT, Stack

SERVICE = text("ServiceJob", "A")
PAID = ("SubmitServiceJob", "TerminateServiceJob", "CreateBatchInferenceJob")


def reordered(job: str) -> str:
    """The same YAML, its keys in another order."""

    def turned(value: object) -> object:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(each) for each in value] if isinstance(value, list) else value

    return yaml.safe_dump(turned(yaml.safe_load(job)), sort_keys=False)


SAME: dict[str, tuple[str, Callable[[str], str]]] = {
    "reformatted": ("churn.yaml", lambda job: yaml.safe_dump(yaml.safe_load(job), width=40)),
    "commented": ("churn.yaml", lambda job: "# a comment\n" + job.replace("\n", "  # x\n", 1)),
    "reordered": ("churn.yaml", reordered),
    "as JSON": ("churn.json", lambda job: json.dumps(yaml.safe_load(job))),
    "as indented JSON": ("churn.json", lambda job: json.dumps(yaml.safe_load(job), indent=8)),
    "1.0 for 1": ("churn.yaml", lambda job: job.replace("InstanceCount: 1", "InstanceCount: 1.0")),
    "the payload as text": (
        "churn.json",
        lambda job: json.dumps(as_aws_has_it(yaml.safe_load(job))),
    ),
}


def as_aws_has_it(job: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    request = job["request"]
    request["serviceRequestPayload"] = json.dumps(request["serviceRequestPayload"])
    return job


def quietly(stack: Stack) -> None:
    """An `up` that neither submits nor ends anything."""
    stack.forget_calls()
    done = stack.up()
    assert done.code == 0, done.text
    assert not set(stack.calls()) & set(PAID)


@pytest.mark.parametrize("how", SAME)
def test_another_way_to_write_it_is_the_same_run(stack: Stack, how: str) -> None:
    """Formatting, order, JSON or YAML, 1.0 for 1: the preview is empty."""
    stack.write("churn.yaml", SERVICE)
    assert stack.up().code == 0
    name, change = SAME[how]
    (stack.folder / "jobs" / "churn.yaml").unlink()
    stack.write(name, change(SERVICE))
    seen = stack.preview()
    assert seen.code == 0, seen.text


def test_a_touched_code_file_is_the_same_run(stack: Stack) -> None:
    """Another time of the file, the same bytes: the preview is empty; another byte is another run."""
    source = stack.folder / "jobs" / "src"
    source.mkdir(exist_ok=True)
    script = source / "train.py"
    script.write_text("print(1)\n")
    stack.write("churn.yaml", SERVICE + "code: {dir: src, entryPoint: train.py}\n")
    stack.configure(**{"aws-jobs:artifacts": "s3://aws-jobs-data/artifacts"})
    done = stack.up()
    assert done.code == 0, done.text
    os.utime(script, (1_000_000_000, 1_000_000_000))
    assert stack.preview().code == 0
    script.write_text("print(2)\n")
    seen = stack.preview()
    assert seen.code == 7
    assert "train.py" in seen.text


def test_an_alias_is_the_same_run(stack: Stack) -> None:
    """A renamed file with an alias takes its run along, and its identity with it."""
    stack.write("churn.yaml", SERVICE)
    assert stack.up().code == 0
    (stack.folder / "jobs" / "churn.yaml").unlink()
    stack.write("attrition.yaml", SERVICE + "aliases: [churn]\n")
    quietly(stack)
    [run] = stack.runs()
    assert run.identity == "aws-jobs/dev/attrition"
    assert run.live
    assert stack.preview().code == 0


def test_a_lifecycle_setting_is_the_same_run(stack: Stack) -> None:
    """`onReplace` and `onDelete` change what may happen to a run, not the run."""
    stack.write("churn.yaml", SERVICE)
    assert stack.up().code == 0
    stack.write("churn.yaml", SERVICE + "onReplace: keep\nonDelete: terminate\n")
    quietly(stack)
    assert stack.preview().code == 0


def test_a_renamed_stack_is_the_same_run(stack: Stack) -> None:
    """After `pulumi stack rename` the run is found under its new identity, and nothing else happens."""
    stack.write("churn.yaml", SERVICE)
    assert stack.up().code == 0
    renamed = stack.state.with_name("prod.json")
    told = stack.state.read_text().replace("urn:pulumi:dev::", "urn:pulumi:prod::")
    renamed.write_text(told.replace("aws-jobs-dev", "aws-jobs-prod").replace('/dev"', '/prod"'))
    config = stack.folder / "Pulumi.prod.yaml"
    config.write_text(f"encryptionsalt: {SALT}\nconfig:\n  aws:region: us-east-1\n")
    stack.env["PULUMI_STACK"] = "prod"
    try:
        quietly(stack)
        assert stack.preview().code == 0
    finally:
        stack.env["PULUMI_STACK"] = "dev"
    [run] = stack.runs()
    assert run.identity == "aws-jobs/prod/churn"


def test_a_rotated_secret_is_the_same_run_and_stands_nowhere(stack: Stack) -> None:
    """No new run; neither the old nor the new one in the state's bytes, the output, or an error."""
    first, second = "hunter22-first", "hunter33-second"
    job = SERVICE.replace(
        "    StoppingCondition",
        "    Environment: {TOKEN: '${config.token}'}\n    StoppingCondition",
    )
    stack.write("churn.yaml", job)
    said = stack.run("config", "set", "--secret", "token", first).text
    stack.emulator.ask(
        "POST",
        "faults",
        {
            "operation": "SubmitServiceJob",
            "kind": "error",
            "code": "ClientException",
            "status": 400,
            "message": f"Environment.TOKEN {first} is not allowed",
        },
    )
    failed = stack.up()
    assert failed.code == 1
    assert "[secret] is not allowed" in failed.text
    done = stack.up()
    assert done.code == 0, done.text
    assert stack.run("config", "set", "--secret", "token", second).code == 0
    seen = stack.run("preview", "--diff")
    stack.forget_calls()
    rotated = stack.up()
    assert rotated.code == 0, rotated.text
    assert not set(stack.calls()) & set(PAID)
    written = b"".join(stack.states)
    for secret in (first, second):
        assert secret.encode() not in written
        for text_ in (said, failed.text, done.text, seen.text, rotated.text):
            assert secret not in text_
