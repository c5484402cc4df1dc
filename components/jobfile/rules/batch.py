"""placeholder"""

from __future__ import annotations

from .view import Rule

RULES: tuple[Rule, ...] = ()
