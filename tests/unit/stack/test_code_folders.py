"""What is packed of a code folder, and what never leaves the machine."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.errors import JobError, Problem
from components.jobfile.code_files import MAX_FILES, CodeFolder, list_files
from components.jobfile.regular_files import read_regular
from components.stack.archive import Archive, pack_files, pack_folder, shorten_record
from components.stack.load import load_stack
from components.stack.settings import Settings, read_settings
from tests.unit.stack.test_stackjobs import TRAINING

MOST = 10_000
Write = Callable[[dict[str, str]], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write these files into the project, by their paths; `src/train.py` is there."""

    def go(files: dict[str, str]) -> None:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)

    go({"src/train.py": "print('train')\n", "jobs/.gitkeep": ""})
    return go


def problems(root: Path, code: str, **settings: Any) -> list[Problem]:
    """What `validate` finds of a job file with this code, without AWS; not the other rules' warnings."""
    (root / "jobs" / "train.yaml").write_text(f"{TRAINING}code: {code}\n")
    stack = load_stack(
        Settings(
            "dev",
            "us-east-1",
            project="aws-jobs",
            root=root,
            artifacts="s3://bucket/code",
            **settings,
        )
    )
    return [each for each in stack.problems if each.rule.startswith("code-")]


def listing(root: Path, *include: str) -> CodeFolder:
    return list_files(root, "src", include, MOST)


def pack(root: Path, *include: str) -> Archive:
    return pack_folder(root, "src", include, MOST)


def contents(archive: Archive) -> dict[str, str]:
    """The archive's files as who trains gets them."""
    with tarfile.open(fileobj=io.BytesIO(archive.content)) as files:
        found = {}
        for member in files:
            extracted = files.extractfile(member)
            assert extracted, f"{member.name} is no file"
            found[member.name] = extracted.read().decode()
        return found


def test_the_same_folder_gives_the_bytes_it_always_gave(tmp_path: Path, write: Write) -> None:
    """Values of the release before links and `.gitignore` were looked at: another one would run every job again."""
    write({"src/lib/a.py": "a = 1\n", "src/lib/deep/é.txt": "é\n", "src/lib-b.py": ""})
    write({"src/run.sh": "#!/bin/sh\n", "src/.hidden": "x\n", "src/__pycache__/x.pyc": "x"})
    (tmp_path / "src" / "run.sh").chmod(0o755)
    archive = pack(tmp_path)
    assert archive.sha256 == "32d84aa327685be16cae76d344131883fb7ebcec07f49b7db9430ebf275f3728"
    unpacked = hashlib.sha256(gzip.decompress(archive.content)).hexdigest()
    assert unpacked == "07555b7e40cbce932d57cc8d60e08ce57d56dcaebeae2dbf5f31741aec9231dd"
    assert (archive.count, archive.size) == (6, 36)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/proc/self/environ", "`src/env` is a link out of the folder"),
        ("../secret.txt", "`src/env` is a link out of the folder"),
        ("..", "`src/env` is a link out of the folder"),
        ("indirect/secret.txt", "`src/env` is a link out of the folder"),
        ("missing", "`src/env` is a link to nothing"),
        ("env", "`src/env` is a link to nothing"),
        (".", "`src/env` is a link to a folder that it is in"),
    ],
)
def test_a_link_that_leaves_the_folder_is_an_error(
    tmp_path: Path, write: Write, target: str, message: str
) -> None:
    """With its file, line and path, and without AWS; nothing is packed."""
    write({"secret.txt": "secret"})
    (tmp_path / "src" / "env").symlink_to(target)
    if target.startswith("indirect"):
        (tmp_path / "src" / "indirect").symlink_to("..")
    found = problems(tmp_path, "{dir: ../src}")
    said = [(each.file, each.line, each.path) for each in found]
    assert set(said) == {("jobs/train.yaml", 10, "code.dir")}
    assert message in " ".join(each.message for each in found)
    with pytest.raises(JobError):
        pack(tmp_path)


