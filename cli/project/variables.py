"""The environment of a stack's commands: where AWS is, and where the state is."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from cli.project.emulator_process import Emulator
from cli.project.region import find_region
from cli.project.stack import Stack
from components.errors import JobError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def child_environment(stack: Stack, env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a command on this stack; for an emulator stack it is complete without any set-up.

    What `env` sets is kept. A profile's real credentials are never used on the emulator: dummy ones take precedence.
    """
    child = dict(env)
    if not stack.on_emulator:
        if stack.setting("aws-jobs:endpoint"):
            child.setdefault("AWS_ENDPOINT_URL", stack.setting("aws-jobs:endpoint"))
        return child
    endpoint = stack.setting("aws-jobs:endpoint") or Emulator(stack.project).recorded_endpoint()
    if endpoint:
        child.setdefault("AWS_ENDPOINT_URL", endpoint)
    if not child.get("AWS_ACCESS_KEY_ID"):
        child["AWS_ACCESS_KEY_ID"] = child["AWS_SECRET_ACCESS_KEY"] = "local"
        for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
            child.pop(name, None)
    region = find_region(stack)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        # where the stack names none, that of a shell is meant for AWS
        if name not in child or not stack.setting("aws:region"):
            child[name] = region
    child.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    if not child.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        child.setdefault("PULUMI_CONFIG_PASSPHRASE", "local")
    child.setdefault("PULUMI_SKIP_UPDATE_CHECK", "true")
    # the program runs without pulumi-aws's plugin; looking for it costs seconds, and the network
    child.setdefault("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    child.setdefault("PULUMI_BACKEND_URL", (stack.project.local / "pulumi").as_uri())
    # a company's proxy cannot reach this machine's loopback
    for name in ("NO_PROXY", "no_proxy"):
        child[name] = ",".join(filter(None, (child.get(name), *LOOPBACK)))
    return child


def endpoints(env: Mapping[str, str]) -> dict[str, str]:
    """Return every variable that sends AWS calls somewhere (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_BATCH`, ...)."""
    return {
        key: value for key, value in env.items() if key.startswith("AWS_ENDPOINT_URL") and value
    }


def on_loopback(env: Mapping[str, str]) -> bool:
    """Tell whether all AWS calls stay on this machine."""
    found = endpoints(env)
    return "AWS_ENDPOINT_URL" in found and all(
        urlsplit(url).hostname in LOOPBACK for url in found.values()
    )


def require_answer(stack: Stack, env: Mapping[str, str]) -> None:
    """Raise one `JobError`, instead of a connection error for each job, where nothing answers on this machine."""
    if not stack.on_emulator and not on_loopback(env):
        return
    endpoint = env.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        where = stack.project.settings_file(stack.name).name
        raise JobError(
            f"no emulator is running for the stack '{stack.name}' (aws-jobs:emulator in {where}); "
            "start it with ./jobctl emulator start"
        )
    parts = urlsplit(endpoint)
    if parts.hostname not in LOOPBACK:
        return
    try:
        socket.create_connection((parts.hostname, parts.port or 80), timeout=5).close()
    except OSError:
        raise JobError(
            f"nothing answers at {endpoint}, the emulator is not running; start it with ./jobctl emulator start"
        ) from None
