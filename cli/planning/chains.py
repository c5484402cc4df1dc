"""Which jobs wait for which: the chains of the job files that a plan touches, and their graph for Markdown. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cli.display.escape import clean_name
from cli.planning.model import Plan
from cli.planning.words import name_action
from components.jobfile import Job

# GitHub draws a chart of at most 50,000 characters, and nobody reads one of that size
MOST = 60  # arrows

Chains = tuple[tuple[str, str], ...]


def list_chains(jobs: Sequence[Job], planned: Collection[str]) -> Chains:
    """Return (dependency, dependent) of each chain in which one job at least is planned, in order."""
    known = {job.name for job in jobs}
    pairs = [(name, job.name) for job in jobs for name in job.depends_on if name in known]
    touched = set(planned)
    # what hangs together with a planned job, however far
    while reached := {name for pair in pairs if touched & {*pair} for name in pair} - touched:
        touched |= reached
    return tuple(sorted(pair for pair in pairs if touched & {*pair}))


def format_graph(plan: Plan) -> str:
    """Return the chains as a Mermaid flowchart in a block of Markdown; nothing where there are none.

    Names are cut and reduced to harmless characters; nodes have ids of ours, because a name may be Mermaid's word.
    https://mermaid.js.org/syntax/flowchart.html
    """
    pairs = plan.chains[:MOST]
    if not pairs:
        return ""
    actions = {job.name: job for job in plan.jobs}
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    ids = {name: f"n{at}" for at, name in enumerate(names)}
    lines = ["```mermaid", "flowchart LR"]
    for name in names:
        job = actions.get(name)
        action = f"<br>{name_action(job)}" if job else ""
        lines.append(f'  {ids[name]}["{clean_name(name)}{action}"]')
    lines += [f"  {ids[first]} --> {ids[then]}" for first, then in pairs]
    lines += _format_class("ends", [ids[n] for n in names if n in actions and actions[n].ends])
    lines += _format_class("planned", [ids[n] for n in names if n in actions])
    lines.append("```")
    left = len(plan.chains) - len(pairs)
    return "\n".join(lines) + (f"\n\n... and {left} more dependencies" if left else "") + "\n"


def _format_class(name: str, ids: Iterable[str]) -> list[str]:
    """Draw these nodes with a thick border, red where a run ends; fills would not suit a dark page."""
    listed = ",".join(ids)
    style = "stroke:#d1242f,stroke-width:3px" if name == "ends" else "stroke-width:3px"
    return [f"  classDef {name} {style}", f"  class {listed} {name}"] if listed else []
