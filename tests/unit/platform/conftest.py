"""The program, run over a test's own job files; of AWS it asks the account alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from components import program
from tests.fakes.aws import Account
from tests.unit.platform.stack import Run, runner


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run load and declare over these job files, in a stack that asks for a platform."""
    monkeypatch.setattr(program, "connect", lambda region: Account().aws())
    return runner(tmp_path)
