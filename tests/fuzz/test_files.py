"""Hostile job files, policies, stack settings and checkpoints: whatever stands in them, a sentence comes out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.__main__ import main
from cli.runs import entries
from components.errors import JobError
from local.engine import main as engine
from local.engine.state import secrets
from tests.unit.jobfile.test_never_raises import WHOLE
from tests.unit.plan import documents

from .hostile import HOSTILE, VALUES, as_json, as_yaml, check_hidden, check_said, run, spoiled

PASSPHRASE = "correct horse/battery+staple"
POLICY = {
    "message": "team is missing",
    "level": "mandatory",
    "scope": "job",
    "stacks": ["dev"],
    "kinds": ["ServiceJob"],
    "schema": {"required": ["x"], "properties": {"name": {"pattern": "^[a-z]+$", "enum": ["x"]}}},
}
SETTINGS = {
    "encryptionsalt": "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAA",
    "config": {
        "aws:region": "us-east-1",
        "aws-jobs:tags": {"team": "growth"},
        "aws-jobs:jobs": "jobs",
        "aws-jobs:artifacts": "s3://bucket/x",
        "aws-jobs:maxCodeBytes": 1000,
        "aws-jobs:slots": "5",
        "aws-jobs:prices": {"ml.m5.xlarge": 0.23},
        "aws-jobs:platform": {"queues": {"training": {"type": "fairshare"}}},
        "things:token": {"secure": "v1:AAAAAAAAAAAAAAAA:AAAAAAAA"},
        "things:queue": "training",
    },
}
PLAIN = {"name": "things", "runtime": "python"}
STACK = "urn:pulumi:dev::things::pulumi:pulumi:Stack::things-dev"
PROVIDER = "urn:pulumi:dev::things::pulumi:providers:pulumi-python::default"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:AA:AA"}  # fmt: skip
CHECKPOINT = {
    "version": 3,
    "checkpoint": {
        "stack": "organization/things/dev",
        "latest": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "x", "version": "v3.260.0"},
            "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:AA=:v1:AA:AA"}},
            "resources": [
                {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {"a": 1}},
                {
                    "urn": PROVIDER,
                    "custom": True,
                    "id": "1",
                    "type": "pulumi:providers:pulumi-python",
                },
                {
                    "urn": "urn:pulumi:dev::things::pulumi-python:dynamic/aws-jobs:ServiceJob::churn",
                    "custom": True,
                    "id": documents.ARN,
                    "type": "pulumi-python:dynamic/aws-jobs:ServiceJob",
                    "parent": STACK,
                    "provider": f"{PROVIDER}::1",
                    "inputs": {**documents.inputs(), "secret": SECRET},
                    "outputs": documents.state(documents.inputs())["outputs"],
                    "dependencies": [],
                    "propertyDependencies": {"request": []},
                },
            ],
            "pending_operations": [],
            "metadata": {},
        },
    },
}
FORMATS = st.sampled_from(["text", "json", "github"])
ANY = st.binary(max_size=60) | HOSTILE.map(lambda text: text.encode("utf-8", "replace"))


def written(document: Any) -> st.SearchStrategy[bytes]:
    """The document spoiled, as YAML or JSON, or hostile in its text; seldom something else altogether."""
    held = spoiled(document)
    texts = held.map(as_yaml) | held.map(as_json) | spliced(as_yaml(document))
    return st.integers(0, 15).flatmap(lambda at: ANY if at == 0 else texts)


@st.composite
def spliced(draw: Callable[..., Any], text: bytes) -> bytes:
    """A text with one of its tokens replaced: by what YAML makes a date, a number or an alias of."""
    words = re.split(rb"(?<=[ \n])(?=\S)", text)
    at = draw(st.integers(0, len(words) - 1))
    end = b"\n" if words[at].endswith(b"\n") else b" "
    words[at] = draw(HOSTILE).encode("utf-8", "replace") + end
    return b"".join(words)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one stack, whose state is in a folder beside it."""
    root = tmp_path_factory.mktemp("fuzz") / "project"
    root.mkdir()
    (root.parent / "backend").mkdir()
    return root


def lay_out(root: Path, **files: bytes) -> None:
    """Write the project anew: right where nothing else is given."""
    for folder in ("jobs", "policy"):
        shutil.rmtree(root / folder, ignore_errors=True)
        (root / folder).mkdir()
    right = {
        "Pulumi.yaml": as_yaml(PLAIN),
        "Pulumi.dev.yaml": as_yaml(SETTINGS),
        "jobs/churn.yaml": as_yaml(WHOLE[0]),
        "policy/team.yaml": as_yaml(POLICY),
    }
    for name, content in {**right, **files}.items():
        (root / name).write_bytes(content)


