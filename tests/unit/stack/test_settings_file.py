"""A stack's settings are validated with its job files: what is wrong, in which line, what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.__main__ import main
from components.errors import Problems
from components.stack.load import load_stack
from components.stack.settings import read_settings
from tests.unit.jobfile.making import SERVICE_JOB

Capture = pytest.CaptureFixture[str]


def _write(root: Path, settings: str, name: str = "dev") -> None:
    (root / f"Pulumi.{name}.yaml").write_text(settings)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of another name than ours, with one job."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "churn.yaml").write_text(SERVICE_JOB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _validate(capsys: Capture, *stack: str) -> list[str]:
    main(["validate", *stack])
    return capsys.readouterr().out.splitlines()[:-1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "aws-jobs:artifacts: my-bucket",
            "`my-bucket` is not a place in S3, s3://BUCKET/PREFIX; did you mean `s3://my-bucket`?",
        ),
        (
            "aws-jobs:artifacts: https://bucket",
            "`https://bucket` is not a place in S3, s3://BUCKET/PREFIX",
        ),
        ("aws-jobs:emulater: 'true'", "not a setting of aws-jobs; did you mean `emulator`?"),
        ("aws-jobs:emulator: maybe", "`maybe` is not true or false"),
        ("emulator: maybe", "`maybe` is not true or false"),
        ("shop:preflight: 'yes'", "`yes` is not true or false"),
        ("aws-jobs:slots: 0", "`0` is not a number of runs"),
        ("aws-jobs:tags: [a]", "must be a mapping of texts, such as {team: growth}"),
        ("aws:regoin: us-east-1", "not a setting; did you mean `aws:region`?"),
        ("aws-jobs: {tags: {a: b}}", "write its keys in full, such as `aws-jobs:tags`"),
        (
            "region: us-east-1",
            "warning: not a setting, and the stack has no region; did you mean `aws:region`?",
        ),
        (
            "awsjobs:slots: 5",
            "warning: nobody reads this namespace; did you mean `aws-jobs:slots`?",
        ),
        ("acme:slots: 5", ""),
        ("acme:region: us-east-1", ""),
        ("aws-jobs:tags: {a: {secure: v1:xyz}}", ""),
        ("aws-jobs:artifacts: {secure: v1:xyz}", ""),
        ("aws:profile: acme", ""),
        ("bucket: mine", ""),
        ("shop:queue: mine", ""),
        ("other:slot: mine", ""),
    ],
)
def test_a_setting(project: Path, capsys: Capture, line: str, said: str) -> None:
    """Each is said at its line, with the key as the file has it; what is the team's own is not."""
    _write(project, f"config:\n  # a comment\n  {line}\n")
    key = line.partition(": ")[0]
    rest = said.removeprefix("warning: ")
    level = "" if rest == said else "warning: "
    expected = [f"Pulumi.dev.yaml:3:3: {level}config.{key}: {rest}"] if said else []
    assert _validate(capsys) == expected


def test_every_mistake_at_once(project: Path, capsys: Capture) -> None:
    """Those of the settings do not hide those of the job files, nor one stack's another's; a region is said once."""
    _write(project, "confg: {}\nconfig:\n  aws:region: eu-mars-1\n", "a")
    _write(project, "config:\n  aws-jobs:slots: many\n", "b")
    text = SERVICE_JOB.replace("training", "arn:aws:batch:us-east-1:123456789012:job-queue/q")
    (project / "jobs" / "churn.yaml").write_text(text + "x: 1\n")
    assert [line.partition(": ")[0] for line in _validate(capsys)] == [
        "Pulumi.a.yaml:1:1",
        "Pulumi.a.yaml:3:3",
        "Pulumi.b.yaml:2:3",
        "jobs/churn.yaml:10:1",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aws-jobs:slots: 5\n", "1:1: aws-jobs:slots: belongs in `config`"),
        ("config: {a: 1, a: 2}\n", "1:16: duplicate key `a`"),
        (
            "config: {'aws-jobs:jobs': jbos}\n",
            "1:10: config.aws-jobs:jobs: there is no folder `jbos`; did you mean `jobs`?",
        ),
    ],
)
def test_the_file_itself(project: Path, capsys: Capture, text: str, said: str) -> None:
    """What YAML would take and Pulumi would not, or would not look at."""
    _write(project, text)
    assert _validate(capsys)[0] == f"Pulumi.dev.yaml:{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config: {a: 1, a: 2}\n", "1:16: duplicate key `a`"),
        (
            "config: [1\n",
            "2:1: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)",
        ),
        ("config: {a: \xff}\n", "1:1: not UTF-8 text"),
        ("- config\n", "1:1: expected a mapping of keys to values"),
        ("config: [a]\n", "1:1: config: must be a mapping of keys to values"),
    ],
)
def test_a_file_that_cannot_be_read(project: Path, capsys: Capture, text: str, said: str) -> None:
    """It is one problem, and hides none of the job files; what they take from it is not known."""
    (project / "Pulumi.dev.yaml").write_bytes(text.encode("latin-1"))
    _write(project, "config:\n  aws-jobs:emulator: true\n", "local")
    used = SERVICE_JOB.replace("training", "${config.queue}") + "x: 1\n"
    (project / "jobs" / "churn.yaml").write_text(used)
    places = [line.partition(": ")[0] for line in _validate(capsys, "-s", "dev")]
    assert places == [f"Pulumi.dev.yaml:{said.partition(': ')[0]}", "jobs/churn.yaml:10:1"]
    assert _validate(capsys)[0] == f"Pulumi.dev.yaml:{said}"
    main(["validate", "--format", "github"])
    annotation = capsys.readouterr().out.splitlines()[0]
    line, column, _ = said.split(":", 2)
    assert annotation.startswith(f"::error file=Pulumi.dev.yaml,line={line},col={column}")


