"""What a stack's settings say for the policies of its roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.platform.config import Account
from components.stack.load import load_stack
from components.stack.scope import build_scope
from components.stack.settings import read_settings

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EXPECTED = f"{{bucket: {KEY}}}"


def test_keys_of_buckets_are_in_the_scope(tmp_path: Path) -> None:
    """As the config has them, whether Pulumi hands them over as text or the file as a mapping."""
    for value in ({"acme-lake": KEY}, f'{{"acme-lake": "{KEY}"}}'):
        settings = read_settings("p", "dev", tmp_path, {"aws-jobs:bucketKeys": value})
        (tmp_path / "jobs").mkdir(exist_ok=True)
        scope = build_scope(load_stack(settings), Account("123456789012", "us-east-1"))
        assert scope.bucket_keys == {"acme-lake": KEY}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("acme-lake", f"must be a mapping of texts, such as {EXPECTED}"),
        ({"acme-lake": 1}, f"must be a mapping of texts, such as {EXPECTED}"),
        (
            {"acme-lake": "alias/lake"},
            f"acme-lake is alias/lake; expected the ARN of a KMS key, such as {KEY}",
        ),
    ],
)
def test_wrong_keys_are_a_sentence(tmp_path: Path, value: Any, sentence: str) -> None:
    """It names the setting and the bucket."""
    wrong = read_settings("p", "dev", tmp_path, {"aws-jobs:bucketKeys": value}).wrong
    assert wrong == {"aws-jobs:bucketKeys": sentence}


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        (
            "secretsprovider: awskms://alias/jobs?region=us-east-1\n",
            "awskms://alias/jobs?region=us-east-1",
        ),
        ("secretsprovider: passphrase\n", "passphrase"),
        ("encryptionsalt: v1:abc\n", ""),
        ("secretsprovider: {a: b}\n", ""),
        ("a: b: c", ""),
        (None, ""),
    ],
)
def test_the_secrets_provider_is_the_files(tmp_path: Path, text: str | None, provider: str) -> None:
    """Pulumi keeps it beside `config`, and gives it to no program; what is wrong with the file is Pulumi's to say."""
    if text is not None:
        (tmp_path / "Pulumi.dev.yaml").write_text(text)
    (tmp_path / "jobs").mkdir()
    stack = load_stack(read_settings("p", "dev", tmp_path, {}))
    assert build_scope(stack, Account("123456789012", "us-east-1")).secrets_provider == provider
