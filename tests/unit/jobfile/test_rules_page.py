"""docs/rules.md lists what is checked: every rule, no other, each of AWS's with its page."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from .cases import CASES, examples, expected

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")
# as in `yield JobProblem(at, message, "spot-wait-time")`
NAME = re.compile(r'"((?:[a-z]+-)+[a-z]+)"')


def in_code() -> set[str]:
    """The names of rules in the code: words with a hyphen in quotes, less those that are something else."""
    sources = [
        *(ROOT / "components" / "jobfile").rglob("*.py"),
        *(ROOT / "components" / "kinds").rglob("*.py"),
        ROOT / "components" / "stack" / "settings_file.py",
    ]
    tables = ("table.py", "texts.py", "recipes.py")
    texts = [path.read_text("utf-8") for path in sources if path.name not in tables]
    found = {name for text in texts for name in NAME.findall(text)}
    return found - {"utf-8", "utf-8-sig", "x-open", "aws-jobs"}


def listed() -> set[str]:
    """The names in the first column of the page's tables, and in its last paragraph."""
    rows = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| `")]
    files = re.findall(r"`(file-[a-z]+)`", PAGE)
    return {name for row in rows for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row)} | set(
        files
    )


def test_the_page_lists_the_rules() -> None:
    """A rule without its line on the page, or a line without its rule, fails."""
    assert in_code() - {"us-east-1", "us-west-2", "ap-northeast-1"} == listed()


def test_the_page_lists_what_preflight_finds() -> None:
    """The same of what is looked up in AWS."""
    sources = [
        *(ROOT / "components" / "preflight").glob("*.py"),
        *(ROOT / "components" / "kinds").rglob("*.py"),
    ]
    text = "".join(path.read_text("utf-8") for path in sources)
    assert set(re.findall(r'"(preflight\.[a-z]+)"', text)) == set(
        re.findall(r"`(preflight\.[a-z]+)`", PAGE)
    )


def test_every_reference_has_its_address() -> None:
    """What the tables cite is linked to a page of AWS's documentation."""
    cited = set(re.findall(r"\[([A-Za-z][\w -]+)\](?!\()", PAGE))
    linked = dict(re.findall(r"^\[([^\]]+)\]: (\S+)$", PAGE, re.MULTILINE))
    assert cited == set(linked)
    assert all(url.startswith("https://docs.aws.amazon.com/") for url in linked.values())


def test_every_rule_has_an_example() -> None:
    """Each rule about requests and keys is shown by an example file at least once."""
    lines = [
        text
        for folder in ("accepted", "rejected")
        for e in examples(folder)
        for text in expected(e)
    ]
    shown = {name for text in lines for name in re.findall(r"\[(?:warning )?([a-z-]+)\]", text)}
    elsewhere = {name for name in listed() if name.startswith("file-")} | {
        "theme-region",
        "watch-file",
        "stack-settings",
        *(f"code-{name}" for name in ("folder", "script", "link", "file", "place")),
        *(f"code-{name}" for name in ("size", "include", "credentials")),
    }
    assert listed() - shown - elsewhere == set()
    assert CASES.is_dir()


def test_the_hook_names_the_command() -> None:
    """The pre-commit hook runs `jobctl validate` on changes of job files and of stacks' settings."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == (
        "jobctl-validate",
        "jobctl validate",
        "script",
    )
    pattern = re.compile(hook["files"])
    assert pattern.search("jobs/team/churn.yml")
    assert pattern.search("Pulumi.prod.yaml")
    assert not pattern.search("src/jobs.py")
