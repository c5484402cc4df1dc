"""A `file://` backend: the folder in which Pulumi keeps stacks, with the CLI's own layout."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from components.files import replace_file
from local.engine.errors import NO_SUCH_STACK, EngineError, Unsupported
from local.engine.state import checkpoint
from local.engine.state.project import Project

META = b"version: 1\n"


def find_folder(env: Mapping[str, str]) -> Path:
    """Return the folder that `PULUMI_BACKEND_URL` names."""
    url = env.get("PULUMI_BACKEND_URL", "")
    if not url:
        raise EngineError(
            "PULUMI_BACKEND_URL is not set; the embedded engine keeps its state in a folder: "
            "set it to file:///some/folder"
        )
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise Unsupported(f"the backend {url}")
    path = unquote(f"{parts.netloc}{parts.path}")
    return Path.home() / path[1:].lstrip("/") if path.startswith("~") else Path(path).absolute()


@dataclass(frozen=True, slots=True)
class Backend:
    """The stacks of one project in one backend folder."""

    root: Path
    project: Project

    @property
    def _book(self) -> Path:
        return self.root / ".pulumi"

    @property
    def _stacks(self) -> Path:
        return self._book / "stacks" / self.project.name

    def file(self, stack: str) -> Path:
        return self._stacks / f"{stack}.json"

    def full_name(self, stack: str) -> str:
        return f"organization/{self.project.name}/{stack}"

    def check_name(self, name: str) -> str:
        """Return a stack's own name, of `organization/PROJECT/STACK` as of `STACK`."""
        parts = name.split("/")
        if len(parts) == 3 and parts[1] != self.project.name:
            raise EngineError(
                f"stack {name} belongs to the project {parts[1]}, and this one is {self.project.name}"
            )
        if not re.fullmatch(r"[\w.-]+", parts[-1]):
            raise EngineError(
                f"{parts[-1]!r} is not a stack's name; allowed: letters, digits, - _ ."
            )
        return parts[-1]

    def list_stacks(self) -> list[str]:
        return sorted(each.stem for each in self._stacks.glob("[!.]*.json"))

    def read(self, stack: str) -> dict[str, Any]:
        """Return a stack's deployment."""
        file = self.file(stack)
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            raise EngineError(f"no stack named '{stack}' found", NO_SUCH_STACK) from None
        return checkpoint.parse(text, str(file))

    def write(self, stack: str, deployment: list[bytes]) -> None:
        """Replace a stack's checkpoint, whole or not at all; the last one stays as `.bak`."""
        file = self.file(stack)
        meta = self._book / "meta.yaml"
        if not meta.exists():
            replace_file(meta, [META])
        # The CLI's file driver keeps a checksum beside each file; one that no longer fits must go.
        file.with_name(f"{file.name}.attrs").unlink(missing_ok=True)
        replace_file(file, checkpoint.dump_checkpoint(self.full_name(stack), deployment))

    def back_up(self, stack: str) -> None:
        """Keep the checkpoint as it is now as `.bak`."""
        file = self.file(stack)
        if file.exists():
            file.with_name(f"{file.name}.bak.attrs").unlink(missing_ok=True)
            replace_file(file.with_name(f"{file.name}.bak"), [file.read_bytes()])

    def remove(self, stack: str) -> None:
        file = self.file(stack)
        self.back_up(stack)
        for each in (file, file.with_name(f"{file.name}.attrs")):
            each.unlink(missing_ok=True)

    def _lock_folder(self, stack: str) -> Path:
        return self._book / "locks" / "organization" / self.project.name / stack

    def cancel(self, stack: str) -> None:
        """Remove every lock of a stack."""
        for each in self._lock_folder(stack).glob("*.json"):
            each.unlink(missing_ok=True)
            each.with_name(f"{each.name}.attrs").unlink(missing_ok=True)

    @contextmanager
    def lock(self, stack: str) -> Iterator[None]:
        """Hold the stack's lock; EngineError says who holds it already, and since when."""
        folder = self._lock_folder(stack)
        mine = folder / f"{uuid.uuid4()}.json"
        holder = {
            "pid": os.getpid(),
            "username": getpass.getuser(),
            "hostname": socket.gethostname(),
            "timestamp": datetime.now().astimezone().isoformat(),
        }
        replace_file(mine, [json.dumps(holder).encode()])
        try:
            others = [each for each in sorted(folder.glob("*.json")) if each != mine]
            if others:
                raise EngineError(
                    f"the stack is currently locked by {len(others)} lock(s). Either wait for the other "
                    "process(es) to end or delete the lock file with `pulumi cancel`.\n"
                    + "\n".join(map(describe_lock, others))
                )
            yield
        finally:
            mine.unlink(missing_ok=True)


def describe_lock(file: Path) -> str:
    holder = "somebody"
    with suppress(OSError, ValueError, KeyError, TypeError):
        lock = json.loads(file.read_bytes())
        where = f"{lock['username']}@{lock['hostname']} (pid {lock['pid']})"
        holder = f"{where} at {lock['timestamp']}"
    return f"  {file.as_uri()}: created by {holder}"