@pytest.mark.parametrize(
    ("kind", "message"), [(stat.S_IFIFO, "a FIFO"), (stat.S_IFSOCK, "a socket")]
)
def test_what_is_no_file_is_an_error(tmp_path: Path, write: Write, kind: int, message: str) -> None:
    """It was left out silently."""
    os.mknod(tmp_path / "src" / "pipe", 0o600 | kind)
    (found,) = problems(tmp_path, "{dir: ../src}")
    assert (found.line, found.rule) == (10, "code-file")
    assert found.message == f"`src/pipe` is {message}; only files are packed"


@pytest.mark.parametrize("folder", ["/etc", "../../..", "../linked", "..//../"])
def test_a_folder_outside_of_the_project_is_an_error(
    tmp_path: Path, write: Write, folder: str
) -> None:
    """However it is written, by a link too."""
    root = tmp_path / "project"
    (root / "jobs").mkdir(parents=True)
    (root / "linked").symlink_to(tmp_path)
    (found,) = problems(root, f"{{dir: {folder}}}")
    assert (found.file, found.line, found.path) == ("jobs/train.yaml", 10, "code.dir")
    assert "is outside of the project's folder" in found.message


@pytest.mark.parametrize("folder", ["../.git/hooks", "../.aws", "../deploy/ID_RSA"])
def test_a_folder_of_credentials_is_an_error(tmp_path: Path, write: Write, folder: str) -> None:
    """`.git` has the token of a checkout."""
    write({".git/hooks/x": "", ".aws/credentials": "", "deploy/ID_RSA/x": ""})
    (found,) = problems(tmp_path, f"{{dir: {folder}}}")
    assert found.message.endswith(
        f"is in `{folder.split('/')[-1].replace('hooks', '.git')}`, which is never packed"
    )


def test_a_folder_that_no_file_system_takes_does_not_exist(tmp_path: Path, write: Write) -> None:
    """A null byte and a name that is too long are no tracebacks."""
    for name in (r"a\0b", "a" * 5_000):
        (found,) = problems(tmp_path, f'{{dir: "../{name}", entryPoint: "{name}"}}')
        assert (found.path, found.rule) == ("code.dir", "code-folder")
        assert found.message.endswith("does not exist")
    (found,) = problems(tmp_path, r'{dir: ../src, entryPoint: "a\0b"}')
    assert found.rule == "code-script"


def test_links_inside_are_packed_as_what_they_point_to(tmp_path: Path, write: Write) -> None:
    """Files and folders; the archive has no link."""
    write({"src/lib/a.py": "a = 1\n"})
    (tmp_path / "src" / "main.py").symlink_to("lib/a.py")
    (tmp_path / "src" / "again").symlink_to("lib")
    (tmp_path / "src" / "absolute.py").symlink_to(tmp_path / "src" / "train.py")
    assert problems(tmp_path, "{dir: ../src}") == []
    assert contents(pack(tmp_path)) == {
        "absolute.py": "print('train')\n",
        "again/a.py": "a = 1\n",
        "lib/a.py": "a = 1\n",
        "main.py": "a = 1\n",
        "train.py": "print('train')\n",
    }


def test_what_gitignore_names_is_left_out(tmp_path: Path, write: Write) -> None:
    """From the project's folder down, the nearest file decides, and a line that is no pattern matches nothing."""
    write({".gitignore": "*.log\n[z-a]\nout/\n/src/top.txt\n", "src/.gitignore": "!kept.log\n"})
    write({"src/a.log": "", "src/kept.log": "", "src/out/model": "", "src/top.txt": ""})
    write({"src/lib/.gitignore": "*\n!.gitignore\n!b.py\n", "src/lib/b.py": "", "src/lib/c.py": ""})
    assert sorted(contents(pack(tmp_path))) == [
        ".gitignore",
        "kept.log",
        "lib/.gitignore",
        "lib/b.py",
        "train.py",
    ]
    assert sorted(contents(pack(tmp_path, "out", "lib/c.py"))) == [
        ".gitignore",
        "kept.log",
        "lib/.gitignore",
        "lib/b.py",
        "lib/c.py",
        "out/model",
        "train.py",
    ]


