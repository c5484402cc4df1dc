"""The guide's comment is the comment, and the files for other systems are what those systems take."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from cli.__main__ import COMMANDS, ENGINE, import_command
from cli.planning import markdown
from cli.planning.model import Plan
from tests.conftest import ROOT
from tests.end_to_end import jobs
from tests.unit.plan.documents import RUNNING, inputs, job_files, plan, state, step

GITLAB = ROOT / "docs" / "gitlab-ci.md"
OPERATOR = ROOT / "examples" / "kubernetes-operator" / "stack.yaml"


def of_the_guide() -> Plan:
    """A pull request that changes one running job, adds one that waits and one that does not, and removes one."""
    new: dict[str, Any] = inputs("churn", onReplace="terminate")
    new["request"]["serviceRequestPayload"]["HyperParameters"]["eta"] = "0.3"
    sources = {
        name: yaml.safe_dump(document, sort_keys=False)
        for name, document in (
            ("churn", {**jobs.hyperparameters(eta="0.3"), "onReplace": "terminate"}),
            ("evaluate", {**jobs.service(), "dependsOn": ["churn"]}),
            ("fresh", jobs.service()),
        )
    }
    return plan(
        step("replace", old=state(inputs(), **RUNNING), new=new),
        step("create", "evaluate", new=inputs("evaluate", waitingFor=["churn"])),
        step("create", "fresh", new=inputs("fresh")),
        step("delete", "old", old=state(inputs("old"))),
        jobs=job_files(**sources),
        prices={"ml.m5.xlarge": 0.23},
    )


def test_the_guide_shows_the_comment_as_it_looks() -> None:
    """The comment in docs/gitops.md is what `jobctl plan` writes for such a pull request."""
    guide = (ROOT / "docs" / "gitops.md").read_text("utf-8")
    shown = re.search(r"<!-- the comment -->\n(.*?)<!-- its end -->", guide, re.DOTALL)
    assert shown and shown[1] == markdown.render(of_the_guide())


def commands() -> list[tuple[str, list[str]]]:
    """Every `./jobctl ...` that the guides show, without the engine's own commands."""
    found = set()
    guides = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*/*.md")]
    for guide in [*guides, ROOT / "policy" / "README.md"]:
        for shown in re.findall(r"\./jobctl ([a-z][^`\n|#>;&)]*)", guide.read_text("utf-8")):
            name, *words = shown.split()
            if not re.search(r"[][.,:]", shown) and name != "setup":
                found.add((name, tuple(words)))
    return [(name, list(words)) for name, words in sorted(found)]


def test_the_guides_commands_are_understood() -> None:
    """Whatever `./jobctl ...` a guide shows, its command exists and takes these arguments."""
    shown = commands()
    assert ("new", ["ServiceJob", "churn"]) in shown
    for name, words in shown:
        assert name in COMMANDS, name
        module = import_command(name)
        # a command alone is only named; the engine reads its own flags
        if words and name not in (*ENGINE, "up"):
            parser = argparse.ArgumentParser(prog=name, exit_on_error=False)
            module.configure(parser)
            parser.parse_args(words)


def test_gitlabs_schema_accepts_the_documented_file(tmp_path: Path) -> None:
    """The file in docs/gitlab-ci.md is one that GitLab takes, and its commands are jobctl's."""
    found = re.search(r"```yaml\n(.*?)```", GITLAB.read_text("utf-8"), re.DOTALL)
    assert found
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(found[1], "utf-8")
    check = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [str(check), "--builtin-schema", "vendor.gitlab-ci", str(path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    jobs_of_it = yaml.safe_load(found[1])
    for name in ("validate", "plan", "deploy", "drift"):
        assert all(line.startswith("./jobctl ") for line in jobs_of_it[name]["script"])


def test_the_operator_never_destroys() -> None:
    """The Stack resource resyncs an unchanged commit, refreshes, and releases nothing when it is deleted."""
    spec = yaml.safe_load(OPERATOR.read_text("utf-8"))["spec"]
    assert spec["continueResyncOnCommitMatch"] is True
    assert spec["refresh"] is True
    assert spec["destroyOnFinalize"] is False
    assert spec["resyncFrequencySeconds"] >= 60
