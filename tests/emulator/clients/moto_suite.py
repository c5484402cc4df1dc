"""`make test-moto`: moto's own tests of Batch, Personalize and SageMaker, run against the emulator.

They are in the source distribution of the installed version, which pip fetches once into `.local/`. This module is also
the pytest plugin with which they run. `moto_differences.txt` names the tests that cannot pass, and why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SERVICES = ("batch", "personalize", "sagemaker")
DIFFERENCES = HERE / "moto_differences.txt"


def main() -> int:
    """Fetch the tests and run them; the exit code of pytest."""
    folder = _fetch(f"moto-{version('moto')}")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "moto_suite",
        "-p",
        "no:cacheprovider",
    ]
    wanted = [f"tests/test_{service}" for service in SERVICES]
    path = os.pathsep.join(map(str, (HERE, ROOT, folder / "packages")))
    env = {**os.environ, "PYTHONPATH": path, "TEST_SERVER_MODE": "true"}
    return subprocess.run(
        [*command, *wanted, *sys.argv[1:]], cwd=folder, env=env, check=False
    ).returncode


def _fetch(name: str) -> Path:
    target = ROOT / ".local" / name
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        source = [f"moto=={version('moto')}", "--no-deps", "--no-binary", "moto"]
        pip = [sys.executable, "-m", "pip", "download", "-q", "-d", str(target.parent)]
        subprocess.run([*pip, *source], check=True)
        with tarfile.open(target.parent / f"{name}.tar.gz") as archive:
            archive.extractall(target.parent, filter="data")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(target / "packages"),
        ]
        subprocess.run([*pip, "freezegun"], check=True)  # which some of them need
    return target


def read_differences() -> dict[str, str]:
    """Return the reason why a test cannot pass, by the end of its id."""
    lines = DIFFERENCES.read_text("utf-8").splitlines()
    pairs = [line.split("  ", 1) for line in lines if line and not line.startswith("#")]
    return {name: reason.strip() for name, reason in pairs}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the files that are named, and expect the named tests to fail, and no other."""
    known = read_differences()
    left_out = [each for each in items if _name(each).partition("::")[0] in known]
    items[:] = [each for each in items if each not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for item in items:
        if reason := known.get(_name(item)):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _name(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/test_")


@pytest.fixture(autouse=True, scope="session")
def emulator() -> Iterator[None]:
    """Serve an emulator that has nothing, and reset it as moto's tests do."""
    from moto.core.models import ServerModeMockAWS

    from local.aws.clock import Pace
    from local.aws.server.emulator import Emulator

    with Emulator(seed=False, pace=Pace.instant()) as running:
        os.environ["TEST_SERVER_MODE_ENDPOINT"] = running.endpoint
        ServerModeMockAWS.reset = lambda _: running.reset()
        ServerModeMockAWS._test_server_mode_endpoint = property(
            lambda _: running.endpoint, lambda *_: None
        )
        yield


if __name__ == "__main__":
    sys.exit(main())
