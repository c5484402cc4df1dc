"""The harness itself: what it starts begins, ends and hangs as separate processes do."""

from __future__ import annotations

import threading

import pytest

from local.aws.server.calls import Call
from local.aws.server.faults import Fault
from tests.crash.play import put
from tests.crash.stack import stack_of_its_own
from tests.warm.processes import ROLES, Hang


def test_what_hangs_is_reported_and_ended() -> None:
    """A command that does not end is an error that says who is alive and where; the next one works."""
    over = threading.Event()

    def never(call: Call) -> Fault | None:
        if call.operation == "SubmitServiceJob":
            stack.processes.given_up.set()
            over.wait()
        return None

    with stack_of_its_own() as stack:
        put(stack, "ServiceJob", "A")
        stack.faults.look = never
        with pytest.raises(Hang) as hang:
            stack.up()
        over.set()
        stack.faults.look = lambda call: None
        assert "up --yes --skip-preview: still not over" in str(hang.value)
        assert f"alive: {', '.join(ROLES)}" in str(hang.value)
        assert "aws/client.py" in str(hang.value)  # where they wait for an answer
        assert stack.run("cancel", "--yes").code == 0
        assert stack.up().code == 0
