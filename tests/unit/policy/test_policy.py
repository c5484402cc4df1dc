"""Policies: what they see, where they point, and what they stop."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from components import policy
from components.errors import JobError, Problems
from components.jobfile import Context, JobFile
from components.schema import foreign
from tests.conftest import ROOT
from tests.end_to_end import jobs
from tests.unit.jobfile.making import expand

EXAMPLES = sorted((ROOT / "policy" / "examples").iterdir())


def project(folder: Path, **files: Any) -> list[policy.Policy]:
    """The policies of a project with these files."""
    (folder / "policy").mkdir()
    for name, content in files.items():
        (folder / "policy" / f"{name}.yaml").write_text(
            content if isinstance(content, str) else yaml.safe_dump(content), "utf-8"
        )
    return policy.load(folder)


def rule(schema: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"message": "not so", "level": "mandatory", "schema": schema, **others}


def found(
    policies: list[policy.Policy], document: dict[str, Any], stack: str = "prod"
) -> list[tuple[str, int, str, str]]:
    """(path, line, message, level) of the problems of one job file."""
    source = json.dumps(document, indent=1)
    file = JobFile("jobs/churn.json", "churn", "jobs", source, True, json.loads(source))
    expanded, problems = expand([file], Context(stack, region="us-east-1", any_config=True))
    assert [problem for problem in problems if problem.level == "error"] == []
    return [
        (problem.path, problem.line, problem.message, problem.level)
        for problem in (
            *policy.judge_jobs(policies, expanded, stack),
            *policy.judge_stack(policies, expanded, stack),
        )
    ]


def line(document: dict[str, Any], word: str) -> int:
    source = json.dumps(document, indent=1)
    return 1 + source[: source.index(f'"{word}"')].count("\n")


def test_a_violation_has_its_place_in_the_job_file(tmp_path: Path) -> None:
    """A field of the request is pointed at where the file says it, with the policy's own sentence."""
    retry = {"properties": {"attempts": {"maximum": 1}}}
    request = {"properties": {"retryStrategy": retry}}
    policies = project(tmp_path, once=rule({"properties": {"request": request}}))
    document = jobs.service()
    assert found(policies, document) == [
        (
            "request.retryStrategy.attempts",
            line(document, "attempts"),
            "not so; it is 2 (policy/once.yaml)",
            "error",
        )
    ]


@pytest.mark.parametrize(
    ("schema", "path", "word", "value"),
    [
        (
            {"maxInstanceHours": {"maximum": 1}},
            "request.serviceRequestPayload.ResourceConfig",
            "ResourceConfig",
            "; it is 2",
        ),
        (
            {"instanceTypes": {"items": {"enum": ["ml.c5.large"]}}},
            "request.serviceRequestPayload.ResourceConfig",
            "ResourceConfig",
            "; it is ml.m5.xlarge",
        ),
        (
            {"tags": {"required": ["owner"]}},
            "request.tags.owner",
            "tags",
            "",
        ),
        ({"stack": {"const": "dev"}}, "", "kind", "; it is prod"),
    ],
)
def test_a_computed_field_points_at_what_makes_it(
    tmp_path: Path, schema: dict[str, Any], path: str, word: str, value: str
) -> None:
    """maxInstanceHours and instanceTypes point at the resources, tags at the tags, the stack at the file."""
    document = jobs.service()
    ((at, place, message, _),) = found(project(tmp_path, p=rule({"properties": schema})), document)
    assert (at, message) == (path, f"not so{value} (policy/p.yaml)")
    assert place == (line(document, word) if path else 1)


def test_images_and_tags_are_the_same_for_every_kind(tmp_path: Path) -> None:
    """A policy reads both kinds' tags as one mapping, although Personalize lists them."""
    policies = project(tmp_path, team=rule({"properties": {"tags": {"required": ["team"]}}}))
    tagged = jobs.inference(tags=[{"tagKey": "team", "tagValue": "growth"}])
    assert found(policies, tagged) == []
    assert len(found(policies, jobs.inference())) == 1


def test_an_advisory_policy_warns(tmp_path: Path) -> None:
    """An advisory policy's violation is a warning."""
    policies = project(tmp_path, p=rule({"required": ["every"]}, level="advisory"))
    assert [level for *_, level in found(policies, jobs.service())] == ["warning"]


def test_a_policy_concerns_its_stacks_and_kinds(tmp_path: Path) -> None:
    """A policy for prod says nothing of dev, one for ServiceJob nothing of a BatchInferenceJob."""
    policies = project(
        tmp_path, p=rule({"required": ["every"]}, stacks=["prod"], kinds=["ServiceJob"])
    )
    assert len(found(policies, jobs.service(), "prod")) == 1
    assert found(policies, jobs.service(), "dev") == []
    assert found(policies, jobs.inference(), "prod") == []


