"""Where upstream's files come from: the address and the version that `upstream.lock` has of them."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cli.project.stack import read_yaml
from cli.repository.git import git, has_git
from cli.repository.manifest import LOCK, read_lock
from cli.repository.version import read_version
from components.errors import JobError
from components.wire import pick

_SCP = re.compile(r"[\w.-]+@[\w.-]+:[\w./~-]+")  # git@example.com:acme/jobs.git


def find_version(root: Path) -> str:
    """Return the version in a folder, and its commit where that is no release: `1.2.0+1a2b3c4`."""
    if (root / LOCK).exists():
        return read_lock(root).version
    version = read_version(root)
    if not (root / ".git").exists() or not has_git():
        return version
    tag = f"v{version}"
    try:
        found = git(root, "describe", "--always", "--dirty", "--tags", "--match", tag).strip()
    except JobError:  # no commit yet
        return version
    commit = found.removeprefix(tag).lstrip("-")
    return f"{version}+{commit}" if commit else version


def find_source(root: Path) -> str:
    """Return the address that upgrades come from, without credentials, or nothing where there is none.

    It is the one of the clone, of `pulumi new`, or of the repository that this one was made from.
    """
    if (root / LOCK).exists():
        return read_lock(root).source
    found = ""
    if (root / ".git").exists() and has_git():
        with suppress(JobError):
            found = git(root, "remote", "get-url", "origin").strip()
    else:
        project = read_yaml(root / "Pulumi.yaml")
        found = str(pick(project, "config.pulumi:tags.value.pulumi:template", ""))
    # a folder of somebody's machine is no address for others
    is_remote = _SCP.fullmatch(found) or urlsplit(found).scheme in ("https", "ssh", "http")
    return without_credentials(found) if is_remote else ""


def without_credentials(address: str) -> str:
    """Return an address as it may be committed; the user of SSH is part of it."""
    parts = urlsplit(address)
    if _SCP.fullmatch(address) or "@" not in parts.netloc:
        return address
    user, _, host = parts.netloc.rpartition("@")
    name = f"{user.partition(':')[0]}@" if parts.scheme == "ssh" else ""
    return urlunsplit((parts.scheme, f"{name}{host}", parts.path, "", ""))
