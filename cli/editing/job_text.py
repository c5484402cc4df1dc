"""Write an existing AWS job as a job file: its request, and the file's text. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from components import schema, yaml12
from components.aws import Run
from components.aws.linked import read_given_name
from components.aws.runs import arn_id, is_linked
from components.kinds import Kind
from components.run import definition, submission
from components.wire import Path, map_leaves, normalize_numbers

_MOMENT = re.compile(r"-\d{4}(-\d{2}){5}-\d{3}$")  # the SageMaker SDK's -2026-11-22-18-14-05-123
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")


def make_job_name(kind: Kind, run: Run) -> str:
    """Return a name for the job of a run: its AWS name without what differs from run to run."""
    if run.tags.get(definition.IDENTITY):
        return run.tags[definition.IDENTITY].rpartition("/")[2]
    name = run.name
    if is_linked(kind, run.arn):
        name = _MOMENT.sub("", read_given_name(kind, name) or name)
    name = submission.split_name(name)[0]
    return _NOT_ALLOWED.sub("-", name).strip("-_")[:100] or "job"


def make_document(kind: Kind, run: Run, name: str, queue: str = "") -> dict[str, Any]:
    """Return the job file of a run, with `adopt`; a training job becomes a service job in `queue` for its next run."""
    if is_linked(kind, run.arn) and kind.payload:
        body = dict(normalize_numbers(run.request))
        # it had the whole name for itself; the next run gets ours
        body.pop(kind.payload.name_field, None)
        request: dict[str, Any] = {kind.request.queue_field: queue, kind.payload.field: body}
    else:
        request = dict(definition.normalize(kind, run.request))
        request.pop(kind.request.name_field, None)
        _drop_default_name(kind, request, name)
        place = kind.request.queue_field
        if str(request.get(place, "")).startswith("arn:"):
            request[place] = arn_id(str(request[place]))
    request = keep_request_fields(request, f"requests/{kind.name}", ())
    request = {
        key: value for key, value in request.items() if kind.request.defaults.get(key) != value
    }
    own = {
        key: value
        for key, value in run.tags.items()
        if not key.startswith((definition.OURS, "aws:"))
    }
    request.pop(kind.tags.field, None)
    if own:
        request[kind.tags.field] = definition.format_tags(kind, own)
    return {"kind": kind.name, "adopt": run.arn, "request": _escape(request)}


def _drop_default_name(kind: Kind, request: dict[str, Any], name: str) -> None:
    payload = kind.payload
    body = request.get(payload.field) if payload else None
    if not payload or not isinstance(body, dict):
        return
    given = str(body.get(payload.name_field, ""))
    stem = submission.make_payload_stem(kind, submission.split_name(given)[0])
    if stem == submission.make_payload_stem(kind, name) or len(given) > payload.name_max:
        body.pop(payload.name_field, None)


def keep_request_fields(value: Any, model: str, at: Path) -> Any:
    """Return a description without response-only and empty fields."""
    if isinstance(value, list):
        items = [keep_request_fields(item, model, (*at, 0)) for item in value]
        return [item for item in items if not _is_empty(item)]
    if not isinstance(value, Mapping):
        return value
    part = schema.at(model, at) or {}
    known = part.get("properties")
    kept = {
        key: keep_request_fields(item, model, (*at, key))
        for key, item in value.items()
        if known is None or key in known
    }
    return {key: item for key, item in kept.items() if not _is_empty(item)}


def _is_empty(value: Any) -> bool:
    return value is None or value == {} or value == []


def _escape(value: Any) -> Any:
    """Escape the job's own `${` as `$${`: job files interpolate `${`."""
    return map_leaves(
        value, lambda at, leaf: leaf.replace("${", "$${") if isinstance(leaf, str) else leaf
    )


def format_text(job: Mapping[str, Any], schema_path: str, origin: str, as_json: bool) -> str:
    """Return the file's text. `schema_path` is for editors, `origin` is a comment (YAML only)."""
    if as_json:
        return json.dumps({"$schema": schema_path, **job}, indent=2, ensure_ascii=False) + "\n"
    body = yaml.dump(
        dict(job), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, indent=2
    )
    return f"# yaml-language-server: $schema={schema_path}\n# {origin}\n{body}"


class _Dumper(yaml.SafeDumper):
    """Block style with indented lists; a string that YAML 1.2 would read as another type is quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def is_plain(value: str) -> bool:
    """Tell whether YAML 1.2 reads this text, without quotes, as itself."""
    try:
        return bool(yaml12.load(f"a: {value}\n") == {"a": value})
    except yaml12.Unreadable:
        return False


def _represent_text(dumper: _Dumper, value: str) -> yaml.Node:
    style = None if is_plain(value) or "\n" in value else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)
