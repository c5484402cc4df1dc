"""`jobctl setup --pulumi`: the version that we test with, into the project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.commands import env
from cli.engine.choose import choose
from cli.engine.pulumi_cli import (
    VERSION_FILE,
    find_pulumi,
    get_own_folder,
    install_pulumi,
    is_own,
    read_version,
)
from cli.project.stack import HERE, Project, Stack
from components.errors import JobError

MANUAL = (
    "Without this: install the Pulumi CLI (https://www.pulumi.com/docs/install/) and put it on PATH"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / VERSION_FILE).write_text("3.1.4\n", "utf-8")
    return tmp_path


def write_program(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "pulumi").write_text("#!/bin/sh\n", "utf-8")
    (folder / "pulumi").chmod(0o755)
    return folder / "pulumi"


def test_it_installs_the_version_of_the_file_into_the_project(project: Path) -> None:
    """The installer is the SDK's; it is told where and which."""
    asked = []
    path = install_pulumi(project, lambda folder, version: asked.append((folder, version)))
    assert asked == [(project / ".local" / "pulumi-cli", "3.1.4")]
    assert path == str(project / ".local" / "pulumi-cli" / "bin" / "pulumi")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("Name or service not known"), "Name or service not known"),
        (
            subprocess.CalledProcessError(1, ["x"], b"curl: (6) no host\n\n"),
            "curl: (6) no host",
        ),
        (subprocess.CalledProcessError(1, ["x"]), "Command '['x']' returned non-zero exit"),
    ],
)
def test_without_network_the_error_names_the_manual_way(
    project: Path, error: Exception, reason: str
) -> None:
    def fail(folder: Path, version: str) -> None:
        raise error

    with pytest.raises(JobError) as raised:
        install_pulumi(project, fail)
    assert f"the Pulumi CLI 3.1.4 could not be installed: {reason}" in str(raised.value)
    assert str(raised.value).endswith(MANUAL)


def test_the_projects_own_goes_before_the_one_on_path(project: Path) -> None:
    """Who installed it wants it; without either there is none."""
    other = write_program(project / "other")
    assert find_pulumi(project, None) == ""
    assert find_pulumi(project, str(other.parent)) == str(other)
    own = write_program(get_own_folder(project) / "bin")
    assert find_pulumi(project, str(other.parent)) == str(own)
    assert is_own(project, str(own))
    assert not is_own(project, str(other))


def test_the_engines_reason_says_where_the_cli_is(project: Path) -> None:
    other = write_program(project / "other")
    stack = Stack(Project(project, "acme"), "prod")
    assert choose(stack, {"PATH": str(other.parent)}).reason == (
        f"engine: the Pulumi CLI, {other} (it is on PATH)"
    )


def test_env_puts_the_projects_own_on_path(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that `pulumi login` works in a shell, before there is a stack too."""
    (project / "Pulumi.yaml").write_text("name: acme\n", "utf-8")
    for name in ("dev", "prod"):
        (project / f"Pulumi.{name}.yaml").write_text("config: {}\n", "utf-8")
    monkeypatch.chdir(project)
    monkeypatch.setattr(env, "HERE", project)
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(project))
    assert main(["env"]) == 1
    assert "no stack selected: use -s STACK" in capsys.readouterr().err
    own = write_program(get_own_folder(project) / "bin").parent
    line = f"export PATH={own}:/usr/bin\n"
    assert main(["env", "-s", "prod"]) == 0
    assert capsys.readouterr().out == line
    assert main(["env"]) == 0
    printed = capsys.readouterr()
    assert printed.out == line
    assert "no stack selected" in printed.err
    monkeypatch.setenv("PATH", f"{own}:/usr/bin")
    assert main(["env", "-s", "prod"]) == 0
    assert capsys.readouterr().out == ""


def test_the_version_is_written_in_one_place() -> None:
    """The workflows read the file that `setup --pulumi` reads."""
    version = read_version(HERE)
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    workflows = sorted((HERE / ".github" / "workflows").iterdir())
    texts = [path.read_text("utf-8") for path in workflows]
    installs = sum(text.count("uses: pulumi/actions@") for text in texts)
    assert installs == sum(text.count(f"pulumi-version-file: {VERSION_FILE}") for text in texts)
    assert installs > 0
    assert not any(version in text for text in texts)


def test_images_of_the_cli_have_that_version() -> None:
    """An image's tag cannot be read from a file: those of the guides and examples are compared with it."""
    files = [path for room in ("docs", "examples") for path in (HERE / room).rglob("*.*")]
    tags = {
        (path.name, tag)
        for path in files
        if path.suffix in (".md", ".yaml", ".yml")
        for tag in re.findall(r"\bpulumi/pulumi[a-z-]*:(\d+\.\d+\.\d+)", path.read_text("utf-8"))
    }
    assert {tag for _, tag in tags} <= {read_version(HERE)}, tags
