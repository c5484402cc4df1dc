"""A unit test starts no process and opens no connection: one that does fails, and belongs in another folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

PROCESSES = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
# not `socket.__new__`: an event loop has a pair of sockets of its own, connected to each other
CONNECTIONS = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}


class Guard:
    """Refuses processes and connections while a unit test runs, and remembers them if the refusal is swallowed."""

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """See https://docs.python.org/3/library/audit_events.html; a hook cannot be removed, so it has a switch."""
        if self.active and (event in PROCESSES or event in CONNECTIONS):
            what = "a process" if event in PROCESSES else "a connection"
            self.seen.append(f"a unit test must not open {what}: {event} {arguments!r}")
            pytest.fail(self.seen[-1])


GUARD = Guard()
sys.addaudithook(GUARD.audit)


@pytest.fixture(autouse=True)
def guard() -> Iterator[Guard]:
    """Guard this test; what it opened all the same fails it at its end."""
    GUARD.seen.clear()
    GUARD.active = True
    yield GUARD
    GUARD.active = False
    assert GUARD.seen == []
