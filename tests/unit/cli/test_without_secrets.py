"""What a preview without secrets runs on: settings and a state without a secret, and otherwise the same."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.engine import without_secrets
from cli.engine.without_secrets import PLACEHOLDER, scrub_deployment, scrub_settings
from components.errors import JobError
from components.stack import settings
from components.stack.settings import WITHOUT_SECRETS, read_settings
from local.engine.state import values
from local.engine.state.checkpoint import load
from local.engine.state.secrets import Passphrase

PLANTED = "v1:planted:ciphertext"
SEALED = {values.SIGNATURE: values.SECRET, "ciphertext": PLANTED}
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = st.text(min_size=1, max_size=5).filter(lambda key: key != "secure")


def trees(secret: dict[str, str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        SCALARS | st.just(secret),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=12,
    )


def marked(value: Any, secret: dict[str, str]) -> Any:
    """The same value with a mark for each secret."""
    if value == secret:
        return "MARK"
    if isinstance(value, dict):
        return {key: marked(item, secret) for key, item in value.items()}
    return [marked(item, secret) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(KEYS, trees({"secure": PLANTED}), max_size=4))
def test_settings_keep_everything_but_their_secrets(config: dict[str, Any]) -> None:
    """Each ciphertext becomes the placeholder's where it stands; key, salt and provider of the stack go."""
    document = {
        "secretsprovider": "awskms://alias/jobs",
        "encryptedkey": PLANTED,
        "encryptionsalt": PLANTED,
        "config": config,
    }
    found = scrub_settings(document)
    assert PLANTED not in json.dumps(found)
    assert set(found) == {"encryptionsalt", "config"}
    placeholder = {"secure": without_secrets.SETTING}
    assert marked(found["config"], placeholder) == marked(config, {"secure": PLANTED})


@given(st.dictionaries(KEYS, trees(SEALED), max_size=4))
def test_a_state_keeps_everything_but_its_secrets(properties: dict[str, Any]) -> None:
    """Inputs, outputs and what was under way: no ciphertext of the stack stays, nor its provider of secrets."""
    resource = {
        "urn": "u",
        "custom": True,
        "type": "t",
        "inputs": properties,
        "outputs": properties,
    }
    deployment = {
        "manifest": {"time": "t"},
        "secrets_providers": {"type": "cloud", "state": {"encryptedkey": PLANTED}},
        "resources": [resource],
        "pending_operations": [{"resource": resource, "type": "creating"}],
    }
    found = scrub_deployment(deployment)
    assert PLANTED not in json.dumps(found)
    sealed = {**SEALED, "ciphertext": without_secrets.PROPERTY}
    kept = {key: value for key, value in deployment.items() if key != "secrets_providers"}
    assert marked({**found, "secrets_providers": None}, sealed) == {
        **marked(kept, SEALED),
        "secrets_providers": None,
    }


def test_an_engine_reads_the_placeholders() -> None:
    """Its constants are what Pulumi's passphrase provider makes of the placeholder, as a setting and in a state."""
    secrets = Passphrase(without_secrets.PASSPHRASE, without_secrets.SALT)
    assert secrets.decrypt(without_secrets.SETTING) == PLACEHOLDER
    found = scrub_deployment(
        {"resources": [{"urn": "u", "custom": False, "type": "t", "inputs": {"a": SEALED}}]}
    )
    (resource,) = load(found, lambda sealed, _: secrets.decrypt(sealed)).resources
    assert resource.inputs == {"a": values.Secret(PLACEHOLDER)}


def read(config: dict[str, str], secrets: set[str], **environment: str) -> settings.Settings:
    return read_settings(
        "acme", "prod", Path(), config, frozenset(secrets), environment=environment
    )


def test_a_setting_of_ours_that_is_secret_is_an_error() -> None:
    """A preview that reads a default instead of it would not be true."""
    with pytest.raises(JobError, match="Pulumi.prod.yaml: aws-jobs:tags is secret"):
        read({"aws-jobs:tags": PLACEHOLDER}, {"aws-jobs:tags"}, **{WITHOUT_SECRETS: "true"})
    assert read({"aws-jobs:slots": "3"}, {"aws-jobs:slots"}).slots == 3
    source = inspect.getsource(settings)
    named = set(re.findall('"(aws-jobs:[A-Za-z]+)"', source))
    assert named | {"aws:region"} == set(settings.OWN)


def test_secrets_are_known_by_name_alone() -> None:
    """The program has the placeholder of no secret, so no rule takes it for a value."""
    config = {"acme:token": PLACEHOLDER, "acme:plain": "p"}
    found = read(config, {"acme:token"}, **{WITHOUT_SECRETS: "true"})
    assert found.without_secrets and "token" not in found.config and found.config["plain"] == "p"
    assert found.secrets == {"acme:token", "token"}
    assert not read(config, {"acme:token"}).without_secrets
