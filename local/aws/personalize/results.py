"""What a batch job does: reads input records from S3, writes a result for each.

Nothing is recommended: items and users follow from the input record alone, so that the same
input gives the same results.
https://docs.aws.amazon.com/personalize/latest/dg/batch-inference-job-output-examples.html
https://docs.aws.amazon.com/personalize/latest/dg/batch-segment-job-output-examples.html
"""

from __future__ import annotations

import hashlib
import json

from ..service.objects import NotWritable, read_inputs, split_uri, write_outputs
from ..service.operations import Json
from .models import BatchInferenceBackend
from .recipes import RECIPES, SEGMENTATION, Recipe
from .records import Resource

DEFAULT_RESULTS = 25
MAX_THEMED_RECORDS = 100
CATALOGUE = 1000

THEMES = (
    "Rise and shine",
    "Weekend favourites",
    "Fresh from the garden",
    "For a quiet evening",
    "On the road again",
)


class Unusable(Exception):
    """The job fails, for the reason that the message gives."""


def write(backend: BatchInferenceBackend, job: Resource, at: float) -> None:
    """Write `<output path>/<input file>.out` for each input file; all or nothing."""
    inputs = _read_inputs(backend, job.request["jobInput"]["s3DataSource"]["path"])
    outputs = {key: _make_output(backend, job, key, body) for key, body in inputs.items()}
    try:
        target = job.request["jobOutput"]["s3DataDestination"]["path"]
        write_outputs(*backend.place, target, outputs, at)
    except NotWritable as error:
        raise Unusable(f"Insufficient privileges or missing bucket: {error}") from error


def find_recipe(backend: BatchInferenceBackend, version_arn: str) -> Recipe:
    """Return the recipe with which the solution version was trained."""
    version = backend.resources.get(version_arn)
    assert version is not None
    return RECIPES[version.request["recipeArn"]]


def _read_inputs(backend: BatchInferenceBackend, uri: str) -> dict[str, bytes]:
    """Return the object of this URI, or those under it."""
    found = read_inputs(*backend.place, uri)
    if not found:
        raise Unusable(f"The input {uri} does not exist: no object in S3 has this path or prefix.")
    key = split_uri(uri)[1]
    return {key: found[key]} if key in found else found


def _make_output(backend: BatchInferenceBackend, job: Resource, key: str, body: bytes) -> str:
    recipe = find_recipe(backend, job.request["solutionVersionArn"])
    count = job.request.get("numResults", DEFAULT_RESULTS)
    themed = job.request.get("batchInferenceJobMode") == "THEME_GENERATION"
    records = _parse_records(key, body)
    if themed and len(records) > MAX_THEMED_RECORDS:
        raise Unusable(
            f"The input file {key} has {len(records)} records; "
            f"a job that generates themes takes at most {MAX_THEMED_RECORDS}."
        )
    results = [_make_result(record, recipe, count, themed) for record in records]
    return "".join(f"{json.dumps(result)}\n" for result in results)


def _parse_records(key: str, body: bytes) -> list[Json]:
    records = []
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise Unusable(f"Line {number} of the input file {key} is not valid JSON.") from error
        if not isinstance(record, dict):
            raise Unusable(f"Line {number} of the input file {key} is not a JSON object.")
        records.append(record)
    if not records:
        raise Unusable(f"The input file {key} has no records.")
    return records


def _make_result(record: Json, recipe: Recipe, count: int, themed: bool) -> Json:
    ranks = recipe.type == "PERSONALIZED_RANKING"
    wanted: dict[str, type] = {recipe.record: str, **({"itemList": list} if ranks else {})}
    for name, kind in wanted.items():
        if not isinstance(record.get(name), kind) or not record[name]:
            return {"input": record, "output": None, "error": f"Missing {name} in input record"}
    subject = record[recipe.record]
    if recipe.type == SEGMENTATION:
        # a record of attributes comes back without the word input
        about = record if recipe.record == "itemAttributes" else {"input": record}
        return {**about, "output": {"recommendedUsers": _pick(subject, count)}}
    if ranks:
        ranked = sorted(map(str, record["itemList"]), key=lambda item: _hash(subject, item))
        items = ranked[:count]
    else:
        items = _pick(subject, count)
    output: Json = {"recommendedItems": items}
    if themed:
        output["theme"] = THEMES[_hash(subject, "theme") % len(THEMES)]
        output["itemsThemeRelevanceScores"] = [
            round(0.6 / (rank + 3), 8) for rank in range(len(items))
        ]
    elif recipe.scores:
        weights = [1 / (rank + 2) for rank in range(len(items))]
        output["scores"] = [round(weight / sum(weights), 7) for weight in weights]
    return {"input": record, "output": output, "error": None}


def _pick(subject: str, count: int) -> list[str]:
    """Return ids of items or users, never the subject's own."""
    start, step = _hash(subject, "start"), 1 + 2 * (_hash(subject, "step") % 200)
    step += 2 if step % 5 == 0 else 0  # odd and no multiple of 5: every item comes once in 1000
    items = (str((start + rank * step) % CATALOGUE + 1) for rank in range(count + 1))
    return [item for item in items if item != subject][:count]


def _hash(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:4], "big")
