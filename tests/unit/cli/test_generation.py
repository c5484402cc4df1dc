"""A new generation in the text of a job file: nothing else in the text changes."""

from __future__ import annotations

import datetime

import pytest

from cli.editing.generation import change_generation, next_generation
from components.errors import JobError

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, 1),
        (0, 1),
        (41, 42),
        (-3, -2),
        ("2026-11-01", "2026-11-22"),
        ("2026-11-22", "2026-11-22-2"),
        ("2026-11-22-2", "2026-11-22-3"),
        ("2026-11-01-7", "2026-11-22"),
        ("2027-01-01", "2027-01-01-2"),
        ("v9", "v10"),
        ("data-009", "data-010"),
        ("first", "first-2"),
        ("first-2", "first-3"),
    ],
)
def test_next_generation(old: int | str | None, new: int | str) -> None:
    """A number counts on, a day becomes today, a text's last number counts on; it is never the same."""
    assert next_generation(old, TODAY) == new


YAML = {
    "number with a comment": (
        "# churn\nkind: ServiceJob\ngeneration: 3   # since the new data\nrequest: {}\n",
        "# churn\nkind: ServiceJob\ngeneration: 4   # since the new data\nrequest: {}\n",
    ),
    "double quotes": (
        'kind: ServiceJob\nrequest: {}\ngeneration: "2026-11-01"\n',
        'kind: ServiceJob\nrequest: {}\ngeneration: "2026-11-22"\n',
    ),
    "single quotes": (
        "generation: 'it''s 1'\nkind: ServiceJob\n",
        "generation: 'it''s 2'\nkind: ServiceJob\n",
    ),
    "a day without quotes": (
        "generation: 2026-11-01\nkind: ServiceJob\n",
        "generation: 2026-11-22\nkind: ServiceJob\n",
    ),
    "digits that stay a text": (
        "generation: '007'\nkind: ServiceJob\n",
        "generation: '008'\nkind: ServiceJob\n",
    ),
    "letters before it, not only of one byte": (
        "# größe: ≥ 3 🚀\nkind: ServiceJob # ü\ngeneration: 3\n",
        "# größe: ≥ 3 🚀\nkind: ServiceJob # ü\ngeneration: 4\n",
    ),
    "none yet": (
        "# churn\nkind: ServiceJob # AWS Batch\nrequest:\n  jobQueue: q\n",
        "# churn\nkind: ServiceJob # AWS Batch\ngeneration: 1\nrequest:\n  jobQueue: q\n",
    ),
    "none yet, kind in the last line": (
        "request: {}\nkind: ServiceJob",
        "request: {}\nkind: ServiceJob\ngeneration: 1\n",
    ),
    "none yet, an indented document": (
        "---\n  kind: ServiceJob\n  request: {}\n",
        "---\n  kind: ServiceJob\n  generation: 1\n  request: {}\n",
    ),
    "none yet, lines of Windows": (
        "kind: ServiceJob\r\nrequest: {}\r\n",
        "kind: ServiceJob\r\ngeneration: 1\r\nrequest: {}\r\n",
    ),
    "none yet, in braces": (
        "{kind: ServiceJob, request: {}}\n",
        "{kind: ServiceJob, generation: 1, request: {}}\n",
    ),
    "another generation further in": (
        "kind: ServiceJob\nrequest:\n  tags: {generation: '5'}\ngeneration: 5\n",
        "kind: ServiceJob\nrequest:\n  tags: {generation: '5'}\ngeneration: 6\n",
    ),
    "an anchor": (
        "generation: &a 1\nkind: ServiceJob\n",
        "generation: &a 2\nkind: ServiceJob\n",
    ),
    "a tag, and a comment before the value": (
        "kind: ServiceJob\ngeneration: # why\n  !!str 7\n",
        'kind: ServiceJob\ngeneration: # why\n  !!str "8"\n',
    ),
    "several lines": (
        "generation: data of\n  week 9 # plain\nkind: ServiceJob\n",
        "generation: data of week 10 # plain\nkind: ServiceJob\n",
    ),
    "several lines in quotes": (
        "generation: 'data of\n  week 9'\nkind: ServiceJob\n",
        "generation: 'data of week 10'\nkind: ServiceJob\n",
    ),
    "an escaped key": (
        '"gener\\u0061tion": 1\nkind: ServiceJob\n',
        '"gener\\u0061tion": 2\nkind: ServiceJob\n',
    ),
    "none yet, an anchor at the kind": (
        "kind: &k ServiceJob\nname: *k\n",
        "kind: &k ServiceJob\ngeneration: 1\nname: *k\n",
    ),
    "the stack's own": (
        "kind: ServiceJob\ngeneration: 1\nstacks:\n  prod: {generation: 8} # later\n",
        "kind: ServiceJob\ngeneration: 1\nstacks:\n  prod: {generation: 9} # later\n",
    ),
    "another stack's own": (
        "kind: ServiceJob\ngeneration: 1\nstacks:\n  dev: {generation: 8}\n",
        "kind: ServiceJob\ngeneration: 2\nstacks:\n  dev: {generation: 8}\n",
    ),
}


