"""The schemas agree with botocore's models over thousands of random requests."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import schema
from components.kinds import KINDS
from components.schema.compiled import compile_schema
from components.schema.reasons import find_reasons

from .requests import allowed, botocore_takes, mutated, valid

SEEDS = st.integers(0, 2**64).map(random.Random)


@pytest.mark.parametrize("kind", KINDS)
@given(rng=SEEDS)
def test_what_is_allowed_is_accepted(kind: str, rng: random.Random) -> None:
    """A request that the service model and the documented rules allow fits the schema."""
    request = valid(kind, rng)
    assert allowed(kind, request)
    assert schema.find_problems(request, f"requests/{kind}") == []


@pytest.mark.parametrize("kind", KINDS)
@given(rng=SEEDS)
def test_what_is_changed_is_judged_alike(kind: str, rng: random.Random) -> None:
    """A changed request fits the schema exactly if botocore takes it and no documented limit is broken."""
    request = mutated(valid(kind, rng), rng)
    fits = schema.accepts(request, f"requests/{kind}")
    assert botocore_takes(kind, request) or not fits
    assert fits == allowed(kind, request)


@pytest.mark.parametrize("kind", KINDS)
@given(rng=SEEDS)
def test_yes_or_no_agrees_with_the_reasons(kind: str, rng: random.Random) -> None:
    """The compiled check says no exactly where the JSON schema validator has a reason."""
    name = f"requests/{kind}"
    request = mutated(valid(kind, rng), rng)
    assert compile_schema(schema.read(name))(request) == (
        find_reasons(request, schema.read(name)) == []
    )
