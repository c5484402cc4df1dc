"""What `__main__.py` says: load, preflight, declare, export. Pulumi is spoken to here and in `resources`.

Every problem is raised once, as one `pulumi.RunError` without a traceback: before the first resource is registered, but
in a preview what the files refer to is looked at last, of those jobs alone that `up` would submit, or that wait.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from . import preflight as checks
from .aws import Aws, connect
from .aws.objects import put_once
from .errors import REFUSALS, JobError, Problem, Problems
from .jobfile import Job
from .lifecycle.outputs import INPUTS
from .platform.config import KEY as PLATFORM
from .platform.references import find_references
from .printable import printable
from .resources import RESOURCES, exit_quietly_on_interrupt
from .resources import Job as JobResource
from .stack.jobs import StackJobs
from .stack.load import load_stack
from .stack.settings import WITHOUT_SECRETS, Settings, read_settings
from .wire import Path as Place
from .wire import join_path, walk_leaves

if TYPE_CHECKING:
    from .platform.platform import Platform
    from .stack.archive import Archive

PROVIDER = "aws-jobs"
PAUSE = 10.0  # seconds between two sentences about progress


def settings(root: Path | None = None) -> Settings:
    """Read this stack's settings. `root` is the project's folder, by default the current one."""
    exit_quietly_on_interrupt()
    # what is loaded stays: no later collection goes through it, a tenth of a preview's time
    gc.freeze()
    config = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    keys = pulumi.runtime.config.get_config_secret_keys_env()
    secrets = frozenset(
        key for key in config if key in keys or pulumi.runtime.is_config_secret(key)
    )
    with _run_errors():
        found = read_settings(
            pulumi.get_project(),
            pulumi.get_stack(),
            root or Path.cwd(),
            config,
            secrets,
            environment=os.environ,
        )
        if found.without_secrets and not pulumi.runtime.is_dry_run():
            raise JobError(f"{WITHOUT_SECRETS} is for previews only; unset it and run `up` again")
        return found


@contextmanager
def _run_errors() -> Iterator[None]:
    """Raise a `JobError` as Pulumi's own error, which is shown without a traceback."""
    try:
        yield
    except JobError as error:
        raise pulumi.RunError(printable(str(error))) from None


def _connect(settings: Settings) -> Aws:
    return connect(settings.region)


def load(settings: Settings) -> StackJobs:
    """Read the job files and work out what each declares for this stack; all mistakes at once."""
    with _run_errors():
        jobs = load_stack(settings, partial(_connect, settings))
        _warn(jobs.problems)
        return jobs


def preflight(jobs: StackJobs, settings: Settings) -> None:
    """Check against AWS what the files refer to, unless `aws-jobs:preflight` is false; in a preview `declare` does."""
    if not pulumi.runtime.is_dry_run():
        _check(jobs, settings, jobs.before_platform)


def _warn(problems: list[Problem]) -> None:
    for problem in sorted(problems):
        pulumi.log.warn(printable(str(problem)))


def declare(jobs: StackJobs, settings: Settings) -> dict[str, JobResource]:
    """Register the stack's platform and every job's resource, and upload code archives when this is no preview.

    In a preview the preflight is here, when it is known which jobs are new.
    """
    with _run_errors():
        platform = _declare_platform(jobs)
        late = _upload(jobs, platform)
    # A provider of its own: the default one would be given the stack's whole config, secrets in the clear.
    known = {"aws-jobs:allowTerminate": "true"} if settings.allow_terminate else {}
    known |= {"aws-jobs:slots": str(settings.slots)} if settings.slots else {}
    known |= {"aws-jobs:submitRate": str(settings.submit_rate)} if settings.submit_rate else {}
    provider = pulumi.ProviderResource("pulumi-python", PROVIDER, known)
    declared = {}
    for job in jobs.before_platform:
        inputs = jobs.inputs[job.name]
        waits = jobs.waiting.get(job.name, [])
        references = find_references(job) if platform else {}
        outputs = _find_outputs(inputs, references, platform, late)
        options = pulumi.ResourceOptions(
            provider=provider,
            depends_on=platform.behind(references.values()) if platform else None,
            aliases=[pulumi.Alias(name=alias) for alias in job.aliases],
            # what waits is not changed: one that never ran is a placeholder, one that ran keeps its run
            ignore_changes=[name for name in INPUTS if name != "waitingFor"] if waits else None,
        )
        extra = {key: value for key, value in inputs.items() if key not in ("request", "region")}
        if waits:
            extra["waitingFor"] = waits
        declared[job.name] = RESOURCES[job.kind](
            job.name,
            _fill_leaves(inputs["request"], ("request",), frozenset(job.secret_paths), outputs),
            region=settings.region,
            name=job.name,
            inputs=extra,
            opts=options,
        )
    if pulumi.runtime.is_dry_run():
        # the SDK waits for every output, and shows what it raises
        _: pulumi.Output[None] = pulumi.Output.from_input(_check_new(jobs, settings, declared))
    else:
        # no output, which the SDK would wait for beside each other one
        say = partial(pulumi.log.info, ephemeral=True)
        asyncio.ensure_future(report_progress([job.urn.future() for job in declared.values()], say))
    return declared