def test_a_stacks_budget_counts_all_jobs(tmp_path: Path) -> None:
    """The scope `stack` sees how many jobs there are and their hours together."""
    policies = project(
        tmp_path, p=rule({"properties": {"maxInstanceHours": {"maximum": 3}}}, scope="stack")
    )
    assert found(policies, jobs.service()) == []
    document = {**jobs.service(), "matrix": {"eta": ["0.1", "0.3"]}}
    body = document["request"]["serviceRequestPayload"]
    body["HyperParameters"]["eta"] = "${matrix.eta}"
    ((_, _, message, _),) = found(policies, document)
    assert message == "not so; it is 4 (policy/p.yaml)"


def test_what_is_not_known_yet_satisfies(tmp_path: Path) -> None:
    """A value that only the stack's config knows satisfies every schema until it is known."""
    policies = project(
        tmp_path,
        p=rule(
            {
                "properties": {
                    "maxInstanceHours": {"maximum": 0.1},
                    "request": {"properties": {"jobQueue": {"const": "other"}}},
                }
            }
        ),
    )
    document = jobs.service(jobQueue="${config.queue}", retryStrategy={"attempts": 1})
    body = document["request"]["serviceRequestPayload"]
    body["ResourceConfig"]["InstanceCount"] = "${config.count}"
    assert found(policies, document) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ({"level": "mandatory", "schema": {}}, "message", "must say in a sentence"),
        ({"message": "x", "level": "fatal", "schema": {}}, "level", "advisory or mandatory"),
        ({**rule({}), "level": ["mandatory"]}, "level", "advisory or mandatory"),
        (
            {"message": "x", "level": "advisory", "schema": {"type": "job"}},
            "schema",
            "not a JSON Schema",
        ),
        (
            rule({"properties": {"name": {"pattern": "^(?!prod-)"}}}),
            "schema",
            "at properties.name.pattern: `^(?!prod-)` is not a pattern of RE2: invalid perl operator: (?!",
        ),
        (rule({"patternProperties": {r"(a)\1": True}}), "schema", r"`(a)\1` is not a pattern"),
        (rule({"allOf": [{"unevaluatedProperties": False}]}), "schema", "use additionalProperties"),
        (
            rule({"$defs": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}}),
            "schema",
            "$schema is not supported within a schema",
        ),
        ({**rule({}), "kinds": ["Job"]}, "kinds", "must be kinds of jobs"),
        ({**rule({}), "stack": "prod"}, "stack", "unknown key; allowed: "),
        ("- a\n", "", "a policy is a mapping"),
        ("a: [\n", "", ""),
    ],
)
def test_a_wrong_policy_is_a_mistake_with_a_place(
    tmp_path: Path, content: Any, path: str, message: str
) -> None:
    """A policy that is wrong itself is reported like a job file, and never silently skipped."""
    with pytest.raises(Problems) as caught:
        project(tmp_path, p=content)
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("policy/p.yaml", path)
    assert message in problem.message


def test_a_policy_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    """A FIFO, a device, a link to either, or what is too large: reading it would not end."""
    (tmp_path / "policy").mkdir()
    os.mkfifo(tmp_path / "policy" / "a.yaml")
    (tmp_path / "policy" / "b.yaml").symlink_to("/dev/zero")
    (tmp_path / "policy" / "c.yaml").write_text("#" * 1_000_001)
    (tmp_path / "policy" / "d.yaml").symlink_to("d.yaml")
    with pytest.raises(Problems) as caught:
        policy.load(tmp_path)
    assert [(each.file[-6:], each.message) for each in caught.value.problems] == [
        ("a.yaml", "cannot be read as UTF-8 text"),
        ("b.yaml", "cannot be read as UTF-8 text"),
        ("c.yaml", "more than 1 MB"),
        ("d.yaml", "cannot be read as UTF-8 text"),
    ]


def test_nothing_is_fetched_for_a_reference(tmp_path: Path) -> None:
    """A `$ref` out of the schema is an error that names the policy; no request is made for it."""
    policies = project(tmp_path, p=rule({"$ref": "https://example.org/schema.json"}))
    with pytest.raises(JobError, match=r"policy/p\.yaml: \$ref https://example\.org"):
        found(policies, jobs.service())


def in_tags(schema: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"tags": schema}}


