"""The log of a run: the lines that all its machines have written, read from CloudWatch Logs.

AWS allows 25 DescribeLogStreams and 25 GetLogEvents a second and account, and throttles what is more: then we wait.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import Rejected, Unanswered
from ..kinds import Kind
from ..kinds.parts import Logs
from .client import Aws
from .runs import is_gone

# Seconds before a call is made again that was throttled for longer than the client itself waits.
_PAUSES = (5, 10, 20, 40, 60, 60)
_Answer = TypeVar("_Answer")
_EMPTY = 3  # pages without an event that are read backwards before a stream counts as empty


@dataclass(frozen=True)
class Line:
    """One event of a log: when it was written, in milliseconds, by which machine (from 1), into which of its logs."""

    at: float
    node: int
    part: str
    text: str


@dataclass
class Stream:
    """A log stream, and how far it has been read: the token of the next page, and the time of the last line.

    A token belongs to the time (`since`) from which on its stream is read.
    """

    name: str
    node: int
    part: str
    token: str | None = None
    last: float = 0
    since: int | None = None


class LogReader:
    """Reads the log of one attempt from its beginning, or from `since` (milliseconds) on, each line once.

    `node` is the machine whose lines are wanted, 0 for all. Each `read` asks for the streams, since machines begin one
    after another, and goes on where the last one stopped.
    """

    def __init__(self, aws: Aws, logs: Logs, name: str, *, node: int = 0, since: float = 0) -> None:
        self._aws = aws
        self._logs = logs
        self._name = name
        self._node = node
        self._since = int(since) or None
        self.streams: dict[str, Stream] = {}

    def read(self) -> Iterator[Line]:
        """Yield the lines that were not read yet, by time; of each stream only one page is held at a time.

        Calls: one for 50 streams, and for each stream one a page of 10,000 lines or 1 MB and one that finds its end.
        """
        for stream in list_streams(self._aws, self._logs, self._name):
            self.streams.setdefault(stream.name, stream).node = stream.node
        wanted = [s for s in self.streams.values() if self._node in (0, s.node)]
        ordered = sorted(wanted, key=lambda stream: (stream.node, stream.part))
        yield from heapq.merge(*map(self._read_stream, ordered), key=lambda line: line.at)

    @property
    def nodes(self) -> set[int]:
        """The machines that have written, so far."""
        return {stream.node for stream in self.streams.values()}

    def _read_stream(self, stream: Stream) -> Iterator[Line]:
        """Yield a stream's lines up to its end: there AWS answers with the token that it was given.

        A page may be empty although there are more. A token that has expired, after a day without lines, is replaced by
        the time of the last line.
        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        while True:
            since = stream.since or self._since
            values = {"since": since, "head": True, "token": stream.token}
            try:
                page = _ask_events(self._aws, self._logs, stream, values)
            except Rejected:
                if not stream.token:
                    raise
                stream.token, stream.since = None, int(stream.last) + 1
                continue
            before, stream.token = stream.token, page.get("nextForwardToken")
            for line in _read_events(page, stream):
                stream.last = line.at
                yield line
            if stream.token == before:
                return


def list_streams(aws: Aws, logs: Logs, name: str, *, patient: bool = True) -> list[Stream]:
    """Return the streams of an attempt, whose record has this name; none before its first machine has started.

    One whose name has another form than the kind knows is shown too, as a log of the first machine.
    """
    values = {"group": logs.group, "prefix": f"{name}/"}
    found = []
    for item in _insist(aws, lambda: _list_items(aws, logs, values), patient):
        stream = str(item["logStreamName"])
        rest = stream.removeprefix(f"{name}/")
        known = re.fullmatch(logs.rest, rest)
        found.append((stream, known.groupdict() if known else {"node": "1", "part": rest}))
    machines = sorted({groups["node"] for _, groups in found})
    return [
        Stream(
            stream,
            int(groups["node"]) if groups["node"].isdigit() else machines.index(groups["node"]) + 1,
            groups.get("part") or "",
        )
        for stream, groups in found
    ]


def read_tail(aws: Aws, kind: Kind, outputs: Mapping[str, Any], lines: int) -> list[Line]:
    """Return the last lines that a run's newest attempt has written, on whatever machine, the oldest first.

    `outputs` are the run's, those of the state or newer ones.

    None where the kind has no log, or where nothing has started yet. It makes one DescribeLogStreams call and one
    GetLogEvents call a stream (a machine of a training job has one), up to three where a stream's end is empty, and
    waits out no throttling: who looks again soon has no time for it. Its text is AWS's: the caller hides secrets and
    makes it printable.
    """
    name = find_log_name(kind, outputs)
    if kind.logs is None or not name:
        return []
    found: list[Line] = []
    for stream in list_streams(aws, kind.logs, name, patient=False):
        values: dict[str, Any] = {"head": False, "limit": lines}
        for _ in range(_EMPTY):
            page = _ask_events(aws, kind.logs, stream, values, patient=False)
            events = list(_read_events(page, stream))
            before, values["token"] = values.get("token"), page.get("nextBackwardToken")
            if events or values["token"] == before:
                break
        found += events
    return sorted(found, key=lambda line: (line.at, line.node))[-lines:]


def find_log_name(kind: Kind, outputs: Mapping[str, Any]) -> str:
    """Return the first part of the names of the streams of a run's newest attempt; '' where there is none yet."""
    return str(outputs.get(kind.logs.name) or "") if kind.logs else ""


def _list_items(aws: Aws, logs: Logs, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        return list(aws.pages(logs.service, logs.streams, values))
    except Rejected as error:
        if is_gone(error):
            return []  # the group is made when the first job of the account writes
        raise


def _ask_events(
    aws: Aws, logs: Logs, stream: Stream, values: Mapping[str, Any], *, patient: bool = True
) -> dict[str, Any]:
    asked = {"group": logs.group, "stream": stream.name, **values}
    answer: dict[str, Any] = _insist(
        aws, lambda: aws.call(logs.service, logs.events, asked), patient
    )
    return answer


def _read_events(page: Mapping[str, Any], stream: Stream) -> Iterator[Line]:
    for event in page.get("events") or []:
        yield Line(float(event["timestamp"]), stream.node, stream.part, str(event["message"]))


def _insist(aws: Aws, ask: Callable[[], _Answer], patient: bool) -> _Answer:
    """Ask until there is an answer: for about three minutes; once where nobody is patient."""
    for pause in (*_PAUSES, 0) if patient else (0,):
        try:
            return ask()
        except Unanswered as error:
            if not pause:
                raise Unanswered(
                    "CloudWatch Logs has not answered for minutes; try again"
                ) from error
            aws.sleep(pause)
    raise AssertionError
