"""Batch inference jobs: what is taken, what is refused, what comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import START
from .samples import FILTER, SIMILAR_ITEMS, USERS, inference_job

THEMES = {
    "solutionVersionArn": SIMILAR_ITEMS,
    "batchInferenceJobMode": "THEME_GENERATION",
    "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "TITLE"}},
    "jobInput": {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/items.json"}},
}


def create(personalize: Any, **changes: Any) -> str:
    answer = personalize.create_batch_inference_job(**inference_job(**changes))
    return str(answer["batchInferenceJobArn"])


def described(personalize: Any, arn: str) -> dict[str, Any]:
    answer = personalize.describe_batch_inference_job(batchInferenceJobArn=arn)
    job: dict[str, Any] = answer["batchInferenceJob"]
    return job


def results(s3: Any, key: str = "recommend/users.json.out") -> list[dict[str, Any]]:
    body = s3.get_object(Bucket="aws-jobs-output", Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def test_job_passes_through_the_states(personalize: Any, emulator: Emulator) -> None:
    """A job is CREATE PENDING for a second, CREATE IN_PROGRESS for two, then ACTIVE."""
    arn = create(personalize)
    assert arn == "arn:aws:personalize:us-east-1:123456789012:batch-inference-job/recommend"
    seen = []
    for _ in range(4):
        seen.append(described(personalize, arn)["status"])
        emulator.advance(1.001)
    assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "CREATE IN_PROGRESS", "ACTIVE"]
    job = described(personalize, arn)
    assert job["creationDateTime"].timestamp() == pytest.approx(START, abs=0.001)
    assert job["lastUpdatedDateTime"].timestamp() == pytest.approx(START + 3, abs=0.001)
    assert job["batchInferenceJobMode"] == "BATCH_INFERENCE"


def test_one_result_for_each_record(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """`<input file>.out` has a line for each input line, with numResults different items and scores."""
    create(personalize, numResults=10, filterArn=FILTER)
    emulator.advance(10)
    lines = results(s3)
    assert [line["input"] for line in lines] == [{"userId": str(user)} for user in range(1, 31)]
    for line in lines:
        assert set(line) == {"input", "output", "error"}
        assert line["error"] is None
        items, scores = line["output"]["recommendedItems"], line["output"]["scores"]
        assert (len(items), len(set(items)), len(scores)) == (10, 10, 10)
        assert scores == sorted(scores, reverse=True)
    assert len({tuple(line["output"]["recommendedItems"]) for line in lines}) > 25


def test_numresults_is_25_by_default_and_500_at_most(
    personalize: Any, s3: Any, emulator: Emulator
) -> None:
    """25 items unless asked otherwise; 500 different ones where that many are asked for."""
    create(personalize)
    create(
        personalize,
        jobName="many",
        numResults=500,
        jobOutput={"s3DataDestination": {"path": "s3://aws-jobs-output/many"}},
    )
    emulator.advance(10)
    assert {len(line["output"]["recommendedItems"]) for line in results(s3)} == {25}
    many = results(s3, "many/users.json.out")
    assert {len(set(line["output"]["recommendedItems"])) for line in many} == {500}


def test_similar_items_have_no_scores(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """Items similar to an item come without scores, and the item itself is not among them."""
    changes = {name: THEMES[name] for name in ("solutionVersionArn", "jobInput")}
    create(personalize, **changes)
    emulator.advance(10)
    lines = results(s3, "recommend/items.json.out")
    assert {tuple(line["output"]) for line in lines} == {("recommendedItems",)}
    assert all(line["input"]["itemId"] not in line["output"]["recommendedItems"] for line in lines)


def test_themes(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """A job that generates themes adds a theme to each record and a relevance to each item."""
    create(personalize, numResults=3, **THEMES)
    emulator.advance(10)
    lines = results(s3, "recommend/items.json.out")
    assert len(lines) == 30
    for line in lines:
        assert set(line["output"]) == {"recommendedItems", "theme", "itemsThemeRelevanceScores"}
        assert len(line["output"]["itemsThemeRelevanceScores"]) == 3


def test_all_files_under_a_folder(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """An input path that ends with / stands for every file under it, one result file each."""
    for name in ("a", "b"):
        s3.put_object(Bucket="aws-jobs-data", Key=f"in/{name}.json", Body=b'{"userId": "1"}\n')
    create(personalize, jobInput={"s3DataSource": {"path": "s3://aws-jobs-data/in/"}})
    emulator.advance(10)
    listed = s3.list_objects_v2(Bucket="aws-jobs-output")["Contents"]
    assert [entry["Key"] for entry in listed] == ["recommend/a.json.out", "recommend/b.json.out"]


def test_record_without_its_field_has_an_error(
    personalize: Any, s3: Any, emulator: Emulator
) -> None:
    """A record that does not name a user gets a result with an error; the job goes on."""
    body = b'{"userId": "1"}\n\n{"user": "2"}\n'
    s3.put_object(Bucket="aws-jobs-data", Key="in.json", Body=body)
    arn = create(personalize, jobInput={"s3DataSource": {"path": "s3://aws-jobs-data/in.json"}})
    emulator.advance(10)
    assert described(personalize, arn)["status"] == "ACTIVE"
    good, bad = results(s3, "recommend/in.json.out")
    assert good["error"] is None
    assert (bad["output"], bad["error"]) == (None, "Missing userId in input record")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "The input s3://aws-jobs-data/in.json does not exist"),
        (b"", "The input file in.json has no records."),
        (b'{"userId": "1"}\n{"userId"\n', "Line 2 of the input file in.json is not valid JSON."),
        (b'["1"]\n', "Line 1 of the input file in.json is not a JSON object."),
    ],
)
def test_input_that_fails_the_job(
    personalize: Any, s3: Any, emulator: Emulator, body: bytes | None, reason: str
) -> None:
    """A job whose input cannot be read ends as CREATE FAILED with the reason, and writes nothing."""
    if body is not None:
        s3.put_object(Bucket="aws-jobs-data", Key="in.json", Body=body)
    arn = create(personalize, jobInput={"s3DataSource": {"path": "s3://aws-jobs-data/in.json"}})
    emulator.advance(10)
    job = described(personalize, arn)
    assert job["status"] == "CREATE FAILED"
    assert job["failureReason"].startswith(reason)
    assert "Contents" not in s3.list_objects_v2(Bucket="aws-jobs-output")


def test_themes_take_a_hundred_records(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """A job that generates themes fails for an input file of more than 100 records."""
    body = "".join(f'{{"itemId": "{number}"}}\n' for number in range(101))
    s3.put_object(Bucket="aws-jobs-data", Key="in.json", Body=body.encode())
    source = {"jobInput": {"s3DataSource": {"path": "s3://aws-jobs-data/in.json"}}}
    arn = create(personalize, **{**THEMES, **source})
    emulator.advance(10)
    assert "at most 100" in described(personalize, arn)["failureReason"]


UNKNOWN_VERSION = "arn:aws:personalize:us-east-1:123456789012:solution/none/12345678"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"jobName": "-a"}, "InvalidInputException", "regular expression pattern"),
        ({"jobName": "a b"}, "InvalidInputException", "regular expression pattern"),
        ({"jobName": "x" * 64}, "InvalidInputException", "less than or equal to 63"),
        ({"roleArn": "role"}, "InvalidInputException", "at 'roleArn'"),
        ({"solutionVersionArn": UNKNOWN_VERSION}, "ResourceNotFoundException", "does not exist"),
        ({"solutionVersionArn": FILTER}, "ResourceNotFoundException", "does not exist"),
        ({"filterArn": f"{FILTER}-x"}, "ResourceNotFoundException", "does not exist"),
        ({"numResults": 501}, "InvalidInputException", "between 1 and 500"),
        (
            {"batchInferenceJobMode": "THEME_GENERATION"},
            "InvalidInputException",
            "aws-user-personalization-v2 cannot generate themes",
        ),
        (
            {**THEMES, "themeGenerationConfig": None},
            "InvalidInputException",
            "themeGenerationConfig is required",
        ),
        (
            {**THEMES, "batchInferenceJobMode": None},
            "InvalidInputException",
            "THEME_GENERATION only",
        ),
        (
            {
                "batchInferenceJobConfig": {
                    "itemExplorationConfig": {"explorationWeight": "1.5"},
                }
            },
            "InvalidInputException",
            "explorationWeight must be between 0 and 1, not 1.5",
        ),
        (
            {"batchInferenceJobConfig": {"rankingInfluence": {"FRESHNESS": 1.5}}},
            "InvalidInputException",
            "less than or equal to 1",
        ),
        (
            {"tags": [{"tagKey": f"k{number}", "tagValue": "v"} for number in range(51)]},
            "TooManyTagsException",
            "at most 50 tags, not 51",
        ),
        (
            {"tags": [{"tagKey": "a", "tagValue": "v"}] * 2},
            "InvalidInputException",
            "given twice",
        ),
    ],
)
def test_refusal_names_the_mistake(
    personalize: Any, changes: dict[str, Any], code: str, message: str
) -> None:
    """A request that breaks a documented rule gets the documented exception, and makes no job."""
    with pytest.raises(ClientError, match=message) as caught:
        create(personalize, **changes)
    assert caught.value.response["Error"]["Code"] == code
    assert personalize.list_batch_inference_jobs()["batchInferenceJobs"] == []


def test_names_are_unique_for_ever(personalize: Any, emulator: Emulator) -> None:
    """A name that a job has or had is taken, however the job ended."""
    create(personalize)
    emulator.advance(3600 * 24 * 365)
    with pytest.raises(ClientError, match="already exists") as caught:
        create(personalize)
    assert caught.value.response["Error"]["Code"] == "ResourceAlreadyExistsException"


def test_five_jobs_at_a_time(personalize: Any, emulator: Emulator) -> None:
    """A sixth job is refused while five are pending or in progress, and taken when one has ended."""
    for number in range(5):
        create(personalize, jobName=f"job-{number}")
    with pytest.raises(ClientError, match="the limit is 5") as caught:
        create(personalize, jobName="job-5")
    assert caught.value.response["Error"]["Code"] == "LimitExceededException"
    with pytest.raises(ClientError, match="already exists"):
        create(personalize, jobName="job-0")
    emulator.advance(10)
    create(personalize, jobName="job-5")


def test_lists_newest_first_by_solution_version(personalize: Any, emulator: Emulator) -> None:
    """Jobs are listed newest first, of one solution version where that is asked for, page by page."""
    for number in range(3):
        create(personalize, jobName=f"users-{number}")
        emulator.advance(10)
    create(personalize, jobName="items", **THEMES)

    def names(**asked: Any) -> list[str]:
        answer = personalize.list_batch_inference_jobs(**asked)
        return [job["jobName"] for job in answer["batchInferenceJobs"]]

    assert names() == ["items", "users-2", "users-1", "users-0"]
    assert names(solutionVersionArn=USERS) == ["users-2", "users-1", "users-0"]
    first = personalize.list_batch_inference_jobs(maxResults=3)
    assert names(maxResults=3, nextToken=first["nextToken"]) == ["users-0"]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        names(nextToken="zz")


def test_tags(personalize: Any) -> None:
    """A job's tags can be listed, changed and taken off; Describe does not show them."""
    arn = create(personalize, tags=[{"tagKey": "team", "tagValue": "growth"}])
    assert "tags" not in described(personalize, arn)
    personalize.tag_resource(
        resourceArn=arn,
        tags=[{"tagKey": "team", "tagValue": "ads"}, {"tagKey": "run", "tagValue": "7"}],
    )
    assert personalize.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"tagKey": "team", "tagValue": "ads"},
        {"tagKey": "run", "tagValue": "7"},
    ]
    personalize.untag_resource(resourceArn=arn, tagKeys=["team", "never"])
    assert personalize.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"tagKey": "run", "tagValue": "7"}
    ]
    with pytest.raises(ClientError, match="TooManyTagsException"):
        personalize.tag_resource(
            resourceArn=arn,
            tags=[{"tagKey": f"k{number}", "tagValue": "v"} for number in range(50)],
        )


