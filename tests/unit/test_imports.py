"""Imports go one way, and each foreign library enters at one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Each part of `components` may import those before it, and nothing else of the project.
ORDER = (
    "errors",
    "files",
    "wire",
    "redact",
    "printable",
    "yaml12",
    "pulumi_yaml",
    "schema",
    "kinds",
    "run",
    "permissions",
    "jobfile",
    "policy",
    "aws",
    "preflight",
    "lifecycle",
    "platform.config",
    "platform.references",
    "stack",
    "provider",
    "resources",
    "platform",
    "program",
)
# The same for the rooms of `cli`; `components` and `local` are open to all of them.
CLI_ORDER = (
    "display",
    "project",
    "engine",
    "editing",
    "runs",
    "progress",
    "planning",
    "report",
    "repository",
    "github",
    "commands",
    "__main__",
)
# A library, and the only places that may import it.
ENTRY = {
    "boto3": ("components/aws/", "local/", "tools/bench/"),
    "botocore": ("components/aws/", "local/", "tools/"),
    "jsonschema": ("components/schema/",),
    "pulumi": (
        "components/provider.py",
        "components/resources.py",
        "components/program.py",
        "components/platform/",
        "cli/engine/pulumi_cli.py",
        "local/engine/",
        "__main__.py",
    ),
    "rich": ("cli/display/", "cli/progress/"),
    "re2": ("components/schema/foreign.py", "components/jobfile/left_out.py"),
    "altair": ("cli/report/charts.py",),
    "vl_convert": ("cli/report/charts.py",),
    "jinja2": ("cli/report/page.py",),
    "pathspec": ("components/jobfile/left_out.py",),
    "pulumi_aws": ("components/platform/",),
    "grpc": ("local/engine/",),
    "moto": ("local/aws/",),
    "flask": ("local/aws/",),
}


def modules() -> list[Path]:
    found = [
        path
        for part in ("aws_jobs", "components", "cli", "local", "tools")
        for path in (ROOT / part).rglob("*.py")
    ]
    return sorted([*found, ROOT / "__main__.py"])


def imports(path: Path) -> Iterator[str]:
    """The absolute names of what a module imports, wherever in it."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, (node.module,))))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def part_of(name: str) -> str:
    """The part of `components` that a dotted name lies in, or nothing; the longest that `ORDER` names."""
    words = name.split(".")
    if words[0] != "components" or len(words) == 1:
        return ""
    if words[1] == "kinds" and len(words) > 3 and words[3] != "table":
        return ""
    inner = ".".join(words[1:3])
    return inner if inner in ORDER else words[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    """A part of `components` imports only what stands before it; `cli` and `local` are never imported from there."""
    here = path.relative_to(ROOT)
    for name in imports(path):
        top = name.partition(".")[0]
        if here.parts[0] == "components":
            assert top not in ("cli", "local", "tools"), f"{here} imports {name}"
            own = part_of(".".join(here.with_suffix("").parts))
            other = part_of(name)
            if own not in ("", "__init__") and other not in ("", own):
                assert ORDER.index(other) < ORDER.index(own), f"{here} imports {name}"
        if here.parts[0] == "cli":
            assert top != "tools", f"{here} imports {name}"
        if here.parts[0] == "local":
            assert top not in ("cli", "tools"), f"{here} imports {name}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "cli").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_rooms_of_cli_import_one_way(path: Path) -> None:
    """A room of `cli` imports only what stands before it, so that no two need each other."""
    room = path.relative_to(ROOT / "cli").parts[0].removesuffix(".py")
    for name in imports(path):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == "cli" and other != room and room != "__init__":
            assert CLI_ORDER.index(other) < CLI_ORDER.index(room), f"{path} imports {name}"


def test_order_names_every_part() -> None:
    """A new part of `components` is given its place."""
    parts = {
        path.stem
        for path in (ROOT / "components").iterdir()
        if path.stem not in ("__init__", "__pycache__")
    }
    assert parts == {name for name in ORDER if "." not in name}


def graph() -> dict[str, set[str]]:
    """What each module imports of this project, by dotted names."""
    names = {}
    for path in modules():
        words = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(words[:-1] if words[-1] == "__init__" else words)] = path
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        wanted = imports(path)
        found[name] = {
            other if other in names else other.rpartition(".")[0] for other in wanted
        } & names.keys() - {name}
    return found


def test_no_circle() -> None:
    """Not even one that only a type checker sees: what goes in circles cannot be read from one end."""
    left = graph()
    while ends := [name for name, others in left.items() if not others & left.keys()]:
        for name in ends:
            del left[name]
    assert sorted(left) == []


def test_no_module_is_long() -> None:
    """A module is one idea: at most 300 lines."""
    counts = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in modules()
    }
    assert {path: count for path, count in counts.items() if count > 300} == {}


@pytest.mark.parametrize("library", list(ENTRY))
def test_library_enters_at_one_place(library: str) -> None:
    """What a foreign library's next version breaks lies in one folder."""
    users = [
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name.partition(".")[0] == library for name in imports(path))
    ]
    assert [user for user in users if not user.startswith(ENTRY[library])] == []


def test_starter_needs_nothing_but_python() -> None:
    """`./jobctl` runs before anything is installed: at its top it imports the standard library only."""
    tree = ast.parse((ROOT / "jobctl").read_text("utf-8"))
    names = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    assert names == {"hashlib", "os", "shutil", "subprocess", "sys"}
