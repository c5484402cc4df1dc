"""Ask AWS for a stack's runs, with the attempts of each, for the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cli.display.links import keep_console_link
from cli.report.model import RunRow, hide_secrets, make_row
from cli.runs.reasons import read_request
from components.aws import Aws, Run
from components.aws.linked import find_record, search_linked
from components.aws.runs import list_attempts
from components.aws.survey import list_stack_runs
from components.kinds import KINDS, Kind
from components.lifecycle.outputs import make_outputs
from components.redact import Redactor, list_secrets
from components.run.definition import IDENTITY

LINKS = {"console": "consoleUrl", "logs": "logsUrl"}


@dataclass(frozen=True)
class Known:
    """What the stack knows: job names in AWS, and the secret paths of each identity. `secrets` are secret settings."""

    stack: str
    names: frozenset[str] = frozenset()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


def read_rows(
    aws: Aws, known: Known, prices: Mapping[str, float], since: float, now: float
) -> list[RunRow]:
    """Return a row for each run of the stack that was submitted since a moment or goes on, the newest first."""
    rows = [
        row for kind in KINDS.values() for row in _read_kind(aws, kind, known, prices, since, now)
    ]
    return sorted(rows, key=lambda row: (-row.submitted, row.arn))


def _read_kind(
    aws: Aws,
    kind: Kind,
    known: Known,
    prices: Mapping[str, float],
    since: float,
    now: float,
) -> Iterator[RunRow]:
    runs = list(list_stack_runs(aws, kind, known.stack, known.names, since))
    records = _read_records(aws, kind, known.stack, runs)
    for run in runs:
        urls = make_outputs(kind, {}, run)
        links = {
            name: url
            for name, output in LINKS.items()
            if (url := keep_console_link(str(urls.get(output, ""))))
        }
        row = make_row(kind, run, records, prices, now, links)
        identity = run.tags.get(IDENTITY, "")
        paths = list(known.paths.get(identity, ()))
        own = list_secrets({"request": read_request(kind, run), "secretPaths": paths})
        redactor = Redactor([*known.secrets, *own])
        yield hide_secrets(row, redactor, known=identity in known.paths)


def _read_records(aws: Aws, kind: Kind, stack: str, runs: Iterable[Run]) -> dict[str, Run]:
    """Return the second service's records of the attempts: of a hundred in one call, where they carry our tags."""
    missing = {arn for run in runs for arn in list_attempts(kind, run) - {run.arn}}
    found: dict[str, Run] = {}
    if missing:
        for record in search_linked(aws, kind, "Contains", f"{stack}/", ""):
            if record.arn in missing:
                found[record.arn] = record
                missing.remove(record.arn)
            if not missing:
                break
    for arn in sorted(missing):
        described = find_record(aws, kind, arn)
        if described:
            found[arn] = described
    return found
