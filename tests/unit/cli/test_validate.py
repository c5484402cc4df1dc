"""`jobctl validate`: every mistake at once, in three forms, for one stack or all."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.display import reports
from components.errors import Problem
from components.jobfile import JobFile, read_text
from tests.unit.jobfile.making import SERVICE_JOB

ELEVEN = SERVICE_JOB + "  retryStrategy: {attempts: 11, evaluateOnExit: [{action: EXIT}]}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one right job, and the stacks dev and prod."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  aws-jobs:queue: main\n"
        "  aws-jobs:key: {secure: AAABAAAA}\n  aws-jobs:tags: {stage: prod}\n"
    )
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "churn.yaml").write_text(SERVICE_JOB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Capture = pytest.CaptureFixture[str]


def test_right_files(project: Path, capsys: Capture) -> None:
    """Without a mistake: one line, exit code 0."""
    assert main(["validate"]) == 0
    assert capsys.readouterr().out == "1 job file: valid\n"


def test_text(project: Path, capsys: Capture) -> None:
    """A mistake is one line with file, line, column, path and what would be right; exit code 1."""
    (project / "jobs" / "a.yaml").write_text(ELEVEN)
    assert main(["validate"]) == 1
    assert capsys.readouterr().out == (
        "jobs/a.yaml:10:19: request.retryStrategy.attempts: 11 is more than the maximum of 10 "
        "(every stack)\n2 job files, 1 error\n"
    )


def test_json(project: Path, capsys: Capture) -> None:
    """`--format json` is a list, and nothing else."""
    assert main(["validate", "--format", "json"]) == 0
    assert capsys.readouterr().out == "[]\n"
    (project / "jobs" / "a.yaml").write_text(ELEVEN)
    assert main(["validate", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "file": "jobs/a.yaml",
            "line": 10,
            "column": 19,
            "path": "request.retryStrategy.attempts",
            "message": "11 is more than the maximum of 10 (every stack)",
            "rule": "schema.maximum",
            "level": "error",
        }
    ]


def test_github(project: Path, capsys: Capture) -> None:
    """`--format github` prints annotations, with what GitHub wants escaped."""
    (project / "jobs" / "a,b.yaml").write_text("a:\n\t- 100%\n")
    assert main(["validate", "--format", "github"]) == 1
    assert capsys.readouterr().out == (
        "::error file=jobs/a%2Cb.yaml,line=2,col=1,title=file-yaml::a tab; indent with spaces\n"
    )


def test_warnings_are_no_errors(project: Path, capsys: Capture) -> None:
    """A lint is said, and the exit code stays 0."""
    (project / "jobs" / "churn.yaml").write_text(SERVICE_JOB + "  clientToken: mine\n")
    assert main(["validate"]) == 0
    assert capsys.readouterr().out == (
        "jobs/churn.yaml:10:3: warning: request.clientToken: is not sent: the provider sets its own, so that "
        "submitting again is harmless; remove it (every stack)\n1 job file, 1 warning: valid\n"
    )


def test_every_stack_without_a_name(project: Path, capsys: Capture) -> None:
    """Without --stack all stacks are checked; what is wrong in some of them names these."""
    text = SERVICE_JOB.replace("jobQueue: training", "jobQueue: ${config.queue}")
    (project / "jobs" / "churn.yaml").write_text(text)
    assert main(["validate"]) == 1
    assert capsys.readouterr().out == (
        "jobs/churn.yaml:3:3: request.jobQueue: the stack's config has no `queue`; set it: "
        "./jobctl config set -s dev queue VALUE (stack dev)\n1 job file, 1 error\n"
    )
    assert main(["validate", "--stack", "prod"]) == 0
    assert main(["validate", "-s", "organization/aws-jobs/prod"]) == 0


@pytest.fixture
def folders(project: Path) -> Path:
    """The same project, whose stack prod has its job files in a folder of its own, one of them wrong."""
    settings = project / "Pulumi.prod.yaml"
    settings.write_text(settings.read_text() + "  aws-jobs:jobs: deployed/prod\n")
    (project / "deployed" / "prod").mkdir(parents=True)
    (project / "deployed" / "prod" / "late.yaml").write_text(ELEVEN)
    return project


PLACE = "deployed/prod/late.yaml:10:19: request.retryStrategy.attempts: 11 is more than the maximum of 10"


def test_where_a_stacks_files_lie(folders: Path, capsys: Capture) -> None:
    """A stack's `aws-jobs:jobs` says where its files lie; without --stack each stack's own are checked."""
    assert main(["validate", "-s", "prod"]) == 1
    assert capsys.readouterr().out == f"{PLACE}\n1 job file, 1 error\n"
    assert main(["validate"]) == 1
    assert capsys.readouterr().out == f"{PLACE} (stack prod)\n2 job files, 1 error\n"
    assert main(["validate", "-s", "dev"]) == 0
    assert capsys.readouterr().out == "1 job file: valid\n"


def test_a_file_is_judged_for_the_stacks_that_deploy_it(folders: Path, capsys: Capture) -> None:
    """A path in one stack's folder is no other's business; one that lies in none is everyone's."""
    text = SERVICE_JOB.replace("jobQueue: training", "jobQueue: ${config.queue}")
    (folders / "deployed" / "prod" / "late.yaml").write_text(text)
    assert main(["validate", "deployed/prod/late.yaml"]) == 0
    (folders / "draft.yaml").write_text(text)
    capsys.readouterr()
    assert main(["validate", "draft.yaml"]) == 1
    assert capsys.readouterr().out == (
        "draft.yaml:3:3: request.jobQueue: the stack's config has no `queue`; set it: "
        "./jobctl config set -s dev queue VALUE (stack dev)\n1 job file, 1 error\n"
    )


