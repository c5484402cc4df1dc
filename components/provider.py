"""The dynamic provider: Pulumi's calls on one side, the life of a run on the other.

Classes here are stateless, and their import path is stored in every state: `delete` and `refresh` of an old
state run the code at that path. Do not move or rename them (tests/unit/test_contract.py).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from . import lifecycle
from .aws import Aws, connect
from .aws.runs import arn_region
from .errors import REFUSALS, JobError
from .jobfile.check import find_faults
from .kinds import KINDS, Kind
from .lifecycle.outputs import PLAIN, drop_empty, fill_outputs, is_waiting, select_inputs
from .lifecycle.read import DESCRIBE_ALL
from .printable import make_printable, printable
from .redact import Redactor, list_secrets
from .run.definition import normalize
from .schema import Pending
from .wire import contains, join_path, map_leaves, normalize_numbers

# What a stack sets for every delete; jobctl passes it on where no program runs (destroy).
MAY_TERMINATE = "AWS_JOBS_ALLOW_TERMINATE"
_settings: dict[str, int] = {"may_terminate": False, "slots": 0, "submit_rate": 0}
# Ids whose replacement this process has seen, with the new definition's `onReplace`: Pulumi does not tell
# `delete` why it is called. A process that dies in between loses this, and then AWS is asked.
_superseded: dict[str, str] = {}
# Ids that this process has seen as the current run of a job that the program declares: an older entry of the same run,
# left to be deleted by a deployment that died, must not end it. A refresh compares too, but checks nothing.
_declared: set[str] = set()
_checked: set[str] = set()


class Stopped(Exception):
    """The sentence alone: Pulumi prints an exception with its class, so the class is called `stopped`."""


Stopped.__module__, Stopped.__qualname__ = "builtins", "stopped"
_LONGEST = 2000  # characters of a sentence: AWS's may repeat a whole payload
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _plainly(method: _Method) -> _Method:
    """Let nothing but our sentence reach Pulumi: no chain of causes, no module path, no secret."""

    @wraps(method)
    def call(*args: Any) -> Any:
        try:
            return method(*args)
        except JobError as error:
            said = _make_redactor(*args).hide(str(error))[:_LONGEST]
            if isinstance(error, REFUSALS):
                said = _locate(args, said)
            raise Stopped(printable(said)) from None
        except Exception as error:  # noqa: BLE001 - a mistake of ours, whose words may hold a secret
            said = f"{type(error).__name__}: {error}"
            raise Stopped(printable(_make_redactor(*args).hide(said))) from None

    return cast(_Method, call)


def _locate(args: tuple[Any, ...], said: str) -> str:
    """Put the job's location before what AWS said. Its newest properties come last."""
    from .stack.locate import locate

    return locate(Path.cwd(), next(each for each in reversed(args) if isinstance(each, dict)), said)


def _make_redactor(*properties: Any) -> Redactor:
    """Return what hides the secrets of a resource's properties, old or new."""
    found = [each for each in properties if isinstance(each, dict)]
    return Redactor(secret for each in found for secret in list_secrets(each))


