"""From files to what resources are declared with: what waits, what is packed, what needs a slot."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from components import lifecycle
from components.aws import Aws
from components.errors import Problems
from components.kinds import KINDS
from components.run.definition import digest
from components.stack.jobs import StackJobs
from components.stack.load import load_stack
from components.stack.settings import Settings
from tests.fakes.aws import Account

SERVICE, INFERENCE = KINDS["ServiceJob"], KINDS["BatchInferenceJob"]
TRAINING = """\
kind: ServiceJob
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification: {TrainingImage: "1.dkr.ecr.us-east-1.amazonaws.com/x:1.7-1", TrainingInputMode: File}
    OutputDataConfig: {S3OutputPath: "s3://bucket/models/"}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
"""
INFERENCES = """\
kind: BatchInferenceJob
request:
  solutionVersionArn: arn:aws:personalize:us-east-1:123456789012:solution/s/1
  roleArn: arn:aws:iam::123456789012:role/PersonalizeBatchRole
  jobInput: {s3DataSource: {path: "s3://bucket/in.json"}}
  jobOutput: {s3DataDestination: {path: "s3://bucket/out/"}}
"""
Resolve = Callable[..., StackJobs]


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def resolve(tmp_path: Path, account: Account) -> Resolve:
    """Write these files under jobs/ and resolve them for the stack `dev`."""

    def go(files: dict[str, str], artifacts: str = "s3://bucket/code") -> StackJobs:
        (tmp_path / "jobs").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "jobs" / name).write_text(text)
        settings = Settings(
            "dev", "us-east-1", project="aws-jobs", root=tmp_path, artifacts=artifacts
        )
        aws: Aws = account.aws()
        return load_stack(settings, lambda: aws)

    return go


def run_of(account: Account, jobs: StackJobs, name: str, status: str) -> str:
    """Submit a job as `up` would, and bring its run to a status."""
    kind = KINDS[next(job.kind for job in jobs.jobs if job.name == name)]
    id_, _ = lifecycle.create(kind, account.aws(), jobs.inputs[name], lambda text: None)
    account.move(id_, status)
    return id_


CHAIN = {
    "prepare.yaml": TRAINING,
    "train.yaml": TRAINING
    + '    HyperParameters: {model: "${jobs.prepare.modelArtifacts}"}\ndependsOn: [prepare]\n',
}


def test_a_dependent_waits_until_the_other_has_succeeded(
    resolve: Resolve, account: Account
) -> None:
    """AWS is asked, not the state: submitted and running are not enough."""
    jobs = resolve(CHAIN)
    assert jobs.waiting == {"train": ["prepare"]}
    id_ = run_of(account, jobs, "prepare", "RUNNING")
    assert resolve(CHAIN).waiting == {"train": ["prepare"]}
    account.move(id_, "SUCCEEDED")
    assert resolve(CHAIN).waiting == {}


def test_an_output_of_another_job_is_filled_in_once_it_has_succeeded(
    resolve: Resolve, account: Account
) -> None:
    """Until then the placeholder's request has the text of the file."""
    jobs = resolve(CHAIN)

    def model(found: StackJobs) -> str:
        payload = found.inputs["train"]["request"]["serviceRequestPayload"]
        return str(payload["HyperParameters"]["model"])

    assert model(jobs) == "${jobs.prepare.modelArtifacts}"
    run_of(account, jobs, "prepare", "SUCCEEDED")
    [training] = account.trainings
    assert model(resolve(CHAIN)) == f"s3://bucket/models/{training}/output/model.tar.gz"


def test_what_aws_cannot_answer_is_said_at_its_place(resolve: Resolve, account: Account) -> None:
    """An output that a run does not have is an error with file, line and path, and so is each of them."""
    files = {**CHAIN, "train.yaml": CHAIN["train.yaml"].replace("modelArtifacts", "model")}
    files["again.yaml"] = files["train.yaml"]
    run_of(account, resolve(files), "prepare", "SUCCEEDED")
    with pytest.raises(Problems) as caught:
        resolve(files)
    assert [(each.file, each.line, each.path) for each in caught.value.problems] == [
        (f"jobs/{name}.yaml", 10, "request.serviceRequestPayload.HyperParameters.model")
        for name in ("again", "train")
    ]
    assert "prepare's run has no model; it has " in caught.value.problems[0].message


