"""Tags of Batch's resources and service jobs; those of what is moto's are moto's too."""

from __future__ import annotations

from typing import Any

from ..service.operations import Json
from ..service.table import Table
from .models import ServiceJobBackend
from .names import check_tags, refuse


def tag(backend: ServiceJobBackend, request: Json) -> Json | None:
    """Add or overwrite tags; the others stay."""
    table, record = _find(backend, request["resourceArn"])
    tags = {**record.tags, **request["tags"]} if table is not None else request["tags"]
    check_tags(tags)
    return _keep(table, record, tags)


def untag(backend: ServiceJobBackend, request: Json) -> Json | None:
    """Take tags off; a key that is not there is no error."""
    table, record = _find(backend, request["resourceArn"])
    gone = request["tagKeys"]
    tags = record.tags if table is not None else {}
    return _keep(table, record, {key: tags[key] for key in tags if key not in gone})


def list_all(backend: ServiceJobBackend, request: Json) -> Json | None:
    """All tags of a resource."""
    table, record = _find(backend, request["resourceArn"])
    return None if table is None else {"tags": record.tags}


def _keep(table: Table[Any] | None, record: Any, tags: dict[str, str]) -> Json | None:
    if table is None:
        return None
    record.tags = tags
    table.put(record)
    return {}


def _find(backend: ServiceJobBackend, arn: str) -> tuple[Table[Any] | None, Any]:
    """Our record of this ARN and its table; no table for what moto keeps."""
    here = backend.arn("")
    if not arn.startswith(here):
        raise refuse(f"{arn} is not the ARN of a Batch resource of this account and region")
    tables = (backend.environments, backend.queues, backend.policies, backend.shares)
    for table in (*tables, backend.service_jobs):
        record = table.get(arn.removeprefix(f"{here}service-job/"))
        if record is not None:
            return table, record
    kind = arn.removeprefix(here).partition("/")[0]
    if kind in ("job", "job-definition", "compute-environment") or backend.get_job_queue(arn):
        return None, None
    raise refuse(f"Resource {arn} does not exist")
