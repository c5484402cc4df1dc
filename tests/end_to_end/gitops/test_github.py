"""What is written to GitHub, and what is not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cli.commands.drift import find_differences, format_issue, report_drift
from cli.github.api import AUTHOR, GitHub, find_marked
from components.errors import JobError
from tests.end_to_end.gitops import github as fake
from tests.unit.plan.documents import inputs, plan, state, step

MARKER = "<!-- aws-jobs drift: aws-jobs.prod -->"


@pytest.fixture
def running() -> Iterator[fake.GitHub]:
    with fake.GitHub() as found:
        yield found


def connected(running: fake.GitHub, token: str = "job-token") -> GitHub:
    return GitHub.of(
        {"GITHUB_API_URL": running.api, "GITHUB_REPOSITORY": "acme/jobs", "GITHUB_TOKEN": token}
    )


def test_someone_elses_comment_is_left_alone() -> None:
    """A comment that begins with our marker and is not ours is not taken for ours."""
    foreign = {"id": 1, "body": MARKER, "user": {"login": "mallory"}}
    ours = {"id": 2, "body": f"{MARKER}\ntext", "user": {"login": AUTHOR}}
    quoting = {"id": 3, "body": f"> {MARKER}", "user": {"login": AUTHOR}}
    assert find_marked(iter([foreign, quoting, ours]), MARKER, AUTHOR) == ours
    assert find_marked(iter([foreign, quoting]), MARKER, AUTHOR) is None


def test_an_issue_among_hundreds_is_found(running: fake.GitHub) -> None:
    """The lists are read page by page: the one issue is found behind a hundred others."""
    for number in range(120):
        issue = {"number": number, "state": "open", "user": fake.BOT, "body": "another"}
        running.issues.append(issue)
    github = connected(running)
    found = [("churn", "its run was terminated")]
    assert report_drift(github, MARKER, "prod", found, AUTHOR) == "opened #220"
    assert report_drift(github, MARKER, "prod", found, AUTHOR) == "updated #220"
    assert report_drift(github, MARKER, "prod", [], AUTHOR) == "closed #220"
    assert report_drift(github, MARKER, "prod", [], AUTHOR) == "no issue to close"


def test_a_refusal_is_one_sentence_without_the_token(running: fake.GitHub) -> None:
    """What GitHub refuses is named by its status; the token is in no message."""
    with pytest.raises(JobError) as caught:
        connected(running, "another-token").call("POST", "/issues", {})
    assert str(caught.value) == "GitHub rejected POST /issues: 404 Not Found"
    assert "another-token" not in repr(connected(running, "another-token"))


@pytest.mark.parametrize("missing", ["GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_outside_of_a_workflow_it_says_so(missing: str) -> None:
    """Without the workflow's variables the missing one is named."""
    env = {"GITHUB_REPOSITORY": "acme/jobs", "GITHUB_TOKEN": "x"}
    del env[missing]
    with pytest.raises(JobError, match=missing):
        GitHub.of(env)


def changed(**others: Any) -> dict[str, Any]:
    return step("replace", old=state(inputs(period="2026-W46")), new=inputs(**others))


def test_what_comes_by_itself_is_no_drift() -> None:
    """A new period, a job that waits and one whose turn has come are what the next scheduled `up` does anyway."""
    placeholder = {"id": "w", "inputs": inputs(waitingFor=["a"]), "outputs": {"phase": "WAITING"}}
    for found in (
        changed(period="2026-W47"),
        step("create", new=inputs(waitingFor=["a"])),
        step("replace", old=placeholder, new=inputs()),
        step("same", old=state(inputs()), new=inputs()),
    ):
        assert find_differences(plan(found)) == []


def test_what_is_merged_and_not_deployed_is_drift() -> None:
    """A new job, a changed one and a removed one that no deployment has taken up are named."""
    found = plan(
        step("create", "fresh", new=inputs("fresh")),
        changed(period="2026-W46", generation=2),
        step("delete", "old", old=state(inputs("old"))),
    )
    assert find_differences(found) == [
        ("churn", "`re-run` is merged but not deployed"),
        ("fresh", "`submit` is merged but not deployed"),
        ("old", "`release` is merged but not deployed"),
    ]


def test_an_issue_stays_under_githubs_limit() -> None:
    """A thousand jobs are cut with a count."""
    found = [(f"job-{number}", "x" * 300) for number in range(1000)]
    body = format_issue(MARKER, found)
    assert len(body) < 65_536
    assert f"... and {1000 - body.count('| <code>job-')} more" in body
