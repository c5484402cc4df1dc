"""What a job file becomes: plain values, no behaviour beyond looking things up."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import Problem
from ..wire import Path, join_path
from .places import Places


@dataclass(frozen=True)
class Context:
    """What the files are expanded for: one stack, its config and what the outside can tell.

    `config` holds plain values by key, of the secret keys too where they are known; `secrets` names the secret keys.
    `today` is the UTC date that `every` turns into a period: one for all jobs, past midnight too. `lookup` gets the
    job's name and an expression (`code.uri`, `jobs.train.modelArtifacts`, `personalize.latest(<ARN>)`,
    `platform.bucket`); None means not known yet. `any_config` accepts every `${config.x}` as not known yet: there is
    no stack to look it up in. `stacks` names the project's stacks where they are known, so that an overlay for no
    stack is noticed.
    """

    stack: str
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = frozenset()
    today: datetime.date = field(
        default_factory=lambda: datetime.datetime.now(datetime.timezone.utc).date()
    )
    lookup: Callable[[str, str], str | None] = lambda job, expression: None
    any_config: bool = False
    stacks: tuple[str, ...] = ()


@dataclass
class JobFile:
    """A job file as it was read: its document, not yet expanded. `path` is relative to the project's root."""

    path: str
    stem: str
    folder: str
    text: str
    is_json: bool
    document: dict[str, Any]

    @cached_property
    def places(self) -> Places:
        """Where each path stands in the text; worked out only when a problem asks."""
        return Places(self.text, self.is_json)

    @property
    def interpolates(self) -> bool:
        """A file without `${` (however it is escaped) needs no walk of its leaves."""
        return "${" in self.text or "\\" in self.text


@dataclass(frozen=True)
class Job:
    """One job to declare: a file, or one cell of a file's matrix, expanded for one stack.

    `request` has AWS's names, with the nested payload as an object; leaves may be `Pending`. The names that are made
    of the job's own (`jobName`, `TrainingJobName`) are absent where the author gave none, so that a rename changes
    nothing in the request. `secret_paths` start with `request.`. `code` is None or `{dir, entryPoint, include}`
    with `dir` relative to the project's root. `place(path)` gives (line, column) in the file, 0 where it is unknown.
    `wrong_keys` are keys of ours in the file that do not fit: nothing else here is of them.
    """

    name: str
    kind: str
    request: dict[str, Any] = field(repr=False)  # it may hold secrets
    secret_paths: tuple[str, ...] = ()
    generation: int | str | None = None
    every: str | None = None
    period: str | None = None
    watch: tuple[Any, ...] = ()
    code: Mapping[str, Any] | None = None
    depends_on: tuple[str, ...] = ()
    on_replace: str = "refuse"
    on_delete: str = "refuse"
    adopt: Any = None
    aliases: tuple[str, ...] = ()
    wrong_keys: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    file: str = ""
    source: JobFile | None = field(default=None, repr=False, compare=False)
    stack: str = field(default="", repr=False, compare=False)

    @property
    def include(self) -> tuple[Any, ...]:
        """What of the code folder is packed although it would be left out."""
        return tuple((self.code or {}).get("include", ()))

    def place(self, path: str | Path = ()) -> tuple[int, int]:
        """Line and column of a path (`request.jobQueue`, or its parts); an overlay's own line where it has one."""
        if self.source is None:
            return 0, 0
        return self.source.places.of(path, ("stacks", self.stack))

    def problem(self, path: str | Path, message: str, rule: str, level: str = "error") -> Problem:
        """Return a problem at the nearest place to the path that the file has."""
        shown = path if isinstance(path, str) else join_path(path)
        return Problem(self.file, *self.place(path), shown, message, rule, level)
