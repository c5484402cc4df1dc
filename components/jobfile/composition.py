"""One job file on its way to jobs: overlay, matrix, interpolation, validation. Every problem is kept, none raised."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .. import schema
from ..errors import Problem
from ..kinds import KINDS, Kind
from ..redact import Redactor
from ..schema import Pending
from ..wire import Path, join_path
from . import interpolate, matrix, messages, names, own_keys, request, rules
from .faults import hide_placeholders, keep_sound, rate_fault, select_faults
from .model import Context, Job, JobFile
from .unknown_fields import group_misplaced, split_answers
from .watched_files import is_file

# of a UTC date; a week of ISO 8601 belongs to the year of its Thursday
_PERIODS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_VISIBLE = ("generation", "watch", "dependsOn", "code", "adopt")  # filled in, and never secret


class Composition:
    """One file on its way to jobs."""

    def __init__(self, file: JobFile, context: Context) -> None:
        self.file = file
        self.context = context
        self.problems: set[Problem] = set()
        self.overlay: Path = ("stacks", context.stack)
        self.name = str(file.document.get("name", file.stem))
        self.wrong_keys: set[str] = set()
        # what is short is hidden where it stands as a value
        self._redactor = Redactor(context.config.get(key, "") for key in context.secrets)

    def report(
        self,
        path: Path,
        message: str,
        rule: str,
        level: str = "error",
        shown: Path | None = None,
    ) -> None:
        """Add a problem at the path, at the overlay's line where the overlay says it."""
        line, column = self.file.places.of(path, self.overlay)
        message = self._redactor.hide(message)
        said = join_path(path if shown is None else shown)
        self.problems.add(Problem(self.file.path, line, column, said, message, rule, level))

    def jobs(self) -> list[Job]:
        """The file's jobs, whether or not they are right: other files may name them."""
        document = self._make_document()
        kind = KINDS.get(str(document.get("kind")))
        if kind is None:
            return []
        if not isinstance(document.get("request"), dict):
            # our own keys are judged all the same; of what a matrix fills in nothing is known
            document = {**document, "request": None}
            document.pop("matrix", None)
        jobs = list(self._make_jobs(kind, document))
        cells = [job.name for job in jobs]
        is_matrix = bool(document.get("matrix"))
        self.report_all(own_keys.check_aliases(document.get("aliases"), cells, is_matrix))
        self.report_all(own_keys.check_overlays(self.file, self.context.stacks))
        return jobs

    def report_all(self, problems: Iterable[rules.JobProblem]) -> None:
        for problem in problems:
            self.report(problem.path, problem.message, problem.rule, problem.level)

    def _make_jobs(self, kind: Kind, document: Mapping[str, Any]) -> Iterator[Job]:
        grid = document.get("matrix")
        if not grid:
            job = self._make_job(kind, document, None if "matrix" in self.file.document else {})
            self.report_all(own_keys.check_job(job))
            yield job
            return
        count = 1
        for values in grid.values():
            count *= len(values)
        if count > matrix.MAX_CELLS:
            self.report(
                ("matrix",),
                f"{count} cells, more than the maximum of {matrix.MAX_CELLS}",
                "matrix-size",
            )
            return
        used: set[str] = set()
        around, found = self.problems, {}
        for cell in matrix.cells(grid):
            self.problems = set()
            job = self._make_job(kind, document, cell, used)
            self.report_all(own_keys.check_job(job))
            found[job.name] = self.problems
            yield job
        self.problems = around | set(matrix.name_cells(found))
        misspelt = any(name.startswith("matrix.") and name[7:] not in grid for name in used)
        for key in () if misspelt else grid:
            if not {key, f"matrix.{key}"} & used:
                self.report(("matrix", key), f"`${{matrix.{key}}}` is never used", "matrix-unused")

    def _make_document(self) -> dict[str, Any]:
        """The file's document with the stack's overlay, without the parts of our own keys that are wrong."""
        document = self._drop_wrong_keys(self.file.document)
        if "name" not in self.file.document and not names.VALID.fullmatch(self.file.stem):
            message = (
                f"the file name `{self.file.stem}` is not a valid job name (letters, digits, - and _); "
                "rename the file, or add `name:`"
            )
            self.report((), message, "name-file")
        kind = KINDS.get(str(document.get("kind")))
        overlay = document.get("stacks", {}).get(self.context.stack)
        if kind is not None:
            document = self._open_payload(kind, document, ())
        if overlay and kind is not None:
            document = merge(document, self._open_payload(kind, overlay, self.overlay))
            document = self._drop_wrong_keys(document)
        return document

    def _drop_wrong_keys(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Report our own keys that are wrong, and return the document without them."""
        faults = self._report_faults(document, "keys", ())
        wrong = {str(fault.path[0]) if fault.path else "" for fault in faults}
        self.wrong_keys |= wrong
        return {key: value for key, value in document.items() if key not in wrong - {"request"}}

    def _open_payload(self, kind: Kind, part: dict[str, Any], at: Path) -> dict[str, Any]:
        """The document, or an overlay, with its payload as an object."""
        if "request" not in part:
            return part
        try:
            return {**part, "request": request.parse_payload(kind, part["request"])}
        except request.NotJson as error:
            field = kind.payload.field if kind.payload else ""
            self.report((*at, "request", field), str(error), request.PAYLOAD_JSON)
            return {**part, "request": {**part["request"], field: Pending("", "")}}

    def _report_faults(
        self, document: Any, name: str, at: Path, secrets: frozenset[Path] = frozenset()
    ) -> list[schema.SchemaProblem]:
        """Report a document's faults against a schema, and return them."""
        faults = schema.find_problems(document, name)
        kind = KINDS.get(name.removeprefix("requests/"))
        told = list(select_faults(faults, name))
        told, answers = split_answers(told, kind) if kind else (told, [])
        told, misplaced = group_misplaced(told, name)
        for path, message in (*answers, *misplaced):
            self.report((*at, *path), message, "schema.additionalProperties")
        for fault in told:
            path = (*at, *fault.path)
            level, extra = rate_fault(fault)
            spot = self.file.places.spot(path, self.overlay)
            message = messages.describe_fault(
                fault, name, written=spot.written, secret=path in secrets
            )
            # what is missing has no place, unless an overlay takes it away
            shown = path[:-1] if fault.keyword == "required" else path
            self.report(path, message + extra, f"schema.{fault.keyword}", level, shown)
        return faults

    def _make_job(
        self,
        kind: Kind,
        document: Mapping[str, Any],
        cell: Mapping[str, Any] | None,
        used: set[str] | None = None,
    ) -> Job:
        name = matrix.cell_name(self.name, cell) if cell else self.name
        every = document.get("every")
        scope = interpolate.Scope(
            self.context,
            name,
            cell,
            period=self.context.today.strftime(_PERIODS[every]) if every else None,
            has_code="code" in document,
        )
        own = {
            key: self._fill_own_key(document[key], (key,), scope)
            for key in _VISIBLE
            if key in document
        }
        scope.generation = own.get("generation")
        body, secrets = self._make_request(kind, document["request"], scope, name)
        if used is not None:
            used |= scope.used
        code = own.get("code")
        if code and kind.payload is None:
            self.report(("code",), f"{kind.title}s do not run your code; remove it", "code-kind")
            code = None
        if code:
            code = {**code, "dir": self._from_root(str(code["dir"]))}
        # one that is not filled in is a problem of its own
        depends_on = [other for other in own.get("dependsOn", ()) if isinstance(other, str)]
        return Job(
            name=name,
            kind=kind.name,
            request=body,
            secret_paths=tuple(join_path(path) for path in secrets),
            generation=own.get("generation"),
            every=every,
            period=scope.period,
            watch=tuple(map(self._place_watched, own.get("watch", ()))),
            code=code,
            depends_on=tuple(dict.fromkeys([*depends_on, *sorted(scope.others)])),
            on_replace=document.get("onReplace", "refuse"),
            on_delete=document.get("onDelete", "refuse"),
            adopt=own.get("adopt"),
            aliases=self._select_aliases(document, name, bool(cell)),
            wrong_keys=frozenset(self.wrong_keys),
            file=self.file.path,
            source=self.file,
            stack=self.context.stack,
        )

    def _place_watched(self, watched: Any) -> Any:
        return self._from_root(watched) if is_file(watched) else watched

    def _from_root(self, path: str) -> str:
        """Return a path that is relative to the file as one relative to the project's folder."""
        return os.path.normpath(os.path.join(self.file.folder, path))

    def _fill_own_key(self, value: Any, path: Path, scope: interpolate.Scope) -> Any:
        if not self.file.interpolates:
            return value
        inner = replace(scope, in_request=False)
        filled, secrets = interpolate.fill_tree(value, path, inner, lambda at: "", self.report)
        for secret in secrets:
            self.report(
                secret,
                "a secret is not allowed here: the value is shown in previews and stored in plain text",
                "secret-visible",
            )
        return filled

    def _make_request(
        self, kind: Kind, body: dict[str, Any] | None, scope: interpolate.Scope, name: str
    ) -> tuple[dict[str, Any], list[Path]]:
        secrets: list[Path] = []
        model = f"requests/{kind.name}"
        if body is None:
            return {}, secrets
        if self.file.interpolates:
            body, secrets = interpolate.fill_tree(
                body,
                ("request",),
                scope,
                lambda at: schema.find_type(model, at[1:]),
                self.report,
            )
            body = self._open_payload(kind, {"request": body}, ())["request"]
        if "<fill in " in self.file.text:
            body = hide_placeholders(body, self.report, ("request",))
        faults = self._report_faults(body, model, ("request",), frozenset(secrets))
        if faults:
            body = keep_sound(body, faults, model)
        complete = request.complete(kind, body, self.context.tags)
        view = rules.View(kind, name, complete, body, self.context.region, frozenset(secrets))
        self.report_all(rules.find_problems(view))
        return complete, secrets

    def _select_aliases(
        self, document: Mapping[str, Any], name: str, is_cell: bool
    ) -> tuple[str, ...]:
        aliases = document.get("aliases")
        if isinstance(aliases, dict) and is_cell:
            return tuple(old for old, new in aliases.items() if new == name)
        return tuple(aliases) if isinstance(aliases, list) and not is_cell else ()


def merge(document: Any, patch: Any) -> Any:
    """Lay a stack's overlay over a document: null takes a field away, a list is replaced as a whole.

    It is a JSON merge patch, https://www.rfc-editor.org/rfc/rfc7396.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result