def test_own_solution_version(personalize: Any, emulator: Emulator) -> None:
    """A dataset group, a solution, its version and a filter can be made; a job waits for them."""
    group = personalize.create_dataset_group(name="g")["datasetGroupArn"]
    recipe = "arn:aws:personalize:::recipe/aws-personalized-ranking"
    solution = personalize.create_solution(name="s", datasetGroupArn=group, recipeArn=recipe)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        personalize.create_solution_version(solutionArn=solution["solutionArn"])
    emulator.advance(5)
    version = personalize.create_solution_version(solutionArn=solution["solutionArn"])
    arn = version["solutionVersionArn"]
    assert arn.startswith("arn:aws:personalize:us-east-1:123456789012:solution/s/")
    with pytest.raises(ClientError, match="not ACTIVE"):
        create(personalize, solutionVersionArn=arn)
    emulator.advance(5)
    made = personalize.create_filter(
        name="f", datasetGroupArn=group, filterExpression="EXCLUDE ItemID WHERE ..."
    )
    emulator.advance(5)
    job = create(personalize, solutionVersionArn=arn, filterArn=made["filterArn"])
    assert described(personalize, job)["status"] == "CREATE PENDING"
    latest = personalize.describe_solution(solutionArn=solution["solutionArn"])["solution"]
    assert latest["latestSolutionVersion"]["solutionVersionArn"] == arn


