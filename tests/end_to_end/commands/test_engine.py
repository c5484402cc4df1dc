"""Which engine runs a command, on which stack, and in which environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.engine.arguments import choose_stack, find_stack_name, split_cwd
from cli.engine.choose import choose
from cli.project.stack import Project, Stack, find_project
from cli.project.variables import child_environment, on_loopback, require_answer
from components.errors import JobError

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    return find_project(tmp_path)


@pytest.fixture
def emulated(project: Project) -> Stack:
    return Stack(project, "local", {"aws-jobs:emulator": True, "aws:region": "eu-west-1"})


@pytest.fixture
def real(project: Project) -> Stack:
    return Stack(project, "prod", {"aws:region": "eu-west-1"})


@pytest.fixture
def with_cli(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pulumi").write_text("#!/bin/sh\n", "utf-8")
    (folder / "pulumi").chmod(0o755)
    return {"PATH": str(folder)}


@pytest.fixture
def without_cli(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "nothing")}


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["up", "-s", "dev"], "dev"),
        (["up", "--stack", "dev", "--yes"], "dev"),
        (["up", "--stack=dev"], "dev"),
        (["preview", "-sdev"], "dev"),
        (["stack", "init", "dev"], "dev"),
        (["stack", "select", "--create", "dev"], "dev"),
        (["stack", "rm", "--yes", "dev"], "dev"),
        (["cancel", "dev"], "dev"),
        (["config", "set", "key", "value"], ""),
        (["config", "set", "key", "--", "-value"], ""),
        (["config", "set", "key", "--", "-secret"], ""),
        (["stack", "ls"], ""),
        (["up", "--skip-preview"], ""),
    ],
)
def test_stack_is_read_from_the_command(argv: list[str], name: str) -> None:
    """Every form in which Pulumi takes a stack's name is understood."""
    assert find_stack_name(argv) == name


def test_folder_is_taken_out_of_the_arguments(tmp_path: Path) -> None:
    """`-C DIR` says where the project is; the engine is started there. Pulumi takes `-CDIR` too."""
    for folder in (["-C", str(tmp_path)], [f"-C{tmp_path}"], [f"--cwd={tmp_path}"]):
        assert split_cwd(["-s", "dev", *folder, "--yes"]) == (["-s", "dev", "--yes"], tmp_path)


def test_project_with_emulator_stacks_only_needs_no_login(project: Project) -> None:
    """`stack ls` on a fresh clone looks into the local backend."""
    (project.root / "Pulumi.local.yaml").write_text("config: {aws-jobs:emulator: true}\n", "utf-8")
    stack = choose_stack(project, ["stack", "ls"], {"PULUMI_HOME": str(project.root / "none")})
    assert (stack.name, stack.on_emulator) == ("", True)


def test_real_cli_is_used_where_it_is_on_path(emulated: Stack, with_cli: dict[str, str]) -> None:
    """On a stack on the emulator as well."""
    engine = choose(emulated, {**with_cli, **LOCAL})
    assert (engine.embedded, engine.command) == (False, (f"{with_cli['PATH']}/pulumi",))
    assert engine.reason == f"engine: the Pulumi CLI, {with_cli['PATH']}/pulumi (it is on PATH)"


def test_embedded_engine_serves_loopback_without_the_cli(
    real: Stack, without_cli: dict[str, str]
) -> None:
    """Any stack whose endpoint is on this machine may be tried without the CLI."""
    engine = choose(real, {**without_cli, **LOCAL})
    assert engine.embedded
    assert engine.reason == (
        "engine: embedded, for evaluation and tests "
        "(pulumi is not on PATH and the stack is on loopback)"
    )


def test_embedded_engine_can_be_asked_for(emulated: Stack, with_cli: dict[str, str]) -> None:
    """JOBCTL_ENGINE=embedded wins over a CLI on PATH."""
    assert choose(emulated, {**with_cli, **LOCAL, "JOBCTL_ENGINE": "embedded"}).embedded


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"AWS_ENDPOINT_URL": "https://aws.example"},
        {**LOCAL, "AWS_ENDPOINT_URL_BATCH": "https://batch.example"},
        {"AWS_ENDPOINT_URL_BATCH": "http://127.0.0.1:5000"},
        {"JOBCTL_ENGINE": "embedded"},
    ],
)
def test_production_is_never_deployed_with_a_stand_in(
    real: Stack, without_cli: dict[str, str], env: dict[str, str]
) -> None:
    """Where any call could leave this machine, a missing CLI is an error that says how to install it."""
    with pytest.raises(
        JobError, match=r"^the stack 'prod' needs the Pulumi CLI .*pulumi\.com/docs/install"
    ):
        choose(real, {**without_cli, **env})


