"""These commands do the same whichever engine deploys, so one engine is enough here."""

from __future__ import annotations

import pytest


@pytest.fixture
def engine() -> str:
    """The engine that needs nothing installed."""
    return "embedded"
