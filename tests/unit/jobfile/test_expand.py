"""Job files become jobs: overlays, cells, tags, defaults, payloads, names between files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.jobfile.composition import merge
from components.jobfile.matrix import cell_name, cells

from .making import BATCH_JOB, SERVICE_JOB, TODAY, context, errors, expand, jobs, read


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        # the examples of RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(document: object, patch: object, result: object) -> None:
    """Overlays are JSON merge patches."""
    assert merge(document, patch) == result


def test_an_overlay_counts_in_its_stack_only(tmp_path: Path) -> None:
    """A stack's overlay changes and takes away fields of the request and our own keys, there only."""
    text = (
        SERVICE_JOB.replace("jobQueue: training", "jobQueue: training\n  tags: {a: '1', b: '2'}")
        + "every: week\nstacks:\n  prod:\n    every: null\n    generation: 3\n"
        "    request: {jobQueue: other, tags: {a: null}}\n"
    )
    (prod,) = jobs(tmp_path, context(), churn=text)
    assert (prod.request["jobQueue"], prod.request["tags"]) == ("other", {"b": "2"})
    assert (prod.every, prod.period, prod.generation) == (None, None, 3)
    (dev,) = jobs(tmp_path, context(stack="dev"), churn=text)
    assert (dev.request["jobQueue"], dev.request["tags"]) == ("training", {"a": "1", "b": "2"})
    assert (dev.every, dev.period, dev.generation) == ("week", "2026-W47", None)


def test_an_overlay_reaches_into_a_payload_given_as_text(tmp_path: Path) -> None:
    """A payload pasted as AWS's JSON string can be overlaid like an object."""
    payload = {
        "RoleArn": "arn:aws:iam::123456789012:role/Training",
        "AlgorithmSpecification": {"TrainingImage": "image:1.0", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/${stack}/"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 9},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    document = {
        "kind": "ServiceJob",
        "request": {"jobQueue": "training", "serviceRequestPayload": json.dumps(payload)},
        "stacks": {
            "prod": {"request": {"serviceRequestPayload": {"ResourceConfig": {"InstanceCount": 2}}}}
        },
    }
    (job,) = jobs(tmp_path, churn=json.dumps(document))
    found = job.request["serviceRequestPayload"]
    assert found["ResourceConfig"]["InstanceCount"] == 2
    assert found["OutputDataConfig"] == {"S3OutputPath": "s3://bucket/prod/"}


def test_a_mistake_in_an_overlay_has_its_line(tmp_path: Path) -> None:
    """What the overlay says wrongly is at the overlay's line; what it takes away is missing there."""
    text = (
        SERVICE_JOB
        + "stacks:\n  prod:\n    request:\n      jobQueue: null\n      schedulingPriority: -1\n"
    )
    found = errors(tmp_path, churn=text)
    assert [str(problem) for problem in found] == [
        "jobs/churn.yaml:13:7: request: `jobQueue` is missing",
        "jobs/churn.yaml:14:7: request.schedulingPriority: -1 is less than the minimum of 0",
    ]
    assert errors(tmp_path, context(stack="dev"), churn=text) == []


def test_cells() -> None:
    """Every combination is a cell, the last key varying fastest; names keep letters, digits, - and _."""
    assert cells({"a": [1, 2], "b": ["x", "y"]}) == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]
    assert cell_name("churn", {"eta": "0.1"}) == "churn-eta-0-1"
    assert cell_name("churn", {"eta": 0.1, "deep": True}) == "churn-eta-0-1-deep-true"
    assert cell_name("churn", {"data": "s3://b/x_y/"}) == "churn-data-s3-b-x_y"


def test_a_matrix_is_one_job_a_cell(tmp_path: Path) -> None:
    """Each cell has its values, as text where AWS takes text, and the aliases that name it."""
    text = (
        SERVICE_JOB + "    HyperParameters: {eta: '${matrix.eta}', label: 'eta ${matrix.eta}'}\n"
        "matrix: {eta: [0.1, 0.3]}\naliases: {old: churn-eta-0-3}\n"
    )
    first, second = jobs(tmp_path, churn=text)
    assert (first.name, second.name) == ("churn-eta-0-1", "churn-eta-0-3")
    parameters = first.request["serviceRequestPayload"]["HyperParameters"]
    assert parameters == {"eta": "0.1", "label": "eta 0.1"}
    assert (first.aliases, second.aliases) == ((), ("old",))


def test_tags_come_together(tmp_path: Path) -> None:
    """The payload's tags are hoisted into the request's, the stack's are added, and the file's own win."""
    text = (
        SERVICE_JOB + "    Tags: [{Key: team, Value: payload}, {Key: only, Value: payload}]\n"
        "  tags: {team: file}\n"
    )
    stack = context(tags={"team": "stack", "cost": "stack"})
    (job,) = jobs(tmp_path, stack, churn=text)
    assert job.request["tags"] == {"team": "file", "cost": "stack", "only": "payload"}
    assert "Tags" not in job.request["serviceRequestPayload"]
    (batch,) = jobs(
        tmp_path / "x" if (tmp_path / "x").mkdir() else tmp_path / "x", stack, b=BATCH_JOB
    )
    assert batch.request["tags"] == [
        {"tagKey": "cost", "tagValue": "stack"},
        {"tagKey": "team", "tagValue": "stack"},
    ]


def test_what_we_fill_in(tmp_path: Path) -> None:
    """The job type is filled in; names made of the job's name are not, so that a rename changes nothing."""
    (job,) = jobs(tmp_path, churn=SERVICE_JOB)
    assert job.request["serviceJobType"] == "SAGEMAKER_TRAINING"
    assert "jobName" not in job.request
    assert "TrainingJobName" not in job.request["serviceRequestPayload"]
    assert (job.name, job.on_replace, job.on_delete) == ("churn", "refuse", "refuse")


