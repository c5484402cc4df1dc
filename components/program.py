"""What `__main__.py` says: load, preflight, declare, export. Pulumi is spoken to here and in `resources`.

Every problem is raised once, as one `pulumi.RunError` without a traceback, before the first resource is registered.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from . import policy
from . import preflight as checks
from .aws import Aws, connect
from .aws.objects import put_once
from .errors import JobError, Problem, Problems
from .jobfile import Context, JobFile
from .jobfile import load as load_files
from .lifecycle.outputs import INPUTS
from .permissions import Scope, inputs_named, queues_named, roles_named
from .platform.asked import CODE, Asked, Home, asked
from .platform.asked import KEY as PLATFORM
from .resources import RESOURCES
from .resources import Job as JobResource
from .stack import resolve as stackjobs
from .stack import settings as stack_settings
from .stack.archive import Archive
from .stack.resolve import StackJobs
from .stack.settings import Settings
from .wire import Path as Place
from .wire import dotted, leaves

if TYPE_CHECKING:
    from .platform.platform import Platform

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
            _raise_all(problems, files, context, settings.root)
        jobs = _resolved(files, settings, context)
        _warn([*problems, *jobs.warnings])
        return jobs


def _resolved(files: list[JobFile], settings: Settings, context: Context) -> StackJobs:
    wanted = _asked(settings)
    policies = policy.load(settings.root)
    if wanted is None:
        return stackjobs.resolve(
            files, settings, context, lambda: _aws(settings), policies=policies
        )
    settings = replace(settings, artifacts=_artifacts(settings, wanted))
    ours = wanted.outputs(_home(settings))
    return stackjobs.resolve(files, settings, context, lambda: _aws(settings), ours, policies)


def _asked(settings: Settings) -> Asked | None:
    text = settings.config.get(PLATFORM, "")
    return asked(text, settings.project, settings.stack, settings.root)


def _artifacts(settings: Settings, wanted: Asked) -> str:
    own = f"s3://{wanted.bucket}/{CODE}" if wanted.bucket else ""
    return settings.artifacts or own


def _home(settings: Settings) -> Home:
    aws = _aws(settings)
    return Home(aws.account, settings.region, aws.partition)


def _raise_all(problems: list[Problem], files: Any, context: Context, root: Path) -> None:
    """A file that cannot be read must not hide what is wrong with the others."""
    from .jobfile import expand

    jobs, more = expand(files, context)
    policies = policy.load(root)
    raise Problems({*problems, *more, *policy.problems(policies, jobs, context.stack)})


def preflight(jobs: StackJobs, settings: Settings) -> None:
    """Check against AWS what the files refer to, unless `aws-jobs:preflight` is false."""
    if not settings.preflight or not jobs.jobs:
        return
    with _said():
        problems = checks.problems(
            jobs.jobs,
            _aws(settings),
            jobs.inputs,
            jobs.waiting,
            read_inputs=settings.read_inputs,
        )
        if any(problem.level == "error" for problem in problems):
            raise Problems(problems)
        _warn(problems)


def _warn(problems: list[Problem]) -> None:
    for problem in sorted(problems):
        pulumi.log.warn(str(problem))


def declare(jobs: StackJobs, settings: Settings) -> dict[str, JobResource]:
    """Register the stack's platform and every job's resource, and upload code archives when this is no preview."""
    with _said():
        platform = _platform(jobs, settings)
        late = _uploaded(jobs.archives, settings, platform)
    # A provider of its own: the default one would be given the stack's whole config, secrets in the clear.
    allowed = {"aws-jobs:allowTerminate": "true"} if settings.allow_terminate else {}
    provider = pulumi.ProviderResource("pulumi-python", PROVIDER, allowed)
    declared = {}
    for job in jobs.jobs:
        inputs = jobs.inputs[job.name]
        waits = jobs.waiting.get(job.name, [])
        references = jobs.references.get(job.name, {})
        outputs = _outputs(inputs, references, platform, late)
        options = pulumi.ResourceOptions(
            provider=provider,
            depends_on=platform.behind(references.values()) if platform else None,
            aliases=[pulumi.Alias(name=alias) for alias in job.aliases],
            # what waits stays as it is: one that never ran is a placeholder, one that ran is left alone
            ignore_changes=[name for name in INPUTS if name != "waitingFor"] if waits else None,
        )
        extra = {key: value for key, value in inputs.items() if key not in ("request", "region")}
        if waits:
            extra["waitingFor"] = waits
        declared[job.name] = RESOURCES[job.kind](
            job.name,
            _leafwise(inputs["request"], ("request",), frozenset(job.secret_paths), outputs),
            region=settings.region,
            name=job.name,
            inputs=extra,
            opts=options,
        )
    return declared


def _platform(jobs: StackJobs, settings: Settings) -> Platform | None:
    wanted = _asked(settings)
    if wanted is None:
        return None
    # a quarter of a second, and a plugin: for those who ask for it
    from .platform.platform import Platform

    watched = {uri for inputs in jobs.inputs.values() for uri in inputs.get("watched", ())}
    home = _home(settings)
    scope = Scope(
        project=settings.project,
        stack=settings.stack,
        account=home.account,
        region=home.region,
        partition=home.partition,
        roles=roles_named((job.kind, jobs.inputs[job.name]["request"]) for job in jobs.jobs),
        queues=queues_named((job.kind, job.request) for job in jobs.jobs),
        watched=tuple(sorted(watched)),
        inputs=inputs_named((job.kind, job.request) for job in jobs.jobs),
        read_inputs=settings.read_inputs,
        artifacts=_artifacts(settings, wanted),
    )
    platform = Platform("platform", wanted, scope, tags=settings.tags)
    # no job can have this name
    pulumi.export(PLATFORM, platform.outputs)
    return platform


def _uploaded(
    archives: Mapping[str, Archive], settings: Settings, platform: Platform | None
) -> dict[str, pulumi.Output[str]]:
    """Upload the archives, unless this is a preview.

    Returns the URIs of those that go into the platform's bucket: known once it is there, and they are in it.
    """
    late: dict[str, pulumi.Output[str]] = {}
    wanted = _asked(settings)
    for uri, archive in archives.items():
        if platform and wanted and uri.startswith(f"s3://{wanted.bucket}/"):
            late[uri] = platform.outputs["bucket"].apply(partial(_put, settings, uri, archive))
        else:
            _put(settings, uri, archive)
    return late


def _put(settings: Settings, uri: str, archive: Archive, _bucket: str = "") -> str:
    if not pulumi.runtime.is_dry_run():
        with _said():
            put_once(_aws(settings), uri, archive.content)
    return uri


def _outputs(
    inputs: Mapping[str, Any],
    references: Mapping[str, str],
    platform: Platform | None,
    late: Mapping[str, pulumi.Output[str]],
) -> dict[str, pulumi.Output[str]]:
    """The leaves of a job's request that only the platform will know, by dotted path."""
    found: dict[str, pulumi.Output[str]] = {}
    uri = str((inputs.get("code") or {}).get("uri", ""))
    if uri in late:
        for path, leaf in leaves(inputs["request"], ("request",)):
            if isinstance(leaf, str) and uri in leaf:
                found[dotted(path)] = late[uri].apply(partial(leaf.replace, uri))
    if platform:
        found |= {path: platform.filled(text) for path, text in references.items()}
    return found


def _leafwise(
    value: Any, at: Place, secret: frozenset[str], outputs: Mapping[str, pulumi.Output[str]]
) -> Any:
    """Put in the platform's outputs and make secrets, leaf by leaf, so that the rest of the request stays readable."""
    path = dotted(at)
    if path in outputs:
        value = outputs[path]
    if path in secret:
        return pulumi.Output.secret(value)
    if isinstance(value, Mapping):
        return {
            key: _leafwise(item, (*at, str(key)), secret, outputs) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_leafwise(item, (*at, index), secret, outputs) for index, item in enumerate(value)]
    return value