async def _check_new(
    jobs: StackJobs, settings: Settings, declared: Mapping[str, JobResource]
) -> None:
    """Check what the jobs refer to that `up` would submit, or that wait: only a resource to be made has no id.

    So a preview without changes asks AWS nothing here, and does not load boto3. Where a change is refused, Pulumi says
    that and interrupts the program.
    """
    known = await asyncio.gather(*(resource.id.is_known() for resource in declared.values()))
    new = {name for name, exists in zip(declared, known, strict=True) if not exists}
    asked = new | jobs.waiting.keys()
    _check(jobs, settings, [job for job in jobs.before_platform if job.name in asked])


def _check(jobs: StackJobs, settings: Settings, asked: Sequence[Job]) -> None:
    if not settings.preflight or not asked:
        return
    with _run_errors():
        problems = checks.find_problems(
            asked,
            _connect(settings),
            jobs.inputs,
            jobs.waiting,
            read_inputs=settings.read_inputs,
            made_bucket=jobs.platform.bucket if jobs.platform else "",
        )
        if any(problem.level == "error" for problem in problems):
            if settings.on_emulator:
                pulumi.log.info("`./jobctl emulator status` lists what the emulator has")
            raise Problems(problems)
        _warn(problems)


async def report_progress(
    deployed: Sequence[Awaitable[Any]],
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Say every ten seconds how many jobs are deployed, and how long the others take at the rate of those seconds.

    The program alone knows how many there are, and hears of each when the engine is done with it. Clock in seconds.
    """
    told, since = 0, clock()
    for done, each in enumerate(asyncio.as_completed(deployed), 1):
        await each
        passed = (now := clock()) - since
        if passed < PAUSE:
            continue
        left = (len(deployed) - done) * passed / (done - told)
        about = f"{round(left / 60)} min" if left > 90 else f"{max(1, round(left))} s"
        say(f"{done:,} of {len(deployed):,} jobs deployed, about {about} left")
        told, since = done, now


def _declare_platform(jobs: StackJobs) -> Platform | None:
    if jobs.platform is None or jobs.account is None:
        return None
    # a quarter of a second, and a plugin: for those who configure it
    from .platform.platform import Platform
    from .stack.scope import build_scope

    scope = build_scope(jobs, jobs.account)
    platform = Platform("platform", jobs.platform, scope, tags=jobs.settings.tags)
    # no job can have this name
    pulumi.export(PLATFORM, platform.outputs)
    return platform


def _upload(jobs: StackJobs, platform: Platform | None) -> dict[str, pulumi.Output[str]]:
    """Upload the archives, unless this is a preview.

    Returns the URIs of those that go into the platform's bucket: known once it is there, and they are in it.
    """
    late: dict[str, pulumi.Output[str]] = {}
    own = f"s3://{jobs.platform.bucket}/" if jobs.platform else ""
    for uri, archive in jobs.archives.items():
        put = partial(_put, jobs, uri, archive)
        if platform and uri.startswith(own):
            late[uri] = platform.outputs["bucket"].apply(put)
        else:
            put()
    return late


def _put(jobs: StackJobs, uri: str, archive: Archive, _bucket: str = "") -> str:
    if not pulumi.runtime.is_dry_run():
        with _run_errors():
            try:
                put_once(_connect(jobs.settings), uri, archive.content)
            except REFUSALS as error:
                raise Problems(
                    Problem(job.file, *job.place("code"), "code", str(error), "code-upload")
                    for job in jobs.jobs
                    if _find_code(jobs.inputs[job.name]) == uri
                ) from None
    return uri


def _find_code(inputs: Mapping[str, Any]) -> str:
    """Return the URI of a job's packed code, or nothing."""
    return str((inputs.get("code") or {}).get("uri", ""))


def _find_outputs(
    inputs: Mapping[str, Any],
    references: Mapping[str, str],
    platform: Platform | None,
    late: Mapping[str, pulumi.Output[str]],
) -> dict[str, pulumi.Output[str]]:
    """Return the leaves of a job's request that only the platform will know, by dotted path."""
    found: dict[str, pulumi.Output[str]] = {}
    uri = _find_code(inputs)
    if uri in late:
        for path, leaf in walk_leaves(inputs["request"], ("request",)):
            if isinstance(leaf, str) and uri in leaf:
                found[join_path(path)] = late[uri].apply(partial(leaf.replace, uri))
    if platform:
        found |= {path: platform.filled(text) for path, text in references.items()}
    return found


def _fill_leaves(
    value: Any, at: Place, secret: frozenset[str], outputs: Mapping[str, pulumi.Output[str]]
) -> Any:
    """Put in the platform's outputs and make secrets, leaf by leaf, so that the rest of the request stays readable."""
    path = join_path(at)
    if path in outputs:
        value = outputs[path]
    if path in secret:
        return pulumi.Output.secret(value)
    if isinstance(value, Mapping):
        return {
            key: _fill_leaves(item, (*at, str(key)), secret, outputs) for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            _fill_leaves(item, (*at, index), secret, outputs) for index, item in enumerate(value)
        ]
    return value
