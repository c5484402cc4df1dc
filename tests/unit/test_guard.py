"""The guard of this folder works: see conftest.py."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from .conftest import Guard


def _start() -> None:
    subprocess.run([sys.executable, "-c", ""])


def _connect() -> None:
    with socket.socket() as plain:
        plain.connect(("127.0.0.1", 9))


def _connect_to_a_path() -> None:
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect("/nowhere")


@pytest.mark.parametrize("forbidden", [_start, _connect, _connect_to_a_path])
def test_a_unit_test_starts_no_process_and_connects_to_nothing(
    guard: Guard, forbidden: Callable[[], None]
) -> None:
    """The attempt fails the test, even where the code under test catches every exception."""
    with pytest.raises(pytest.fail.Exception, match="a unit test must not open"):
        forbidden()
    assert len(guard.seen) == 1
    guard.seen.clear()
