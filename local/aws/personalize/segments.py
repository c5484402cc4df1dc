"""What a batch segment job does: writes the users of a segment for each input record.

https://docs.aws.amazon.com/personalize/latest/dg/batch-segment-job-output-examples.html
"""

from __future__ import annotations

from ..service.operations import Json
from .inference import DEFAULT_RESULTS, pick_items, recipe_of, write_results
from .records import Resource
from .state import PersonalizeState


def run(state: PersonalizeState, job: Resource) -> None:
    """Write a segment for each record; who is in it follows from the record alone."""
    recipe = recipe_of(state, job.request["solutionVersionArn"])
    count = job.request.get("numResults", DEFAULT_RESULTS)

    def answer(key: str, records: list[Json]) -> list[Json]:
        return [_segment(record, recipe.record, count) for record in records]

    write_results(state, job, answer)


def _segment(record: Json, field: str, count: int) -> Json:
    subject = record.get(field)
    if not isinstance(subject, str) or not subject:
        return {"input": record, "output": None, "error": f"Missing {field} in input record"}
    about = record if field == "itemAttributes" else {"input": record}
    return {**about, "output": {"recommendedUsers": pick_items(subject, count)}}
