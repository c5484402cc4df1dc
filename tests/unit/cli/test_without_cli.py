"""What works without the Pulumi CLI: a stack of one's own on the emulator, in the region of its job files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.__main__ import main
from cli.engine.choose import assume_emulator
from cli.project.region import find_region
from cli.project.settings import list_job_folders
from cli.project.stack import find_project, read_stack
from cli.project.variables import child_environment
from tests.unit.jobfile.making import SERVICE_JOB

LOCAL = 'config:\n  aws-jobs:emulator: "true"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without stacks, on a machine without the CLI."""
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    (tmp_path / "__main__.py").touch()
    (tmp_path / "jobs").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBCTL_ENGINE", "embedded")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return tmp_path


def test_a_stack_of_ones_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`stack init` and `config set aws-jobs:emulator true` make one, and leave no salt behind."""
    assert main(["stack", "init", "dev"]) == 0
    assert main(["config", "set", "aws:region", "eu-west-1"]) == 0
    assert main(["config", "set", "aws-jobs:emulator", "true"]) == 0
    assert "encryptionsalt" not in (project / "Pulumi.dev.yaml").read_text()
    stack = read_stack(find_project(project), "dev")
    assert (stack.on_emulator, stack.setting("aws:region")) == (True, "eu-west-1")
    capsys.readouterr()


def test_the_emulator_is_set_for_a_stack_that_has_no_state(project: Path) -> None:
    """The command itself says what the stack is."""
    stack = read_stack(find_project(project), "dev")
    argv = ["config", "set", "-s", "dev", "aws-jobs:emulator", "true"]
    assert assume_emulator(stack, argv, {"JOBCTL_ENGINE": "embedded"}).on_emulator


def test_a_demo_without_job_files_says_what_to_do(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a team's new repository, before an emulator is started."""
    (project / "Pulumi.local.yaml").write_text(LOCAL)
    for path in (project / "jobs").iterdir():
        path.unlink()
    assert main(["demo"]) == 1
    assert capsys.readouterr().err == (
        "error: jobs/ has no job file, and the demo deploys those of the stack `local`: write one with "
        "./jobctl new ServiceJob NAME, or run the demo in a clone of upstream's repository, which has samples\n"
    )


def test_a_stack_of_aws_still_needs_the_cli(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack whose settings do not name the emulator is not taken for one that does."""
    (project / "Pulumi.prod.yaml").write_text("config:\n  aws:region: us-east-1\n")
    for command in (
        ["stack", "init", "prod"],
        ["config", "set", "-s", "prod", "a", "b"],
        ["up", "-s", "prod"],
    ):
        assert main(command) == 1
        error = capsys.readouterr().err
        assert "needs the Pulumi CLI" in error
        assert "run ./jobctl setup --pulumi, or install the Pulumi CLI (https://" in error
    stack = read_stack(find_project(project), "prod")
    argv = ["config", "set", "aws-jobs:emulator", "true"]
    assert assume_emulator(stack, argv, {"PULUMI_BACKEND_URL": "s3://state"}) is stack


def test_the_local_stack_takes_the_region_of_the_job_files(project: Path) -> None:
    """The one that most of them name, in `validate` as in `up`, whatever a shell says."""
    (project / "Pulumi.local.yaml").write_text(LOCAL)
    queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"
    text = SERVICE_JOB.replace("jobQueue: training", f"jobQueue: {queue}")
    (project / "jobs" / "churn.yaml").write_text(text)
    stack = read_stack(find_project(project), "local")
    assert child_environment(stack, {"AWS_REGION": "us-west-2"})["AWS_REGION"] == "eu-west-1"
    (folder,) = list_job_folders(stack.project)
    assert [settings.region for settings in folder.stacks] == ["eu-west-1"]
    assert main(["validate"]) == 0


def test_without_a_region_in_the_job_files(project: Path) -> None:
    """That of the project's other stacks, then the emulator's own; what the stack says itself goes before."""
    (project / "Pulumi.local.yaml").write_text(LOCAL)
    assert find_region(read_stack(find_project(project), "local")) == "us-east-1"
    (project / "Pulumi.prod.yaml").write_text("config:\n  aws:region: eu-central-1\n")
    assert find_region(read_stack(find_project(project), "local")) == "eu-central-1"
    (project / "Pulumi.local.yaml").write_text(LOCAL + "  aws:region: ap-south-1\n")
    assert find_region(read_stack(find_project(project), "local")) == "ap-south-1"
