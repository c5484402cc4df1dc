"""Job files are found and read; what is wrong with one is a value that hides nothing of the others."""

from __future__ import annotations

import os
from pathlib import Path

from components.errors import Problem
from components.jobfile import JobFile, load, read_text

from .making import SERVICE_JOB, folder_of


def paths(files: list[JobFile]) -> list[str]:
    return [file.path for file in files]


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    """All .json, .yaml and .yml files below a folder, by name; hidden ones and others are not job files."""
    jobs = folder_of(tmp_path, b=SERVICE_JOB, a=SERVICE_JOB)
    (jobs / "team").mkdir()
    (jobs / "team" / "c.yml").write_text(SERVICE_JOB)
    (jobs / "d.json").write_text('{"kind": "ServiceJob", "request": {}}')
    (jobs / ".hidden.yaml").write_text("[")
    (jobs / ".git").mkdir()
    (jobs / ".git" / "x.yaml").write_text("[")
    (jobs / "README.md").write_text("[")
    files, problems = load([jobs], tmp_path)
    assert paths(files) == ["jobs/a.yaml", "jobs/b.yaml", "jobs/d.json", "jobs/team/c.yml"]
    assert problems == []


def test_one_file_twice_is_one_file(tmp_path: Path) -> None:
    """A file named beside its folder is read once."""
    jobs = folder_of(tmp_path, a=SERVICE_JOB)
    files, _ = load([jobs, jobs / "a.yaml"], tmp_path)
    assert paths(files) == ["jobs/a.yaml"]


def test_a_missing_path_is_a_problem(tmp_path: Path) -> None:
    """A path that does not exist is said, and the others are read."""
    jobs = folder_of(tmp_path, a=SERVICE_JOB)
    files, problems = load([tmp_path / "job", jobs], tmp_path)
    assert paths(files) == ["jobs/a.yaml"]
    assert problems == [Problem("job", 0, 0, "", "no such file or folder", "file-missing")]


def test_another_kind_of_file_is_refused_by_name(tmp_path: Path) -> None:
    """A file that is named must be a job file by its suffix."""
    (tmp_path / "job.toml").write_text("")
    _, problems = load([tmp_path / "job.toml"], tmp_path)
    assert str(problems[0]) == (
        "job.toml: not a job file; its name must end in .json, .yaml or .yml"
    )


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    """A link to a file of the folder is followed; one out of it, to nothing, or to a folder is refused."""
    jobs = folder_of(tmp_path, a=SERVICE_JOB)
    outside = tmp_path / "outside.yaml"
    outside.write_text("root:x:0:0\n")
    (jobs / "in.yaml").symlink_to("a.yaml")
    (jobs / "out.yaml").symlink_to(outside)
    (jobs / "nothing.yaml").symlink_to("gone.yaml")
    (jobs / "folder").symlink_to(tmp_path, target_is_directory=True)
    (jobs / "loop").symlink_to(jobs, target_is_directory=True)
    files, problems = load([jobs], tmp_path)
    assert paths(files) == ["jobs/a.yaml", "jobs/in.yaml"]
    assert [(problem.file, problem.message) for problem in problems] == [
        (
            "jobs/folder",
            "a symbolic link that points outside its folder; copy the file here instead",
        ),
        ("jobs/loop", "a symbolic link to a folder; only links to files are followed"),
        ("jobs/nothing.yaml", "cannot be read: No such file or directory"),
        (
            "jobs/out.yaml",
            "a symbolic link that points outside its folder; copy the file here instead",
        ),
    ]


def test_a_linked_folder_may_be_given(tmp_path: Path) -> None:
    """What a person names is where the folder begins, link or not."""
    folder_of(tmp_path, a=SERVICE_JOB)
    (tmp_path / "link").symlink_to("jobs", target_is_directory=True)
    files, problems = load([tmp_path / "link"], tmp_path)
    assert (paths(files), problems) == (["link/a.yaml"], [])


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    """A file that cannot be a request is refused by its size."""
    jobs = folder_of(tmp_path)
    with open(jobs / "big.yaml", "wb") as file:
        os.truncate(file.fileno(), 10_000_000)
    _, problems = load([jobs], tmp_path)
    assert str(problems[0]) == (
        "jobs/big.yaml: 10 MB; a job file may have at most 1 MB; AWS accepts requests of up to 30 KiB"
    )


def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    """A folder that is named like a job file, or a pipe, is no exception."""
    jobs = folder_of(tmp_path, a=SERVICE_JOB)
    os.mkfifo(jobs / "pipe.yaml")
    files, problems = load([jobs], tmp_path)
    assert paths(files) == ["jobs/a.yaml"]
    assert [str(problem) for problem in problems] == ["jobs/pipe.yaml: not a file"]


def test_packed_code_holds_no_job_files(tmp_path: Path) -> None:
    """A folder that a job packs as its code may hold JSON and YAML of its own, even broken."""
    jobs = folder_of(
        tmp_path, a=SERVICE_JOB + "code: {dir: src}\n", b=SERVICE_JOB + "code: {dir: .}\n"
    )
    (jobs / "src" / "conf").mkdir(parents=True)
    (jobs / "src" / "conf" / "model.yaml").write_text("layers: 3\n")
    (jobs / "src" / "broken.json").write_text("{")
    files, problems = load([jobs], tmp_path)
    assert (paths(files), problems) == (["jobs/a.yaml", "jobs/b.yaml"], [])


def test_every_broken_file_is_reported(tmp_path: Path) -> None:
    """One run tells of all broken files, in order."""
    jobs = folder_of(tmp_path, a="[", b="a: 1\na: 2\n", c=SERVICE_JOB)
    files, problems = load([jobs], tmp_path)
    assert paths(files) == ["jobs/c.yaml"]
    assert [problem.file for problem in problems] == ["jobs/a.yaml", "jobs/b.yaml"]


def test_standard_input(tmp_path: Path) -> None:
    """A document that is no file is JSON if it begins like JSON, else YAML."""
    found = read_text(b'{"kind": "ServiceJob"}', "<stdin>")
    assert isinstance(found, JobFile)
    assert found.is_json
    found = read_text(b"\xef\xbb\xbfkind: ServiceJob\n", "<stdin>")
    assert isinstance(found, JobFile)
    assert found.document == {"kind": "ServiceJob"}
    assert read_text(b"\xff", "<stdin>") == Problem(
        "<stdin>", 1, 1, "", "byte 0xff is not valid UTF-8", "file-encoding"
    )
