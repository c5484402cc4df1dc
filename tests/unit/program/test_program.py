"""The program under Pulumi's mocks: what it registers, and what it refuses to."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS

from components import program

JOB = """\
kind: ServiceJob
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification: {TrainingImage: "1.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1", TrainingInputMode: File}
    OutputDataConfig: {S3OutputPath: "s3://bucket/models/"}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
    Environment: {TOKEN: "bearer ${config.token}", PLAIN: "${stack}"}
"""


class Recorder(pulumi_mocks.Mocks):
    """Keeps what is registered: by name, the type and the inputs as they cross the wire."""

    def __init__(self) -> None:
        self.registered: dict[str, tuple[str, dict[str, Any]]] = {}

    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered[args.name] = (args.typ, args.inputs)
        return f"{args.name}-id", {**args.inputs, "jobArn": "arn"}

    def call(self, args: pulumi_mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(f"the program calls nothing: {args.token}")


Run = Callable[..., dict[str, tuple[str, dict[str, Any]]]]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pulumi's SDK runs the program on the current event loop: one of its own for each test."""
    new = asyncio.new_event_loop()
    asyncio.set_event_loop(new)
    yield
    new.run_until_complete(new.shutdown_default_executor())
    new.close()
    asyncio.set_event_loop(None)
    with warnings.catch_warnings():
        # the SDK's mock monitor leaves a loop of its own open in each worker thread, and its sockets may go first
        warnings.simplefilter("ignore", ResourceWarning)
        monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
        gc.collect()


@pytest.fixture
def run(tmp_path: Path, loop: None) -> Run:
    """Run load and declare over these job files, in a stack without preflight; gives what was registered."""

    def go(
        files: dict[str, str],
        config: dict[str, str] | None = None,
        project: str = "aws-jobs",
        *,
        preview: bool = False,
    ) -> Any:
        (tmp_path / "jobs").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "jobs" / name).write_text(text)
        recorder = Recorder()
        pulumi.runtime.set_all_config(
            {
                "aws:region": "us-east-1",
                "aws-jobs:preflight": "false",
                "aws-jobs:token": "hunter22",
                **(config or {}),
            },
            ["aws-jobs:token"],
        )
        pulumi_mocks.set_mocks(recorder, project=project, stack="dev", preview=preview)

        def body() -> None:
            settings = program.settings(tmp_path)
            program.declare(program.load(settings), settings)

        pulumi.runtime.test(body)()
        return recorder.registered

    return go


def test_every_file_becomes_a_resource_of_its_kind(run: Run) -> None:
    """One resource a job, named as the job, with its identity and the settings that were left out."""
    registered = run({"churn.yaml": JOB})
    kind, inputs = registered["churn"]
    assert kind == "pulumi-python:dynamic/aws-jobs:ServiceJob"
    assert inputs["identity"] == "aws-jobs/dev/churn"
    assert inputs["region"] == "us-east-1"
    assert (inputs["onReplace"], inputs["onDelete"]) == ("refuse", "refuse")
    assert registered["aws-jobs"] == ("pulumi:providers:pulumi-python", {})


def test_a_secret_crosses_the_wire_as_a_secret_and_its_place_is_named(run: Run) -> None:
    """`${config.token}` makes its leaf secret, in part of a text too; `secretPaths` says which leaf that is."""
    _, inputs = run({"churn.yaml": JOB})["churn"]
    assert rpc.is_rpc_secret(inputs["request"])  # the mocks lift a leaf's secrecy to its property
    environment = rpc.unwrap_rpc_secret(inputs["request"])["serviceRequestPayload"]["Environment"]
    assert environment == {"TOKEN": "bearer hunter22", "PLAIN": "dev"}
    assert inputs["secretPaths"] == ["request.serviceRequestPayload.Environment.TOKEN"]
    others = {key: value for key, value in inputs.items() if key != "request"}
    assert "hunter22" not in str(others)


