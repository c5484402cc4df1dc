"""The report's charts as Vega-Lite specifications, by Altair.

https://altair-viz.github.io/ · Colours are Okabe and Ito's, which the colour-blind tell apart, on light and on dark.
The page sets the parameters: `query` and `phase` narrow every chart, `by` and `unit` choose what usage is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from cli.report.figures import STATES, Figure

Spec = dict[str, Any]
COLOURS = ("#8b95a1", "#0083cf", "#009e73", "#d55e00")
PALE = "rgba(139, 149, 161, 0.45)"
USED, CEILING = "used", "at most"
_MATCHES = "(phase == '' || datum.phase == phase) && indexof(datum.text, query) >= 0"
_STEP, _BAR = 22, 14  # pixels a row, and of it the bar
_TALL = 36  # pixels of a row with its label above its bar
_BELOW: Spec = {"height": 8, "yOffset": 8}
VERSION = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]  # of Vega-Lite: 6.4
_FORMATS = {
    **dict.fromkeys(("month", "week", "date", "day"), "%d %b"),
    **dict.fromkeys(("hours", "minutes"), "%H:%M"),
    "seconds": "%H:%M:%S",
}
_MOMENTS = alt.Axis(orient="top", tickCount=5, format=_FORMATS)
_SHOWN = ("job", "run", "state", "attempt", "began", "ended", "lasted", "reason")


@lru_cache(maxsize=1)
def bundle_script(script: str) -> str:
    """Return a page's script with Vega and all that it needs, for an element of HTML; it has `vegaEmbed`."""
    bundled: str = vl_convert.javascript_bundle(script, vl_version=VERSION)
    return bundled.replace("</script", "<\\/script")


def make_gantt(segments: Sequence[Figure]) -> Spec:
    """Return the Gantt chart: a row a job, in the order of the first submission; waiting is apart from running."""
    chart = (
        _chart(segments, _STEP)
        .add_params(alt.param(name="from", value=0))
        .transform_filter("datum.end >= from")
        .transform_calculate(shown="max(datum.start, from)")
        .mark_bar(height=_BAR, strokeWidth=1)
        .encode(
            x=alt.X("shown:T", title=None, axis=_MOMENTS, scale=alt.Scale(type="utc")),
            x2="end:T",
            y=alt.Y("job:N", title=None, sort=alt.EncodingSortField("start", op="min")),
            color=alt.Color("state:N", **_colour(STATES, COLOURS)),
            # so that what took seconds in a month is seen
            stroke=alt.Stroke("state:N", **_colour(STATES, COLOURS)),
            tooltip=[f"{name}:N" for name in _SHOWN],
        )
        # a plain wheel and a finger scroll the page
        .add_params(
            alt.selection_interval(
                name="zoom",
                bind="scales",
                encodings=["x"],
                zoom="wheel![event.shiftKey]",
                translate="[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!",
            )
        )
    )
    return _finish(chart)


def make_usage(usage: Sequence[Figure]) -> Spec:
    """Return a bar of what was used over one of what might have been, for each value of what is asked for."""
    words = (
        "(datum.used > 0 && datum.used < 0.005 ? '<0.01' : format(datum.used, ',.2~f'))"
        " + (datum.ceiling > 0 ? ' of ' + format(datum.ceiling, ',.2~f') : '')"
        " + ' · ' + datum.value"
        " + (datum.open > 0 ? ' (' + datum.open + ' without a ceiling)' : '')"
    )
    base = (
        _chart(usage, _TALL)
        .add_params(alt.param(name="by", value="job"), alt.param(name="unit", value="hours"))
        .transform_filter("isValid(datum.used[unit])")
        .transform_calculate(
            value="datum.places[by]",
            own="datum.used[unit]",
            limit="datum.ceiling[unit] || 0",
            open="isValid(datum.ceiling[unit]) ? 0 : 1",
        )
        .transform_aggregate(
            used="sum(own)",
            ceiling="sum(limit)",
            open="sum(open)",
            runs="count()",
            groupby=["value"],
        )
        .transform_calculate(words=words, most="max(datum.ceiling, datum.used)")
        .encode(
            y=alt.Y("value:N", axis=None, sort=_sort("most")),
            tooltip=[
                "value:N",
                "runs:Q",
                alt.Tooltip("used:Q", format=",.3~f"),
                alt.Tooltip("ceiling:Q", format=",.3~f", title=CEILING),
                alt.Tooltip("open:Q", title="without a ceiling"),
            ],
        )
    )
    axis = alt.Axis(tickCount=4, format=",~f")
    colour = alt.Color("what:N", **_colour((USED, CEILING), (COLOURS[1], PALE)))
    parts = (
        base.transform_calculate(what=f"'{CEILING}'")
        .mark_bar(**_BELOW)
        .encode(x=alt.X("ceiling:Q", title=None, axis=axis), color=colour),
        base.transform_calculate(what=f"'{USED}'")
        .mark_bar(**_BELOW)
        .encode(x=alt.X("used:Q", title=None), color=colour),
    )
    return _finish(alt.layer(*parts, _label(base)))


def make_failures(failures: Sequence[Figure]) -> Spec:
    """Return a bar a reason, with the number of attempts that failed for it."""
    base = (
        _chart(failures, _TALL)
        .transform_aggregate(count="count()", jobs="distinct(job)", groupby=["reason"])
        .transform_calculate(words="datum.count + ' · ' + datum.reason")
        .encode(
            y=alt.Y("reason:N", axis=None, sort=_sort("count")),
            tooltip=["reason:N", alt.Tooltip("count:Q", title="attempts"), "jobs:Q"],
        )
    )
    bars = base.mark_bar(**_BELOW, color=COLOURS[3]).encode(x=alt.X("count:Q", axis=None))
    return _finish(alt.layer(bars, _label(base)))


# A calculation never takes a field's own name: it would be made again of its own result when a parameter changes.
def _chart(figures: Sequence[Figure], step: int) -> alt.Chart:
    # InlineData is passed on as it is: Altair's limit of 5,000 rows is about data frames
    data = alt.InlineData(values=list(figures))
    chart = alt.Chart(data, width="container", height=alt.Step(step)).transform_filter(_MATCHES)
    asked: alt.Chart = chart.add_params(
        *(alt.param(name=each, value="") for each in ("query", "phase"))
    )
    return asked


def _label(base: alt.Chart) -> alt.Chart:
    """Return the words above each bar."""
    label: alt.Chart = base.mark_text(align="left", dy=-6).encode(x=alt.value(0), text="words:N")
    return label


def _sort(field: str) -> alt.EncodingSortField:
    # layers share a scale, which can be sorted by a maximum alone
    return alt.EncodingSortField(field, op="max", order="descending")


def _colour(domain: Sequence[str], colours: Sequence[str]) -> dict[str, Any]:
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    return {"scale": alt.Scale(domain=list(domain), range=list(colours)), "legend": legend}


def _finish(chart: Any) -> Spec:
    spec: Spec = (
        chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
        .configure_view(stroke=None)
        .to_dict()
    )
    return spec
