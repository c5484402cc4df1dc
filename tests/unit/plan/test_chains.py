"""The chains that a plan touches, and their graph: Mermaid's, with nothing foreign in it."""

from __future__ import annotations

import re

from hypothesis import given

from cli.planning import markdown
from cli.planning.chains import MOST, format_graph, list_chains
from cli.planning.model import Plan, PlannedJob
from components.jobfile import Job
from tests.unit.plan.test_markdown import FOREIGN, read


def chained(**depends_on: str) -> list[Job]:
    return [
        Job(name, "ServiceJob", {}, depends_on=tuple(filter(None, names.split())))
        for name, names in depends_on.items()
    ]


def planned(name: str, action: str = "submit", ends: str = "") -> PlannedJob:
    return PlannedJob(name, "ServiceJob", action, ends=ends)


def test_a_chain_is_shown_where_one_of_its_jobs_is_planned() -> None:
    """Whole, in both directions; chains that nothing changes are not, nor names that no file has."""
    jobs = chained(
        prepare="", train="prepare", left="prepare", test="train left", other="", after="other gone"
    )
    assert list_chains(jobs, {"train"}) == (
        ("left", "test"),
        ("prepare", "left"),
        ("prepare", "train"),
        ("train", "test"),
    )
    assert list_chains(jobs, {"after"}) == (("other", "after"),)
    assert list_chains(jobs, {"gone", "elsewhere"}) == ()


def test_the_graph_says_what_becomes_of_each() -> None:
    """A node a job, its action in it, a thick border where it is planned and a red one where a run ends."""
    plan = Plan(
        "p",
        "s",
        jobs=(planned("train", "rerun", "RUNNING"), planned("test", "defer")),
        chains=(("prepare", "train"), ("train", "test")),
    )
    assert (
        format_graph(plan)
        == """\
```mermaid
flowchart LR
  n0["prepare"]
  n1["train<br>re-run"]
  n2["test<br>defer"]
  n0 --> n1
  n1 --> n2
  classDef ends stroke:#d1242f,stroke-width:3px
  class n1 ends
  classDef planned stroke-width:3px
  class n1,n2 planned
```
"""
    )
    assert format_graph(plan) in markdown.render(plan)
    assert format_graph(Plan("p", "s", jobs=plan.jobs)) == ""


def test_a_long_chain_is_cut_and_counted() -> None:
    """What nobody could read is not drawn."""
    chains = tuple((f"job{at:03}", f"job{at + 1:03}") for at in range(MOST + 5))
    graph = format_graph(Plan("p", "s", chains=chains))
    assert graph.count("-->") == MOST and graph.endswith("... and 5 more dependencies\n")


@given(FOREIGN, FOREIGN)
def test_a_name_changes_no_structure(first: str, then: str) -> None:
    """Of a program of one's own a job may have any name: nothing of it leaves its node or the block."""
    plan = Plan("p", "s", jobs=(planned(first),), chains=((first, then),))
    lines = format_graph(plan).splitlines()
    node = re.compile(r'  n[01]\["[A-Za-z0-9_?…-]{1,40}(<br>submit)?"\]')
    assert all(node.fullmatch(line) for line in lines[2 : 3 + (first != then)])
    assert lines[-1] == "```"
    benign = Plan("p", "s", jobs=(planned("a"),), chains=(("a", "b"),))
    assert read(markdown.render(plan)).tags == read(markdown.render(benign)).tags
