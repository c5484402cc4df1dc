"""The comment: GitHub's own parser reads it, and nothing foreign changes its structure."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from cli.display import escape
from cli.planning import markdown, text
from tests.unit.plan.documents import inputs, plan, state, step

HOSTILE = st.text(
    st.sampled_from(list("|`<>&*_~[]()#!\\@:-+=.\"' \n\r\tax1{}$%/")) | st.characters(), min_size=1
)
WORDS = st.sampled_from(
    ["</details>", "<script>", "${{ github.token }}", "```", "\n\n# x", "| a | b |", "@team", "#1"]
    + ["https://evil.example", "www.evil.example", "a@evil.example", "\u202egnp", "$(id)", "-->"]
    + ["![x](y)", "<!-- ", "&amp;", "&#124;", "\\|", "~~~", "[x]: y", "- [ ] x", "xmpp:a@b.c"]
)
FOREIGN = st.lists(HOSTILE | WORDS, min_size=1, max_size=4).map("".join)


class Structure(HTMLParser):
    """The elements of a page in order, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "wbr":
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data


def read(comment: str) -> Structure:
    """What GitHub makes of a comment: its parser, with raw HTML kept."""
    return Structure(cmarkgfm.github_flavored_markdown_to_html(comment, Options.CMARK_OPT_UNSAFE))


def comment(name: str, value: str, key: str) -> str:
    """A plan with foreign text wherever it can come from."""
    old, new = inputs(name), inputs(name)
    new["request"]["tags"] = {key: value}
    new["request"]["serviceRequestPayload"]["HyperParameters"] = {"eta": value}
    new["request"]["jobQueue"] = value
    # dearer, so that the order does not depend on the names
    dearer = {**copy.deepcopy(new), "name": "new"}
    dearer["request"]["retryStrategy"]["attempts"] = 3
    ended = state(inputs("gone"), jobName=value, status=value)
    terminated = state(inputs("t"), terminated=True, statusReason=value)
    return markdown.render(
        plan(
            step("replace", old=state(old), new=new),
            step("create", "new", new=dearer),
            step("delete", "gone", old=ended),
            step("same", "t", old=terminated, new=inputs("t")),
            diagnostics=[
                {"severity": "warning", "message": escape.visible(value)},
                {"severity": "error", "message": escape.visible(name)},
            ],
        )
    )


BENIGN = read(comment("name", "value", "key")).tags


@given(FOREIGN, FOREIGN, FOREIGN)
def test_nothing_foreign_changes_the_comments_structure(name: str, value: str, key: str) -> None:
    """Whatever a name, tag or hyperparameter holds, the comment has the elements that it has for plain words."""
    name, value, key = (part.strip() and part or "x" for part in (name, value, key))
    found = read(comment(name, value, key))
    wanted = read(comment("name", "value", "team" if key == "team" else "key")).tags
    assert found.tags == wanted


@given(FOREIGN)
def test_foreign_text_is_read_as_it_is(value: str) -> None:
    """What GitHub shows is the text itself, with what cannot be seen written out."""
    found = read(f"| a |\n|---|\n| {escape.code(value, 10_000)} |\n")
    assert escape.visible(value).strip() in found.text


@given(FOREIGN)
def test_the_text_form_has_no_control_code(value: str) -> None:
    """A terminal gets no line end and no control code from a name or value."""
    rendered = text.render(plan(step("create", new=inputs(value))))
    benign = text.render(plan(step("create", new=inputs("name"))))
    assert rendered.count("\n") == benign.count("\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rendered)


@given(FOREIGN)
def test_a_block_holds_whatever_stands_in_it(value: str) -> None:
    """The engine's output in a fence is one block of code and nothing else."""
    found = read(escape.fence_lines(value))
    assert [tag for tag in found.tags if tag not in ("pre", "code", "/pre", "/code")] == []


def test_a_pull_request_of_200_changed_jobs() -> None:
    """200 changed jobs stay under GitHub's limit, and what is left out is counted; `make bench` times it."""
    steps = []
    for number in range(200):
        name = f"churn-prediction-eta-0-{number}"
        new: dict[str, Any] = inputs(name)
        body = new["request"]["serviceRequestPayload"]
        body["HyperParameters"] = {f"parameter-{at}": "x" * 200 for at in range(30)}
        steps.append(step("replace", name, old=state(inputs(name)), new=new))
    rendered = markdown.render(plan(*steps), "https://github.com/acme/jobs/blob/0123/")
    assert len(rendered) < 65_536
    rows = len(re.findall(r"^\| 🔁 re-run ", rendered, re.MULTILINE))
    left = re.search(r"and (\d+) more jobs, the least important ones", rendered)
    assert rows + int(left[1] if left else 0) == 200
    folded = rendered.count("<details>")
    details = re.search(r"Details of (\d+) jobs are left out", rendered)
    assert details and folded + int(details[1]) == 200
    assert rendered.count("<details>") == rendered.count("</details>")


def test_what_ends_comes_before_what_begins() -> None:
    """When a comment is cut, refusals and terminations stay and what costs nothing goes first."""
    running = {"phase": "RUNNING", "status": "RUNNING", "startedAt": "2026-11-22T09:30:00Z"}
    steps = [step("delete", f"done-{at}", old=state(inputs(f"done-{at}"))) for at in range(50)]
    steps.append(step("delete", "z", old=state(inputs("z", onDelete="terminate"), **running)))
    rendered = markdown.render(plan(*steps), limit=2500)
    assert "TERMINATED" in rendered
    assert re.search(r"and \d+ more jobs", rendered)


def test_a_secret_is_never_shown() -> None:
    """A secret leaf, which the engine masks on both sides, makes no change and stands nowhere."""
    old, new = inputs(secretPaths=["request.tags.key"]), inputs(secretPaths=["request.tags.key"])
    old["request"]["tags"] = new["request"]["tags"] = {"key": "[secret]"}
    (job,) = plan(step("update", old=state(old), new=new)).jobs
    assert job.changes == ()