@pytest.mark.parametrize("case", list(YAML))
def test_yaml_keeps_its_comments_and_layout(case: str) -> None:
    """Only the generation's own characters change; a first one stands in the line after `kind`."""
    before, after = YAML[case]
    assert change_generation(before, False, "prod", TODAY).text == after


JSON = {
    "number": (
        '{\n\t"kind": "ServiceJob",\n\t"generation":3,\n\t"request": {"generation": 3}\n}\n',
        '{\n\t"kind": "ServiceJob",\n\t"generation":4,\n\t"request": {"generation": 3}\n}\n',
    ),
    "text": (
        '{"generation": "v\\u00fc1", "kind": "ServiceJob"}',
        '{"generation": "vü2", "kind": "ServiceJob"}',
    ),
    "none yet, on lines": (
        '{\n  "kind": "ServiceJob",\n  "request": {}\n}\n',
        '{\n  "kind": "ServiceJob",\n  "generation": 1,\n  "request": {}\n}\n',
    ),
    "none yet, in one line": (
        '{"request": {}, "kind": "ServiceJob"}',
        '{"request": {}, "kind": "ServiceJob", "generation": 1}',
    ),
    "an escaped key": (
        '{"kind": "ServiceJob", "gener\\u0061tion": 3}',
        '{"kind": "ServiceJob", "gener\\u0061tion": 4}',
    ),
    "none yet, an escaped key": (
        '{"k\\u0069nd": "ServiceJob", "request": {}}',
        '{"k\\u0069nd": "ServiceJob", "generation": 1, "request": {}}',
    ),
    "the stack's own": (
        '{"kind": "ServiceJob", "stacks": {"prod": {"generation": 8}}}',
        '{"kind": "ServiceJob", "stacks": {"prod": {"generation": 9}}}',
    ),
}


@pytest.mark.parametrize("case", list(JSON))
def test_json_keeps_its_layout(case: str) -> None:
    """The same in JSON."""
    before, after = JSON[case]
    assert change_generation(before, True, "prod", TODAY).text == after


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "generation: ${config.data}\nkind: ServiceJob\n",
            r"generation is interpolated \(\$\{config\.data\}\); change its values",
        ),
        (
            "generation: &data v1\nkind: ServiceJob\nname: *data\n",
            'cannot change generation alone; write "v2" by hand',
        ),
        (
            "generation: |\n  v1\nkind: ServiceJob\n",
            'cannot change generation alone; write "v2" by hand',
        ),
        (
            "name: &n v1\ngeneration: *n\nkind: ServiceJob\n",
            'cannot change generation alone; write "v2" by hand',
        ),
        (
            "matrix: &m {generation: 4}\nkind: ServiceJob\n<<: *m\n",
            "cannot change generation alone; write 5 by hand",
        ),
        ("request: {}\n", "the file has no `kind`; run ./jobctl validate"),
    ],
)
def test_what_cannot_be_changed_safely_is_left_alone(text: str, sentence: str) -> None:
    """An edit that would change something else, or change nothing, is an error."""
    with pytest.raises(JobError, match=sentence):
        change_generation(text, False, "prod", TODAY)
