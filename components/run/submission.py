"""What a run is called in AWS, and the request that submits it. Pure.

A name is `<stem>-<8 hexadecimal>-<4 hexadecimal>`: the start of the job's name, of the definition's digest (of the
token, where AWS never lets a name be used again), and of the identity's hash. No other job has such names by chance,
so that a list of names alone says whose runs they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from ..kinds import Kind
from .definition import (
    MARK,
    SUFFIX,
    digest,
    format_tags,
    hash_text,
    make_tags,
    make_token,
    normalize,
    request_tags,
)

ADDED = 1 + SUFFIX + 1 + MARK  # characters after the stem
_KEY, _ANY_MARK = f"[0-9a-f]{{{SUFFIX}}}", f"[0-9a-f]{{{MARK}}}"
_NONE = re.compile(r"(?!)")
_ENDING = re.compile(f"-{_KEY}(-{_ANY_MARK})?$")


@dataclass(frozen=True)
class Names:
    """AWS names of a job's runs: what to list (a prefix with `*`, or a whole name), and what to keep of it.

    Names of `ours` are this job's alone. Of the `possible` ones the tags decide: a name that the request gives, a run
    of this very definition under another identity (its stack was renamed), a run from before names had a mark.
    """

    prefix: str
    ours: re.Pattern[str]
    possible: re.Pattern[str]


def list_identities(inputs: Mapping[str, Any]) -> list[str]:
    """Return the job's identity, and those that it had under its aliases."""
    return [str(inputs["identity"]), *map(str, inputs.get("formerly") or ())]


def make_mark(identity: str) -> str:
    """Return what ends the AWS names of an identity's runs."""
    return hash_text(identity)[:MARK]


def split_name(name: str) -> tuple[str, str]:
    """Return a run's AWS name without its ending, and its mark; a name that is not of our making has neither."""
    found = _ENDING.search(name)
    return (name[: found.start()], (found[1] or "-")[1:]) if found else (name, "")


def make_stem(kind: Kind, inputs: Mapping[str, Any], added: int = ADDED) -> str:
    """Return the part of the AWS name that all runs of this job share."""
    own = (inputs.get("request") or {}).get(kind.request.name_field)
    name = str(own if own and kind.request.unique_names else inputs["name"])
    return _shape_stem(kind, name, added)


def _shape_stem(kind: Kind, name: str, added: int = ADDED) -> str:
    if kind.request.plain_names:
        name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return name[: kind.request.name_max - added]


def aws_names(kind: Kind, inputs: Mapping[str, Any], newest: str) -> list[str]:
    """Return the names this run may have, the first free one to be used.

    Where names are unique for ever (Personalize), a reverted definition needs another name than its first
    run, so the suffix comes from the token; its further slices serve when 8 characters collide.
    """
    own = (inputs.get("request") or {}).get(kind.request.name_field)
    stem, mark = make_stem(kind, inputs), make_mark(str(inputs["identity"]))
    if not kind.request.unique_names:
        return [str(own or f"{stem}-{digest(kind, inputs)[:SUFFIX]}-{mark}")]
    key = make_token(kind, inputs, newest)
    return [f"{stem}-{key[at : at + SUFFIX]}-{mark}" for at in (0, SUFFIX, 2 * SUFFIX)]


def list_names(kind: Kind, inputs: Mapping[str, Any]) -> list[Names]:
    """Return the names that this job's runs may have, under the identities of its aliases too."""
    request = inputs.get("request") or {}
    stems = _list_stems(kind, inputs)
    marks = "|".join(map(make_mark, list_identities(inputs)))
    # where names are unique for ever, their key is the token's, which another identity makes another
    same = digest(kind, inputs)[:SUFFIX] if request and not kind.request.unique_names else _KEY
    found = [
        Names(
            f"{stem}-*",
            re.compile(f"{re.escape(stem)}-{_KEY}-(?:{marks})"),
            re.compile(f"{re.escape(stem)}-(?:{_KEY}|{same}-{_ANY_MARK})"),
        )
        for stem in dict.fromkeys(stems)
    ]
    # from before names had a mark, stems were longer
    found += [
        Names(f"{stem}-*", _NONE, re.compile(f"{re.escape(stem)}-{_KEY}"))
        for stem in dict.fromkeys(_list_former_stems(kind, inputs))
        if stem not in stems
    ]
    own = request.get(kind.request.name_field)
    if own and not kind.request.unique_names:
        found.append(Names(str(own), _NONE, re.compile(re.escape(str(own)))))
    return found


def list_job_names(kind: Kind, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what `split_name` makes of the names of this job's runs, whatever their definition.

    The name that a file gives may be another job's too.
    """
    marks = map(make_mark, list_identities(inputs))
    own = str((inputs.get("request") or {}).get(kind.request.name_field) or "")
    return [*product(_list_stems(kind, inputs), marks), split_name(own)]


def _list_stems(kind: Kind, inputs: Mapping[str, Any]) -> list[str]:
    former = (each.rsplit("/", 1)[-1] for each in list_identities(inputs)[1:])
    return [make_stem(kind, inputs), *(_shape_stem(kind, name) for name in former)]


def _list_former_stems(kind: Kind, inputs: Mapping[str, Any]) -> list[str]:
    added = 1 + SUFFIX
    jobs = [each.rsplit("/", 1)[-1] for each in list_identities(inputs)[1:]]
    return [
        make_stem(kind, inputs, added),
        *(_shape_stem(kind, each, added) for each in jobs),
    ]


def make_submission(kind: Kind, inputs: Mapping[str, Any], name: str, key: str) -> dict[str, Any]:
    """Return the request as AWS gets it: pasteable into the AWS CLI.

    What every author would write is filled in; the payload becomes the JSON string that the API takes.
    """
    request = {
        **kind.request.defaults,
        **normalize(kind, inputs["request"]),
        kind.request.name_field: name,
    }
    if kind.payload is not None:
        body = dict(request.get(kind.payload.field) or {})
        body.setdefault(kind.payload.name_field, make_payload_name(kind, inputs))
        request[kind.payload.field] = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    tags = {**request_tags(kind, request), **make_tags(kind, inputs)}
    request[kind.tags.field] = format_tags(kind, tags)
    if kind.request.token_field:
        request[kind.request.token_field] = key
    return request


def make_payload_name(kind: Kind, inputs: Mapping[str, Any]) -> str:
    """Return the default name inside the payload, short enough, with the ending of the run's own name.

    The second service's record is found by it: no page of AWS says that a request's tags reach that record.
    """
    stem = make_payload_stem(kind, str(inputs["name"]))
    return f"{stem}-{digest(kind, inputs)[:SUFFIX]}-{make_mark(str(inputs['identity']))}"


def make_payload_stem(kind: Kind, name: str) -> str:
    """Return the part of the name inside the payload that all runs share: letters, digits and single hyphens."""
    most = (kind.payload.name_max if kind.payload else kind.request.name_max) - ADDED
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:most].strip("-")


def list_payload_names(
    kind: Kind, inputs: Mapping[str, Any]
) -> dict[str, tuple[str, re.Pattern[str]]]:
    """Return, by identity, a part of the names inside the payload of its runs, and the pattern of the whole."""
    found = {}
    for identity in list_identities(inputs):
        stem = make_payload_stem(kind, identity.rsplit("/", 1)[-1])
        pattern = re.compile(f"{re.escape(stem)}-({_KEY})-{make_mark(identity)}")
        found[identity] = (f"{stem}-", pattern)
    return found
