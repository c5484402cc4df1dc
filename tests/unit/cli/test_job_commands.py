"""`jobctl expand`, `new` and `schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.__main__ import main
from components.kinds import KINDS
from components.schema import FOLDER
from tests.unit.jobfile.making import BATCH_JOB, SERVICE_JOB

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the one stack prod, and no jobs yet."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  aws-jobs:rounds: 3\n  aws-jobs:key: {secure: AAABAAAA}\n"
    )
    (tmp_path / "jobs").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    return tmp_path


def test_expand_prints_what_would_be_sent(project: Path, capsys: Capture) -> None:
    """One job is one object, with the payload as the JSON string that the API takes, and no tag or token of ours."""
    text = (
        SERVICE_JOB + "    HyperParameters: {rounds: '${config.rounds}', key: 'k=${config.key}'}\n"
    )
    (project / "jobs" / "churn.yaml").write_text(text)
    assert main(["expand", "jobs/churn.yaml"]) == 0
    found = json.loads(capsys.readouterr().out)
    payload = json.loads(found.pop("serviceRequestPayload"))
    assert found == {
        "jobName": "churn",
        "jobQueue": "training",
        "serviceJobType": "SAGEMAKER_TRAINING",
    }
    assert payload["TrainingJobName"] == "churn"
    assert payload["HyperParameters"] == {"rounds": "3", "key": "[secret]"}


def test_expand_for_reading(project: Path, capsys: Capture) -> None:
    """`--object` leaves the payload an object; what only the outside knows stands there as written."""
    (project / "jobs" / "a.yaml").write_text(SERVICE_JOB)
    text = SERVICE_JOB + "    HyperParameters: {model: '${jobs.a.modelArtifacts}'}\n"
    (project / "jobs" / "b.yaml").write_text(text)
    assert main(["expand", "--object", "jobs/b.yaml"]) == 0
    payload = json.loads(capsys.readouterr().out)["serviceRequestPayload"]
    assert payload["HyperParameters"] == {"model": "${jobs.a.modelArtifacts}"}


def test_config_is_the_projects_own(project: Path, capsys: Capture) -> None:
    """`${config.x}` is the project's own key, whatever the project is called: not one of `aws-jobs:`."""
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    settings = project / "Pulumi.prod.yaml"
    settings.write_text(
        "config:\n  aws:region: us-east-1\n  shop:rounds: 7\n  aws-jobs:rounds: 3\n"
    )
    file = project / "jobs" / "churn.yaml"
    file.write_text(SERVICE_JOB + "    HyperParameters: {rounds: '${config.rounds}'}\n")
    assert main(["validate"]) == 0
    capsys.readouterr()
    assert main(["expand", "jobs/churn.yaml", "--object"]) == 0
    payload = json.loads(capsys.readouterr().out)["serviceRequestPayload"]
    assert payload["HyperParameters"] == {"rounds": "7"}
    settings.write_text("config:\n  aws:region: us-east-1\n  aws-jobs:rounds: 3\n")
    for command in (["validate"], ["expand", "jobs/churn.yaml"]):
        assert main(command) == 1
        shown = capsys.readouterr()
        assert "the stack's config has no `rounds`" in shown.out + shown.err


def test_expand_a_matrix(project: Path, capsys: Capture) -> None:
    """Several jobs are a list; `--job` picks one of them."""
    text = (
        BATCH_JOB.replace("bucket/out/", "bucket/${matrix.kind}/") + "matrix: {kind: [new, old]}\n"
    )
    text = text.replace(
        "{path: s3://bucket/${matrix.kind}/}", "{path: 's3://bucket/${matrix.kind}/'}"
    )
    (project / "jobs" / "movies.yaml").write_text(text)
    assert main(["expand", "jobs/movies.yaml"]) == 0
    names = [request["jobName"] for request in json.loads(capsys.readouterr().out)]
    assert names == ["movies-kind-new", "movies-kind-old"]
    assert main(["expand", "jobs/movies.yaml", "--job", "movies-kind-old"]) == 0
    path = json.loads(capsys.readouterr().out)["jobOutput"]["s3DataDestination"]["path"]
    assert path == "s3://bucket/old/"
    assert main(["expand", "jobs/movies.yaml", "--job", "movies-kind-odd"]) == 1
    assert capsys.readouterr().err == (
        "error: jobs/movies.yaml has no job `movies-kind-odd`; did you mean `movies-kind-old`?\n"
    )


