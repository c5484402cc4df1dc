"""A small GitHub Actions runner: it reads a workflow file and runs its jobs' steps, as far as ours need it.

Actions stand in by name; what it does not know it refuses, so that a workflow cannot grow past its test unnoticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class Unknown(Exception):
    """The workflow says something that this runner does not know."""


@dataclass(frozen=True)
class Step:
    """What a step printed, and its exit code."""

    command: str
    code: int
    text: str


@dataclass
class Run:
    """One workflow run: its steps, the AWS roles that it assumed, and the summaries on its page."""

    steps: list[Step] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    summary: str = ""

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.code != 0]


@dataclass
class Runner:
    """Runs workflows of `repository` (a git repository) in `folder`, with the secrets of each environment."""

    repository: Path
    folder: Path
    secrets: Mapping[str, Mapping[str, str]]
    api: str
    aws: Mapping[str, str]  # what configure-aws-credentials leaves in the environment
    count: int = 0

    def run(self, workflow: str, event: str, commit: str, payload: Mapping[str, Any]) -> Run:
        """Run the workflow's jobs at a commit, one after the other, as this event starts it."""
        self.count += 1
        home = self.folder / f"run-{self.count}"
        home.mkdir(parents=True)
        (home / "event.json").write_text(json.dumps(payload), "utf-8")
        document = yaml.load(
            (self.repository / ".github/workflows" / workflow).read_text("utf-8"), yaml.BaseLoader
        )
        assert event in ([document["on"]] if isinstance(document["on"], str) else document["on"])
        github = {"event": payload, "event_name": event, "repository": "acme/jobs"}
        context = {"github": {**github, "token": "job-token"}}
        run = Run()
        outputs: dict[str, Any] = {}
        for name, job in document["jobs"].items():
            needs = [job["needs"]] if "needs" in job else []
            here = {**context, "needs": {need: outputs.get(need, {}) for need in needs}}
            if not _true(job.get("if", "success()"), here, not run.failed):
                continue
            strategy = job.get("strategy", {})
            cells = _list_cells(strategy, here)
            for number, cell in enumerate(cells):
                secrets = self.secrets.get(
                    _filled(job.get("environment", ""), {"matrix": cell}), {}
                )
                inner = {**here, "matrix": cell, "secrets": secrets}
                folder = home / f"{name}-{number}"
                folder.mkdir()
                outputs[name] = {"outputs": self._job(job, folder, commit, inner, run)}
                if run.failed and _true(strategy.get("fail-fast", "true"), here, True):
                    break
        return run

    def _job(
        self,
        job: dict[str, Any],
        home: Path,
        commit: str,
        context: dict[str, Any],
        run: Run,
    ) -> dict[str, str]:
        """Run one job, or one cell of its matrix; return its outputs."""
        work, output = home / "work", home / "output"
        work.mkdir()
        event = home.parent / "event.json"
        environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
        environment |= {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.api,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": "acme/jobs",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": commit,
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            "HOME": str(home),
            "JOBCTL_ENGINE": "embedded",
        }
        environment |= {key: _filled(value, context) for key, value in job.get("env", {}).items()}
        before = len(run.failed)
        steps: dict[str, Any] = {}
        for step in job["steps"]:
            good = len(run.failed) == before
            if not _true(step.get("if", "success()"), context, good):
                continue
            if "uses" in step:
                merge = context["github"]["event_name"] == "pull_request"
                self._action(step["uses"], work, commit, merge, environment)
                role = step.get("with", {}).get("role-to-assume")
                run.roles += [_filled(role, context)] if role else []
                continue
            output.write_text("", "utf-8")
            extra = {key: _filled(value, context) for key, value in step.get("env", {}).items()}
            if "${{" in step["run"]:
                raise Unknown("an expression inside a shell command")
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=work,
                env={**environment, **extra},
                capture_output=True,
                text=True,
                timeout=300,
            )
            run.steps.append(Step(step["run"], done.returncode, done.stdout + done.stderr))
            written = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
            steps[step.get("id", "")] = {"outputs": written}
        if (home / "summary.md").exists():
            run.summary += (home / "summary.md").read_text("utf-8")
        named = job.get("outputs", {})
        return {key: _filled(text, {"steps": steps}) for key, text in named.items()}

    def _action(
        self,
        uses: str,
        work: Path,
        commit: str,
        merge: bool,
        environment: dict[str, str],
    ) -> None:
        name, _, version = uses.partition("@")
        if not re.fullmatch("[0-9a-f]{40}", version):
            raise Unknown(f"{uses} is not pinned by a commit")
        if name == "actions/checkout":
            git(work.parent, "clone", "--quiet", str(self.repository), str(work))
            # of a pull request, the commit that would merge it
            git(work, "checkout", "--quiet", "--detach", "origin/main" if merge else commit)
            if merge:
                git(work, "merge", "--quiet", "--no-ff", "--message", "merge", commit)
            # what `pip install` would bring is here already
            (work / ".venv").symlink_to(sys.prefix)
            environment["JOBCTL_IN_VENV"] = str(work / ".venv")
            environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        elif name == "aws-actions/configure-aws-credentials":
            environment |= self.aws
        elif name != "pulumi/actions":
            raise Unknown(f"the action {name}")


def _list_cells(strategy: Mapping[str, Any], context: Mapping[str, Any]) -> list[Any]:
    """Return the cells of a job's matrix; a job without one is a single cell."""
    if "matrix" not in strategy:
        return [{}]
    found = re.fullmatch(r"\$\{\{ fromJSON\((.*)\) \}\}", strategy["matrix"]["include"])
    if not found:
        raise Unknown(f"the matrix {strategy['matrix']}")
    return list(json.loads(_value(found[1], context)))


def _filled(text: str, context: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda found: str(_value(found[1].strip(), context)), text)


def _value(path: str, context: Mapping[str, Any]) -> Any:
    value: Any = context
    for part in path.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return value


def _true(condition: str, context: Mapping[str, Any], good: bool) -> bool:
    found = _EXPRESSION.fullmatch(condition.strip())
    text = found[1].strip() if found else condition.strip()
    known = {"true": True, "false": False, "!cancelled()": True, "success()": good}
    known |= {"failure() || cancelled()": not good}
    if text in known:
        return known[text]
    # a condition that asks for no status asks for success
    return good and all(_compare(term, context) for term in text.split(" && "))


def _compare(term: str, context: Mapping[str, Any]) -> bool:
    found = re.fullmatch(r"([\w.-]+) (==|!=) ([\w.-]+|'[^']*')", term)
    if not found:
        raise Unknown(f"the condition {term}")
    right = found[3][1:-1] if found[3].startswith("'") else _value(found[3], context)
    return bool((_value(found[1], context) == right) == (found[2] == "=="))


def git(folder: Path, *words: str) -> str:
    """Run git, with no settings but these."""
    done = subprocess.run(
        [str(shutil.which("git")), *words],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
