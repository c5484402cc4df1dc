"""The kinds of job: a folder each. A further kind is one more folder.

A folder has `table.py` (the `Kind`), `rules.py` (what AWS states in prose), `preflight.py` (what is looked up in AWS),
`texts.py` (what the schemas say beyond AWS's models) and `template.yaml` (what `jobctl new` writes). Only tables are
imported here; the other parts are loaded where they are used, because most processes need none.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from .base import Kind, Link, Phase
from .parts import Call, Payload

_FOLDERS = ("service_job", "batch_inference_job", "batch_segment_job", "transform_job")


def find_folders(here: Path) -> tuple[str, ...]:
    """Return the folders with a table: upstream's in their order, then a team's own, for which no file is changed."""
    found = sorted(path.parent.name for path in here.glob("*/table.py"))
    return (*_FOLDERS, *(name for name in found if name not in _FOLDERS))


# the table of a service (`sagemaker`) has what its kinds share, and is no kind
_TABLES = [
    import_module(f"{__name__}.{name}.table") for name in find_folders(Path(__file__).parent)
]
KINDS: dict[str, Kind] = {
    table.KIND.name: table.KIND for table in _TABLES if hasattr(table, "KIND")
}

# the expressions of job files that ask AWS for a newest item, and a kind that knows how
LATEST: dict[str, Kind] = {kind.latest.name: kind for kind in KINDS.values() if kind.latest}

__all__ = ["KINDS", "LATEST", "Call", "Kind", "Link", "Payload", "Phase", "load_part"]


def read_template(kind: Kind) -> str:
    """Return the job file that `jobctl new` writes."""
    return (Path(__file__).parent / kind.folder / "template.yaml").read_text("utf-8")


def load_part(kind: Kind, name: str) -> ModuleType:
    """Load one module of a kind's folder: `rules`, `preflight` or `texts`."""
    return import_module(f"{__name__}.{kind.folder}.{name}")
