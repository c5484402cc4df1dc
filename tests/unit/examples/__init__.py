"""The examples run as they stand."""

from __future__ import annotations

# loads pulumi_aws before warnings are errors
import tests.unit.platform  # noqa: F401 -- it does so