def env_of(root: Path) -> dict[str, str]:
    return {
        "PULUMI_BACKEND_URL": (root.parent / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(root.parent / "home"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def tried(root: Path, *words: str) -> None:
    """One command of jobctl's on the project."""
    code, text = run(lambda: main(["-C", str(root), *words]), **env_of(root))
    check_said(code, text, PASSPHRASE)


def asked(root: Path, *words: str) -> None:
    """One command of the embedded engine's."""
    code, text = run(lambda: engine(list(words), cwd=root), **env_of(root))
    check_said(code, text, PASSPHRASE)


def put_state(root: Path, content: bytes) -> None:
    folder = root.parent / "backend" / ".pulumi" / "stacks" / "things"
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent.parent / "meta.yaml").write_text("version: 1\n")
    (folder / "dev.json").write_bytes(content)


def try_files(root: Path, form: str) -> None:
    tried(root, "validate", "--format", form)
    tried(root, "expand", "jobs/churn.yaml", "-s", "dev")
    tried(root, "iam", "-s", "dev", "--account", "123456789012")


@given(content=st.sampled_from(WHOLE).flatmap(written), form=FORMATS)
def test_job_files(project: Path, content: bytes, form: str) -> None:
    """A pull request's."""
    lay_out(project, **{"jobs/churn.yaml": content, "jobs/a\x1b[2J.json": content})
    try_files(project, form)


@given(content=written(POLICY), form=FORMATS)
def test_policies(project: Path, content: bytes, form: str) -> None:
    """Patterns, levels, scopes."""
    lay_out(project, **{"policy/team.yaml": content, "policy/other.json": content})
    try_files(project, form)


@pytest.mark.usefixtures("cheap")
@given(content=written(SETTINGS), whole=written(PLAIN), form=FORMATS, at=st.integers(0, 7))
def test_settings(project: Path, content: bytes, whole: bytes, form: str, at: int) -> None:
    """The stack's file, and now and then the project's."""
    lay_out(project, **{"Pulumi.dev.yaml": content})
    if at == 0:
        (project / "Pulumi.yaml").write_bytes(whole)
    put_state(project, as_json(CHECKPOINT))
    asked(project, "config", "-s", "dev")
    try_files(project, form)


@given(
    steps=st.sampled_from(["create", "replace", "update", "delete", "same", "refresh"]).flatmap(
        lambda op: spoiled(
            {
                "op": op,
                "urn": CHECKPOINT["checkpoint"]["latest"]["resources"][2]["urn"],  # type: ignore[index]
                "oldState": documents.state(documents.inputs(), statusReason="x"),
                "newState": documents.state(documents.inputs(generation="2")),
                "replaceReasons": ["request"],
                "detailedDiff": {"request.jobQueue": {"kind": "update"}},
            },
            2,
        )
    ),
    words=VALUES,
    form=st.sampled_from(["text", "json", "markdown"]),
)
def test_previews(project: Path, steps: Any, words: Any, form: str) -> None:
    """The document that `plan --from` reads: whoever hands it over, AWS's words are in it."""
    lay_out(project)
    diagnostics = [{"severity": "error", "message": words}]
    document = {"config": {"aws:region": "us-east-1"}, "steps": [steps], "diagnostics": diagnostics}
    (project / "preview.json").write_bytes(as_json(document))
    tried(project, "plan", "-s", "dev", "--format", form, "--from", "preview.json")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are derived at once, and what reads the state asks the embedded engine in this process."""

    def capture(stack: Any, argv: list[str]) -> str:
        code, text = run(lambda: engine(argv, cwd=stack.project.root))
        if code:
            raise JobError(text.strip().removeprefix("error: "))
        return text

    monkeypatch.setattr(secrets, "ITERATIONS", 1)
    monkeypatch.setattr(entries, "capture", capture)


@pytest.mark.usefixtures("cheap")
@given(content=spoiled(CHECKPOINT).map(as_json) | written(CHECKPOINT))
def test_checkpoints(project: Path, content: bytes) -> None:
    """Whoever writes the state may run code; what is damaged is a sentence all the same."""
    lay_out(project)
    put_state(project, content)
    for words in (
        ["stack", "export", "-s", "dev"],
        ["stack", "ls"],
        ["config", "-s", "dev"],
        ["stack", "rm", "-s", "dev", "--yes"],
    ):
        asked(project, *words)
    put_state(project, content)
    tried(project, "status", "-s", "dev")
    tried(project, "status", "-s", "dev", "--json")


def test_the_oracle_sees(project: Path) -> None:
    """What is planted in clear is found: each check can fail."""
    for found in (f"x{PASSPHRASE}", json.dumps(PASSPHRASE)):
        with pytest.raises(AssertionError):
            check_hidden(found, PASSPHRASE)
    wrong: list[Callable[[], None]] = [
        lambda: check_said(1, ""),
        lambda: check_said(0, "\x1b[2J"),
        lambda: check_said(1, "Traceback (most recent call last)"),
    ]
    for each in wrong:
        with pytest.raises(AssertionError):
            each()
