"""CloudWatch Logs in one account and region: moto's, whose streams of SageMaker's jobs grow while those run.

Nothing is kept: what a stream has follows from its job's record and the time, and is written when somebody looks.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from moto.logs.models import LogGroup, LogsBackend, LogStream
from moto.sagemaker.models import sagemaker_backends

from ..sagemaker.logs import Stream, list_streams
from ..sagemaker.models import TrainingBackend
from ..service import context


class JobLogs(LogsBackend):
    """moto's logs, with those of the jobs."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._complete: set[str] = set()

    def describe_log_groups(self, *args: Any, **kwargs: Any) -> Any:
        """List the log groups, up to now."""
        self._write()
        return super().describe_log_groups(*args, **kwargs)

    def describe_log_streams(self, *args: Any, **kwargs: Any) -> Any:
        """List a group's streams, up to now."""
        self._write(str(kwargs.get("log_stream_name_prefix") or ""))
        return super().describe_log_streams(*args, **kwargs)

    def get_log_events(self, *args: Any, **kwargs: Any) -> Any:
        """Return a stream's events, up to now."""
        self._write(str(kwargs["log_stream_name"]))
        return super().get_log_events(*args, **kwargs)

    def filter_log_events(self, *args: Any, **kwargs: Any) -> Any:
        """Return a group's events, up to now."""
        self._write()
        return super().filter_log_events(*args, **kwargs)

    def _write(self, prefix: str = "") -> None:
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
        group.streams[written.name].creation_time = _naive(written.created)
    stream: LogStream = group.streams[written.name]
    known = len(stream.events)
    new = [
        {"timestamp": int(at * 1000), "message": message} for at, message in written.lines[known:]
    ]
    if new:
        stream.put_log_events(new)
        stream.last_ingestion_time = _naive(written.lines[-1][0])
    for event in stream.events[known:]:
        event.ingestion_time = event.timestamp


def _naive(seconds: float) -> datetime:
    """moto's times have no zone."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
