"""`jobctl report` where its charts' packages are missing."""

from __future__ import annotations

import sys

import pytest

from cli import report
from cli.commands.report import load_renderer
from components.errors import JobError


def test_what_installs_the_charts_packages_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment has none of them, and a program of one's own may not either."""
    for name in ("cli.report.page", "cli.report.charts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delattr(report, name.rpartition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(JobError) as raised:
        load_renderer()
    assert str(raised.value) == (
        "the page needs altair: ./jobctl report installs requirements-report.lock; elsewhere run "
        "pip install -r requirements-report.txt"
    )