def test_a_code_folder_that_is_ignored_is_packed(tmp_path: Path, write: Write) -> None:
    """The job names it: what is built before `up` is code."""
    write({".gitignore": "/src\n", "src/.gitignore": "x\n", "src/x": ""})
    assert sorted(contents(pack(tmp_path))) == [".gitignore", "train.py"]


CREDENTIALS = ["src/.env", "src/.aws/config", "src/lib/CA.PEM", "src/id_rsa", "src/.env.prod"]


def test_credentials_are_left_out_unless_they_are_named(tmp_path: Path, write: Write) -> None:
    """Each by itself, with a warning; a folder around it is not enough."""
    write({**dict.fromkeys(CREDENTIALS, "secret"), "src/.env.example": "", "src/lib/a.py": ""})
    found = problems(tmp_path, "{dir: ../src, include: [lib]}")
    assert [(each.level, each.rule) for each in found] == [("warning", "code-credentials")] * 5
    assert found[0].message.startswith("`src/.aws` is left out of the archive")
    assert sorted(contents(pack(tmp_path, "lib"))) == [".env.example", "lib/a.py", "train.py"]
    named = (".env", ".aws", "lib/CA.PEM")
    assert {".env", ".aws/config", "lib/CA.PEM"} < contents(pack(tmp_path, *named)).keys()


def test_a_link_does_not_bring_in_what_is_left_out(tmp_path: Path, write: Write) -> None:
    """Neither credentials nor ignored files, under another name."""
    write({"src/.env": "secret", "src/out/key": "secret", ".gitignore": "out\n"})
    (tmp_path / "src" / "plain.txt").symlink_to(".env")
    (tmp_path / "src" / "folder").symlink_to("out")
    (tmp_path / "src" / "file").symlink_to("out/key")
    assert sorted(contents(pack(tmp_path))) == ["train.py"]


def test_what_include_and_entry_point_name_must_be_packed(tmp_path: Path, write: Write) -> None:
    """A misspelt name is found before the job runs without its file."""
    write({".gitignore": "*.log\n", "src/a.log": ""})
    (found,) = problems(tmp_path, "{dir: ../src, include: [a.lg]}")
    assert (found.path, found.message) == ("code.include", "the folder `src` has no file `a.lg`")
    (found,) = problems(tmp_path, "{dir: ../src, entryPoint: a.log}")
    assert found.path == "code.entryPoint"
    assert found.message == (
        "`a.log` is left out of the folder `src`; name it in `code.include` to pack it"
    )
    assert problems(tmp_path, "{dir: ../src, entryPoint: ./a.log, include: [./a.log]}") == []


def test_a_folder_that_is_too_large_is_an_error(tmp_path: Path, write: Write) -> None:
    """By bytes, as `aws-jobs:maxCodeBytes` says, and by files."""
    write({"src/data": "x" * 2_000})
    (found,) = problems(tmp_path, "{dir: ../src}", max_code_bytes=2_000)
    assert found.message == (
        "`src` has 2,015 bytes, more than the maximum of 2,000; name a smaller folder, or set aws-jobs:maxCodeBytes"
    )
    assert problems(tmp_path, "{dir: ../src}", max_code_bytes=2_015) == []
    # two links in each of 20 folders to the next: a million paths
    for level in range(20):
        (tmp_path / "src" / f"d{level}").mkdir()
        for side in ("a", "b"):
            (tmp_path / "src" / f"d{level}" / side).symlink_to(f"../d{level + 1}")
    (tmp_path / "src" / "d20").mkdir()
    (found,) = problems(tmp_path, "{dir: ../src}")
    assert f"more than {MAX_FILES:,} files" in found.message


