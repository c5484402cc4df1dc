"""The program, run over a test's own job files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from components import program
from components.aws import connect
from tests.unit.platform.recording import Registry, run
from tests.unit.platform.stack import ASKED, Run

if TYPE_CHECKING:
    from local.aws.server.emulator import Emulator


@pytest.fixture
def go(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run load and declare over these job files, on the emulator, in a stack that asks for a platform."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    connect.cache_clear()

    def body() -> None:
        settings = program.settings(tmp_path)
        jobs = program.load(settings)
        program.preflight(jobs, settings)
        program.declare(jobs, settings)

    def start(
        files: dict[str, str], asked: Any = ASKED, *, preview: bool = False, preflight: bool = False
    ) -> Registry:
        for name, text in files.items():
            path = tmp_path / "jobs" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        config = {"aws-jobs:preflight": str(preflight).lower(), "aws-jobs:token": "hunter22"}
        if asked:
            config["aws-jobs:platform"] = json.dumps(asked)
        return run(body, preview=preview, config=config, secrets=("aws-jobs:token",))

    yield start
    connect.cache_clear()
