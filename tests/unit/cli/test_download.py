"""Objects as files of a folder: never outside of it, resumed where an earlier attempt ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ResponseStreamingError

from cli.runs.artifacts import Artifact
from cli.runs.download import Unsafe, download, split_name
from components.aws import Aws, boto
from components.aws.objects import StoredObject
from components.errors import Rejected, Unanswered
from components.kinds import Call

assert boto.FAILURES  # loaded here: a library of it opens a socket, which no test may
BODY = bytes(range(256)) * 20
AT = 1_760_011_200_000.0


class Body:
    """A stream that ends with its connection where it is told to."""

    def __init__(self, content: bytes, cut: int) -> None:
        self._content = content
        self._cut = cut

    def iter_chunks(self, _: int) -> Iterator[bytes]:
        for at in range(0, min(len(self._content), self._cut), 1000):
            yield self._content[at : min(at + 1000, self._cut)]
        if self._cut < len(self._content):
            raise ResponseStreamingError(error="cut")


class Store(Aws):
    """S3 with one object, whose connections break after so many bytes each; it notes what was asked of it."""

    def __init__(self, *cuts: int, etag: str = "one") -> None:
        self.cuts = iter(cuts)
        self.etag = etag
        self.asked: list[dict[str, Any]] = []
        self.pauses: list[float] = []
        super().__init__("us-east-1", sleep=self.pauses.append)

    def call(
        self, service: str, call: Call, values: Any = None, *, request: Any = None, **_: Any
    ) -> Any:
        assert (service, call.operation) == ("s3", "GetObject")
        self.asked.append(dict(request))
        if request["IfMatch"] != self.etag:
            raise Rejected("AWS refused s3:GetObject: a precondition failed")
        start = int(request.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        return Body(BODY[start:], next(self.cuts, len(BODY)))


def artifact(name: str, etag: str = "one") -> Artifact:
    return Artifact(name, StoredObject("bucket", f"runs/1/{name}", len(BODY), AT, etag))


def files(folder: Path) -> list[str]:
    """Everything below the folder but folders."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_an_object_is_a_file_below_the_folder(tmp_path: Path) -> None:
    """With its time, and the bytes that are told as they come; a second time nothing is fetched."""
    store, told = Store(), list[int]()
    assert download(store, artifact("a/b/model.tar.gz"), tmp_path, told.append)
    assert (tmp_path / "a/b/model.tar.gz").read_bytes() == BODY
    assert (tmp_path / "a/b/model.tar.gz").stat().st_mtime == AT / 1000
    assert (sum(told), len(told) > 3) == (len(BODY), True)
    assert files(tmp_path) == ["a/b/model.tar.gz"]
    assert not download(store, artifact("a/b/model.tar.gz"), tmp_path, told.append)
    assert len(store.asked) == 1


def test_a_file_that_differs_is_fetched_again(tmp_path: Path) -> None:
    """A file of another size or time is not what S3 has."""
    (tmp_path / "model").write_bytes(BODY)
    assert download(Store(), artifact("model"), tmp_path, lambda _: None)


def test_a_broken_connection_is_made_again(tmp_path: Path) -> None:
    """The rest alone is asked for, of the same content."""
    store = Store(2500, 0, 1000)
    assert download(store, artifact("model"), tmp_path, lambda _: None)
    assert (tmp_path / "model").read_bytes() == BODY
    assert [each.get("Range") for each in store.asked] == [
        None,
        "bytes=2500-",
        "bytes=2500-",
        "bytes=3500-",
    ]
    assert {each["IfMatch"] for each in store.asked} == {"one"}
    assert store.pauses == [1, 2, 1]


def test_another_attempt_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    """What was there already counts; nothing of the half file is seen under the object's name."""
    store = Store(2500, *[0] * 9)
    with pytest.raises(Unanswered):
        download(store, artifact("model"), tmp_path, lambda _: None)
    assert store.pauses == [1, 2, 4, 8, 16]
    (part,) = files(tmp_path)
    assert part.startswith(".part-")
    later, told = Store(), list[int]()
    assert download(later, artifact("model"), tmp_path, told.append)
    assert (later.asked[0]["Range"], told[0], sum(told)) == ("bytes=2500-", 2500, len(BODY))
    assert (files(tmp_path), (tmp_path / "model").read_bytes()) == (["model"], BODY)


def test_the_half_of_another_content_is_thrown_away(tmp_path: Path) -> None:
    """An object that was written anew begins anew; one that changes while it is read is an error."""
    with pytest.raises(Unanswered):
        download(Store(2500, *[0] * 9), artifact("model"), tmp_path, lambda _: None)
    store = Store(etag="two")
    with pytest.raises(Rejected, match="model has changed or is gone; run it again"):
        download(store, artifact("model"), tmp_path, lambda _: None)
    assert download(store, artifact("model", "two"), tmp_path, lambda _: None)
    assert "Range" not in store.asked[-1]
    assert files(tmp_path) == ["model"]


@pytest.mark.parametrize(
    "name",
    [
        "../model",
        "a/../../model",
        "..",
        ".",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/",
        "",
        "a\0b",
        "a/..",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is asked for, and nothing written anywhere."""
    folder = tmp_path / "folder"
    folder.mkdir()
    store = Store()
    with pytest.raises(Unsafe, match="is not the name of a file below a folder"):
        download(store, artifact(name), folder, lambda _: None)
    assert (store.asked, files(tmp_path)) == ([], [])


@pytest.mark.parametrize("name", ["a", "a/b", "..a", "a..", " ", "a\\..\\b", "~", "-rf", "ü/\n"])
def test_odd_names_are_names(name: str) -> None:
    """What means nothing to this system stays as it is."""
    assert "/".join(split_name(name)) == name


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link in the folder, to a folder or to a file, leads nowhere; the person's own folder may be one."""
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "file").write_text("mine")
    (folder / "sub").symlink_to(outside)
    (folder / "model").symlink_to(outside / "file")
    with pytest.raises(Unsafe, match="sub is a symbolic link or no folder"):
        download(Store(), artifact("sub/x"), folder, lambda _: None)
    named = tmp_path / "named"
    named.symlink_to(folder)
    assert download(Store(), artifact("model"), named, lambda _: None)
    assert not (folder / "model").is_symlink()
    assert (files(outside), (outside / "file").read_text()) == (["file"], "mine")


def test_a_half_that_is_a_link_is_not_written(tmp_path: Path) -> None:
    """Whoever guesses its name gains nothing."""
    with pytest.raises(Unanswered):
        download(Store(*[0] * 9), artifact("model"), tmp_path, lambda _: None)
    (part,) = files(tmp_path)
    os.unlink(tmp_path / part)
    (tmp_path / part).symlink_to(tmp_path / "mine")
    with pytest.raises(Unsafe):
        download(Store(), artifact("model"), tmp_path, lambda _: None)
    assert not (tmp_path / "mine").exists()


def test_what_cannot_be_a_file_here_is_said(tmp_path: Path) -> None:
    """A folder in its place, a file where a folder must be, a name that is too long."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "file").touch()
    for name, words in {
        "a": "a: there is a folder of that name",
        "file/b": "file is a symbolic link or no folder",
        "x" * 300: "too long",
        f"{'x' * 300}/y": "too long",
    }.items():
        with pytest.raises(Unsafe, match=words):
            download(Store(), artifact(name), tmp_path, lambda _: None)
