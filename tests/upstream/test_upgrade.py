"""`jobctl upgrade`: from the repository that the commit before this one makes, with state, to this one."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.repository.version import read_version
from local.aws.server.emulator import Emulator
from tests.conftest import ROOT, Outcome
from tests.upstream.releases import call, copy_release, make_environment, run


@dataclass
class Team:
    """A team's repository of the version before, with a deployed job; and this version, with a change to be sure."""

    root: Path
    version: str
    release: Path
    env: dict[str, str]

    def jobctl(self, *argv: str) -> Outcome:
        return run(self.root, self.env, *argv)

    def git(self, *argv: str) -> str:
        outcome = call(self.root, self.env, "git", *argv)
        assert outcome.code == 0, outcome.text
        return outcome.stdout

    def commit(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", path)


def extract_former(target: Path) -> Path:
    """Write the tree of the commit before this one, with this one's requirements: the packages are the tests' own."""
    # a shallow clone has none: ci.yml fetches two commits
    archive = subprocess.run(
        ["git", "archive", "HEAD^"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(target)
    for path in ROOT.glob("requirements*"):
        shutil.copy(path, target)
    return target


@pytest.fixture
def team(tmp_path: Path, emulator: Emulator) -> Team:
    return make_team(tmp_path, emulator, extract_former(tmp_path / "former"))


def make_team(tmp_path: Path, emulator: Emulator, former: Path) -> Team:
    env = make_environment(tmp_path, AWS_ENDPOINT_URL=emulator.endpoint, JOBCTL_ENGINE="embedded")
    root = tmp_path / "acme"
    made = run(former, env, "init", str(root), "--name", "acme", "--region", "us-east-1")
    assert made.code == 0, made.text
    release = copy_release(tmp_path / "release")
    (release / "docs" / "added.md").write_text("new\n", "utf-8")
    (release / "docs" / "why.md").unlink()
    found = Team(root, read_version(former), release, env)
    shutil.copy(ROOT / "jobs" / "churn-xgboost.yaml", root / "jobs" / "own.yaml")
    found.git("add", "--all")
    found.git("commit", "--quiet", "-m", "A job")
    return found


def test_an_upgrade_with_state_changes_nothing_in_the_preview(team: Team) -> None:
    """One commit; the team's paths are untouched, upstream's are the release's; the deployed job stays what it is."""
    up = team.jobctl("up", "-s", "local", "--yes", "--skip-preview")
    assert up.code == 0, up.text
    team.commit("components/kinds/own/table.py", "# an own kind\n")
    team.commit(".github/workflows/preview.yml", "name: ours\n")
    before = team.git("rev-parse", "HEAD").strip()
    outcome = team.jobctl("upgrade", str(team.release))
    assert outcome.code == 0, outcome.text
    assert "local: no difference in the preview" in outcome.stdout
    assert (
        f"committed: Upgrade jobctl from {team.version} to {read_version(ROOT)}" in outcome.stdout
    )
    assert team.git("rev-parse", "HEAD^").strip() == before
    assert team.git("status", "--porcelain") == ""
    touched = team.git("diff", "--name-only", before).split()
    assert {"docs/added.md", "docs/why.md", "upstream.lock"} <= set(touched)
    own = ("jobs/", "Pulumi", "README.md", "components/kinds/own/", ".github/workflows/preview.yml")
    assert [path for path in touched if path.startswith(own)] == []
    assert (team.root / "docs" / "added.md").read_text("utf-8") == "new\n"
    assert not (team.root / "docs" / "why.md").exists()
    same = team.jobctl("preview", "-s", "local", "--expect-no-changes")
    assert same.code == 0, same.text
    again = team.jobctl("upgrade", str(team.release))
    assert again.stdout.endswith(f"nothing to do: this is {read_version(ROOT)}\n")


def test_an_upgrade_stops_where_the_team_changed_an_upstream_path(team: Team) -> None:
    """Nothing is written; --take gives the change up."""
    team.commit("cli/commands/new.py", "changed\n")
    (team.root / "docs" / "platform.md").unlink()
    outcome = team.jobctl("upgrade", str(team.release))
    assert "commit your changes first" in outcome.stderr
    team.git("commit", "--quiet", "--all", "-m", "removed")
    outcome = team.jobctl("upgrade", str(team.release))
    assert outcome.code == 1
    assert outcome.stderr == (
        "error: 2 upstream paths changed here; nothing was upgraded:\n"
        "  cli/commands/new.py\n  docs/platform.md\n"
        "Undo these changes, or give them up with --take PATH\n"
    )
    assert team.git("status", "--porcelain") == ""
    taken = team.jobctl("upgrade", str(team.release), "--take", "cli", "--take", "docs")
    assert taken.code == 0, taken.text
    assert (team.root / "docs" / "platform.md").exists()


def test_a_release_that_refuses_the_job_files_is_not_committed(team: Team) -> None:
    """`validate` runs with the release's code, for every stack."""
    team.commit("jobs/later.yaml", "kind: Nothing\n")
    outcome = team.jobctl("upgrade", str(team.release))
    assert outcome.code == 1
    assert "validate of the stack local failed" in outcome.stderr
    assert "`git reset --hard` undoes the upgrade" in outcome.stderr
    assert (team.root / "docs" / "added.md").exists()
    team.git("reset", "--quiet", "--hard")
    assert not (team.root / "docs" / "added.md").exists()
    assert team.git("status", "--porcelain") == ""


def release_git(team: Team, *argv: str) -> str:
    outcome = call(team.release, team.env, "git", *argv)
    assert outcome.code == 0, outcome.text
    return outcome.stdout.strip()


def test_a_version_is_a_tag_of_the_address(team: Team) -> None:
    """The newest without one; the address is remembered. An older one is asked for by a flag."""
    for version in ("90.9.0", "90.10.0"):
        file = team.release / "pyproject.toml"
        line = f'version = "{read_version(team.release)}"'
        text = file.read_text("utf-8").replace(line, f'version = "{version}"')
        file.write_text(text, "utf-8")
        release_git(team, "init", "-q")
        release_git(team, "add", "-A")
        release_git(team, "commit", "-qm", "x")
        release_git(team, "tag", f"v{version}")
    address = team.release.as_uri()
    first = team.jobctl("upgrade", "v90.9.0", "--from", address)
    assert f"committed: Upgrade jobctl from {team.version} to 90.9.0" in first.stdout, first.text
    second = team.jobctl("upgrade")
    assert "committed: Upgrade jobctl from 90.9.0 to 90.10.0" in second.stdout, second.text
    assert team.jobctl("--version").stdout == "jobctl 90.10.0\n"
    older = team.jobctl("upgrade", "90.9.0")
    assert older.code == 1
    assert "90.9.0 is older than 90.10.0, which this repository has" in older.stderr
    assert team.jobctl("--version").stdout == "jobctl 90.10.0\n"
    back = team.jobctl("upgrade", "90.9.0", "--downgrade")
    assert "committed: Downgrade jobctl from 90.10.0 to 90.9.0" in back.stdout, back.text
    assert team.jobctl("--version").stdout == "jobctl 90.9.0\n"


def test_without_a_release_a_branch_or_commit_is_named(tmp_path: Path, emulator: Emulator) -> None:
    """What is between releases has its commit in its version. The errors say what to name."""
    team = make_team(tmp_path, emulator, copy_release(tmp_path / "former"))
    release_git(team, "init", "-q", "-b", "main")
    release_git(team, "add", "-A")
    release_git(team, "commit", "-qm", "x")
    address = team.release.as_uri()
    # made of an unpacked archive, this repository knows no address
    unknown = team.jobctl("upgrade")
    assert unknown.code == 1
    assert "./jobctl upgrade --from ADDRESS, which is remembered, or ./jobctl upgrade FOLDER" in (
        unknown.stderr
    )
    nothing = team.jobctl("upgrade", "--from", address)
    assert nothing.code == 1
    assert "has no release, which is a tag such as v1.2.0: name a branch" in nothing.stderr
    assert "./jobctl upgrade main" in nothing.stderr
    wrong = team.jobctl("upgrade", "next", "--from", address)
    assert "`next` is neither a folder nor a version, branch or whole commit of" in wrong.stderr
    made = team.jobctl("upgrade", "main", "--from", address)
    commit = release_git(team, "rev-parse", "--short", "HEAD")
    version = f"{read_version(ROOT)}+{commit}"
    assert f"Upgrade jobctl from {team.version} to {version}" in made.stdout, made.text
    assert "validating local\n1 job file" in made.stdout
    again = team.jobctl("upgrade", release_git(team, "rev-parse", "HEAD"))
    assert again.stdout == f"nothing to do: this is {version}\n"
