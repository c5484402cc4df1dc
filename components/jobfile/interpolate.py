"""Fill `${...}` into leaves, with Pulumi YAML's syntax: `$${` is a literal `${`.

https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/#interpolation
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import name_setting
from ..kinds import LATEST
from ..schema import Pending
from ..wire import Path, map_leaves
from .matrix import as_text
from .messages import join_words
from .model import Context
from .words import suggest

_TOKEN = re.compile(r"\$\$\{|\$\{|\}|[^$}]+|.", re.DOTALL)
_LATEST = re.compile(rf"(?:{'|'.join(map(re.escape, LATEST))})\((.*)\)", re.DOTALL)
OUTPUT = re.compile(r"jobs\.([A-Za-z0-9][A-Za-z0-9_-]*)\.([A-Za-z][A-Za-z0-9]*)")

MAX_NESTED = 10  # `${` in `${`: two are of use

# what stands between `${` and `}`: text and expressions in it
Parts = list[Any]


class InterpolationError(Exception):
    """An interpolation that can never be filled in: one sentence."""

    def __init__(self, message: str, rule: str = "interpolation-unknown") -> None:
        super().__init__(message)
        self.message, self.rule = message, rule


class Filled(NamedTuple):
    """What an expression or a leaf stands for, and whether a secret is in it."""

    value: Any
    secret: bool = False


@dataclass
class Scope:
    """The names that the leaves of one job may use.

    `cell` is None where the matrix itself is wrong. `used` collects the expressions that were used, `others` the jobs
    whose outputs they name. What only the outside knows may stand in the request, not in our own keys: they say what
    a job is.
    """

    context: Context
    job: str
    cell: Mapping[str, Any] | None = field(default_factory=dict)
    generation: Any = None
    period: str | None = None
    has_code: bool = False
    used: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    in_request: bool = True

    def fill(self, expression: str) -> Filled:
        """Return what the expression stands for, a `Pending` where only the outside will know."""
        self.used.add(expression)
        head, _, rest = expression.partition(".")
        if expression == "stack":
            return Filled(self.context.stack)
        if head == "config" and rest:
            return self._fill_config(expression, rest)
        if head == "matrix" and rest:
            if self.cell is None:
                return _leave_pending(expression)
            if rest not in self.cell:
                hint = suggest(rest, self.cell) or f"; it has {join_words(self.cell)}"
                raise InterpolationError(f"the matrix has no `{rest}`{hint}")
            return Filled(self.cell[rest])
        if expression == "generation":
            return self._fill_own(self.generation, "generation", "generation: 1")
        if expression == "period":
            return self._fill_own(self.period, "period", "every: week")
        output, latest = OUTPUT.fullmatch(expression), _LATEST.fullmatch(expression)
        if latest and not re.fullmatch(r"arn:[^\s\"']+", latest[1].strip()):
            raise InterpolationError(f"expected an ARN without quotes, got `{latest[1]}`")
        if output and self.in_request:
            self.others.add(output[1])
        outside = (
            output
            or (expression == "code.uri" and self.has_code)
            or (head == "platform" and rest)
            or latest
        )
        if not outside:
            raise InterpolationError(self._describe_unknown(expression))
        if not self.in_request:
            raise InterpolationError(
                f"`${{{expression}}}` is allowed in `request` only; allowed here: stack, config, matrix, period",
                "interpolation-place",
            )
        answer = self.context.lookup(self.job, expression)
        return _leave_pending(expression) if answer is None else Filled(answer)

    def _fill_config(self, expression: str, key: str) -> Filled:
        config, secrets = self.context.config, self.context.secrets
        if key in config:
            return Filled(config[key], key in secrets)
        if key in secrets:
            return _leave_pending(expression, secret=True)
        if self.context.any_config:
            return _leave_pending(expression)
        remedy = (
            suggest(key, [*config, *secrets])
            or f"; set it: {name_setting(key, 'VALUE', self.context.stack)}"
        )
        message = f"the stack's config has no `{key}`{remedy}"
        raise InterpolationError(message, "interpolation-config")

    @staticmethod
    def _fill_own(value: Any, name: str, remedy: str) -> Filled:
        if value is None:
            raise InterpolationError(
                f"`${{{name}}}` needs `{remedy}` (or another value) in this file"
            )
        return Filled(value)

    def _describe_unknown(self, expression: str) -> str:
        if expression == "code.uri":
            return "`${code.uri}` needs `code: {dir: ...}` in this file"
        if expression.startswith("jobs."):
            return f"`${{{expression}}}` must be `${{jobs.<job>.<output>}}`, such as `${{jobs.prepare.modelArtifacts}}`"
        if expression in (self.cell or ()):
            return f"unknown variable `${{{expression}}}`; a value of the matrix is `${{matrix.{expression}}}`"
        if expression in self.context.config:
            return f"unknown variable `${{{expression}}}`; a key of the config is `${{config.{expression}}}`"
        names = ["stack", "generation", "period", "code.uri", *LATEST]
        names += [f"matrix.{key}" for key in self.cell or ()]
        close = suggest(expression.partition("(")[0], names)
        return (
            f"unknown variable `${{{expression}}}`{close or ';'} for a literal `${{{expression}}}` "
            f"write `$${{{expression}}}`"
        )


def _leave_pending(expression: str, secret: bool = False) -> Filled:
    return Filled(Pending(expression, f"${{{expression}}}"), secret)


def fill_leaf(text: str, scope: Scope) -> Filled:
    """Fill one leaf in. Raises `InterpolationError`.

    A leaf that is one expression keeps its type (a matrix value may be a number).
    """
    if "${" not in text:
        return Filled(text)
    parts = _parse(iter(_TOKEN.findall(text)), 0)
    if len(parts) == 1 and isinstance(parts[0], list):
        return _fill_expression(parts[0], scope)
    return _join(parts, scope)


def _join(parts: Parts, scope: Scope) -> Filled:
    texts, pending, secret = "", "", False
    for part in parts:
        if isinstance(part, str):
            texts += part
            continue
        filled = _fill_expression(part, scope)
        secret = secret or filled.secret
        # for a setting's value nothing waits; for another part's it may
        if isinstance(filled.value, Pending) and (not pending or pending.startswith("config.")):
            pending = filled.value.expression
        texts += filled.value.text if isinstance(filled.value, Pending) else as_text(filled.value)
    return Filled(Pending(pending, texts) if pending else texts, secret)


def _fill_expression(parts: Parts, scope: Scope) -> Filled:
    """An expression may hold expressions: `${personalize.latest(${config.solution})}`."""
    expression, secret = _join(parts, scope)
    if isinstance(expression, Pending):
        return Filled(Pending(expression.expression, f"${{{expression.text}}}"), secret)
    filled = scope.fill(str(expression).strip())
    return Filled(filled.value, filled.secret or secret)


def _parse(tokens: Iterator[str], depth: int) -> Parts:
    if depth > MAX_NESTED:
        raise InterpolationError(
            f"`${{` is nested more than {MAX_NESTED} levels deep; for a literal `${{` write `$${{`",
            "interpolation-nested",
        )
    parts: Parts = []
    text = ""
    for token in tokens:
        if token == "$${":
            text += "${"
        elif token == "${":
            parts += [text] if text else []
            text = ""
            parts.append(_parse(tokens, depth + 1))
        elif token == "}" and depth:
            return parts + ([text] if text else [])
        else:
            text += token
    if depth:
        raise InterpolationError(
            "`${` without a closing `}`; for a literal `${` write `$${`", "interpolation-open"
        )
    return parts + ([text] if text else [])


def fill_tree(
    value: Any,
    at: Path,
    scope: Scope,
    wanted: Callable[[Path], str],
    report: Callable[[Path, str, str], None],
) -> tuple[Any, list[Path]]:
    """Fill in every leaf of a value. Returns it, and the paths of the leaves that have a secret in them.

    `wanted` names the JSON type that a path takes; `report` gets path, sentence and rule of every mistake.
    """
    secrets: list[Path] = []

    def fill(path: Path, leaf: Any) -> Any:
        if not isinstance(leaf, str) or "${" not in leaf:
            return leaf
        try:
            filled, secret = fill_leaf(leaf, scope)
        except InterpolationError as mistake:
            report(path, mistake.message, mistake.rule)
            return Pending("", leaf)
        if secret:
            secrets.append(path)
        return convert(filled, wanted(path))

    return map_leaves(value, fill, at), secrets


def convert(value: Any, wanted: str) -> Any:
    """Give a value that is one expression the type AWS takes there, where its text allows it."""
    if isinstance(value, Pending):
        return value
    text = as_text(value)
    if wanted == "string":
        return text
    if wanted in ("integer", "number") and re.fullmatch(r"-?(0|[1-9]\d{0,17})", text):
        return int(text)
    if wanted == "number" and re.fullmatch(r"-?\d{1,17}\.\d{1,17}([eE][-+]?\d{1,2})?", text):
        return float(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return value
