"""The prices of an instance-hour in the stack's settings: `aws-jobs:prices`, a mapping of type to price."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from cli.project.stack import Stack
from components.errors import JobError
from components.kinds import Kind
from components.run import ceiling


def read(stack: Stack) -> dict[str, float]:
    """Read the setting: a mapping, or the JSON text that `config set` writes. Raises `JobError`."""
    value = stack.config.get("aws-jobs:prices")
    try:
        if isinstance(value, str) and value.strip():
            value = json.loads(value)
        prices = {str(name): float(price) for name, price in (value or {}).items()}
        if not all(math.isfinite(price) and price >= 0 for price in prices.values()):
            raise ValueError
    except (AttributeError, TypeError, ValueError):
        where = stack.project.settings_file(stack.name).name
        raise JobError(
            f"{where}: aws-jobs:prices must map instance types to hourly prices, such as {{ml.m5.xlarge: 0.23}}"
        ) from None
    return prices


def price(by_type: Mapping[str, float], prices: Mapping[str, float]) -> float | None:
    """Return what instance-hours cost; a type without a price makes it unknown rather than too low."""
    if not by_type or any(name not in prices for name in by_type):
        return None
    return sum(hours * prices[name] for name, hours in by_type.items())


def count_hours(
    kind: Kind, request: Mapping[str, Any], prices: Mapping[str, float]
) -> dict[str, float]:
    """Return the ceiling in instance-hours by type, of alternatives the dearest: one without a price may be it."""
    by_type = ceiling.hours(kind, request)
    if not by_type or not ceiling.has_alternatives(kind, request):
        return by_type
    dearest = max(
        by_type, key=lambda name: (name not in prices, by_type[name] * prices.get(name, 1))
    )
    return {dearest: by_type[dearest]}
