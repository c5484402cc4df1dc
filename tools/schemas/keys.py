"""The keys of a job file that are ours, as JSON Schema."""

from __future__ import annotations

from typing import Any

NAME = "^[A-Za-z0-9][A-Za-z0-9_-]*$"
_NAME_TEXT = "must consist of letters, digits, - and _, and start with a letter or digit"
_TEXT = {"type": "string", "minLength": 1}
_ENDING = {"type": "string", "enum": ["refuse", "terminate", "keep"], "default": "refuse"}

# The keys of a job file that are ours. `stacks` may overlay those of OVERLAID.
KEYS: dict[str, dict[str, Any]] = {
    "$schema": {
        "type": "string",
        "description": "The schema that an editor checks this file with.",
    },
    "kind": {"type": "string", "description": "What this file declares."},
    "request": {"type": "object", "description": "The API's own request, with the API's names."},
    "name": {
        **_TEXT,
        "maxLength": 100,
        "pattern": NAME,
        "patternErrorMessage": _NAME_TEXT,
        "description": "The job's name; left out, the file's. Another name is another job, but for `aliases`.",
    },
    "code": {
        "type": "object",
        "description": "A folder that is packed and uploaded once; a changed file is another run.",
        "properties": {
            "dir": {
                **_TEXT,
                "description": "The folder, relative to this file.",
            },
            "entryPoint": {
                **_TEXT,
                "description": "The script that runs, relative to the folder.",
            },
            "include": {
                "type": "array",
                "items": _TEXT,
                "minItems": 1,
                "uniqueItems": True,
                "description": "Files and folders, relative to the folder, that are packed although .gitignore or "
                "their name (.env, *.pem) leaves them out.",
                "examples": [[".env", "build"]],
            },
        },
        "required": ["dir"],
        "additionalProperties": False,
        "examples": [{"dir": "../src", "entryPoint": "train.py"}],
    },
    "generation": {
        "type": ["integer", "string"],
        "minLength": 1,
        "maxLength": 128,
        "description": "Any number or text. Change it to run the job again.",
        "examples": ["2026-11-01"],
    },
    "every": {
        "type": "string",
        "enum": ["day", "week", "month"],
        "description": "Run again in each UTC day, week or month in which `up` runs.",
    },
    "watch": {
        "type": "array",
        "items": {
            **_TEXT,
            "description": "An S3 object, or a file of the repository, relative to this file: a path or glob.",
        },
        "maxItems": 100,
        "description": "S3 objects, files and globs of the repository; the job runs again when one of them changes.",
        "examples": [["s3://bucket/data/_SUCCESS", "../data/*.json"]],
    },
    "dependsOn": {
        "type": "array",
        "items": _TEXT,
        "uniqueItems": True,
        "description": "Jobs of this project that must have succeeded first.",
        "examples": [["prepare"]],
    },
    "onReplace": {
        **_ENDING,
        "description": "What becomes of a run past the queue when a changed definition replaces it.",
    },
    "onDelete": {
        **_ENDING,
        "description": "What becomes of a run past the queue when this file goes.",
    },
    "adopt": {
        **_TEXT,
        "description": "A job id, job ARN or training-job ARN to adopt; nothing is submitted.",
    },
    "matrix": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "patternErrorMessage": "takes letters, digits and _",
        },
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {"type": ["string", "integer", "number", "boolean"]},
        },
        "description": "One job for each combination of values; use them as ${matrix.<key>}.",
        "examples": [{"eta": ["0.1", "0.3"]}],
    },
    "stacks": {
        "type": "object",
        "additionalProperties": {"type": "object"},
        "description": "What differs in a stack: a JSON merge patch (RFC 7396); null takes a field away.",
    },
    "aliases": {
        "type": ["array", "object"],
        "items": {"type": "string", "pattern": NAME, "patternErrorMessage": _NAME_TEXT},
        "propertyNames": {"pattern": NAME, "patternErrorMessage": _NAME_TEXT},
        "additionalProperties": {"type": "string"},
        "description": "Names that this job had before; with a matrix, old name: new name.",
    },
}

OVERLAID = (
    "request",
    "code",
    "generation",
    "every",
    "watch",
    "dependsOn",
    "onReplace",
    "onDelete",
    "adopt",
    "matrix",
)
