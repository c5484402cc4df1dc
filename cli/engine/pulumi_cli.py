"""The Pulumi CLI: where it is, and how the version that the tests use is installed into the project.

`./jobctl` imports this before anything is installed: nothing but Python's own library at the top.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from cli.display.text import find_last_line
from components.errors import JobError

# the workflows install the same version: `pulumi-version-file` of https://github.com/pulumi/actions
VERSION_FILE = ".pulumi.version"
INSTALL = "install the Pulumi CLI (https://www.pulumi.com/docs/install/) and put it on PATH"


def get_own_folder(root: str | Path) -> Path:
    """Return where `setup --pulumi` installs the CLI."""
    return Path(root) / ".local" / "pulumi-cli"


def find_pulumi(root: str | Path, path: str | None) -> str:
    """Return the CLI that was installed into the project, else the one on this PATH, else nothing."""
    own = get_own_folder(root) / "bin"
    return shutil.which("pulumi", path=os.pathsep.join(filter(None, (str(own), path)))) or ""


def is_own(root: Path, path: str) -> bool:
    """Tell whether this CLI is the one that was installed into the project."""
    return Path(path).is_relative_to(get_own_folder(root))


def read_version(root: str | Path) -> str:
    return (Path(root) / VERSION_FILE).read_text("utf-8").strip()


def install_pulumi(root: str | Path, install: Callable[[Path, str], None] | None = None) -> str:
    """Install the CLI into the project, unless it is there; return its path. Raises `JobError` with the manual way."""
    version = read_version(root)
    try:
        (install or _install)(get_own_folder(root), version)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = str(error)
        if isinstance(error, subprocess.CalledProcessError):
            reason = find_last_line((error.output or b"").decode(errors="replace")) or reason
        raise JobError(
            f"the Pulumi CLI {version} could not be installed: {reason}. Without this: {INSTALL}"
        ) from None
    return str(get_own_folder(root) / "bin" / "pulumi")


def _install(folder: Path, version: str) -> None:
    """Run the SDK's own installer. https://www.pulumi.com/docs/reference/pkg/python/pulumi/#pulumi.automation"""
    from pulumi.automation import PulumiCommand
    from semver import VersionInfo

    PulumiCommand.install(str(folder), VersionInfo.parse(version))
