"""What is wrong in a stack's settings, with its place in the stack's file. Shows no value of a secret."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import pulumi_yaml, yaml12
from ..errors import Problem
from ..jobfile import JobFile
from ..jobfile.messages import join_words
from ..jobfile.places import Places
from ..jobfile.words import find_nearest, suggest
from ..wire import Path as Place
from ..wire import join_path
from .settings import ALL, JOBS, Settings

Found = tuple[Place, str, str]  # path, message, level

# https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
_TOP = ("config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider")
_RULE = "stack-settings"
_ALIKE = 0.82  # `slot` is meant to be `slots`; `bucket` may be somebody's own beside `bucketKeys`


def find_problems(settings: Settings, files: Sequence[JobFile]) -> Iterator[Problem]:
    """Yield values that do not fit, keys that nobody reads, and a folder that has another stack's in it.

    `files` are the stack's job files: what they use of the config is the project's own.
    """
    try:
        document = read_file(settings.file)
    except yaml12.Unreadable as error:
        yield Problem(settings.file.name, error.line, error.column, "", error.message, _RULE)
        return
    config = _get_config(document)
    found = [
        *_find_unknown_parts(document),
        *_find_unread_keys(settings, config, files),
        *_find_wrong_folder(settings),
    ]
    spelled = {_write_in_full(settings.project, key): key for key in map(str, config)}
    found += [(("config", key), message, "error") for key, message in settings.wrong.items()]
    if not found:
        return
    places = Places(settings.file.read_text("utf-8") if document else "", False)
    for path, message, level in found:
        path = tuple(spelled.get(str(part), part) for part in path)
        line, column = places.of(path)
        yield Problem(settings.file.name, line, column, join_path(path), message, _RULE, level)


def read_file(path: Path) -> Mapping[str, Any]:
    """Return what a stack's file says; nothing where there is none. Raises `Unreadable`."""
    try:
        return pulumi_yaml.read(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise yaml12.Unreadable(f"cannot be read: {error.strerror}", 0, 0) from None


def read_config(path: Path) -> Mapping[str, Any]:
    """Return the config in a stack's file, as it is written; empty where there is none. Raises `Unreadable`."""
    return _get_config(read_file(path))


def _get_config(document: Mapping[str, Any]) -> Mapping[str, Any]:
    config = document.get("config")
    return config if isinstance(config, dict) else {}


def _write_in_full(project: str, key: str) -> str:
    """Return a key as the settings have it: under `aws-jobs:` where it is one of ours, under the project's name."""
    namespace, _, name = key.rpartition(":")
    is_own = namespace in ("", project)
    return f"{'aws-jobs' if is_own and name in ALL else namespace or project}:{name}"


def _find_unknown_parts(document: Mapping[str, Any]) -> Iterator[Found]:
    for key in document:
        if ":" in str(key):
            yield (str(key),), "belongs in `config`", "error"
        elif key not in _TOP:
            close = suggest(str(key), _TOP)
            message = f"Pulumi does not read this key{close or f'; it reads {join_words(_TOP)}'}"
            yield (str(key),), message, "error" if close else "warning"
    if not isinstance(document.get("config"), dict | None):
        yield ("config",), "must be a mapping of keys to values", "error"


def _find_unread_keys(
    settings: Settings, config: Mapping[str, Any], files: Sequence[JobFile]
) -> Iterator[Found]:
    """Yield misspelt settings; in the project's own namespace, where a team may have others, only as a warning."""
    project = settings.project
    for key, value in config.items():
        key = str(key)
        namespace, _, name = key.rpartition(":")
        if key in ("aws", "aws-jobs") and isinstance(value, dict) and "secure" not in value:
            message = f"write its keys in full, such as `{key}:{next(iter(value), 'tags')}`"
            yield ("config", key), message, "error"
        elif namespace == "aws":
            # the provider of AWS has more than this one
            close = suggest(name, ("region",), _ALIKE)
            if close and name != "region":
                yield ("config", key), f"not a setting{close.replace('`r', '`aws:r')}", "error"
        elif name in ALL and (close := _suggest_namespace(namespace, project)):
            message = f"nobody reads this namespace; did you mean `{close}:{name}`?"
            yield ("config", key), message, "warning"
        elif name in ALL or namespace not in ("", "aws-jobs", project):
            continue
        elif name == "region" and not settings.region and not _is_used(name, files):
            message = "not a setting, and the stack has no region; did you mean `aws:region`?"
            yield ("config", key), message, "warning"
        elif namespace == "aws-jobs" != project:
            close = suggest(name, ALL)
            message = (
                f"not a setting of aws-jobs{close or f'; those are {join_words(ALL, len(ALL))}'}"
            )
            yield ("config", key), message, "error" if close else "warning"
        elif _is_used(name, files):
            continue
        elif close := suggest(name, ALL, _ALIKE):
            message = f"not a setting, and no job file uses `${{config.{name}}}`{close}"
            yield ("config", key), message, "warning"


def _is_used(name: str, files: Sequence[JobFile]) -> bool:
    return any(f"config.{name}" in file.text for file in files)


def _suggest_namespace(namespace: str, project: str) -> str:
    """Return ours or the project's where a namespace is a misspelling of it, else nothing."""
    if namespace in ("", "aws-jobs", project):
        return ""
    return find_nearest(namespace, ("aws-jobs", project), _ALIKE)


def _find_wrong_folder(settings: Settings) -> Iterator[Found]:
    """Yield a folder that is not there, or that has another stack's in it: the emulator may try the jobs of all."""
    if settings.jobs != JOBS and not os.path.exists(settings.folder):
        folders = [path.name for path in settings.root.iterdir() if path.is_dir()]
        message = f"there is no folder `{settings.jobs}`{suggest(settings.jobs, folders)}"
        yield ("config", "aws-jobs:jobs"), message, "error"
    if settings.on_emulator:
        return
    own = os.path.normpath(settings.jobs)
    for path in sorted(settings.root.glob("Pulumi.*.yaml")):
        try:
            config = read_config(path)
        except yaml12.Unreadable:
            continue  # said of that stack
        values = {
            _write_in_full(settings.project, str(key)): value for key, value in config.items()
        }
        folder = values.get("aws-jobs:jobs")
        other = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        if isinstance(folder, str) and os.path.normpath(folder).startswith(own + os.sep):
            message = (
                f"`{own}` has `{folder}` in it, the folder of the stack {other}: {settings.stack} deploys its "
                f"jobs too; give each stack a folder of its own, such as {JOBS}/{settings.stack}"
            )
            yield ("config", "aws-jobs:jobs"), message, "warning"