BACKTRACKS = "^(a+)+$"
LONG = "a" * 64 + "_"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"additionalProperties": {"pattern": BACKTRACKS}}, f"request.tags.{LONG}"),
        ({"patternProperties": {BACKTRACKS: True}, "additionalProperties": False}, "request.tags"),
        ({"propertyNames": {"pattern": BACKTRACKS}}, "request.tags"),
    ],
)
@pytest.mark.parametrize(
    "dialect", [{}, {"$schema": "https://json-schema.org/draft/2020-12/schema"}]
)
def test_a_pattern_that_backtracks_ends(
    tmp_path: Path, dialect: dict[str, Any], schema: dict[str, Any], path: str
) -> None:
    """Python's engine would need some 2^64 steps for this: whoever changes a policy could hold CI up for ever."""
    root = {**dialect, "$defs": {"tags": schema}, **in_tags({"$ref": "#/$defs/tags"})}
    policies = project(tmp_path, p=rule(root))
    assert [each[0] for each in found(policies, jobs.service(tags={LONG: LONG}))] == [path]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$dynamicRef": "#"},
        {
            "$defs": {
                "d30": True,
                **{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)},
            },
            "$ref": "#/$defs/d0",
        },
    ],
)
def test_references_without_end_are_an_error(tmp_path: Path, schema: dict[str, Any]) -> None:
    """In a circle, or each to the next one twice: 2^30 schemas."""
    policies = project(tmp_path, p=rule(schema))
    with pytest.raises(JobError, match=r"policy/p\.yaml: its references lead through more than"):
        found(policies, jobs.service())


@pytest.mark.parametrize(
    "schema",
    [
        {"additionalProperties": False},
        {"additionalProperties": {"type": "integer"}},
        {"properties": {"a": True}, "additionalProperties": False},
        {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": False},
        {"patternProperties": {"a": True, "^x": False}},
        {"properties": {"a": {"pattern": "^[a-c]+$"}}},
    ],
)
@pytest.mark.parametrize("document", [{}, {"a": "abc", "b": 1}, {"a": 1}, {"x": "a"}, "a", ["a"]])
def test_keywords_with_patterns_are_those_of_json_schema(
    schema: dict[str, Any], document: Any
) -> None:
    """Only the engine that looks for a match is another."""

    def faults(problems: Any) -> list[tuple[Any, ...]]:
        return sorted((each[0], str(each[1])) for each in problems)

    own = [(each.path, each.keyword) for each in foreign.find_problems(document, schema)]
    theirs = Draft202012Validator(schema).iter_errors(document)
    assert faults(own) == faults((tuple(each.absolute_path), each.validator) for each in theirs)


def test_half_a_surrogate_pair_matches_nothing() -> None:
    """A stack's config can hold one: it has no UTF-8 for RE2."""
    (problem,) = foreign.find_problems("\ud800", {"pattern": "^x$"})
    assert problem.keyword == "pattern"


def test_a_secret_is_not_in_a_message(tmp_path: Path) -> None:
    """The value of a secret leaf is never quoted, whatever the policy says of it."""
    request = {"properties": {"tags": {"properties": {"key": {"maxLength": 1}}}}}
    policies = project(tmp_path, p=rule({"properties": {"request": request}}))
    document = jobs.service(tags={"key": "${config.password}"})
    source = json.dumps(document)
    file = JobFile("jobs/churn.json", "churn", "jobs", source, True, json.loads(source))
    context = Context(
        "prod", config={"password": "hunter2"}, secrets=frozenset({"password"}), region="us-east-1"
    )
    (problem,) = policy.judge_jobs(policies, expand([file], context)[0], "prod")
    assert problem.message == "not so (policy/p.yaml)"


BAD: dict[str, Any] = {
    "instance-types.yaml": {"ResourceConfig": {"InstanceType": "ml.p5.48xlarge"}},
    "images.yaml": {"AlgorithmSpecification": {"TrainingImage": "docker.io/x:1"}},
    "job-budget.yaml": {"StoppingCondition": {"MaxRuntimeInSeconds": 360_000}},
    "spot.json": {"StoppingCondition": {"MaxRuntimeInSeconds": 200_000}},
    "vpc-in-prod.yaml": {},
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_lets_good_jobs_pass_and_finds_bad_ones(path: Path, tmp_path: Path) -> None:
    """Each sample policy is right, accepts what it asks for and refuses what it forbids."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    policies = policy.load(tmp_path)
    good = jobs.service(tags={"team": "growth"})
    vpc = {"SecurityGroupIds": ["sg-12345678"], "Subnets": ["subnet-12345678"]}
    good["request"]["serviceRequestPayload"]["VpcConfig"] = vpc
    assert found(policies, good) == []
    if path.name == "plan-budget.yaml":
        big = ("ServiceJob", jobs.service()["request"])
        assert len(policy.check_plan(policies, [big] * 251, "prod")) == 1
        return
    bad = copy.deepcopy(good)
    body = bad["request"]["serviceRequestPayload"]
    if path.name == "vpc-in-prod.yaml":
        del body["VpcConfig"]
    if path.name == "required-tags.yaml":
        bad["request"]["tags"] = {"cost": "1"}
    for field, values in BAD.get(path.name, {}).items():
        body[field].update(values)
    assert len(found(policies, bad)) == 1
