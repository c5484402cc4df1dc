"""Run a preview that can decrypt nothing: on a copy of the project and of its state, without their secrets.

The copy has a state folder and a passphrase of its own, and a placeholder for every secret; neither the stack's
passphrase nor its key is used. The program knows by `AWS_JOBS_WITHOUT_SECRETS`, and previews nothing of a job that
depends on a secret. Everything else of the preview is what it would be with them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.engine.arguments import add_flag
from cli.engine.run import capture, run_quietly
from cli.project.stack import Stack, read_yaml
from cli.project.variables import child_environment
from components import pulumi_yaml
from components.stack.settings import WITHOUT_SECRETS

PLACEHOLDER = "[secret]"
# Pulumi's passphrase secrets of this passphrase, which protects nothing: the same text as a setting and in a state
PASSPHRASE = "no secret"
SALT = "v1:HzhhSomN4WU=:v1:kZ+qScVUq4bwQ5eM:jgLEtIRvCXGhlkec+kr0kdRRxGEtRQ=="
SETTING = "v1:62KCPzUivmuY90oA:1WZpXFLZWBoH8S3rAxNAwQNUPAIO07Qo"
PROPERTY = "v1:SWblTVGanXgtBDNU:Vp4+icrJnvT3s1wQC7mjHhqDsWRrxYCjRQ0="
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_NOT_COPIED = (".git", ".local", ".venv")
_PROVIDER = ("secretsprovider", "encryptedkey", "encryptionsalt")
_OWN = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def add_without_secrets(parser: argparse.ArgumentParser) -> None:
    """Add the argument for `run_preview`."""
    add_flag(
        parser,
        "--without-secrets",
        "need neither passphrase nor key; jobs that depend on a secret are not previewed",
    )


def run_preview(
    stack: Stack, flags: Sequence[str], *, without_secrets: bool
) -> tuple[int, str, str]:
    """Preview without showing the output; return the exit code, stdout and stderr."""
    argv = ["preview", "--stack", stack.name, "--non-interactive", *flags]
    return _preview_copy(stack, argv) if without_secrets else run_quietly(stack, argv)


def _preview_copy(stack: Stack, argv: Sequence[str]) -> tuple[int, str, str]:
    exported = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    env = child_environment(stack, os.environ)
    stack.project.local.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=stack.project.local, prefix="preview-") as folder:
        root, state = Path(folder) / "project", Path(folder) / "state"
        copied = _copy_project(stack, root)
        _write_state(copied, state, exported)
        kept = {name: value for name, value in env.items() if name not in _OWN}
        kept["PULUMI_BACKEND_URL"] = state.as_uri()
        kept["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
        kept[WITHOUT_SECRETS] = "true"
        return run_quietly(copied, argv, kept)


def scrub_settings(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack's settings file with a placeholder for each secret, and no way to a real one."""
    kept = {key: value for key, value in document.items() if key not in _PROVIDER}
    return {
        "encryptionsalt": SALT,
        **_replace(kept, lambda value: set(value) == {"secure"}, {"secure": SETTING}),
    }


def scrub_deployment(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """Return a deployment with a placeholder for each secret in it."""
    provider = {"type": "passphrase", "state": {"salt": SALT}}
    sealed = {_SIGNATURE: _SECRET, "ciphertext": PROPERTY}
    scrubbed = _replace(deployment, lambda value: value.get(_SIGNATURE) == _SECRET, sealed)
    return {**scrubbed, "secrets_providers": provider}


def _replace(value: Any, is_secret: Callable[[Mapping[str, Any]], bool], by: Any) -> Any:
    if isinstance(value, Mapping):
        if is_secret(value):
            return by
        return {key: _replace(item, is_secret, by) for key, item in value.items()}
    return [_replace(item, is_secret, by) for item in value] if isinstance(value, list) else value


def _copy_project(stack: Stack, root: Path) -> Stack:
    """Copy the project, its files as hard links where that is possible, and scrub the stack's settings."""
    project = stack.project

    def leave_out(folder: str, _names: list[str]) -> set[str]:
        return set(_NOT_COPIED) if Path(folder) == project.root else set()

    shutil.copytree(
        project.root, root, symlinks=True, ignore=leave_out, copy_function=_link_or_copy
    )
    if (project.root / ".venv").is_dir():
        (root / ".venv").symlink_to((project.root / ".venv").resolve())
    settings = replace(project, root=root).settings_file(stack.name)
    if settings.exists():
        scrubbed = scrub_settings(read_yaml(settings))
        # not written into: the project's own file is the same one
        settings.unlink()
        settings.write_text(pulumi_yaml.dump(scrubbed), "utf-8")
    return replace(stack, project=replace(project, root=root))


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
    return target


def _write_state(stack: Stack, folder: Path, exported: Mapping[str, Any]) -> None:
    """Write what `stack export` gave as the only stack of a `file://` backend.

    https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go has its types.
    """
    deployment = exported.get("deployment") or {}
    full_name = f"organization/{stack.project.name}/{stack.name}"
    checkpoint = {"stack": full_name, "latest": scrub_deployment(deployment)}
    book = folder / ".pulumi"
    stacks = book / "stacks" / stack.project.name
    stacks.mkdir(parents=True)
    (book / "meta.yaml").write_text("version: 1\n", "utf-8")
    document = {name: value for name, value in exported.items() if name != "deployment"}
    (stacks / f"{stack.name}.json").write_text(
        json.dumps({**document, "checkpoint": checkpoint}), "utf-8"
    )
