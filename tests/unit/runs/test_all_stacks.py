"""Every stack of a project in turn, none disturbed by another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.project.stack import Stack
from cli.runs.all_stacks import visit_stacks
from components.aws import Aws, connect
from components.errors import JobError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three stacks."""
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\n", "utf-8")
    for name in ("dev", "prod", "team-a"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config: {}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "work")
    return tmp_path


def test_one_that_cannot_be_read_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its state, its settings or its AWS: the others are shown."""
    (project / "Pulumi.dev.yaml").write_text("config: [\n", "utf-8")

    def read_state(stack: Stack) -> str:
        if stack.name == "prod":
            raise JobError("no stack named 'prod' found")
        return f"state of {stack.name}"

    assert visit_stacks(read_state, lambda stack, state: state) == {"team-a": "state of team-a"}
    dev, prod = capsys.readouterr().err.splitlines()
    assert dev.startswith("dev: not read: Pulumi.dev.yaml:2:")
    assert prod == "prod: not read: no stack named 'prod' found"


def test_none_that_can_be_read_is_an_error(project: Path) -> None:
    """A script must not take silence for an empty fleet."""
    with pytest.raises(JobError, match="^no stack could be read$"):
        visit_stacks(lambda stack: None, fail)
    for path in project.glob("Pulumi.*.yaml"):
        path.unlink()
    with pytest.raises(JobError, match="^no stack has a settings file$"):
        visit_stacks(lambda stack: None, fail)


def fail(stack: Stack, _state: None) -> None:
    raise JobError(f"AWS denies {stack.name}")


def test_each_has_an_environment_and_connections_of_its_own(project: Path) -> None:
    """What one on the emulator sets would send the next one's calls to the emulator."""
    seen: list[Aws] = []

    def visit(stack: Stack, _state: None) -> str:
        before = os.environ["AWS_PROFILE"], os.environ.get("AWS_ENDPOINT_URL")
        os.environ["AWS_ENDPOINT_URL"] = f"http://{stack.name}"
        del os.environ["AWS_PROFILE"]
        seen.append(connect("us-east-1"))
        return str(before)

    assert set(visit_stacks(lambda stack: None, visit).values()) == {"('work', None)"}
    assert len({id(aws) for aws in seen}) == 3
    assert "AWS_ENDPOINT_URL" not in os.environ
