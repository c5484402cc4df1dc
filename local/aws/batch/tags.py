"""Tags of Batch's resources: ours, and moto's for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..service.operations import Json
from ..service.table import Table
from .names import check_tags, refuse

if TYPE_CHECKING:
    from .models import ServiceJobBackend


def tag(backend: ServiceJobBackend, request: Json) -> Json:
    """Add or overwrite tags; the others stay."""
    table, record = _find(backend, request["resourceArn"])
    if table is None:
        check_tags(request["tags"])
        backend.tag_resource(request["resourceArn"], request["tags"])
        return {}
    tags = {**record.tags, **request["tags"]}
    check_tags(tags)
    record.tags = tags
    table.put(record)
    return {}


def untag(backend: ServiceJobBackend, request: Json) -> Json:
    """Take tags off; a key that is not there is no error."""
    table, record = _find(backend, request["resourceArn"])
    if table is None:
        backend.untag_resource(request["resourceArn"], request["tagKeys"])
        return {}
    record.tags = {
        key: value for key, value in record.tags.items() if key not in request["tagKeys"]
    }
    table.put(record)
    return {}


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    """All tags of a resource."""
    table, record = _find(backend, request["resourceArn"])
    arn = request["resourceArn"]
    return {"tags": backend.list_tags_for_resource(arn) if table is None else record.tags}


def _find(backend: ServiceJobBackend, arn: str) -> tuple[Table[Any] | None, Any]:
    """Our record of this ARN and its table; no table for what moto keeps."""
    if not arn.startswith(backend.arn("")):
        raise refuse(f"{arn} is not the ARN of a Batch resource of this account and region")
    kind, _, rest = arn.removeprefix(backend.arn("")).partition("/")
    tables: dict[str, Table[Any]] = {
        "service-environment": backend.environments,
        "scheduling-policy": backend.policies,
        "job-queue": backend.shares if "/quota-share/" in rest else backend.queues,
        "service-job": backend.service_jobs,
    }
    table = tables.get(kind)
    record = None
    if table is not None:
        record = table.get(rest if kind == "service-job" else arn)
    if record is not None:
        return table, record
    if kind in ("job", "job-definition", "compute-environment") or (
        kind == "job-queue" and backend.get_job_queue(arn) is not None
    ):
        return None, None
    raise refuse(f"Resource {arn} does not exist")
