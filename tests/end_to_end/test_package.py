"""The wheel of this repository in a Pulumi program of one's own: built, installed into an empty environment, used."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from local.aws.server.emulator import Emulator
from tests.conftest import ROOT, Workspace
from tests.end_to_end import jobs
from tests.unit.program.test_check import changed
from tests.unit.test_imports import imports, modules

# what a requirement's package is imported as, where that is another name
IMPORTED_AS = {"pyyaml": "yaml", "google-re2": "re2", "pulumi-aws": "pulumi_aws"}
PROJECT = """\
name: churn
runtime: {name: python, options: {virtualenv: .venv}}
options: {refresh: always}
"""
PROGRAM = """\
import pulumi

from aws_jobs import ServiceJob, declare_jobs

own = ServiceJob("own", REQUEST)
for name, job in declare_jobs("declared").items():
    pulumi.export(name, job.jobArn)
"""


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # hatchling comes from requirements-dev.txt; nothing is fetched
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder, ROOT)
    [found] = folder.glob("aws_jobs-*.whl")
    return found


def test_the_wheel_has_components_as_it_is_and_the_schemas(wheel: Path) -> None:
    """All of `components/` and `schemas/`, and no file that is not in the repository."""
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {"aws_jobs/__init__.py"}
    for folder, inside in (("components", "components"), ("schemas", "components/schemas")):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        expected |= {
            f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            for path in files
            if path.suffix != ".pyc"
        }
    assert found == expected


def read_requirements(wheel: Path) -> dict[str, set[str]]:
    """Return package to bounds, as the wheel's metadata has them; those of an extra too."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        found = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    return dict(map(split, found))


def split(requirement: str) -> tuple[str, set[str]]:
    """Split `PyYAML<7,>=6` or `pulumi-aws<8,>=7; extra == 'platform'` into name and bounds."""
    found = re.match(r"([\w-]+)(\S*?)(;|$)", requirement.replace(" ", ""))
    assert found, requirement
    return found[1].lower(), set(found[2].split(","))


def test_its_requirements_are_those_of_a_deployment(wheel: Path) -> None:
    """With the same bounds."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    deployment = dict(split(line) for line in lines if not line.startswith("#"))
    assert read_requirements(wheel).items() <= deployment.items()


def test_it_requires_what_components_imports(wheel: Path) -> None:
    """No less, which would fail in an empty environment, and no more."""
    used = {
        imported.partition(".")[0]
        for path in modules()
        if path.is_relative_to(ROOT / "components")
        for imported in imports(path)
    }
    used -= {*sys.stdlib_module_names, "components"}
    required = {IMPORTED_AS.get(name, name) for name in read_requirements(wheel)}
    # boto3 brings botocore, jsonschema brings referencing
    assert used - {"botocore", "referencing"} == required


def test_a_program_with_the_wheel_deploys_job_files_and_jobs(
    wheel: Path, tmp_path: Path, emulator: Emulator
) -> None:
    """A job of the program's own and one of a folder are submitted once; the state refers to `components.provider`."""
    root = tmp_path / "project"
    (root / "declared").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text(PROJECT, "utf-8")
    settings = 'config: {"aws:region": us-east-1, "aws-jobs:emulator": "true"}\n'
    (root / "Pulumi.local.yaml").write_text(settings, "utf-8")
    request = changed(RoleArn=jobs.service()["request"]["serviceRequestPayload"]["RoleArn"])
    (root / "__main__.py").write_text(PROGRAM.replace("REQUEST", repr(request)), "utf-8")
    job = root / "declared" / "filed.json"
    job.write_text(json.dumps(jobs.service()), "utf-8")
    venv.create(root / ".venv", with_pip=False, symlinks=True)
    python = root / ".venv" / "bin" / "python"
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    # what pip would fetch is in the environment of the tests already
    [packages] = (root / ".venv" / "lib").glob("*/site-packages")
    (packages / "installed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")

    workspace = Workspace(root, emulator, "embedded")
    (tmp_path / "home").mkdir()
    workspace.deployed()
    workspace.deployed()
    assert workspace.submissions() == 2
    state = workspace.jobctl("stack", "export", "-s", "local").text
    assert "aws_jobs" not in state
    assert set(workspace.jobs()) == {"own", "filed"}

    job.write_text(json.dumps(jobs.service(retryStrategy={"attempts": 11})), "utf-8")
    refused = workspace.up()
    assert refused.code != 0
    assert "declared/filed.json:" in refused.text and "Traceback" not in refused.text

    # a folder of the program's that hides the package which states refer to
    (root / "components").mkdir()
    (root / "components" / "__init__.py").touch()
    done = subprocess.run([python, "__main__.py"], cwd=root, capture_output=True, text=True)
    assert f"{root}/components hides the package `components`" in done.stderr