def test_standard_input_for_stacks_with_folders_of_their_own(
    folders: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed is read once and judged for every stack."""
    stdin = io.TextIOWrapper(io.BytesIO(ELEVEN.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["validate", "-"]) == 1
    said = PLACE.replace("deployed/prod/late.yaml", "<stdin>")
    assert capsys.readouterr().out == f"{said} (every stack)\n1 job file, 1 error\n"


def test_a_path_that_is_not_there(project: Path, capsys: Capture) -> None:
    """A slip in a path is an error, and no job file."""
    assert main(["validate", "jbos"]) == 1
    assert capsys.readouterr().out == ("jbos: no such file or folder\n0 job files, 1 error\n")


def test_secrets_are_not_decrypted(project: Path, capsys: Capture) -> None:
    """A secret setting counts as set; what its value is makes no difference."""
    text = SERVICE_JOB + "  schedulingPriority: ${config.key}\n"
    (project / "jobs" / "churn.yaml").write_text(text)
    assert main(["validate", "-s", "prod"]) == 0


def test_an_unknown_stack(project: Path, capsys: Capture) -> None:
    """A stack without settings is a slip, and the nearest is offered."""
    assert main(["validate", "-s", "prd"]) == 1
    assert capsys.readouterr().err == (
        "error: there is no Pulumi.prd.yaml, so the stack `prd` has no settings; did you mean `prod`?\n"
    )


def test_without_stacks(project: Path, capsys: Capture) -> None:
    """A project without stacks is checked as far as that goes."""
    for name in ("dev", "prod"):
        (project / f"Pulumi.{name}.yaml").unlink()
    text = SERVICE_JOB.replace("jobQueue: training", "jobQueue: ${config.queue}")
    (project / "jobs" / "churn.yaml").write_text(text + "  x: 1\n")
    assert main(["validate"]) == 1
    assert capsys.readouterr().out.count("\n") == 2


def test_a_folder_in_no_project(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another repository, as a pre-commit hook, its own job files are checked, and none of ours."""
    (tmp_path / "jobs").mkdir()
    text = SERVICE_JOB.replace("jobQueue: training", "jobQueue: ${config.queue}")
    (tmp_path / "jobs" / "theirs.yaml").write_text(text + "  x: 1\n")
    monkeypatch.chdir(tmp_path)
    assert main(["validate"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("jobs/theirs.yaml:10:3: request.x: unknown field")
    assert out.endswith("1 job file, 1 error\n")


def test_standard_input(project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """`validate -` reads one document from standard input; it may depend on the project's jobs."""
    document = json.dumps(
        {"kind": "ServiceJob", "request": {"jobQueue": 1}, "dependsOn": ["churn"]}
    )
    stdin = io.TextIOWrapper(io.BytesIO(document.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["validate", "-"]) == 1
    assert capsys.readouterr().out == (
        "<stdin>:1:24: request: `serviceRequestPayload` is missing (every stack)\n"
        '<stdin>:1:36: request.jobQueue: expected a string: write "1", in quotes (every stack)\n'
        "1 job file, 2 errors\n"
    )


def test_a_file_is_judged_with_its_neighbours(project: Path, capsys: Capture) -> None:
    """A file of jobs/ may depend on others there and not share their names; only its own problems are told."""
    jobs = project / "jobs"
    (jobs / "a.yaml").write_text(SERVICE_JOB + "dependsOn: [churn]\n")
    (jobs / "b.yaml").write_text(SERVICE_JOB + "name: churn\nx: 1\n")
    assert main(["validate", "jobs/a.yaml"]) == 0
    assert main(["validate", "jobs/churn.yaml"]) == 1
    assert capsys.readouterr().out == (
        "1 job file: valid\n"
        "jobs/churn.yaml:1:1: name: `churn` is also the name of the job in jobs/b.yaml; names are unique in "
        "a project (every stack)\n1 job file, 1 error\n"
    )


def test_files_elsewhere(project: Path, capsys: Capture) -> None:
    """A copy outside of jobs/ may have the name of a job there, and depend on one."""
    (project / "copy").mkdir()
    (project / "copy" / "churn.yaml").write_text(SERVICE_JOB)
    (project / "copy" / "other.yaml").write_text(SERVICE_JOB + "dependsOn: [churn]\n")
    assert main(["validate", "copy/churn.yaml"]) == 0
    assert main(["validate", "copy/other.yaml"]) == 0


def test_code_must_be_there(project: Path, capsys: Capture) -> None:
    """A folder to pack, or its script, that does not exist is found before anything is deployed."""
    for name in ("dev", "prod"):
        settings = project / f"Pulumi.{name}.yaml"
        settings.write_text(settings.read_text() + "  aws-jobs:artifacts: s3://bucket/code\n")
    path = project / "jobs" / "churn.yaml"
    path.write_text(SERVICE_JOB + "code:\n  dir: ../src\n  entryPoint: train.py\n")
    assert main(["validate"]) == 1
    assert capsys.readouterr().out.startswith(
        "jobs/churn.yaml:11:3: code.dir: the folder `src` does not exist (every stack)\n"
    )
    (project / "src").mkdir()
    assert main(["validate"]) == 1
    assert capsys.readouterr().out == (
        "jobs/churn.yaml:11:3: code.dir: the folder `src` has no files to pack (every stack)\n"
        "jobs/churn.yaml:12:3: code.entryPoint: the folder `src` has no file `train.py` (every stack)\n"
        "1 job file, 2 errors\n"
    )
    (project / "src" / "train.py").write_text("")
    assert main(["validate"]) == 0


def test_a_request_that_is_none(project: Path, capsys: Capture) -> None:
    """What is wrong beside a `request` that is empty is said with it, and nothing of what it would have had."""
    (project / "policy").mkdir()
    (project / "policy" / "rules.yaml").write_text(
        "message: our rules\nlevel: mandatory\nschema:\n  required: [every]\n  properties:\n"
        "    tags: {required: [team]}\n    request: {required: [retryStrategy]}\n"
    )
    (project / "jobs" / "churn.yaml").write_text(
        "kind: ServiceJob\nrequest:\ncode: {dir: ../src}\nmatrix: {eta: [1]}\ndependsOn: [x]\n"
    )
    main(["validate", "-s", "dev"])
    assert [line.split(": ")[1] for line in capsys.readouterr().out.splitlines()[:-1]] == [
        "every",  # what the policy asks for
        "request",
        "code",  # no place to upload to
        "code.dir",
        "dependsOn[0]",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("code: {dir: src}", "does not exist; paths begin at the job file: did you mean `../src`?"),
        ("code: {dir: ../src/train.py}", "`src/train.py` is a file; name its folder"),
        (
            "code: {dir: ../src, entryPoint: src/train.py}",
            "did you mean `train.py`? It begins at the folder",
        ),
        ("watch: [src/*.py]", "paths begin at the job file: did you mean `../src/*.py`?"),
        ("watch: [../src/]", "`src` is a folder; end it with /** for all files in it"),
        ("watch: [../src/**]", ""),
    ],
)
def test_where_paths_begin(project: Path, capsys: Capture, line: str, said: str) -> None:
    """A path from the project's folder, or to a file instead of a folder, is offered as it should be."""
    (project / "Pulumi.dev.yaml").write_text("config: {'aws-jobs:artifacts': s3://bucket/code}\n")
    (project / "src").mkdir()
    (project / "src" / "train.py").write_text("")
    (project / "jobs" / "churn.yaml").write_text(f"{SERVICE_JOB}{line}\n")
    main(["validate", "-s", "dev"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.endswith(said or "valid")


def test_code_has_a_place_in_each_stack(project: Path, capsys: Capture) -> None:
    """A stack that does not say where to upload is named, with what would be right; another is not asked for it.

    A stack on the emulator has a place of its own; where the setting is a secret, its value is not known here.
    """
    for name, setting in (
        ("dev", "tags: {a: b}"),
        ("prod", "artifacts: {secure: AAABAAAA}"),
        ("local", 'emulator: "true"'),
    ):
        text = f"config:\n  aws:region: us-east-1\n  aws-jobs:{setting}\n"
        (project / f"Pulumi.{name}.yaml").write_text(text)
    (project / "src").mkdir()
    (project / "src" / "train.py").write_text("")
    text = SERVICE_JOB + "code: {dir: ../src, entryPoint: train.py}\n"
    (project / "jobs" / "churn.yaml").write_text(text)
    assert main(["validate"]) == 1
    assert capsys.readouterr().out == (
        "jobs/churn.yaml:10:1: code: no place to upload to: ./jobctl config set -s dev aws-jobs:artifacts "
        "s3://BUCKET/PREFIX (stack dev)\n1 job file, 1 error\n"
    )


def test_a_dependency_may_be_a_cell_elsewhere(project: Path) -> None:
    """A file outside of jobs/ may depend on a cell of a matrix there."""
    matrix = "    HyperParameters: {eta: '${matrix.eta}'}\nmatrix: {eta: ['1', '2']}\n"
    (project / "jobs" / "sweep.yaml").write_text(SERVICE_JOB + matrix)
    (project / "copy.yaml").write_text(SERVICE_JOB + "dependsOn: [sweep-eta-2]\n")
    assert main(["validate", "copy.yaml"]) == 0


def test_outside_of_any_project(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without Pulumi.yaml can be checked too; files are named from where one stands."""
    (tmp_path / "a.yaml").write_text(ELEVEN)
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "."]) == 1
    assert capsys.readouterr().out.startswith("a.yaml:10:19: request.retryStrategy.attempts: 11 ")


class Terminal(io.StringIO):
    """An output that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_line_and_a_caret(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the source line follows, with a caret under the mistake; colours unless NO_COLOR says no."""
    file = read_text(b"kind: ServiceJob\nrequest:\n\tx: {a: 1}\n".replace(b"\t", b"  "), "a.yaml")
    assert isinstance(file, JobFile)
    problems = [Problem("a.yaml", 3, 7, "request.x.a", "wrong", "rule")]
    monkeypatch.setenv("NO_COLOR", "1")
    assert reports.format_text(problems, [file], 1, Terminal()) == (
        "a.yaml:3:7: request.x.a: wrong\n      x: {a: 1}\n          ^\n1 job file, 1 error\n"
    )
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    assert reports.format_text(problems, [file], 1, Terminal()).startswith(
        "\033[1ma.yaml:3:7\033[0m: \033[31merror: \033[0mrequest.x.a: wrong\n"
    )
    assert "\033" not in reports.format_text(problems, [file], 1, io.StringIO())


def test_every_mistake_at_once(project: Path, capsys: Capture) -> None:
    """A mistake that stops a job does not hide what else is wrong with it: its code's place and folder, policies.

    A policy says nothing of what is wrong itself: a value that does not fit, a field that is misspelt.
    """
    (project / "policy").mkdir()
    (project / "policy" / "rules.yaml").write_text(
        "message: our rules\nlevel: mandatory\nschema:\n  required: [generation]\n  properties:\n"
        "    onDelete: {const: keep}\n    tags: {required: [team]}\n"
        "    request: {required: [retryStrategy], properties: {timeoutConfig: {maxProperties: 0}}}\n"
    )
    text = SERVICE_JOB.replace("VolumeSizeInGB: 30", "VolumeSizeInGB: thirty")
    text += "  retrystrategy: {attempts: 1}\n  timeoutConfig: {attemptDurationSeconds: 9999}\n"
    text += "code: {dir: ../src}\ngeneration: [1]\nonDelete: kep\n"
    (project / "jobs" / "churn.yaml").write_text(text)
    assert main(["validate", "-s", "dev"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in out[:-1]] == [
        "request.tags.team",
        "request.serviceRequestPayload.ResourceConfig.VolumeSizeInGB",
        "request.retrystrategy",
        "request.timeoutConfig",
        "code",  # no place to upload to
        "code.dir",
        "generation",
        "onDelete",
    ]
