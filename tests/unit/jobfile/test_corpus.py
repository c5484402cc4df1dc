"""Requests of public repositories are accepted, and mistakes in them are found where they are.

`tests/cases/corpus/requests.json` was rebuilt from the notebooks, programs and manifests that it names, at the commits
that it names: what is no literal there (a variable, an account's number) is a plausible value here, and what calls
SageMaker's SDK has what the SDK sends. Calls with values that cannot be right (`roleArn="roleArn"` of a unit test) were
left out. `mistakes.json` says what is done to such a request, where that must be found, and AWS's page that says why.
Who adds to either writes AWS's page beside it: the pages' constraints come from the models that botocore ships, so
`test_aws_says_so` reads them there.
"""

from __future__ import annotations

import copy
import html
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from components.errors import Problem
from components.jobfile import read_text
from components.jobfile.model import JobFile
from components.wire import join_path
from tests.unit.jobfile.making import expand

from .cases import CASES, CONTEXT

FOLDER = CASES / "corpus"
CORPUS: list[dict[str, Any]] = json.loads((FOLDER / "requests.json").read_text("utf-8"))
MISTAKES: list[dict[str, Any]] = json.loads((FOLDER / "mistakes.json").read_text("utf-8"))
PAGES = {
    "CreateTrainingJob": "sagemaker/latest/APIReference",
    "SubmitServiceJob": "batch/latest/APIReference",
    "CreateBatchInferenceJob": "personalize/latest/dg",
    "CreateBatchSegmentJob": "personalize/latest/dg",
}
PAYLOAD = "serviceRequestPayload"
# what may be copied with its origin named; of others only the list may be here
LICENCES = {"Apache-2.0", "MIT", "MIT-0"}
# they are of many regions
ANYWHERE = replace(CONTEXT, region="")