def test_a_changed_dependency_is_waited_for_again(resolve: Resolve, account: Account) -> None:
    """Only a run of exactly this definition counts."""
    jobs = resolve(CHAIN)
    run_of(account, jobs, "prepare", "SUCCEEDED")
    changed = {**CHAIN, "prepare.yaml": TRAINING + "generation: 2\n"}
    assert resolve(changed).waiting == {"train": ["prepare"]}


CODE = {"train.yaml": TRAINING + "code: {dir: ../src, entryPoint: train.py}\n"}


def test_code_is_packed_and_wired_into_script_mode(resolve: Resolve, tmp_path: Path) -> None:
    """The archive's name is its content's hash, and the payload says where it lies."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('train')\n")
    jobs = resolve(CODE)
    [uri] = jobs.archives
    code = jobs.inputs["train"]["code"]
    assert uri == f"s3://bucket/code/{code['sha256']}.tar.gz"
    assert list(code["files"]) == ["train.py"]
    assert (code["count"], code["bytes"]) == (1, 15)
    assert jobs.inputs["train"]["request"]["serviceRequestPayload"]["HyperParameters"] == {
        "sagemaker_submit_directory": uri,
        "sagemaker_program": "train.py",
    }


def test_touching_code_is_no_new_run_and_changing_it_is(resolve: Resolve, tmp_path: Path) -> None:
    """Times do not count, contents do."""
    (tmp_path / "src").mkdir()
    file = tmp_path / "src" / "train.py"
    file.write_text("print('train')\n")
    first = digest(SERVICE, resolve(CODE).inputs["train"])
    os.utime(file, (1, 1))
    assert digest(SERVICE, resolve(CODE).inputs["train"]) == first
    file.write_text("print('trained')\n")
    assert digest(SERVICE, resolve(CODE).inputs["train"]) != first


def test_code_in_a_channel_is_not_wired_a_second_time(resolve: Resolve, tmp_path: Path) -> None:
    """A file that says `${code.uri}` itself has decided where the code goes."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('train')\n")
    text = TRAINING + '    Environment: {CODE: "${code.uri}"}\ncode: {dir: ../src}\n'
    payload = resolve({"train.yaml": text}).inputs["train"]["request"]["serviceRequestPayload"]
    assert payload["Environment"]["CODE"].startswith("s3://bucket/code/")
    assert "HyperParameters" not in payload