@pytest.mark.parametrize("value", ["0", "-1", "1e6", "many", "٣", "9" * 16])
def test_a_limit_that_is_no_number_of_bytes_is_an_error(tmp_path: Path, value: str) -> None:
    """With the key; the default counts until it is right."""
    wrong = read_settings("p", "dev", tmp_path, {"aws-jobs:maxCodeBytes": value})
    assert wrong.wrong == {"aws-jobs:maxCodeBytes": f"`{value}` is not a number of bytes"}
    assert wrong.max_code_bytes == 100_000_000
    read = read_settings("p", "dev", tmp_path, {"aws-jobs:maxCodeBytes": 2_000})
    assert read.max_code_bytes == 2_000


def test_a_link_that_comes_in_between_is_not_followed(tmp_path: Path, write: Write) -> None:
    """After the folder was looked at, a file or a folder in it is exchanged for a link: nothing is read through it."""
    write({"secret/a.py": "secret", "src/lib/a.py": "a = 1\n"})
    listed = listing(tmp_path)
    (tmp_path / "src" / "lib").rename(tmp_path / "old")
    (tmp_path / "src" / "lib").symlink_to(tmp_path / "secret")
    with pytest.raises(JobError, match="`lib/a.py` cannot be read: "):
        pack_files(listed, MOST)
    (tmp_path / "src" / "lib").unlink()
    (tmp_path / "src" / "lib").mkdir()
    (tmp_path / "src" / "lib" / "a.py").symlink_to(tmp_path / "secret" / "a.py")
    with pytest.raises(JobError, match="`lib/a.py` cannot be read: "):
        pack_files(listed, MOST)
    (tmp_path / "src" / "lib" / "a.py").unlink()
    os.mkfifo(tmp_path / "src" / "lib" / "a.py")
    with pytest.raises(JobError, match="`lib/a.py` is not a regular file"):
        pack_files(listed, MOST)


def test_a_file_that_grows_meanwhile_keeps_to_the_limit(tmp_path: Path, write: Write) -> None:
    """What is read counts, not what was listed."""
    listed = listing(tmp_path)
    write({"src/train.py": "x" * (MOST + 1)})
    with pytest.raises(JobError, match="more than 10,000 bytes"):
        pack_files(listed, MOST)
    content, _ = read_regular(str(tmp_path / "src"), "train.py", 10)
    assert len(content) == 11


def test_a_pattern_of_a_pull_request_holds_nothing_up(tmp_path: Path, write: Write) -> None:
    """A backtracking engine needs some 10^15 steps for this name."""
    write({".gitignore": "*a" * 12 + "*b\n", f"src/{'a' * 250}": ""})
    assert len(contents(pack(tmp_path))) == 2


def test_a_name_that_is_not_utf_8_is_an_error(tmp_path: Path, write: Write) -> None:
    """Not a traceback: it cannot be written into the archive's hash."""
    (tmp_path / "src" / os.fsdecode(b"\xff.py")).write_text("")
    (found,) = problems(tmp_path, "{dir: ../src}")
    assert found.message == r"the name of '\udcff.py' is not UTF-8"


def test_the_record_of_many_files_has_folders(tmp_path: Path) -> None:
    """The state of 5,000 jobs must stay small: the deepest folders are written as one entry each."""
    few = {"a.py": "1", "b/c.py": "2", "b/d/e.py": "3", "b/d/f.py": "4"}
    assert shorten_record(few, 4) == few
    assert list(shorten_record(few, 3)) == ["a.py", "b/c.py", "b/d/"]
    assert list(shorten_record(few, 2)) == ["a.py", "b/"]
    assert shorten_record(few, 1) == {}
    assert shorten_record(few, 2) != shorten_record({**few, "b/d/e.py": "5"}, 2)
