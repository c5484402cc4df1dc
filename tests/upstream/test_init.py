"""A team's own repository: from an empty folder to the preview of an own job."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from cli.project.region import find_region
from cli.project.stack import find_project, read_stack
from local.aws.server.emulator import Emulator
from tests.conftest import ROOT
from tests.upstream.releases import call, copy_release, make_environment, run

SAMPLE = ROOT / "jobs" / "churn-xgboost.yaml"
MADE_BY_INIT = {"--name": "acme-jobs", "--region": "us-east-1", "--stack": "prod"}


def read(path: Path) -> object:
    return yaml.safe_load(path.read_text("utf-8"))


def assert_no_sample(root: Path) -> None:
    assert [path.name for path in (root / "jobs").iterdir()] == [".gitkeep"]
    assert not (root / ".ci").exists()
    assert not (root / "tests" / "upstream").exists()
    workflows = {path.name for path in (root / ".github" / "workflows").iterdir()}
    assert {"preview.yml", "deploy.yml", "drift.yml"} <= workflows
    assert "ci.yml" not in workflows


def assert_own_job_previews(root: Path, env: dict[str, str], name: str) -> None:
    """`validate`, then an own job that `preview` would submit, in the project of that name."""
    outcome = run(root, env, "validate")
    assert outcome.code == 0, outcome.text
    # its queue, role and buckets are the team's own, in an account of its own
    text = SAMPLE.read_text("utf-8").replace("aws-jobs-", "acme-").replace("123456789012", "1" * 12)
    (root / "jobs" / "own.yaml").write_text(text.replace("jobQueue: ", "jobQueue: acme-"), "utf-8")
    outcome = run(root, env, "preview", "-s", "local", "--json")
    assert outcome.code == 0, outcome.text
    [step] = [step for step in outcome.json["steps"] if ":dynamic/aws-jobs:" in step["urn"]]
    assert step["op"] == "create"
    assert step["urn"].startswith(f"urn:pulumi:local::{name}::")


def test_init_makes_a_repository_that_previews(
    tmp_path: Path, emulator: Emulator, engine: str
) -> None:
    """No sample, the workflows, the name, the region, the stacks; committed; everything works in it."""
    env = make_environment(tmp_path, AWS_ENDPOINT_URL=emulator.endpoint, JOBCTL_ENGINE=engine)
    root = tmp_path / "acme"
    options = [word for pair in MADE_BY_INIT.items() for word in pair]
    outcome = call(ROOT, env, sys.executable, "-m", "cli", "init", str(root), *options)
    assert outcome.code == 0, outcome.text
    assert "the project acme-jobs, committed. Next:" in outcome.stdout
    assert_no_sample(root)
    assert read(root / "Pulumi.prod.yaml") == {"config": {"aws:region": "us-east-1"}}
    local = {"aws-jobs:emulator": "true", "aws-jobs:preflight": "false"}
    assert read(root / "Pulumi.local.yaml") == {"config": local}
    document = read(root / "Pulumi.yaml")
    assert isinstance(document, dict)
    assert document["name"] == "acme-jobs"
    assert "template" not in document
    assert call(root, env, "git", "status", "--porcelain").stdout == ""
    assert call(root, env, "sha256sum", "--quiet", "--check", "upstream.lock").code == 0
    assert_own_job_previews(root, env, "acme-jobs")
    again = call(ROOT, env, sys.executable, "-m", "cli", "init", str(root), *options)
    assert again.code == 1
    assert again.stderr == f"error: {root} is not empty; name a new folder\n"


def test_init_finishes_what_pulumi_new_copied(tmp_path: Path, emulator: Emulator) -> None:
    """Without the CLI: the files as `pulumi new` leaves them. The stack's region is taken from its settings."""
    env = make_environment(tmp_path, AWS_ENDPOINT_URL=emulator.endpoint, JOBCTL_ENGINE="embedded")
    root = copy_release(tmp_path / "acme")
    document = read(root / "Pulumi.yaml")
    assert isinstance(document, dict)
    template = document.pop("template")
    assert template["description"]
    assert set(template["config"]) == {"aws:region", "aws-jobs:artifacts"}
    address = {"pulumi:template": "https://user:secret@example.com/acme/aws-jobs"}
    document |= {"name": "acme", "config": {"pulumi:tags": {"value": address}}}
    (root / "Pulumi.yaml").write_text(yaml.safe_dump(document), "utf-8")
    (root / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", "utf-8")
    outcome = run(root, env, "init", ".")
    assert outcome.code == 0, outcome.text
    assert_no_sample(root)
    assert "# source https://example.com/acme/aws-jobs\n" in (root / "upstream.lock").read_text()
    assert_own_job_previews(root, env, "acme")
    again = run(root, env, "init", ".")
    assert "is a team's repository already" in again.stderr


@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH")
def test_pulumi_new_and_init(tmp_path: Path, emulator: Emulator) -> None:
    """The CLI's own `pulumi new`, with the folder of a fresh download."""
    env = make_environment(
        tmp_path,
        AWS_ENDPOINT_URL=emulator.endpoint,
        PULUMI_BACKEND_URL=tmp_path.as_uri(),
        PULUMI_CONFIG_PASSPHRASE="local",
    )
    release = copy_release(tmp_path / "release")
    root = tmp_path / "acme"
    root.mkdir()
    made = call(
        root, env, "pulumi", "new", str(release), "--yes", "--generate-only", "--name", "acme"
    )
    assert made.code == 0, made.text
    outcome = run(root, env, "init", ".", "--region", "us-east-1")
    assert outcome.code == 0, outcome.text
    assert_no_sample(root)
    del env["PULUMI_BACKEND_URL"]
    assert_own_job_previews(root, env, "acme")


def test_the_region_is_said_once(tmp_path: Path) -> None:
    """By the stack on AWS, or by `local` where there is none."""
    env = make_environment(tmp_path)
    options = ["--name", "acme", "--region", "eu-central-1"]
    outcome = call(ROOT, env, sys.executable, "-m", "cli", "init", str(tmp_path / "a"), *options)
    assert outcome.code == 0, outcome.text
    assert find_region(read_stack(find_project(tmp_path / "a"), "local")) == "eu-central-1"
    options += ["--stack", "prod"]
    outcome = call(ROOT, env, sys.executable, "-m", "cli", "init", str(tmp_path / "b"), *options)
    assert outcome.code == 0, outcome.text
    project = find_project(tmp_path / "b")
    assert find_region(read_stack(project, "local")) == "eu-central-1"
    texts = [project.settings_file(name).read_text("utf-8") for name in project.stacks()]
    assert sum(text.count("aws:region") for text in texts) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--name", "acme"], "--region is missing"),
        (["--region", "us-east-1"], "--name is missing"),
        (["--name", "a b", "--region", "us-east-1"], "`a b` is not a valid project name"),
        (["--name", "a", "--region", "Ohio"], "`Ohio` is not an AWS region"),
        (["--name", "a", "--region", "eu-mars-1"], "`eu-mars-1` is not an AWS region"),
        (["--name", "a", "--region", "us-east1"], "did you mean `us-east-1`?"),
        (["--name", "a", "--region", "us-east-1", "--stack", "a/b"], "not a valid stack name"),
    ],
)
def test_what_init_refuses(tmp_path: Path, options: list[str], message: str) -> None:
    """Before anything is written."""
    env = make_environment(tmp_path)
    outcome = call(ROOT, env, sys.executable, "-m", "cli", "init", str(tmp_path / "new"), *options)
    assert outcome.code == 1
    assert message in outcome.stderr
    assert not (tmp_path / "new").exists()


def test_init_within_another_repository_is_refused(tmp_path: Path) -> None:
    """Its workflows would not run there, and what somebody has staged is not ours to commit."""
    env = make_environment(tmp_path)
    outer = tmp_path / "outer"
    outer.mkdir()
    assert call(outer, env, "git", "init", "-q").code == 0
    (outer / "mine.txt").write_text("s")
    assert call(outer, env, "git", "add", "mine.txt").code == 0
    options = [word for pair in MADE_BY_INIT.items() for word in pair]
    inner = str(outer / "inner")
    outcome = call(ROOT, env, sys.executable, "-m", "cli", "init", inner, *options)
    assert outcome.code == 1
    assert "where its workflows would not run" in outcome.stderr
    assert not (outer / "inner").exists()
    assert call(outer, env, "git", "diff", "--cached", "--name-only").stdout == "mine.txt\n"