@pytest.mark.parametrize(
    ("artifacts", "text", "message"),
    [
        ("", "code: {dir: ../src}", "no place to upload to"),
        ("s3://b/c", "code: {dir: ../none}", "the folder `none` does not exist"),
        ("s3://b/c", "code: {dir: ../src, entryPoint: x.py}", "has no file `x.py`"),
    ],
)
def test_code_that_cannot_be_packed_is_said_with_its_place(
    resolve: Resolve, tmp_path: Path, artifacts: str, text: str, message: str
) -> None:
    """One sentence, the file and the line."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('train')\n")
    with pytest.raises(Problems, match=rf"jobs/train.yaml:10:\d+: code.*{message}"):
        resolve({"train.yaml": TRAINING + text + "\n"}, artifacts=artifacts)


def test_what_is_one_run_too_many_for_the_account_waits(resolve: Resolve, account: Account) -> None:
    """Five Personalize jobs may be pending or running: a sixth waits for a slot, a finished one does not."""
    files = {f"job{number}.yaml": INFERENCES for number in range(6)}
    jobs = resolve(files)
    assert jobs.waiting == {"job5": ["slot"]}
    ids = [run_of(account, jobs, f"job{number}", "CREATE PENDING") for number in range(5)]
    assert resolve(files).waiting == {"job5": ["slot"]}
    account.move(ids[0], "ACTIVE")
    assert resolve(files).waiting == {}


def test_a_changed_file_is_waited_for_although_its_adopted_run_succeeded(
    account: Account, resolve: Resolve
) -> None:
    """`adopt` stands for one definition: after a change, who depends on the job waits for the new run."""
    files = {"a.yaml": TRAINING, "b.yaml": TRAINING + "dependsOn: [a]\n"}
    arn = run_of(account, resolve(files), "a", "SUCCEEDED")
    account.jobs[0].tags = {}
    next(iter(account.trainings.values()))["Tags"] = []
    files["a.yaml"] = TRAINING + f"adopt: {arn}\n"
    assert resolve(files).waiting == {"b": ["a"]}
    run_of(account, resolve(files), "a", "SUCCEEDED")
    assert resolve(files).waiting == {}
    files["a.yaml"] += "generation: 2\n"
    assert resolve(files).waiting == {"b": ["a"]}


def test_an_answer_composes_only_the_jobs_that_wait_for_it(tmp_path: Path) -> None:
    """The others stay the same objects: 5,000 files are expanded once, however many rounds there are."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "src").mkdir()
    for name in ("first", "second"):
        text = TRAINING + '    Environment: {CODE: "${code.uri}"}\ncode: {dir: ../src}\n'
        (tmp_path / "jobs" / f"{name}.yaml").write_text(text)
    (tmp_path / "jobs" / "third.yaml").write_text(TRAINING)
    stack = load_stack(Settings("dev", "us-east-1", project="aws-jobs", root=tmp_path))
    assert stack.pending == {"first": ["code.uri"], "second": ["code.uri"], "third": []}
    before = {job.name: job for job in stack.jobs}
    (filled,) = stack.fill({("second", "code.uri"): "s3://bucket/code/1.tar.gz"}) or ()
    assert filled.request["serviceRequestPayload"]["Environment"] == {
        "CODE": "s3://bucket/code/1.tar.gz"
    }
    after = {job.name: job for job in stack.jobs}
    assert list(after) == ["first", "second", "third"]
    assert after["first"] is before["first"]
    assert after["third"] is before["third"]
    assert after["second"] is filled


def test_a_value_that_is_learned_is_validated_like_one_that_was_written(
    resolve: Resolve, tmp_path: Path
) -> None:
    """What only a later round shows has its place, beside the warnings of the files that did not change."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('train')\n")
    role = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
    text = TRAINING.replace(role, "${code.uri}") + "code: {dir: ../src}\n"
    retried = TRAINING + "  retryStrategy: {attempts: 2}\n"
    with pytest.raises(Problems) as caught:
        resolve({"train.yaml": text, "other.yaml": retried})
    warning, error = caught.value.problems
    assert (warning.file, warning.level) == ("jobs/other.yaml", "warning")
    assert (error.file, error.line, error.level) == ("jobs/train.yaml", 5, "error")
    assert "`s3://bucket/code/" in error.message


def test_code_policies_and_platform_are_checked_together(tmp_path: Path) -> None:
    """Every mistake at once: of a job file, its code, a policy and the stack's settings."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "broken.yaml").write_text("message: no level, no schema\n")
    (tmp_path / "jobs" / "a.yaml").write_text(TRAINING + "code: {dir: none}\n")
    (tmp_path / "jobs" / "b.yaml").write_text(TRAINING.replace("jobQueue", "jobQueu"))
    settings = Settings(
        "dev", "us-east-1", project="aws-jobs", root=tmp_path, platform='{"bucke": {}}'
    )
    files = {problem.file for problem in load_stack(settings).problems}
    assert files == {"Pulumi.dev.yaml", "jobs/a.yaml", "jobs/b.yaml", "policy/broken.yaml"}
    with pytest.raises(Problems) as caught:
        load_stack(settings, Account().aws)
    assert {problem.file for problem in caught.value.problems} == files
