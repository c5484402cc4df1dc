"""What a code folder's archive leaves out: caches, credentials, and what `.gitignore` names.

`.gitignore` files count from the project's root down to the file, as git reads them
(https://git-scm.com/docs/gitignore); git's own settings (`core.excludesFile`, `.git/info/exclude`) do not: they differ
from machine to machine, and the archive must not.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import JobError
from .regular_files import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

CACHES = frozenset(
    ("__pycache__", ".git", ".DS_Store", ".ipynb_checkpoints", ".pytest_cache", ".venv")
)
# in lower case, with the syntax of `.gitignore`, of a file's or a folder's own name
CREDENTIALS = """
.env
.env.*
!.env.example
!.env.sample
!.env.template
.envrc
.aws
.azure
.boto
.docker
.dockercfg
.git-credentials
.gnupg
.htpasswd
.kube
.my.cnf
.netrc
_netrc
.npmrc
.pgpass
.pulumi
.pypirc
.s3cfg
.ssh
.vault-token
id_dsa
id_ecdsa
id_ed25519
id_rsa
*.jks
*.kdbx
*.key
*.keystore
*.p12
*.pem
*.pfx
*.ppk
"""
MAX_BYTES = 100_000  # of one `.gitignore`


@cache
def _credentials() -> GitIgnoreSpec:
    return _compile_lines(CREDENTIALS.split())


def is_credential(name: str) -> bool:
    """Say whether a file or folder of this name usually holds credentials."""
    return _credentials().match_file(name.lower())


def _compile_lines(lines: Iterable[str]) -> GitIgnoreSpec:
    """Compile a `.gitignore`; a line that is no pattern matches nothing, as in git."""
    # a tenth of a second, for those who have code folders
    import re2
    from pathspec import GitIgnoreSpec

    # RE2: its time is linear in the name, so no pattern of a pull request can hold anything up
    found: list[Any] = []
    for line in lines:
        with suppress(ValueError, re.error, re2.error):
            found += GitIgnoreSpec.from_lines([line], backend="re2").patterns
    return GitIgnoreSpec(found, backend="re2")


class Rules:
    """What is left out of one folder. `root` is the project's folder without links, `at` the code folder below it.

    `include` names what is packed all the same, relative to the code folder: a file, or a folder with what
    `.gitignore` leaves out of it. What holds credentials must be named itself.
    """

    def __init__(self, root: str, at: str, include: Collection[str]) -> None:
        self._root, self._at = root, "" if at == "." else at
        self._include = frozenset(include)
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        # a folder that is ignored itself is packed because the job names it: the rules above it are not for it
        self._top = 0
        parts = self._at.split("/") if self._at else []
        if any(
            self._is_ignored("/".join(parts[: end + 1]), is_dir=True) for end in range(len(parts))
        ):
            self._top = len(parts)

    def judge(self, path: str, is_dir: bool) -> str:
        """Return why a file or folder of the code folder is left out: cache, credentials, gitignore, or nothing.

        The folders above it are judged before it, or by `judge_all`.
        """
        name = posixpath.basename(path)
        if name in CACHES:
            return "cache"
        if path not in self._include and is_credential(name):
            return "credentials"
        if self._is_named(path, is_dir) or not self._is_ignored(
            posixpath.join(self._at, path), is_dir
        ):
            return ""
        return "gitignore"

    def judge_all(self, path: str, is_dir: bool) -> str:
        """Return why a path is left out, by itself or by one of the folders above it."""
        parts = path.split("/")
        for end in range(1, len(parts)):
            if reason := self.judge("/".join(parts[:end]), is_dir=True):
                return reason
        return self.judge(path, is_dir)

    def _is_named(self, path: str, is_dir: bool) -> bool:
        if is_dir and any(name.startswith(f"{path}/") for name in self._include):
            return True  # for what is in it; the rest is judged by itself
        while path:
            if path in self._include:
                return True
            path = posixpath.dirname(path)
        return False

    def _is_ignored(self, path: str, is_dir: bool) -> bool:
        """Say whether a path, relative to the project's root, is ignored: the nearest `.gitignore` decides."""
        parts = path.split("/")
        for depth in range(len(parts) - 1, self._top - 1, -1):
            spec = self._read_spec("/".join(parts[:depth]))
            name = "/".join(parts[depth:]) + ("/" if is_dir else "")
            found = spec.check_file(name).include if spec else None
            if found is not None:
                return found
        return False

    def _read_spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            name = posixpath.join(folder, ".gitignore")
            self._specs[folder] = None
            # git does not follow a link here either
            if os.path.isfile(os.path.join(self._root, name)) and not os.path.islink(
                os.path.join(self._root, name)
            ):
                content, _ = read_regular(self._root, name, MAX_BYTES)
                if len(content) > MAX_BYTES:
                    raise JobError(f"`{name}` has more than {MAX_BYTES:,} bytes")
                lines = content.decode("utf-8-sig", "replace").splitlines()
                self._specs[folder] = _compile_lines(lines)
        return self._specs[folder]
