"""The program, run over a test's own job files on the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.aws import connect
from local.aws.server.emulator import Emulator
from tests.unit.platform.stack import Run, runner


@pytest.fixture
def go(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run load, preflight and declare over these job files, in a stack that asks for a platform."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    connect.cache_clear()
    yield runner(tmp_path)
    connect.cache_clear()
