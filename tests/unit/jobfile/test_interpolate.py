"""`${...}` in job files: what each name stands for, with its type, and what is not known yet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from components.jobfile import Pending, interpolate
from components.jobfile.interpolate import InterpolationError, Scope

from .making import SERVICE_JOB, context, errors, jobs

SOLUTION = "arn:aws:personalize:us-east-1:123456789012:solution/movies"


def scope(**changes: Any) -> Scope:
    config = {"bucket": "data", "aws-jobs:own": "mine", "aws:region": "us-east-1", "key": "sesame"}
    stack = context(config=config, secrets=frozenset({"key", "sealed"}))
    given = {"cell": {"eta": 0.5, "on": True, "name": "x"}, "generation": 7, "period": "2026-W47"}
    return Scope(stack, "job", **{**given, **changes})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${stack}", "prod"),
        ("s3://${config.bucket}/${stack}/", "s3://data/prod/"),
        ("${config.aws-jobs:own}", "mine"),
        ("${config.aws:region}", "us-east-1"),
        ("${matrix.eta}", 0.5),
        ("eta=${matrix.eta} ${matrix.on}", "eta=0.5 true"),
        ("${generation}", 7),
        ("v${generation}", "v7"),
        ("${period}", "2026-W47"),
        ("${ stack }", "prod"),
        ("$${stack}", "${stack}"),
        ("$$${stack}", "$${stack}"),
        ("$${${stack}}", "${prod}"),
        ("$stack $(stack) {stack} }", "$stack $(stack) {stack} }"),
        ("${platform.bucket}", Pending("platform.bucket", "${platform.bucket}")),
        (
            "s3://${config.bucket}/${jobs.a-b.outputUri}x",
            Pending("jobs.a-b.outputUri", "s3://data/${jobs.a-b.outputUri}x"),
        ),
        (
            "${personalize.latest(" + SOLUTION + ")}",
            Pending(f"personalize.latest({SOLUTION})", "${personalize.latest(" + SOLUTION + ")}"),
        ),
        (
            "${personalize.latest(arn:${config.bucket})}",
            Pending("personalize.latest(arn:data)", "${personalize.latest(arn:data)}"),
        ),
        ("${config.sealed}", Pending("config.sealed", "${config.sealed}")),
    ],
)
def test_names(text: str, value: Any) -> None:
    """A leaf that is one expression keeps its type; inside of text everything is text; `$${` is a literal."""
    assert interpolate.fill_leaf(text, scope())[0] == value


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("${config.key}", True),
        ("x-${config.key}", True),
        ("${config.sealed}", True),
        ("${stack}", False),
    ],
)
def test_secrets_are_noticed(text: str, secret: bool) -> None:
    """A leaf with a secret in it, known or not, is a secret."""
    assert interpolate.fill_leaf(text, scope())[1] is secret


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${HOME}", "unknown variable `${HOME}`; for a literal `${HOME}` write `$${HOME}`"),
        (
            "${stak}",
            "unknown variable `${stak}`; did you mean `stack`? for a literal `${stak}` write `$${stak}`",
        ),
        ("${config.bukket}", "the stack's config has no `bukket`; did you mean `bucket`?"),
        (
            "${config.other}",
            "the stack's config has no `other`; set it: ./jobctl config set -s prod other VALUE",
        ),
        (
            "${config}",
            "unknown variable `${config}`; for a literal `${config}` write `$${config}`",
        ),
        ("${matrix.etta}", "the matrix has no `etta`; did you mean `eta`?"),
        ("${code.uri}", "`${code.uri}` needs `code: {dir: ...}` in this file"),
        (
            "${jobs.a}",
            "`${jobs.a}` must be `${jobs.<job>.<output>}`, such as `${jobs.prepare.modelArtifacts}`",
        ),
        ("a ${stack", "`${` without a closing `}`; for a literal `${` write `$${`"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    """What names nothing is said with what would be right."""
    with pytest.raises(InterpolationError, match=re.escape(message)):
        interpolate.fill_leaf(text, scope())


@pytest.mark.parametrize(
    ("value", "wanted", "fitted"),
    [
        ("3", "integer", 3),
        ("-3", "integer", -3),
        ("3.5", "integer", "3.5"),
        ("03", "integer", "03"),
        ("3.5", "number", 3.5),
        ("true", "boolean", True),
        ("yes", "boolean", "yes"),
        (3, "string", "3"),
        (0.1, "string", "0.1"),
        (True, "string", "true"),
        ("3", "string", "3"),
        ("3", "", "3"),
        ("3", "object", "3"),
    ],
)
def test_a_value_takes_the_type_that_aws_wants(value: Any, wanted: str, fitted: Any) -> None:
    """Config is text, and becomes a number or a boolean where AWS takes one and the text is one."""
    found = interpolate.convert(value, wanted)
    assert (found, type(found)) == (fitted, type(fitted))


def test_the_outside_is_asked(tmp_path: Path) -> None:
    """`lookup` is asked for each job with the expression; an answer is filled in, none leaves the leaf pending."""
    asked = []

    def lookup(job: str, expression: str) -> str | None:
        asked.append((job, expression))
        return "s3://code/1.tar.gz" if expression == "code.uri" else None

    text = (
        SERVICE_JOB
        + "    HyperParameters: {a: '${code.uri}', b: '${platform.x}'}\ncode: {dir: src}\n"
    )
    (job,) = jobs(tmp_path, context(lookup=lookup), churn=text)
    assert asked == [("churn", "code.uri"), ("churn", "platform.x")]
    parameters = job.request["serviceRequestPayload"]["HyperParameters"]
    assert parameters == {"a": "s3://code/1.tar.gz", "b": Pending("platform.x", "${platform.x}")}


def test_own_keys_are_filled_in_too(tmp_path: Path) -> None:
    """`watch`, `generation`, `adopt`, `dependsOn` and `code` may interpolate; `name` and `matrix` are as they stand."""
    keys = (
        "watch: ['s3://${config.bucket}/${stack}.csv']\n"
        "generation: ${config.data}\n"
        "dependsOn: ['prepare-${stack}']\n"
        "code: {dir: 'src/${stack}'}\n"
    )
    stack = context(config={"bucket": "data", "data": "2026-11-01"})
    found = jobs(tmp_path, stack, churn=SERVICE_JOB + keys, **{"prepare-prod": SERVICE_JOB})
    job = found[0]
    assert job.watch == ("s3://data/prod.csv",)
    assert job.generation == "2026-11-01"
    assert job.depends_on == ("prepare-prod",)
    assert job.code == {"dir": "jobs/src/prod"}


def test_an_output_is_a_dependency(tmp_path: Path) -> None:
    """Who uses another job's output waits for it, without saying so."""
    text = SERVICE_JOB.replace("s3://bucket/models/", "'${jobs.prepare.outputUri}rank/'")
    rank, _ = sorted(jobs(tmp_path, prepare=SERVICE_JOB, rank=text), key=lambda j: j.name != "rank")
    assert rank.depends_on == ("prepare",)


def test_a_neutral_context_knows_no_config(tmp_path: Path) -> None:
    """Without any stack, every config value is pending rather than missing."""
    text = SERVICE_JOB + "  schedulingPriority: ${config.priority}\n"
    (job,) = jobs(tmp_path, context(any_config=True), churn=text)
    assert job.request["schedulingPriority"] == Pending("config.priority", "${config.priority}")
    (error,) = errors(tmp_path, churn=text)
    assert error.rule == "interpolation-config"
    neutral = context(any_config=True)
    text = (
        SERVICE_JOB
        + "generation: ${config.data}\ndependsOn: ['${config.other}']\nwatch: ['${config.uri}']\n"
    )
    (job,) = jobs(tmp_path, neutral, churn=text)
    assert job.depends_on == ()
