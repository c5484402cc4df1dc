"""What `__main__.py` says: load, preflight, declare, export. Pulumi is spoken to here and in `resources`.

Every problem is raised once, as one `pulumi.RunError` without a traceback, before the first resource is registered.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pulumi

from . import preflight as checks
from . import settings as stack_settings
from . import stackjobs
from .aws import Aws, connect
from .aws.objects import put_once
from .errors import JobError, Problem, Problems
from .jobfile import Context
from .jobfile import load as load_files
from .lifecycle.outputs import INPUTS
from .resources import RESOURCES, BatchInferenceJob, ServiceJob
from .settings import Settings
from .stackjobs import StackJobs
from .wire import Path as Place
from .wire import dotted

PROVIDER = "aws-jobs"
# Pulumi's language host adds no words of its own to a program that ends with this code.
ALREADY_SAID = 32


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except JobError as error:
        raise pulumi.RunError(str(error)) from None


def _aws(settings: Settings) -> Aws:
    return connect(settings.region)


def settings(root: Path | None = None) -> Settings:
    """Read this stack's settings. `root` is the project's folder, by default the current one."""
    _leave_quietly()
    config = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    keys = pulumi.runtime.config.get_config_secret_keys_env()
    secrets = frozenset(
        key for key in config if key in keys or pulumi.runtime.is_config_secret(key)
    )
    with _said():
        return stack_settings.read(
            pulumi.get_project(),
            pulumi.get_stack(),
            root or Path.cwd(),
            {key: str(value) for key, value in config.items()},
            secrets,
            os.environ,
        )


def _leave_quietly() -> None:
    """When a resource fails, the engine interrupts the program, and a traceback would bury the real error."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(ALREADY_SAID))


def load(settings: Settings) -> StackJobs:
    """Read the job files and work out what each declares for this stack; all mistakes at once."""
    with _said():
        files, problems = load_files([settings.root / settings.jobs], settings.root)
        context = Context(
            stack=settings.stack,
            region=settings.region,
            tags=settings.tags,
            config=settings.config,
            secrets=settings.secrets,
            today=datetime.now(timezone.utc).date(),
        )
        if any(problem.level == "error" for problem in problems):
            _raise_all(problems, files, context)
        jobs = stackjobs.resolve(files, settings, context, lambda: _aws(settings))
        _warn([*problems, *jobs.warnings])
        return jobs


def _raise_all(problems: list[Problem], files: Any, context: Context) -> None:
    """A file that cannot be read must not hide what is wrong with the others."""
    from .jobfile import expand

    raise Problems({*problems, *expand(files, context)[1]})


def preflight(jobs: StackJobs, settings: Settings) -> None:
    """Check against AWS what the files refer to, unless `aws-jobs:preflight` is false."""
    if not settings.preflight or not jobs.jobs:
        return
    with _said():
        problems = checks.problems(jobs.jobs, _aws(settings))
        if any(problem.level == "error" for problem in problems):
            raise Problems(problems)
        _warn(problems)


def _warn(problems: list[Problem]) -> None:
    for problem in sorted(problems):
        pulumi.log.warn(str(problem))


def declare(jobs: StackJobs, settings: Settings) -> dict[str, ServiceJob | BatchInferenceJob]:
    """Register every job's resource, and upload code archives when this is no preview."""
    with _said():
        if not pulumi.runtime.is_dry_run():
            for uri, archive in jobs.archives.items():
                put_once(_aws(settings), uri, archive.content)
    # A provider of its own: the default one would be given the stack's whole config, secrets in the clear.
    allowed = {"aws-jobs:allowTerminate": "true"} if settings.allow_terminate else {}
    provider = pulumi.ProviderResource("pulumi-python", PROVIDER, allowed)
    declared = {}
    for job in jobs.jobs:
        inputs = jobs.inputs[job.name]
        waits = jobs.waiting.get(job.name, [])
        options = pulumi.ResourceOptions(
            provider=provider,
            aliases=[pulumi.Alias(name=alias) for alias in job.aliases],
            # what waits stays as it is: one that never ran is a placeholder, one that ran is left alone
            ignore_changes=[name for name in INPUTS if name != "waitingFor"] if waits else None,
        )
        extra = {key: value for key, value in inputs.items() if key not in ("request", "region")}
        if waits:
            extra["waitingFor"] = waits
        declared[job.name] = RESOURCES[job.kind](
            job.name,
            _with_secrets(inputs["request"], frozenset(job.secret_paths), ("request",)),
            region=settings.region,
            name=job.name,
            inputs=extra,
            opts=options,
        )
    return declared


def _with_secrets(value: Any, secret: frozenset[str], at: Place) -> Any:
    """Make secret leaves Pulumi secrets, leaf by leaf, so that the rest of the request stays readable."""
    if dotted(at) in secret:
        return pulumi.Output.secret(value)
    if isinstance(value, Mapping):
        return {key: _with_secrets(item, secret, (*at, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_secrets(item, secret, (*at, index)) for index, item in enumerate(value)]
    return value