def test_emulator_stack_sent_elsewhere_is_no_loopback_stack(
    emulated: Stack, without_cli: dict[str, str]
) -> None:
    """The setting does not help when the environment names another endpoint."""
    with pytest.raises(JobError, match="needs the Pulumi CLI"):
        choose(emulated, {**without_cli, "AWS_ENDPOINT_URL": "https://aws.example"})


def test_missing_cli_that_was_asked_for_is_an_error(
    emulated: Stack, without_cli: dict[str, str]
) -> None:
    """JOBCTL_ENGINE=pulumi never falls back."""
    with pytest.raises(JobError, match="JOBCTL_ENGINE is 'pulumi', but pulumi is not on PATH: run"):
        choose(emulated, {**without_cli, **LOCAL, "JOBCTL_ENGINE": "pulumi"})


def test_unknown_engine_is_an_error(emulated: Stack, without_cli: dict[str, str]) -> None:
    """The three values are listed."""
    with pytest.raises(
        JobError, match="JOBCTL_ENGINE is 'fast'; expected auto, pulumi or embedded"
    ):
        choose(emulated, {**without_cli, "JOBCTL_ENGINE": "fast"})


def test_emulator_stack_gets_everything_that_is_missing(emulated: Stack) -> None:
    """Region, dummy credentials, backend and passphrase: a clone needs no other step."""
    child = child_environment(emulated, {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"})
    assert child == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_BACKEND_URL": (emulated.project.root / ".local" / "pulumi").as_uri(),
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
    }


def test_what_the_environment_names_is_kept(emulated: Stack) -> None:
    """Each variable that jobctl would set can be set from outside."""
    named_already = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "mine",
        "AWS_SECRET_ACCESS_KEY": "mine",
        "AWS_REGION": "ap-south-1",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_EC2_METADATA_DISABLED": "false",
        "PULUMI_CONFIG_PASSPHRASE": "mine",
        "PULUMI_SKIP_UPDATE_CHECK": "false",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false",
        "PULUMI_BACKEND_URL": "file:///elsewhere",
    }
    child = child_environment(emulated, named_already)
    assert {name: child[name] for name in named_already} == named_already


def test_profile_does_not_reach_the_emulator(emulated: Stack) -> None:
    """A person's own profile may need a login, or not exist; the emulator needs neither."""
    child = child_environment(emulated, {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "old"})
    assert "AWS_PROFILE" not in child
    assert "AWS_SESSION_TOKEN" not in child


def test_other_stacks_keep_their_environment(real: Stack) -> None:
    """Nothing is set for a stack on AWS."""
    assert child_environment(real, {"AWS_PROFILE": "work"}) == {"AWS_PROFILE": "work"}


@pytest.mark.parametrize(
    ("env", "answer"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, True),
        ({"AWS_ENDPOINT_URL": "http://localhost:5000"}, True),
        ({"AWS_ENDPOINT_URL": "http://[::1]:5000"}, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1.example.com"}, False),
        ({"AWS_ENDPOINT_URL": "https://batch.us-east-1.amazonaws.com"}, False),
        ({}, False),
    ],
)
def test_loopback_is_read_from_the_host(env: dict[str, str], answer: bool) -> None:
    """Only this machine's own names count."""
    assert on_loopback(env) is answer


def test_missing_emulator_is_one_sentence(emulated: Stack) -> None:
    """Where no emulator was started, the sentence says which setting wants one and how to start it."""
    with pytest.raises(JobError) as caught:
        require_answer(emulated, {})
    assert str(caught.value) == (
        "no emulator is running for the stack 'local' (aws-jobs:emulator in Pulumi.local.yaml); "
        "start it with ./jobctl emulator start"
    )


def test_endpoint_that_does_not_answer_is_one_sentence(emulated: Stack) -> None:
    """An endpoint that nothing listens on is found before any job is."""
    with pytest.raises(
        JobError,
        match="^nothing answers at http://127.0.0.1:1, the emulator is not running; start it",
    ):
        require_answer(emulated, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
