"""The embedded engine does what the Pulumi CLI was recorded to do; so does the CLI where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.adapters import play
from tests.engine.conformance import differences, recorded
from tests.engine.scenarios import SCENARIOS, Scenario

NAMES = [each.name for each in SCENARIOS]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_the_embedded_engine_agrees_with_the_record(scenario: Scenario, tmp_path: Path) -> None:
    """Exit codes, previews, the provider's calls and the state are those of the Pulumi CLI."""
    assert differences(recorded(scenario), play(scenario, tmp_path, "embedded")) == []


@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_the_cli_still_does_what_is_recorded(scenario: Scenario, tmp_path: Path) -> None:
    """The records are the CLI's doing, not ours."""
    assert differences(recorded(scenario), play(scenario, tmp_path, "cli")) == []


def test_every_record_belongs_to_a_scenario() -> None:
    """No record is left over from a scenario that is gone."""
    records = Path(__file__).parent / "records"
    assert sorted(each.stem for each in records.iterdir()) == sorted(NAMES)
