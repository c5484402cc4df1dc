"""Ask AWS for a stack's runs, with the attempts of each, for the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cli.display.escape import keep_console_link
from cli.report.model import LINKS, RunRow, make_row
from cli.runs.reasons import read_request
from components.aws import Aws, Run
from components.aws.linked import find_record, read_given_name, search_linked
from components.aws.runs import is_linked, list_attempts
from components.aws.survey import list_stack_runs
from components.kinds import KINDS, Kind, Phase
from components.lifecycle.outputs import make_outputs
from components.printable import visible
from components.redact import Redactor, list_secrets
from components.run.definition import IDENTITY, RELEASED

Hider = Callable[[str], str]


@dataclass(frozen=True)
class Known:
    """What the stack knows: its runs' names in AWS, and each identity's secret paths; `redactor` hides its secrets."""

    stack: str
    names: frozenset[str] = frozenset()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    redactor: Redactor = field(default_factory=lambda: Redactor(()))


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
    for run, earlier in group_attempts(kind, runs):
        identity = run.tags.get(IDENTITY, "")
        inputs = {
            "request": read_request(kind, run),
            "secretPaths": list(known.paths.get(identity, ())),
        }
        show, explain = _make_hiders(
            Redactor(list_secrets(inputs)), known.redactor, identity in known.paths
        )
        urls = make_outputs(kind, {}, run)
        links = {name: keep_console_link(str(urls.get(name, ""))) for name in LINKS.values()}
        links = {name: url for name, url in links.items() if url}
        yield make_row(kind, run, records, prices, now, links, earlier, show, explain)


def _make_hiders(own: Redactor, stack: Redactor, known: bool) -> tuple[Hider, Hider]:
    """Return what makes a text of a run, and what makes a reason, fit to be shown: without secrets and on one line.

    Of a job that is not `known` nobody can say which values are secret: of its reasons only AWS's own word is kept.
    """

    def show(text: str) -> str:
        return visible(stack.hide(own.hide(text)))

    return show, show if known else lambda text: show(text.partition(":")[0])


def group_attempts(kind: Kind, runs: Iterable[Run]) -> Iterator[tuple[Run, Sequence[Run]]]:
    """Yield each run with its earlier attempts, where only the second service's records of them are left.

    The attempts of a run share the name inside the payload and the mark of its release; a further one follows only
    one that has failed. A run of the same definition is submitted anew only once the one before it is released.
    """
    groups: dict[tuple[str, ...], list[Run]] = {}
    for run in sorted(runs, key=lambda each: each.created):
        given = read_given_name(kind, run.name) if is_linked(kind, run.arn) else ""
        tags = (run.tags.get(IDENTITY, ""), run.tags.get(RELEASED, ""))
        key = (given, *tags) if given else (run.arn,)
        before = groups.get(key)
        if before and (before[-1].terminated or before[-1].phase is not Phase.FAILED):
            closed = (*key, before[-1].arn)
            groups[closed] = groups.pop(key)
        groups.setdefault(key, []).append(run)
    for group in groups.values():
        yield group[-1], group[:-1]


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
