"""What Batch tells EventBridge of its service jobs; moto's rules pass it on to their targets.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html
https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-queue-blocked-events.html
"""

from __future__ import annotations

import copy
import logging
from typing import Any
from uuid import uuid4

from moto.events.models import events_backends

from .models import ServiceJobBackend
from .records import ServiceJob
from .views import describe

STATE_CHANGE = "Batch Service Job State Change"
BLOCKED = "Batch Service Job Queue Blocked"
_LOG = logging.getLogger(__name__)
_LEFT_OUT = ("tags", "serviceRequestPayload")


def send(backend: ServiceJobBackend, job: ServiceJob, kind: str, at: float) -> None:
    """Send an event of a job as it is now to the rules of the default event bus."""
    rules = _list_rules(backend)
    if not rules:
        return
    event: Any = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": kind,
        "source": "aws.batch",
        "account": backend.account_id,
        "time": at,  # moto writes it as EventBridge does
        "region": backend.region_name,
        "resources": [job.arn],
        "detail": {key: value for key, value in describe(job).items() if key not in _LEFT_OUT},
    }
    for rule in rules:
        for target in rule.targets:
            _deliver(rule, target, event)


def _deliver(rule: Any, target: Any, event: Any) -> None:
    """Deliver an event to one of a rule's targets, and note a failure: of that Batch hears nothing.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
    """
    alone = copy.copy(rule)
    alone.targets = [target]
    try:
        # moto's input transformers need a package that nothing else here needs
        alone.send_to_targets(event, transform_input=False)
    except Exception as problem:  # noqa: BLE001 - moto has no error in common for what it cannot deliver
        where = f"{target['Arn']} of the rule {rule.name}"
        _LOG.warning("EventBridge could not deliver to %s: %r", where, problem)


def _list_rules(backend: ServiceJobBackend) -> list[Any]:
    """List the rules that are in force; none where nobody has used EventBridge here."""
    regions: Any = dict(events_backends).get(backend.account_id) or {}
    found = dict(regions).get(backend.region_name)
    rules = found.event_buses["default"].rules.values() if found is not None else ()
    return [rule for rule in rules if rule.state == "ENABLED"]
