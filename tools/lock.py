"""`make lock`: pin each requirement, and what it requires, to a version and the hashes of its files.

jobctl, CI and deployments install from what this writes, and take no file with another hash. It moves every package to
the newest version that the requirement files allow, for all Python versions from 3.10 on.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OLDEST = "3.10"


def load_starter() -> Any:
    """Load `jobctl`, which knows the sets of requirements and their locks."""
    loader = SourceFileLoader("jobctl_starter", str(ROOT / "jobctl"))
    spec = spec_from_loader("jobctl_starter", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def main() -> int:
    starter = load_starter()
    largest: list[str] = []
    # the largest set first: the others have its versions
    for count in range(len(starter.LOCKS), 0, -1):
        path = ROOT / starter.LOCKS[count - 1]
        command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--upgrade"]
        command += ["--python-version", OLDEST, "--generate-hashes", "--no-header", "--no-annotate"]
        command += ["--quiet", *largest, "-o", str(path), *starter.REQUIREMENTS[:count]]
        if subprocess.call(command, cwd=ROOT) != 0:
            return 1
        head = f"# {starter.make_digest(count)}\n# `make lock` writes this file.\n"
        path.write_text(head + path.read_text("utf-8"), "utf-8")
        largest = largest or ["-c", str(path)]
    return 0


if __name__ == "__main__":
    sys.exit(main())
