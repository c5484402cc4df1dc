"""Pulumi's passphrase secrets: AES-256-GCM, the key by PBKDF2 from a passphrase and the stack's salt.

The salt is `v1:SALT:v1:NONCE:CIPHERTEXT`, where the ciphertext is the word `pulumi`, so that a
wrong passphrase is noticed (`sdk/go/common/resource/config/crypt.go`).
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from local.engine.errors import EngineError

ITERATIONS = 1_000_000
WORD = "pulumi"


def read_passphrase(env: Mapping[str, str]) -> str:
    """Return the passphrase that the environment gives."""
    if "PULUMI_CONFIG_PASSPHRASE" in env:
        return env["PULUMI_CONFIG_PASSPHRASE"]
    file = env.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except UnicodeDecodeError:
            raise EngineError(f"PULUMI_CONFIG_PASSPHRASE_FILE {file}: not UTF-8 text") from None
        except OSError as problem:
            raise EngineError(
                f"unable to read PULUMI_CONFIG_PASSPHRASE_FILE {file}: {problem.strerror}"
            ) from problem
    raise EngineError(
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE "
        "environment variables"
    )


@lru_cache(maxsize=8)
def derive(phrase: str, salt: bytes) -> bytes:
    """Return the key of a passphrase and a salt."""
    return hashlib.pbkdf2_hmac("sha256", phrase.encode(), salt, ITERATIONS, 32)


class Passphrase:
    """Encrypts and decrypts for one stack. Deriving the key takes a third of a second, so it runs beside other work."""

    def __init__(self, phrase: str, salt: str | None = None) -> None:
        """Open with the stack's `salt`, or start a new one."""
        self._phrase = phrase
        self._check = ""
        if salt is None:
            self._salt = os.urandom(8)
        else:
            version, _, rest = salt.partition(":")
            encoded, _, self._check = rest.partition(":")
            if version != "v1" or not self._check:
                raise EngineError("the stack's encryptionsalt is not one that Pulumi writes")
            self._salt = base64.b64decode(encoded)
        self._given = salt
        self._cache: dict[tuple[str, str], str] = {}
        self._cipher: Any = None
        self._deriving: Future[bytes] | None = None

    def start(self) -> Future[bytes]:
        """Derive the key in the background, once."""
        if self._deriving is None:
            pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passphrase")
            self._deriving = pool.submit(derive, self._phrase, self._salt)
            pool.shutdown(wait=False)
        return self._deriving

    @property
    def cipher(self) -> Any:
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(self.start().result())
            if self._check and self.decrypt(self._check) != WORD:
                raise EngineError("incorrect passphrase")
        return self._cipher

    @property
    def salt(self) -> str:
        """The text that `encryptionsalt` and the checkpoint keep."""
        if self._given is None:
            encoded = base64.b64encode(self._salt).decode()
            self._given = f"v1:{encoded}:{self.encrypt(WORD)}"
        return self._given

    def verify(self) -> None:
        """Fail now if the passphrase is not the stack's."""
        _ = self.cipher

    def encrypt(self, text: str, key: str = "") -> str:
        """Return the ciphertext; the same one again for the same text under the same `key` (a URN)."""
        found = self._cache.get((key, text)) if key else None
        if found is None:
            nonce = os.urandom(12)
            sealed = self.cipher.encrypt(nonce, text.encode(), None)
            found = f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"
            if key:
                self._cache[key, text] = found
        return found

    def decrypt(self, sealed: str, key: str = "") -> str:
        from cryptography.exceptions import InvalidTag

        version, _, rest = sealed.partition(":")
        nonce, _, data = rest.partition(":")
        if version != "v1" or not data:
            raise EngineError("a secret is not encrypted as Pulumi's passphrase provider does")
        sealed_bytes = base64.b64decode(data)
        try:
            opened: bytes = self.cipher.decrypt(base64.b64decode(nonce), sealed_bytes, None)
        except InvalidTag:
            raise EngineError("incorrect passphrase") from None
        if key:
            self._cache[key, opened.decode()] = sealed
        return opened.decode()