class JobProvider(ResourceProvider):
    """One provider for every kind; a subclass names its kind and holds nothing else."""

    serialize_as_secret_always = False
    kind_name = ""

    @property
    def kind(self) -> Kind:
        """The table that this provider interprets."""
        return KINDS[self.kind_name]

    def configure(self, req: ConfigureRequest) -> None:
        """Read the provider's own inputs. Exceptions become one sentence instead of a traceback.

        Set here and nowhere else: where the *program* imports it, the SDK would find no stack to report.
        """
        sys.tracebacklimit = 0
        gc.freeze()  # as the program does
        allowed = req.config.get("aws-jobs:allowTerminate") or os.environ.get(MAY_TERMINATE)
        _settings["may_terminate"] = str(allowed).lower() == "true"
        _settings["slots"] = int(req.config.get("aws-jobs:slots") or 0)
        _settings["submit_rate"] = int(req.config.get("aws-jobs:submitRate") or 0)

    @_plainly
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Bring the inputs into their one form, so that what means the same compares equal, and find mistakes.

        Job files were checked before; a program of one's own has only this.
        """
        _checked.add(str(news.get("identity")))
        # what waits is not complete yet, or is what the state has of an earlier definition
        failures = [] if news.get("waitingFor") else list(self._find_failures(news))
        if failures or contains(news, Unknown):
            return CheckResult(news, failures)
        inputs = normalize_numbers(news)
        inputs["request"] = normalize(self.kind, inputs.get("request") or {})
        return CheckResult(inputs, [])

    def _show(self, outputs: dict[str, Any], *properties: dict[str, Any]) -> dict[str, Any]:
        """Return outputs as the state keeps them: without secrets, and printable, whatever AWS says.

        Inputs repeat under their own keys, where Pulumi hides secrets.
        """
        hidden = make_printable(_make_redactor(*properties).hide(outputs))
        ours = {name: outputs[name] for name in PLAIN if name in outputs}
        return fill_outputs(self.kind, {**hidden, **ours, **select_inputs(outputs)})

    def _read_olds(self, props: dict[str, Any]) -> dict[str, Any]:
        return drop_empty(self.kind, normalize_numbers(props))

    def _find_failures(self, news: dict[str, Any]) -> Iterator[CheckFailure]:
        """Yield what is wrong with the request as far as it is known.

        A failure at a property prints that property's value, a secret one too: so none is at `request` itself.
        """
        asked = _mark_unknown(normalize_numbers(news.get("request")))
        if not isinstance(asked, dict):
            return
        name, region = str(news.get("name", "")), news.get("region")
        place = region if isinstance(region, str) else ""
        for path, sentence in find_faults(self.kind, name, place, asked):
            nested = path if len(path) > 1 else (*path, self.kind.request.name_field)
            yield CheckFailure(join_path(nested), sentence)

    @_plainly
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether this is another run. The engine words the nested diff itself."""
        olds = self._read_olds(_olds)
        if contains(_news, Unknown):
            return DiffResult(changes=None, replaces=["request"])
        found = lifecycle.diff(self.kind, _id, olds, normalize_numbers(_news))
        if not found.replaces and _news.get("identity") in _checked:
            _declared.add(_id)
        if found.same:
            return DiffResult(changes=False)
        if found.replaces:
            _superseded[_id] = str(_news.get("onReplace", "refuse"))
        return DiffResult(changes=True if found.forced else None, replaces=found.replaces)

    @_plainly
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopt or submit."""
        inputs = normalize_numbers(props)
        aws = _connect(str(inputs["region"]))
        id_, outputs = lifecycle.create(
            self.kind,
            aws,
            inputs,
            _say(inputs),
            replacing=_superseded.keys(),
            slots=_settings["slots"],
        )
        _declared.add(id_)
        return CreateResult(id_, self._show(outputs, inputs))

    @_plainly
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Refresh the outputs; an empty id only for a run that carries our release mark."""
        olds = self._read_olds(props)
        if is_waiting(id_):
            return ReadResult(id_, olds)
        whole = DESCRIBE_ALL in os.environ
        outputs = lifecycle.read(self.kind, _connect(arn_region(id_)), id_, olds, whole=whole)
        if outputs is None:
            return ReadResult("", {})
        # only other inputs show in the next preview; outputs alone never do
        differs = outputs.get("request") != olds.get("request")
        changed = select_inputs(outputs) if differs else None
        return ReadResult(id_, self._show(outputs, olds), inputs=changed)

    @_plainly
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change in place what AWS can change."""
        olds, news = self._read_olds(_olds), normalize_numbers(_news)
        region = str(news["region"]) if is_waiting(_id) else arn_region(_id)
        outputs = lifecycle.update(self.kind, _connect(region), _id, olds, news)
        return UpdateResult(self._show(outputs, olds, news))

    @_plainly
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Release, and end as the job file says."""
        if is_waiting(_id):
            return
        aws = _connect(arn_region(_id))
        olds = self._read_olds(_props)
        lifecycle.delete(
            self.kind,
            aws,
            _id,
            olds,
            _say(olds),
            may_terminate=bool(_settings["may_terminate"]),
            superseded_by=_superseded.get(_id, ""),
            declared=_id in _declared,
        )


def _connect(region: str) -> Aws:
    return connect(region, _settings["submit_rate"])


def _make_provider(kind: Kind) -> type[JobProvider]:
    """Make a kind's class, `<Kind>Provider`: states name it by this path."""
    members = {"__module__": __name__, "__doc__": f"{kind.title}s.", "kind_name": kind.name}
    return type(f"{kind.name}Provider", (JobProvider,), members)


PROVIDERS = {kind.name: _make_provider(kind) for kind in KINDS.values()}


def __getattr__(name: str) -> type[JobProvider]:
    """Find a kind's provider class by its path in a state, `components.provider.<Kind>Provider`."""
    try:
        return PROVIDERS[name.removesuffix("Provider")]
    except KeyError:
        raise AttributeError(name) from None


def _mark_unknown(value: Any) -> Any:
    """Replace what a preview does not know yet by what is valid everywhere."""
    return map_leaves(value, lambda _, leaf: Pending("", "") if isinstance(leaf, Unknown) else leaf)


def _say(inputs: dict[str, Any]) -> Any:
    """Print one line of the job's; the engine shows it without saying whose it is."""

    redactor = _make_redactor(inputs)

    def say(text: str) -> None:
        print(f"{inputs.get('name')}: {printable(redactor.hide(text))}", flush=True)

    return say