def test_ranking(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """A ranking recipe ranks the items of each record."""
    group = personalize.create_dataset_group(name="g")["datasetGroupArn"]
    recipe = "arn:aws:personalize:::recipe/aws-personalized-ranking-v2"
    solution = personalize.create_solution(name="s", datasetGroupArn=group, recipeArn=recipe)
    emulator.advance(5)
    version = personalize.create_solution_version(solutionArn=solution["solutionArn"])
    emulator.advance(5)
    body = b'{"userId": "891", "itemList": ["27", "886", "101"]}\n{"userId": "1"}\n'
    s3.put_object(Bucket="aws-jobs-data", Key="in.json", Body=body)
    create(
        personalize,
        solutionVersionArn=version["solutionVersionArn"],
        jobInput={"s3DataSource": {"path": "s3://aws-jobs-data/in.json"}},
    )
    emulator.advance(10)
    ranked, bad = results(s3, "recommend/in.json.out")
    assert sorted(ranked["output"]["recommendedItems"]) == ["101", "27", "886"]
    assert bad["error"] == "Missing itemList in input record"


def test_recipe_without_batch(personalize: Any, emulator: Emulator) -> None:
    """A solution version of a recipe that does no batch inference is refused."""
    group = personalize.create_dataset_group(name="g")["datasetGroupArn"]
    recipe = "arn:aws:personalize:::recipe/aws-trending-now"
    solution = personalize.create_solution(name="s", datasetGroupArn=group, recipeArn=recipe)
    emulator.advance(5)
    version = personalize.create_solution_version(solutionArn=solution["solutionArn"])
    emulator.advance(5)
    with pytest.raises(ClientError, match="aws-trending-now does not support batch inference"):
        create(personalize, solutionVersionArn=version["solutionVersionArn"])


def test_held_and_forced_jobs(personalize: Any, s3: Any, emulator: Emulator) -> None:
    """A job can be held in its state, made to fail with a reason, and made to end."""
    held, failed, ended = (create(personalize, jobName=name) for name in ("a", "b", "c"))
    emulator.ask("POST", "jobs/a", {"status": "CREATE IN_PROGRESS"})
    emulator.ask("POST", f"jobs/{failed}", {"status": "CREATE FAILED", "reason": "no luck"})
    emulator.ask("POST", "jobs/c", {"status": "ACTIVE"})
    emulator.advance(3600)
    assert described(personalize, held)["status"] == "CREATE IN_PROGRESS"
    assert described(personalize, failed)["failureReason"] == "no luck"
    assert described(personalize, ended)["status"] == "ACTIVE"
    emulator.ask("POST", "jobs/a", {"hold": False})
    emulator.advance(5)
    assert described(personalize, held)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("recipe", "record", "about"),
    [
        ("aws-item-affinity", {"itemId": "105"}, {"input": {"itemId": "105"}}),
        (
            "aws-item-attribute-affinity",
            {"itemAttributes": 'ITEMS.genres = "Comedy"'},
            {"itemAttributes": 'ITEMS.genres = "Comedy"'},
        ),
    ],
)
def test_lines_of_a_segment_job(
    personalize: Any, s3: Any, emulator: Emulator, recipe: str, record: Any, about: Any
) -> None:
    """https://docs.aws.amazon.com/personalize/latest/dg/batch-segment-job-output-examples.html."""
    group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/shop"
    solution = personalize.create_solution(
        name="s", datasetGroupArn=group, recipeArn=f"arn:aws:personalize:::recipe/{recipe}"
    )["solutionArn"]
    emulator.advance(5)
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    emulator.advance(5)
    s3.put_object(Bucket="aws-jobs-data", Key="own.json", Body=json.dumps(record))
    source = {"s3DataSource": {"path": "s3://aws-jobs-data/own.json"}}
    request = inference_job(solutionVersionArn=version, jobInput=source, numResults=3)
    personalize.create_batch_segment_job(**request)
    emulator.advance(10)
    (line,) = results(s3, "recommend/own.json.out")
    assert {**about, "output": line["output"]} == line
    assert [*line["output"]] == ["recommendedUsers"]
    assert len(line["output"]["recommendedUsers"]) == 3