def test_expand_a_wrong_file(project: Path, capsys: Capture) -> None:
    """A wrong file prints its problems on standard error, and no request."""
    (project / "jobs" / "churn.yaml").write_text(SERVICE_JOB + "evry: week\n")
    assert main(["expand", "jobs/churn.yaml"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(
        "jobs/churn.yaml:10:1: evry: unknown field; did you mean `every`?\n"
    )


def test_expand_wants_a_stack_where_there_are_several(project: Path, capsys: Capture) -> None:
    """With several stacks and none selected, one must be named."""
    (project / "Pulumi.dev.yaml").write_text("config: {}\n")
    (project / "jobs" / "churn.yaml").write_text(SERVICE_JOB)
    assert main(["expand", "jobs/churn.yaml"]) == 1
    assert capsys.readouterr().err == "error: choose a stack with -s: dev, prod\n"
    assert main(["expand", "jobs/churn.yaml", "-s", "dev"]) == 0


FILLED = {
    "a queue of type SAGEMAKER_TRAINING": "training",
    "the ARN of SageMaker's execution role": "arn:aws:iam::123456789012:role/Training",
    "the ARN of a role that Personalize assumes": "arn:aws:iam::123456789012:role/Personalize",
    "an image in ECR, with its tag": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1.0",
    "a bucket": "bucket",
    "a team": "growth",
    "the ARN of a solution version": "arn:aws:personalize:us-east-1:123456789012:solution/a/1a2b3c4d",
    "the name of a SageMaker model": "churn",
}


def fill_in(path: Path) -> str:
    text = path.read_text("utf-8")
    for what, value in FILLED.items():
        text = text.replace(f"<fill in {what}>", value)
    path.write_text(text)
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_new_writes_a_file_to_fill_in(project: Path, capsys: Capture, kind: str) -> None:
    """A new file names its schema, shows our keys as comments, and is refused until all of it is filled in."""
    assert main(["new", kind, "my-job"]) == 0
    assert capsys.readouterr().out == "jobs/my-job.yaml: fill it in, then run ./jobctl validate\n"
    path = project / "jobs" / "my-job.yaml"
    text = path.read_text("utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=../schemas/job.schema.json"
    assert f"kind: {kind}\n" in text
    assert "${config." in text and "\n# dependsOn: [" in text
    assert ("\n# code: {" in text) is (KINDS[kind].payload is not None)
    assert main(["validate"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == text.count("<fill in ") + 1
    assert all("> is not filled in yet" in line.replace("`", "") for line in told[:-1])
    fill_in(path)
    assert main(["validate"]) == 0
    assert capsys.readouterr().out == "1 job file: valid\n"


def test_new_offers_right_things_only(project: Path, capsys: Capture) -> None:
    """Everything that a template's comments offer is right when it is taken."""
    assert main(["new", "service-job", "job"]) == 0
    path = project / "jobs" / "job.yaml"
    text = fill_in(path)
    for line in ("# generation: 1", "# every: week", "# onReplace: refuse", "# onDelete: refuse"):
        assert line in text
        text = text.replace(line, line.removeprefix("# "))
    for line in ("# watch:", "  # schedulingPriority:", "# stacks:"):
        assert line in text
        text = text.replace(line, line.replace("# ", ""))
    path.write_text(text)
    assert main(["validate"]) == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["Service", "a"], "unknown kind `Service`; did you mean `ServiceJob`?"),
        (
            ["ServiceJob", "a b"],
            "`a b` is not a valid job name; use up to 100 letters, digits, - and _",
        ),
        (["ServiceJob", "taken"], "jobs/taken.json already exists"),
    ],
)
def test_new_refuses(project: Path, capsys: Capture, words: list[str], error: str) -> None:
    """No file is overwritten, and none written that could not be right."""
    (project / "jobs" / "taken.json").write_text("{}")
    assert main(["new", *words]) == 1
    assert capsys.readouterr().err == f"error: {error}\n"


def test_schema(project: Path, capsys: Capture) -> None:
    """`schema` prints the committed schema, of any kind or of one."""
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (FOLDER / "job.schema.json").read_text("utf-8")
    assert main(["schema", "batch-inference-job"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Amazon Personalize batch inference job"
