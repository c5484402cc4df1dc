"""CloudWatch Logs in one account and region: moto's, whose streams of SageMaker's jobs grow while those run.

Nothing is kept: what a stream has follows from its job's record and the time, and is written when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.logs import urls
from moto.logs.models import LogGroup, LogsBackend, LogStream
from moto.sagemaker.models import sagemaker_backends

from ..sagemaker.logs import Stream, list_streams
from ..sagemaker.models import TrainingBackend
from ..service import context
from ..service.objects import make_naive


def _write_first(method: Callable[..., Any], prefix: str = "") -> Callable[..., Any]:
    """Return moto's method, before which the logs are written up to now: of the streams that an argument names."""

    def call(self: JobLogs, *args: Any, **kwargs: Any) -> Any:
        self.write(str(kwargs.get(prefix) or ""))
        return method(self, *args, **kwargs)

    return call


class JobLogs(LogsBackend):
    """moto's logs, with those of the jobs."""

    _url_module = urls

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._complete: set[str] = set()

    describe_log_groups = _write_first(LogsBackend.describe_log_groups)
    describe_log_streams = _write_first(LogsBackend.describe_log_streams, "log_stream_name_prefix")
    get_log_events = _write_first(LogsBackend.get_log_events, "log_stream_name")
    filter_log_events = _write_first(LogsBackend.filter_log_events)

    def write(self, prefix: str) -> None:
        """Add to each stream whose name begins so the lines that its job has written meanwhile."""
        backend = sagemaker_backends[self.account_id][self.region_name]
        assert isinstance(backend, TrainingBackend)

        def is_due(name: str) -> bool:
            return name.startswith(prefix) and name not in self._complete

        for stream in list_streams(backend, context.now(), is_due):
            self.ensure_log_group(stream.group)
            _append(self.groups[stream.group], stream)
            if stream.complete:
                self._complete.add(stream.name)


def _append(group: LogGroup, written: Stream) -> None:
    if written.name not in group.streams:
        group.create_log_stream(written.name)
        group.streams[written.name].creation_time = make_naive(written.created)
    stream: LogStream = group.streams[written.name]
    known = len(stream.events)
    new = [
        {"timestamp": int(at * 1000), "message": message} for at, message in written.lines[known:]
    ]
    if new:
        stream.put_log_events(new)
        stream.last_ingestion_time = make_naive(written.lines[-1][0])
    for event in stream.events[known:]:
        event.ingestion_time = event.timestamp
