"""The page of the report: self-contained, and nothing that AWS or a job file says becomes code in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from cli.report import charts, figures
from cli.report.model import RunRow
from cli.report.page import render_page
from cli.report.reading import read_rows

from .recorded import NOW, SINCE, Recorded
from .test_reading import KNOWN, PRICES

GOLDEN = Path(__file__).parent / "page.html"
EVIL = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def read_all() -> list[RunRow]:
    return read_rows(Recorded().aws(), KNOWN, PRICES, SINCE, NOW)


def render(rows: Sequence[RunRow]) -> str:
    return render_page(rows, "aws-jobs/dev", SINCE, NOW)


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and not self.scripts[-1]:
            self.scripts[-1] = data
        else:
            self.texts.append(data.strip())


def shorten(page: str) -> str:
    """Leave out the style and the script, and which of Vega-Lite's versions it is, which is Altair's choice."""
    page = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", page, flags=re.DOTALL)
    page = re.sub(r"'sha256-[^']+'", "'sha256-'", page)
    return re.sub(r"vega-lite/v[0-9.]+json", "vega-lite/v.json", page)


def test_the_page_is_as_it_was_looked_at() -> None:
    """A change of it is looked at in a browser, at 390 and 1,280 pixels, light and dark."""
    assert shorten(render(read_all())) == GOLDEN.read_text("utf-8")


def test_the_page_asks_for_nothing() -> None:
    """Its policy allows no address and one script; no element has an address but the links to the console."""
    page = Page(render(read_all()))
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") is not None)
    digest = base64.b64encode(hashlib.sha256(page.scripts[-1].encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{digest}'; ")
    addresses = [
        (tag, name, value)
        for tag, attributes in page.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster")
    ]
    assert {(tag, name) for tag, name, _ in addresses} == {("a", "href")}
    assert all(str(value).startswith("https://us-east-1.console.aws.") for _, _, value in addresses)
    style = (Path(charts.__file__).parent / "page.css").read_text("utf-8")
    assert "url(" not in style and "@import" not in style


def make_evil(row: RunRow) -> RunRow:
    attempts = tuple(replace(each, reason=EVIL) for each in row.attempts)
    return replace(
        row,
        job=EVIL,
        name=EVIL,
        status=EVIL,
        reason=EVIL,
        queue=EVIL,
        tags={EVIL: EVIL},
        instances=(EVIL,),
        attempts=attempts,
    )


def test_no_text_becomes_code() -> None:
    """Whatever stands in a name, a reason, a queue or a tag: as many elements as without it, and the same scripts."""
    plain, rows = read_all(), [make_evil(row) for row in read_all()]
    calm = [replace(row, tags={"a": "b"}, reason="r" if row.reason else "") for row in plain]
    page, other = Page(render(rows)), Page(render([*calm]))
    kinds = [
        [tag for tag, _ in each.elements if tag in ("script", "img")] for each in (page, other)
    ]
    assert kinds == [["script", "script"]] * 2
    assert page.scripts[-1] == other.scripts[-1]
    assert not any(name.startswith("on") for _, each in page.elements for name in each)
    assert EVIL in page.texts
    specs = json.loads(page.scripts[0])
    assert EVIL in json.dumps(specs, ensure_ascii=False).replace('\\"', '"')


def test_a_stack_without_runs_has_a_page() -> None:
    """It says so."""
    assert "No run was submitted in this time, and none is active." in render([])


@pytest.mark.parametrize("name", ["gantt", "usage", "failures"])
def test_a_chart_is_one_that_vega_draws(name: str) -> None:
    """Vega-Lite compiles it, and its picture shows what it is about."""
    specs: dict[str, Any] = json.loads(Page(render(read_all())).scripts[0])
    spec = {**specs[name], "width": 800}
    picture = vl_convert.vegalite_to_svg(spec, vl_version=charts.VERSION)
    shown = {"gantt": "waiting", "usage": "3.84 of 8 · defects", "failures": "1 · ClientError"}
    assert shown[name] in picture
    assert {"query", "phase"} <= {each["name"] for each in spec["params"]}


def test_a_chart_is_narrowed_by_its_parameters() -> None:
    """As the page's script sets them: by words, by phase, and what usage is of."""
    rows = read_all()
    spec = {**charts.make_usage(figures.list_usage(rows)), "width": 800}
    asked = {"query": "vision", "phase": "FAILED", "by": "tag team", "unit": "money"}
    params = [{**each, "value": asked.get(each["name"])} for each in spec["params"]]
    layers = [
        {
            **layer,
            "params": [
                {**each, "value": asked[each["name"]]} for each in layer.get("params") or ()
            ],
        }
        for layer in spec["layer"]
    ]
    picture = vl_convert.vegalite_to_svg(
        {**spec, "params": params, "layer": layers}, vl_version=charts.VERSION
    )
    assert re.findall(r">([^<]* · [^<]*)<", picture) == ["5.77 of 12 · vision"]


@pytest.mark.parametrize("name", ["gantt", "usage", "failures"])
def test_no_field_is_calculated_anew_of_its_own_result(name: str) -> None:
    """Vega calculates in place, again with each change of a parameter: the second choice of a page showed nothing."""
    spec: dict[str, Any] = json.loads(Page(render(read_all())).scripts[0])[name]
    parts = [spec, *(spec.get("layer") or ())]
    made = {each.get("as") for part in parts for each in part.get("transform") or ()}
    [values] = spec["datasets"].values()
    assert made & set(values[0]) == set()


def test_thousands_of_runs_are_drawn() -> None:
    """More than the 5,000 rows that Altair takes from a table."""
    rows = [replace(row, name=f"{row.name}-{at}") for row in read_all() for at in range(1000)]
    segments = figures.list_segments(rows, NOW)
    assert len(segments) > 5000
    [values] = charts.make_gantt(segments)["datasets"].values()
    assert len(values) == len(segments)