def document(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """The job file that somebody would make of the request."""
    if operation == "CreateTrainingJob":
        request = {"jobQueue": "training", PAYLOAD: request}
    kind = {"CreateTrainingJob": "ServiceJob", "SubmitServiceJob": "ServiceJob"}
    return {"kind": kind.get(operation, operation.removeprefix("Create")), "request": request}


def problems(job: dict[str, Any]) -> list[Problem]:
    file = read_text(json.dumps(job).replace("${", "$${").encode(), "job")
    assert isinstance(file, JobFile)
    return expand([file], ANYWHERE)[1]


@pytest.mark.parametrize("case", CORPUS, ids=[str(index) for index in range(len(CORPUS))])
def test_a_real_request_is_accepted(case: dict[str, Any]) -> None:
    """No request that somebody has sent is refused; AWS's own client would send it too."""
    found = problems(document(case["operation"], case["request"]))
    assert [str(each) for each in found if each.level == "error"] == []
    sent = {"TrainingJobName": "x", **case["request"]}
    if case["operation"] != "CreateTrainingJob":
        del sent["TrainingJobName"]
    shape = model_of(case["page"]).operation_model(case["operation"]).input_shape
    assert ParamValidator().validate(sent, shape).generate_report() == ""


def test_no_warning_is_noise() -> None:
    """No rule warns of more than a fifth of the requests of a kind."""
    requests: Counter[str] = Counter()
    warned: Counter[tuple[str, str]] = Counter()
    for case in CORPUS:
        job = document(case["operation"], case["request"])
        requests[job["kind"]] += 1
        warned.update((job["kind"], rule) for rule in {each.rule for each in problems(job)})
    noise = {of: count for of, count in warned.items() if count > requests[of[0]] / 5}
    assert noise == {}


def test_the_corpus_is_as_large_as_it_must_be() -> None:
    operations = Counter(case["operation"] for case in CORPUS)
    assert len(CORPUS) >= 80
    assert operations.keys() == PAGES.keys()
    assert operations["SubmitServiceJob"] >= 5
    assert len(MISTAKES) >= 60
    assert {each["operation"] for each in MISTAKES} == PAGES.keys()


def test_each_says_where_it_is_from() -> None:
    """The address of its file at a commit, its licence and AWS's page; none is there twice."""
    address = re.compile(r"https://github\.com/[^/ ]+/[^/ ]+/blob/[0-9a-f]{40}/[^ ]+")
    for case in CORPUS:
        operation = case["operation"]
        assert address.fullmatch(case["from"]), case["from"]
        assert case["licence"] in LICENCES
        page = f"https://docs.aws.amazon.com/{PAGES[operation]}/API_{operation}.html"
        assert case["page"] == page
    for cases in (CORPUS, MISTAKES):
        texts = {json.dumps([case["operation"], case.get("request", case)]) for case in cases}
        assert len(texts) == len(cases)


def numbered(cases: list[dict[str, Any]]) -> list[Any]:
    return [
        pytest.param(index, case, id=f"{case['operation']}-{join_path(tuple(case['at']))}-{index}")
        for index, case in enumerate(cases)
    ]


@pytest.mark.parametrize(("number", "mistake"), numbered(MISTAKES))
def test_a_mistake_in_one_is_found(number: int, mistake: dict[str, Any]) -> None:
    """With its path, in a request that had no error before; in another request than the mistake before it."""
    operation, at = mistake["operation"], mistake["at"]
    able = [request for case in CORPUS if (request := take_request(case, mistake))]
    request = able[number % len(able)]
    part = reach(request, at[:-1])
    if "renamed" in mistake:
        part[mistake["renamed"]] = part.pop(at[-1])
    elif "removed" in mistake:
        del part[at[-1]]
    else:
        part[at[-1]] = mistake["value"]
    if isinstance(request.get(PAYLOAD), dict):
        request[PAYLOAD] = json.dumps(request[PAYLOAD])
    inside = (PAYLOAD,) if operation == "CreateTrainingJob" else ()
    wanted = join_path(("request", *inside, *mistake["found"]))
    found = problems(document(operation, request))
    assert wanted in [each.path for each in found if each.level == "error"], found


def take_request(case: dict[str, Any], mistake: dict[str, Any]) -> dict[str, Any] | None:
    """A copy of the request, its payload no text, if it has what the mistake changes, or the place of what it adds."""
    if case["operation"] != mistake["operation"]:
        return None
    at = mistake["at"]
    request: dict[str, Any] = copy.deepcopy(case["request"])
    if at[0] == PAYLOAD and len(at) > 1:
        request[PAYLOAD] = json.loads(request[PAYLOAD])
    part = reach(request, at[:-1])
    able = isinstance(part, dict) and ("value" in mistake or at[-1] in part)
    return request if able else None


def reach(part: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            part = part[step]
        except (KeyError, IndexError):
            return None
    return part


@pytest.mark.parametrize(("number", "mistake"), numbered(MISTAKES))
def test_aws_says_so(number: int, mistake: dict[str, Any]) -> None:
    """What makes it a mistake stands on AWS's page; a page of the API Reference is made from botocore's models."""
    page, says = mistake["page"], mistake["says"]
    assert page.startswith("https://docs.aws.amazon.com/")
    name = re.fullmatch(r".*/API_(\w+)\.html", page)
    if not name:
        assert says.endswith(".")  # a sentence of a user guide: no model has it
        return
    model = model_of(page)
    shape = model.shape_for(name[1] if name[1] in model.shape_names else f"{name[1]}Request")
    assert isinstance(shape, StructureShape)
    if says == "no such field":
        assert mistake["field"] not in shape.members
    else:
        assert is_said(says, shape, mistake["field"])


def model_of(page: str) -> ServiceModel:
    """The model that a page of the API Reference is made from."""
    return load_model(page.removeprefix("https://docs.aws.amazon.com/").partition("/")[0])


@cache
def load_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def is_said(says: str, shape: StructureShape, field: str) -> bool:
    """Whether the API Reference says that of a field: in its text, or as a line below it (its first values will do)."""
    text = html.unescape(re.sub("<[^>]+>", "", shape.members[field].documentation))
    lines = list_constraints(shape, field)
    return says in " ".join(text.split()) or any(
        f"{line} |".startswith(f"{says} |") for line in lines
    )


def list_constraints(shape: StructureShape, field: str) -> list[str]:
    """The lines below a field's text in the API Reference."""
    member = shape.members[field]
    lines = [f"Type: {describe_type(member)}"]
    known = member.metadata
    if field in shape.required_members:
        lines.append("Required: Yes")
    if "enum" in known:
        lines.append(f"Valid Values: {' | '.join(known['enum'])}")
    if "pattern" in known:
        lines.append(f"Pattern: {known['pattern']}")
    word = "length" if member.type_name == "string" else "value"
    ends = [
        f"{what} {word} of {known[key]}."
        for key, what in (("min", "Minimum"), ("max", "Maximum"))
        if key in known
    ]
    what = "Length Constraints" if word == "length" else "Valid Range"
    return [*lines, f"{what}: {' '.join(ends)}"]


def describe_type(shape: Shape) -> str:
    if shape.type_name == "list":
        item = shape.member
        return f"Array of {'strings' if item.type_name == 'string' else f'{item.name} objects'}"
    if shape.type_name == "map":
        return "String to string map"
    return str(shape.type_name).capitalize()
