"""What a project's and a stack's files say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cli.project.settings import read_stack_settings
from cli.project.stack import Stack, find_project, find_selected, read_stack
from components.errors import JobError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n", "utf-8")
    return tmp_path


def remember(folder: Path, home: Path, document: object) -> dict[str, str]:
    digest = hashlib.sha1(str(folder / "Pulumi.yaml").encode()).hexdigest()
    file = home / "workspaces" / f"aws-jobs-{digest}-workspace.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document), "utf-8")
    return {"PULUMI_HOME": str(home)}


def test_project_is_found_from_a_folder_below(folder: Path) -> None:
    """The nearest Pulumi.yaml above is the project, as Pulumi finds it."""
    (folder / "jobs" / "deep").mkdir(parents=True)
    project = find_project(folder / "jobs" / "deep")
    assert (project.root, project.name) == (folder, "aws-jobs")


def test_emulator_flag_may_be_a_boolean_or_a_text(folder: Path) -> None:
    """`aws-jobs:emulator: true` and what Pulumi makes of it, `"true"`, mean the same."""
    (folder / "Pulumi.a.yaml").write_text("config:\n  aws-jobs:emulator: true\n", "utf-8")
    (folder / "Pulumi.b.yaml").write_text('config:\n  aws-jobs:emulator: "true"\n', "utf-8")
    (folder / "Pulumi.c.yaml").write_text("config:\n  aws:region: us-east-1\n", "utf-8")
    project = find_project(folder)
    assert [read_stack(project, name).on_emulator for name in "abc"] == [True, True, False]
    assert project.stacks() == ["a", "b", "c"]


def test_stack_may_be_named_in_full(folder: Path) -> None:
    """`organization/aws-jobs/a` has the settings file of `a`."""
    (folder / "Pulumi.a.yaml").write_text("config:\n  aws:region: eu-west-1\n", "utf-8")
    stack = read_stack(find_project(folder), "organization/aws-jobs/a")
    assert (stack.name, stack.setting("aws:region")) == ("a", "eu-west-1")


def test_key_without_a_namespace_is_the_projects(folder: Path) -> None:
    """`emulator` in a settings file is `aws-jobs:emulator`."""
    (folder / "Pulumi.a.yaml").write_text("config:\n  emulator: true\n", "utf-8")
    assert read_stack(find_project(folder), "a").on_emulator


def test_a_project_of_any_name_has_settings_in_its_own_namespace(folder: Path) -> None:
    """`pulumi config set` puts a bare key there; `aws-jobs:` goes before, and a secret one stays secret."""
    (folder / "Pulumi.yaml").write_text("name: acme\nruntime: python\n", "utf-8")
    (folder / "Pulumi.a.yaml").write_text(
        "config:\n  emulator: true\n  acme:artifacts: s3://own\n  acme:slots: '3'\n"
        "  aws-jobs:slots: '4'\n  acme:tags: {secure: x}\n  acme:other: s\n",
        "utf-8",
    )
    stack = read_stack(find_project(folder), "a")
    assert stack.on_emulator
    settings = read_stack_settings(stack)
    assert (settings.artifacts, settings.slots) == ("s3://own", 4)
    assert {"acme:tags", "aws-jobs:tags", "tags"} <= settings.secrets
    assert settings.config["other"] == "s"
    assert "aws-jobs:other" not in settings.config


def test_secret_setting_counts_as_not_set(folder: Path) -> None:
    """jobctl never decrypts."""
    (folder / "Pulumi.a.yaml").write_text("config:\n  aws:region:\n    secure: v1:x\n", "utf-8")
    assert read_stack(find_project(folder), "a").setting("aws:region") == ""


def test_broken_settings_file_names_file_and_line(folder: Path) -> None:
    """A settings file that is not YAML gets a sentence with its place."""
    (folder / "Pulumi.a.yaml").write_text("config:\n  a: [1\n", "utf-8")
    with pytest.raises(JobError, match=r"^Pulumi\.a\.yaml:3:1: not YAML: "):
        read_stack(find_project(folder), "a")


def test_selected_stack_is_pulumis(folder: Path, tmp_path: Path) -> None:
    """What `pulumi stack select` recorded for this folder counts, whatever the backend."""
    env = remember(
        folder, tmp_path / "home", {"stacks": {"file:///x": "organization/aws-jobs/dev"}}
    )
    assert find_selected(find_project(folder), env) == "organization/aws-jobs/dev"


def test_environment_names_the_stack_before_the_record(folder: Path, tmp_path: Path) -> None:
    """PULUMI_STACK comes first."""
    env = remember(folder, tmp_path / "home", {"stack": "dev"})
    assert find_selected(find_project(folder), {**env, "PULUMI_STACK": "prod"}) == "prod"


def test_named_backend_decides_between_two_selected_stacks(folder: Path, tmp_path: Path) -> None:
    """One choice a backend: with PULUMI_BACKEND_URL it is clear which."""
    env = remember(folder, tmp_path / "home", {"stacks": {"file:///x": "local", "s3://y": "prod"}})
    assert find_selected(find_project(folder), {**env, "PULUMI_BACKEND_URL": "s3://y"}) == "prod"


def test_two_selected_stacks_need_a_name(folder: Path, tmp_path: Path) -> None:
    """Never guess between the emulator and production."""
    env = remember(folder, tmp_path / "home", {"stacks": {"file:///x": "local", "s3://y": "prod"}})
    with pytest.raises(
        JobError, match=r"several stacks are selected \(local, prod\); use -s STACK"
    ):
        find_selected(find_project(folder), env)


def test_nothing_is_selected_on_a_fresh_machine(folder: Path, tmp_path: Path) -> None:
    """Without a record, no stack is meant."""
    assert find_selected(find_project(folder), {"PULUMI_HOME": str(tmp_path / "none")}) == ""


def test_a_scalar_is_what_yaml_1_2_says(folder: Path) -> None:
    """A number as a key, a date that is none, `yes`: texts, as Pulumi's own reader has them."""
    text = "config:\n  7: x\n  since: 2026-99-99\n  spot: yes\n"
    (folder / "Pulumi.a.yaml").write_text(text, "utf-8")
    config = read_stack(find_project(folder), "a").config
    assert [config[f"aws-jobs:{key}"] for key in ("7", "since", "spot")] == [
        "x",
        "2026-99-99",
        "yes",
    ]


def test_a_key_that_is_there_twice_is_an_error(folder: Path) -> None:
    """Pulumi refuses it too."""
    (folder / "Pulumi.a.yaml").write_text("config: {a: 1, a: 2}\n", "utf-8")
    with pytest.raises(JobError, match=r"^Pulumi\.a\.yaml:1:16: duplicate key `a`$"):
        read_stack(find_project(folder), "a")


def test_half_a_surrogate_pair_in_a_setting_is_an_error(folder: Path) -> None:
    """It cannot be sent to AWS, whichever request it is interpolated into: found by the fuzzer."""
    stack = Stack(find_project(folder), "a", {"aws-jobs:queue": "\ud800"})
    with pytest.raises(
        JobError, match=r"Pulumi\.a\.yaml: aws-jobs:queue has half a surrogate pair"
    ):
        read_stack_settings(stack)
