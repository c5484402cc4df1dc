"""What a resource shows of its run. Pure.

Outputs repeat the inputs under their own keys, because Pulumi keeps a secret secret only there. Nothing
derived from a secret leaf is an output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..aws import Run
from ..aws.runs import arn_region
from ..kinds import Kind, Phase
from ..run.definition import CLAIMED, digest, normalize
from ..wire import pick

INPUTS = (
    "name",
    "identity",
    "formerly",
    "region",
    "request",
    "generation",
    "code",
    "period",
    "watched",
    "onReplace",
    "onDelete",
    "adopt",
    "secretPaths",
    "waitingFor",
)
CODE_SHOWN = ("count", "bytes", "files")  # of the input `code`, for a reader of the preview
WAITING_ID = "waiting/"
# made by us or by AWS, and needed as they are
PLAIN = ("digest", "jobArn", "phase", "region", "claimed")
_SHOWN = ("phase", "status", "digest", "jobArn")


def list_outputs(kind: Kind) -> list[str]:
    """Name what a run shows once AWS has said it."""
    own = [*kind.record.outputs, *kind.record.templates]
    link = [*kind.link.outputs, kind.link.name_output] if kind.link else []
    return list(dict.fromkeys([*_SHOWN, *own, *link]))


def fill_outputs(kind: Kind, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Add what AWS never gave as empty texts: a missing output reads `[unknown]` in every preview.

    The results of a run that has not ended stay unknown.
    """
    ended = Phase(outputs.get("phase", "RUNNING")).ended
    names = [name for name in list_outputs(kind) if ended or name not in kind.record.results]
    return {**dict.fromkeys(names, ""), **outputs}


def drop_empty(kind: Kind, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Take away what `fill_outputs` added."""
    empty = {name for name in list_outputs(kind) if outputs.get(name) == ""}
    return {name: value for name, value in outputs.items() if name not in empty}


def select_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs among a resource's properties."""
    return {name: inputs[name] for name in INPUTS if inputs.get(name) is not None}


def make_placeholder(inputs: Mapping[str, Any], waits_for: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the id and outputs of a placeholder: declared, and nothing submitted."""
    outputs = {**select_inputs(inputs), "phase": Phase.WAITING.value, "waitsFor": waits_for}
    return WAITING_ID + str(inputs["identity"]), outputs


def is_waiting(id_: str) -> bool:
    """Say whether an id is a placeholder's."""
    return id_.startswith(WAITING_ID)


def make_outputs(kind: Kind, inputs: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return all outputs of a run: what was declared, what AWS says, and links made of both."""
    shown = {
        **select_inputs(inputs),
        **run.outputs,
        "digest": digest(kind, inputs),
        "jobArn": run.arn,
        "region": arn_region(run.arn),
        "status": run.status,
        "phase": run.phase.value,
    }
    if run.terminated:
        shown["terminated"] = True
    if claimed := shown.get("claimed") or run.tags.get(CLAIMED) or inputs.get("claimed"):
        shown["claimed"] = claimed
    request = normalize(kind, inputs.get("request") or {})
    secret = set(inputs.get("secretPaths") or ())
    values = {**shown, "request": request}
    for name, template in kind.record.templates.items():
        if name in kind.record.results and run.phase is not Phase.SUCCEEDED:
            continue
        path, value, variant = kind.record.variants.get(name, ("", "", template))
        text = _render(
            variant if path and pick(values, path) == value else template, values, secret
        )
        if text:
            values[name] = shown[name] = shown.get(name, text)
    return shown


def _render(template: str, values: Mapping[str, Any], secret: set[str]) -> str:
    """Fill `{path}`; `{path/}` ends in exactly one slash. Empty where a part is unknown or secret."""
    text = template
    for found in re.findall(r"\{([^}]+)\}", template):
        path = found.rstrip("/")
        value = pick(values, path)
        if value is None or path in secret:
            return ""
        text = text.replace(
            "{" + found + "}", str(value).removesuffix("/") + "/" if found != path else str(value)
        )
    return text