def test_a_key_that_no_job_file_uses(project: Path, capsys: Capture) -> None:
    """In the project's own namespace, what is like a setting is a warning; what a job file uses is the team's own."""
    _write(project, "config: {slot: a, tag: b}\n")
    text = SERVICE_JOB.replace("training", "${config.tag}")
    (project / "jobs" / "churn.yaml").write_text(text)
    assert _validate(capsys) == [
        "Pulumi.dev.yaml:1:10: warning: config.slot: not a setting, and no job file uses `${config.slot}`; "
        "did you mean `slots`?"
    ]


def test_a_folder_in_another_stacks(project: Path, capsys: Capture) -> None:
    """Who has another stack's folder in its own deploys its jobs too, and is told; the emulator may try them all."""
    (project / "jobs" / "dev").mkdir()
    _write(project, "config: {'aws-jobs:jobs': jobs/dev}\n")
    _write(project, "config:\n  aws-jobs:emulator: true\n", "local")
    _write(project, "config: {'aws-jobs:jobs': jobs}\n", "prod")
    assert _validate(capsys) == [
        "Pulumi.prod.yaml:1:10: warning: config.aws-jobs:jobs: `jobs` has `jobs/dev` in it, the folder of the stack "
        "dev: prod deploys its jobs too; give each stack a folder of its own, such as jobs/prod"
    ]


def test_a_deployment_is_stopped_too(project: Path) -> None:
    """`preview` and `up` raise what `validate` reports, before AWS is asked; a secret's value is in no sentence."""
    _write(project, "config:\n  aws-jobs:slots: hunter2\n  aws-jobs:preflight: hunter2\n")
    config = {"aws-jobs:slots": "hunter2", "aws-jobs:preflight": "hunter2"}
    settings = read_settings("shop", "dev", project, config, frozenset(config))
    with pytest.raises(Problems) as caught:
        load_stack(settings, lambda: pytest.fail("AWS was asked"))
    assert str(caught.value).splitlines() == [
        "Pulumi.dev.yaml:2:3: config.aws-jobs:slots: its secret value does not fit",
        "Pulumi.dev.yaml:3:3: config.aws-jobs:preflight: its secret value does not fit",
    ]


@pytest.mark.parametrize(
    ("ours", "stacks"),
    [
        ("config: {queue: {type: string, default: training}}", "config: {}"),
        ("config: {shop:queue: training}", "config: {}"),
        ("config: {queue: {type: string, secret: true}}", "config: {}"),
        ("config: {queue: {type: string}}", "config: {queue: training}"),
        ("", "environment: [acme/dev]"),
        ("", "environment: {values: {pulumiConfig: {queue: training}}}"),
    ],
)
def test_config_from_elsewhere(project: Path, capsys: Capture, ours: str, stacks: str) -> None:
    """What the project's file gives every stack is known; what an environment may give is not missed."""
    (project / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\n{ours}\n")
    _write(project, f"{stacks}\n")
    (project / "jobs" / "churn.yaml").write_text(SERVICE_JOB.replace("training", "${config.queue}"))
    assert _validate(capsys) == []


def test_a_region_for_every_stack(project: Path, capsys: Capture) -> None:
    """A region of the project's file is that of its stacks, unless a stack has its own."""
    (project / "Pulumi.yaml").write_text("name: shop\nconfig: {aws:region: {value: eu-west-1}}\n")
    _write(project, "config: {}\n", "a")
    _write(project, "config: {aws:region: us-east-1}\n", "b")
    queue = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
    (project / "jobs" / "churn.yaml").write_text(SERVICE_JOB.replace("training", queue))
    assert [line.rpartition(" (")[2] for line in _validate(capsys)] == ["stack a)"]
