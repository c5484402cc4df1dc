"""How the runs of a stack are doing now: AWS lists them by the page, and Describe is asked for what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from cli.display.spans import parse_time
from cli.runs.entries import Entry
from cli.runs.statuses import JobStatus, make_status
from components.aws import Aws
from components.aws.queue import NOT_ASKED, Wait, explain_wait
from components.aws.runs import arn_region
from components.aws.survey import Glance, list_recent
from components.errors import PASSING, Denied, JobError, Missing
from components.kinds import Kind, Phase, load_part
from components.lifecycle.read import read
from components.printable import make_printable
from components.redact import Redactor
from components.run.submission import split_name
from components.wire import pick

# seconds: how long Batch keeps records at least, and how far back usual durations are looked for
WEEK = 7 * 86400.0
UNLISTED = 5  # runs that are described at each look although no list shows them
ENOUGH = 20  # earlier runs whose durations are usual
_Item = TypeVar("_Item")


class Follower:
    """Looks at runs again and again. Thread-bound; `connect` gives AWS in a region.

    A look costs at most `survey.PAGES` list calls a queue, one more where a run waits in it, and one Describe for each
    run that differs from the last look (at first: from the state). A run that has ended is not asked about.
    """

    def __init__(self, connect: Callable[[str], Aws], redactor: Redactor) -> None:
        self._connect = connect
        self._redactor = redactor
        self._seen: dict[str, Mapping[str, Any]] = {}  # arn -> what a list showed
        self._outputs: dict[str, Mapping[str, Any]] = {}  # arn -> what Describe showed
        self.looked = False
        self.unanswered = ""  # why the last look knows nothing new of some runs
        self._turn = 0
        self._names: dict[str, str] = {}
        self._spans: dict[tuple[str, str], dict[str, float]] = {}

    def look(self, entries: Sequence[Entry], *, usual: bool = False) -> list[JobStatus]:
        """Return the jobs as AWS has them now, by name. With `usual` lists go back a week, for `usual_span`."""
        going = [each for each in entries if self._is_going(each)]
        self.unanswered = ""
        self._names = {entry.id: entry.name for entry in entries}
        for group in _group(going, _shared_list):
            try:
                self._look_at(group, usual)
            except PASSING as error:
                if not self.looked:
                    raise
                self.unanswered = str(error)  # as last known; the next look asks again
        self.looked = True
        jobs = [make_status(entry, self._known(entry)) for entry in entries]
        return self._explain(jobs)

    def usual_span(self, job: JobStatus) -> float | None:
        """Return how long earlier successful runs of the job ran, in seconds (their median), as far as lists showed."""
        key = (job.kind.name, split_name(str(job.outputs.get("jobName", "")))[0])
        spans = sorted(span for arn, span in self._spans.get(key, {}).items() if arn != job.arn)
        return spans[len(spans) // 2] if spans else None

    def _known(self, entry: Entry) -> Mapping[str, Any]:
        return self._outputs.get(entry.id, entry.outputs)

    def _is_going(self, entry: Entry) -> bool:
        phase = Phase(str(self._known(entry).get("phase", Phase.RUNNING.value)))
        return not phase.ended and phase is not Phase.WAITING

    def _look_at(self, group: Sequence[Entry], usual: bool) -> None:
        kind, aws = group[0].kind, self._connect(arn_region(group[0].id))
        since = min(parse_time(entry.text("createdAt")) or aws.clock() - WEEK for entry in group)
        if usual:
            since = min(since, aws.clock() - WEEK)
        left, glances = {entry.id for entry in group}, {}
        for glance in list_recent(aws, kind, group[0].queue, since - 1):
            if usual:
                self._note_span(kind, glance)
            if glance.arn in left:
                glances[glance.arn] = glance
                left.remove(glance.arn)
            if not left and not usual:
                break
        for entry in group:
            if entry.id in glances and self._has_changed(entry, glances[entry.id]):
                self._describe(aws, entry)
        for entry in self._take_turns([entry for entry in group if entry.id not in glances]):
            self._describe(aws, entry)

    def _take_turns(self, unlisted: Sequence[Entry]) -> Sequence[Entry]:
        """Choose which runs are described that many newer ones keep from the list: at first all, then some in turn."""
        if not self.looked:
            return unlisted
        at = self._turn % len(unlisted) if unlisted else 0
        self._turn += UNLISTED
        return [*unlisted[at:], *unlisted[:at]][:UNLISTED]

    def _note_span(self, kind: Kind, glance: Glance) -> None:
        started = parse_time(str(glance.outputs.get("startedAt", "")))
        stopped = parse_time(str(glance.outputs.get("stoppedAt", "")))
        if started and stopped and kind.phase(glance.status) is Phase.SUCCEEDED:
            spans = self._spans.setdefault((kind.name, split_name(glance.name)[0]), {})
            if len(spans) < ENOUGH:
                spans[glance.arn] = stopped - started

    def _has_changed(self, entry: Entry, glance: Glance) -> bool:
        now = {**glance.outputs, "status": glance.status}
        before = self._seen.get(entry.id) or {name: entry.text(name) for name in now}
        self._seen[entry.id] = now
        return now != before

    def _describe(self, aws: Aws, entry: Entry) -> None:
        try:
            outputs = read(entry.kind, aws, entry.id, self._known(entry), whole=True)
        except PASSING:
            self._seen.pop(entry.id, None)  # as last known; the next look asks again
            return
        if outputs is None:
            gone = "released: no longer this job's run"
            outputs = {
                **self._known(entry),
                "phase": Phase.UNKNOWN.value,
                "statusReason": gone,
            }
        # the request is shown nowhere, and is the state's: secret values of AWS's own never come in
        shown = {**outputs, "request": self._known(entry).get("request")}
        self._outputs[entry.id] = make_printable(self._redactor.hide(shown))

    def _explain(self, jobs: Sequence[JobStatus]) -> list[JobStatus]:
        """Add why each run waits that does, with one look at each queue."""
        waits: dict[str, Wait] = {}
        waiting = [job for job in jobs if job.phase is Phase.QUEUED and job.queue]
        for group in _group(waiting, lambda job: (job.kind.name, arn_region(job.arn), job.queue)):
            waits |= self._explain_queue(group)
        return [_with_wait(job, waits.get(job.arn)) for job in jobs]

    def _explain_queue(self, jobs: Sequence[JobStatus]) -> dict[str, Wait]:
        kind, aws = jobs[0].kind, self._connect(arn_region(jobs[0].arn))
        name = str(pick(jobs[0].outputs, f"request.{kind.request.queue_field}"))
        try:
            queue = load_part(kind, "queue").read_queue(aws, kind, name)
        except (Denied, Missing) as error:
            return {job.arn: Wait(f"not known why: {error}") for job in jobs}
        except JobError:
            return {}  # the next look may know
        # the stack's own runs by the names of their jobs
        own = {
            arn: replace(run, name=self._names.get(arn, run.name))
            for arn, run in queue.runs.items()
        }
        queue, found = replace(queue, runs=own), {}
        for job in jobs:
            wait = explain_wait(queue, job.arn, share=job.share, reason=job.reason)
            said = {"sentence": wait.sentence, "evidence": dict(wait.evidence)}
            found[job.arn] = replace(wait, **make_printable(self._redactor.hide(said)))
        return found


def _with_wait(job: JobStatus, wait: Wait | None) -> JobStatus:
    if job.phase is not Phase.QUEUED:
        return job
    if wait is None:
        said = f"{job.status}: {job.kind.title}s say no more about why they wait"
        wait = NOT_ASKED if job.kind.request.queue_field else Wait(said)
    retry = ""
    if job.attempt:
        retry = f"waits for attempt {job.attempt + 1} of {job.attempts}: "
        if job.outputs.get("preemptions"):
            retry = "was preempted and waits to start again: "
    return replace(job, wait=Wait(retry + wait.sentence, wait.position, wait.evidence))


def _group(
    items: Iterable[_Item], key: Callable[[_Item], tuple[str, ...]]
) -> Iterable[list[_Item]]:
    found: dict[tuple[str, ...], list[_Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found.values()


def _shared_list(entry: Entry) -> tuple[str, ...]:
    """Return what runs have in common that one list call shows: kind, region and queue."""
    return entry.kind.name, arn_region(entry.id), entry.queue.rpartition("/")[2]