def test_one_file_may_be_expanded_many_times(tmp_path: Path) -> None:
    """Expanding changes neither the files nor the next expansion."""
    text = (
        SERVICE_JOB
        + "    Tags: [{Key: a, Value: b}]\nstacks: {prod: {request: {jobQueue: other}}}\n"
    )
    files = read(tmp_path, churn=text)
    before = json.dumps(files[0].document)
    first = expand(files, context())[0]
    expand(files, context(stack="dev"))
    assert expand(files, context())[0] == first
    assert json.dumps(files[0].document) == before


def test_places_of_a_job(tmp_path: Path) -> None:
    """A job tells where its file says a thing; what is hoisted or missing is where it would stand."""
    (job,) = jobs(tmp_path, churn=SERVICE_JOB + "stacks: {prod: {request: {jobQueue: other}}}\n")
    assert job.file == "jobs/churn.yaml"
    assert job.place("request.serviceRequestPayload.RoleArn") == (5, 5)
    assert job.place("request.jobQueue") == (10, 27)
    assert job.place("request.tags.team") == (2, 1)


def test_secret_paths(tmp_path: Path) -> None:
    """Leaves with a secret in them are named by path; the job shows no request when it is printed."""
    text = SERVICE_JOB + (
        "    HyperParameters: {a: '${config.key}', b: 'x${config.key}', c: '${stack}'}\n"
        "    AlgorithmSpecification: {ContainerArguments: [--key, '${config.key}']}\n"
    ).replace("    AlgorithmSpecification: {ContainerArguments: [--key, '${config.key}']}\n", "")
    stack = context(config={"key": "sesame"}, secrets=frozenset({"key"}))
    (job,) = jobs(tmp_path, stack, churn=text)
    assert job.secret_paths == (
        "request.serviceRequestPayload.HyperParameters.a",
        "request.serviceRequestPayload.HyperParameters.b",
    )
    assert "sesame" not in repr(job)


def test_no_secret_is_said(tmp_path: Path) -> None:
    """A secret that does not fit is called so, in every kind of sentence."""
    text = SERVICE_JOB.replace(
        "jobQueue: training", "jobQueue: training\n  jobName: ${config.key}"
    ) + (
        "    HyperParameters: {a: '${${config.key}}'}\n  schedulingPriority: ${config.key}\n"
        "  retryStrategy: {attempts: '${config.number}'}\n  tags: {a: '${config.key}'}\n"
    )
    stack = context(
        config={"key": "open sesame!", "number": "4711"}, secrets=frozenset({"key", "number"})
    )
    found = errors(tmp_path, stack, churn=text)
    assert [problem.message for problem in found] == [
        "[secret] must consist of letters, digits, - and _, and start with a letter or digit",
        "unknown variable `${[secret]}`; for a literal `${[secret]}` write `$${[secret]}`",
        "[secret] is not a whole number",
        "[secret] is more than the maximum of 10",
    ]


def test_problems_of_all_files_are_sorted(tmp_path: Path) -> None:
    """One call reports every problem of every file, by file and line."""
    found = errors(
        tmp_path, b=SERVICE_JOB + "evry: week\n", a=SERVICE_JOB + "  x: 1\n  y: 2\n", c=SERVICE_JOB
    )
    assert [(problem.file, problem.line) for problem in found] == [
        ("jobs/a.yaml", 10),
        ("jobs/a.yaml", 11),
        ("jobs/b.yaml", 10),
    ]


def test_a_job_with_an_error_is_no_job(tmp_path: Path) -> None:
    """Wrong files give no job, right ones beside them do, and may depend on the wrong ones."""
    files = read(
        tmp_path, bad=SERVICE_JOB + "evry: week\n", good=SERVICE_JOB + "dependsOn: [bad]\n"
    )
    found, problems = expand(files, context())
    assert [job.name for job in found] == ["good"]
    assert [problem.file for problem in problems] == ["jobs/bad.yaml"]


def test_jobs_elsewhere_may_be_depended_on(tmp_path: Path) -> None:
    """A file that is checked alone may name the jobs that exist beside it."""
    files = read(tmp_path, churn=SERVICE_JOB + "dependsOn: [prepare]\n")
    assert expand(files, context())[1][0].rule == "depends-unknown"
    assert expand(files, context(), frozenset({"prepare"}))[1] == []


@pytest.mark.parametrize(
    ("every", "text"), [("day", "2026-11-22"), ("week", "2026-W47"), ("month", "2026-11")]
)
def test_periods(every: str, text: str, tmp_path: Path) -> None:
    """A period is the UTC day, ISO week or month."""
    (job,) = jobs(tmp_path, churn=f"{SERVICE_JOB}every: {every}\n")
    assert job.period == text


def test_a_week_belongs_to_the_year_of_its_thursday(tmp_path: Path) -> None:
    """The first days of January may lie in the last week of the old year."""
    sunday = context(today=TODAY.replace(year=2027, month=1, day=3))
    (job,) = jobs(tmp_path, sunday, churn=f"{SERVICE_JOB}every: week\n")
    assert job.period == "2026-W53"


def test_themes_exist_in_some_regions(tmp_path: Path) -> None:
    """A stack in a region without Content Generator is told of it."""
    text = BATCH_JOB.replace("us-east-1", "eu-west-1") + (
        "  batchInferenceJobMode: THEME_GENERATION\n"
        "  themeGenerationConfig: {fieldsForThemeGeneration: {itemName: TITLE}}\n"
    )
    problems = expand(read(tmp_path, themes=text), context(region="eu-west-1"))[1]
    assert [(problem.rule, problem.level) for problem in problems] == [("theme-region", "warning")]