def test_all_mistakes_of_all_files_are_one_error_and_nothing_is_registered(run: Run) -> None:
    """The preview ends before the first resource, with every problem and its place."""
    files = {
        "broken.yaml": "kind: [",
        "churn.yaml": JOB.replace("jobQueue", "jobQueu"),
        "other.yaml": JOB.replace("ServiceJob", "ServiceJib", 1),
    }
    with pytest.raises(pulumi.RunError) as caught:
        run(files)
    lines = str(caught.value).splitlines()
    assert any(line.startswith("jobs/broken.yaml:") for line in lines)
    assert any(line.startswith("jobs/churn.yaml:") and "jobQueu" in line for line in lines)
    assert any(line.startswith("jobs/other.yaml:") and "ServiceJob" in line for line in lines)
    assert "hunter22" not in str(caught.value)


def test_a_stack_without_a_region_is_an_error_that_says_how_to_name_one(run: Run) -> None:
    """One sentence with the command."""
    with pytest.raises(pulumi.RunError, match="./jobctl config set -s dev aws:region REGION"):
        run({"churn.yaml": JOB}, {"aws:region": ""})


def test_config_is_the_projects_own(run: Run) -> None:
    """`${config.x}` is the project's own key, whatever the project is called: not one of `aws-jobs:`."""
    text = JOB.replace("${config.token}", "${config.rounds}")
    _, inputs = run({"churn.yaml": text}, {"shop:rounds": "7", "aws-jobs:rounds": "3"}, "shop")[
        "churn"
    ]
    assert inputs["request"]["serviceRequestPayload"]["Environment"]["TOKEN"] == "bearer 7"
    with pytest.raises(pulumi.RunError, match="the stack's config has no `rounds`"):
        run({"churn.yaml": text}, {"aws-jobs:rounds": "3"}, "shop")


def test_progress_of_a_long_deployment() -> None:
    """A sentence every ten seconds; what the last ten took tells how long the rest does."""
    said: list[str] = []
    # 500 are as they were, and take no time
    clock = iter([0.0] * 501 + [number / 4 for number in range(1, 501)])

    async def deploy() -> None:
        jobs = [asyncio.sleep(0) for _ in range(1_000)]
        await program.report_progress(jobs, said.append, clock.__next__)

    asyncio.run(deploy())
    assert said[:2] == [
        "540 of 1,000 jobs deployed, about 9 s left",
        "580 of 1,000 jobs deployed, about 2 min left",
    ]
    assert said[-1] == "980 of 1,000 jobs deployed, about 5 s left"
    assert len(said) == 12


@pytest.mark.parametrize("preview", [False, True])
def test_progress_is_told_to_the_engine(
    run: Run, monkeypatch: pytest.MonkeyPatch, preview: bool
) -> None:
    """As a passing message, which no summary repeats; a preview deploys nothing."""
    said: list[tuple[str, bool]] = []
    monkeypatch.setattr(program, "PAUSE", 0.0)
    monkeypatch.setattr(
        pulumi.log, "info", lambda text, *, ephemeral=False: said.append((text, ephemeral))
    )
    run({"churn.yaml": JOB, "other.yaml": JOB}, preview=preview)
    expected = [] if preview else [("1 of 2 jobs deployed", True), ("2 of 2 jobs deployed", True)]
    assert [(text.partition(",")[0], passing) for text, passing in said] == expected


def test_a_job_gives_the_sdk_a_call_to_wait_for_before_outputs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it waits anew for all outputs as each one comes: the square of the jobs."""
    begun: list[int] = []
    plain = program.declare

    def declare(*args: Any) -> Any:
        calls = len(SETTINGS.rpc_manager.rpcs)
        declared = plain(*args)
        begun.append(len(SETTINGS.rpc_manager.rpcs) - calls)
        return declared

    monkeypatch.setattr(program, "declare", declare)
    run({"churn.yaml": JOB})
    assert begun == [1]


def test_leave_to_terminate_is_the_providers_input(run: Run) -> None:
    """`aws-jobs:allowTerminate` reaches the provider, which is all that a deletion can ask."""
    registered = run({"churn.yaml": JOB}, {"aws-jobs:allowTerminate": "true"})
    assert registered["aws-jobs"][1] == {"aws-jobs:allowTerminate": "true"}
