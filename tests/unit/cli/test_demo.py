"""The change that `jobctl demo` previews."""

from __future__ import annotations

from pathlib import Path

from cli.commands.demo import change_eta


def test_the_first_eta_is_changed_wherever_its_file_is(tmp_path: Path) -> None:
    """A file in a folder below `jobs/` too, which a stack of its own may have."""
    files = [Path("jobs/plain.yaml"), Path("jobs/team/churn.yaml"), Path("jobs/team/more.yaml")]
    (tmp_path / "jobs" / "team").mkdir(parents=True)
    (tmp_path / files[0]).write_text("kind: ServiceJob\n")
    for path in files[1:]:
        (tmp_path / path).write_text('hyperParameters: {eta: "0.3"}\n')
    assert change_eta(tmp_path, files) == "jobs/team/churn.yaml: eta: 0.3 -> 0.2"
    assert [(tmp_path / path).read_text()[:28] for path in files[1:]] == [
        'hyperParameters: {eta: "0.2"',
        'hyperParameters: {eta: "0.3"',
    ]


def test_without_an_eta_nothing_is_changed(tmp_path: Path) -> None:
    """The demo then says so."""
    (tmp_path / "a.json").write_text("{}")
    assert change_eta(tmp_path, [Path("a.json")]) == ""
