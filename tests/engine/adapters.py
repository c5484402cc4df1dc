"""Runs scenarios, on the embedded engine or on the Pulumi CLI, and writes down what must agree."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.engine import main as engine_main
from tests.engine.scenarios import HEAD, Scenario, Turn

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STACK = "dev"
PATIENCE = 180
"""Seconds after which a test gives a process up."""
SHUT: dict[Path, int] = {}
"""The locks that hold what hangs, by gate."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
DROPPED = {"sourcePosition", "stackTrace", "magic", "version", "duration", "time"}
TIMES = {"created", "modified"}
SORTED = {"dependencies", "replaceReasons", "diffReasons"}


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Engine = Callable[[list[str], Path, Mapping[str, str]], Completed]
"""Runs one command in a folder, with an environment."""


def process(*command: str) -> Engine:
    """An engine that is a command of its own."""

    def run(arguments: list[str], cwd: Path, env: Mapping[str, str]) -> Completed:
        done = subprocess.run(
            [*command, *arguments],
            cwd=cwd,
            env=dict(env),
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        return Completed(done.returncode, done.stdout, done.stderr)

    return run


def embedded(arguments: list[str], cwd: Path, env: Mapping[str, str]) -> Completed:
    """The embedded engine, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = engine_main(arguments, cwd=cwd, env=env)
    return Completed(code, out.getvalue(), err.getvalue())


COMMANDS = {"embedded": (sys.executable, "-m", "local.engine"), "cli": ("pulumi",)}
ENGINES: dict[str, Engine] = {"embedded": embedded, "cli": process("pulumi")}


@dataclass(frozen=True, slots=True)
class World:
    """A place of its own for one run of one scenario."""

    folder: Path
    engine: str
    """`embedded` or `cli`."""

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def cloud(self) -> Path:
        return self.folder / "cloud"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.jsonl"

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    @property
    def state_file(self) -> Path:
        return self.folder / "backend" / ".pulumi" / "stacks" / "things" / f"{STACK}.json"

    @property
    def env(self) -> dict[str, str]:
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
        return {
            **kept,
            "PATH": path,
            "PYTHONPATH": str(ROOT),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "correct horse",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "LEDGER": str(self.ledger),
            "CLOUD": str(self.cloud),
            "GATE": str(self.gate),
        }

    def prepare(self) -> None:
        """Lay the project out, and create its stack."""
        shutil.copytree(
            HERE / "project", self.project, ignore=shutil.ignore_patterns("__pycache__")
        )
        for each in (self.cloud, self.folder / "backend"):
            each.mkdir()
        self.gate.mkdir()
        os.mkfifo(self.gate / "entered")
        self.ledger.touch()
        self.write_program("")
        made = self.run(["stack", "init", STACK])
        if made.returncode:
            raise AssertionError(made.stderr)

    def write_program(self, text: str) -> None:
        (self.project / "__main__.py").write_text(HEAD + text + "\n", encoding="utf-8")

    def run(self, arguments: list[str], **env: str) -> Completed:
        return ENGINES[self.engine](arguments, self.project, {**self.env, **env})

    def started(self, arguments: list[str]) -> subprocess.Popen[str]:
        """A command in a process of its own, still running; what it prints goes into two files.

        What hangs in it goes on after `release`, or when the test has ended.
        """
        shut = os.open(self.gate / "shut", os.O_CREAT | os.O_RDWR)
        fcntl.flock(shut, fcntl.LOCK_EX)
        SHUT[self.gate] = shut
        with (
            (self.folder / "stdout").open("w") as out,
            (self.folder / "stderr").open("w") as err,
        ):
            return subprocess.Popen(
                [*COMMANDS[self.engine], *arguments],
                cwd=self.project,
                env=self.env,
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                text=True,
            )

    def run_and_kill(self, arguments: list[str]) -> None:
        """Run until a resource hangs in its create, then kill the engine, and it alone."""
        with self.started(arguments) as process:
            self.await_entry(process)
            below = descendants(process.pid)
            process.kill()
        self.release()
        if self.engine == "cli":
            # It leaves its provider behind, which ends by itself on the embedded engine.
            for pid in below:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)

    def await_entry(self, process: subprocess.Popen[str]) -> None:
        """Wait until a resource hangs in its create."""
        ended = os.pidfd_open(process.pid)
        entered = os.open(self.gate / "entered", os.O_RDONLY | os.O_NONBLOCK)
        try:
            ready, _, _ = select.select([entered, ended], [], [], PATIENCE)
            if ready != [entered]:
                raise AssertionError("the engine ended, or waited, before the resource hung")
        finally:
            os.close(entered)
            os.close(ended)

    def release(self) -> None:
        """Let what hangs go on."""
        os.close(SHUT.pop(self.gate))

    def state(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return document["checkpoint"]["latest"]  # type: ignore[no-any-return]  # JSON

    def take(self, turn: Turn, *, ordered: bool) -> dict[str, Any]:
        """Carry one turn out; what came of it."""
        if turn.program is not None:
            self.write_program(turn.program)
        turn.edit_cloud(self.cloud)
        for key, value in turn.config.items():
            self.run(["config", "set", key, value, "--stack", STACK])
        for key, value in turn.secret_config.items():
            self.run(["config", "set", "--secret", key, value, "--stack", STACK])
        before = len(self.calls())
        command, *flags = turn.command.split()
        arguments = [command, *flags, "--stack", STACK, "--non-interactive"]
        result: dict[str, Any] = {"command": turn.command}
        if turn.kill:
            self.run_and_kill([*arguments, "--yes", "--skip-preview"])
        else:
            if command == "preview":
                arguments.append("--json")
            elif command in {"up", "destroy", "refresh"}:
                arguments += ["--yes", "--skip-preview"]
            elif command == "cancel":
                arguments.append("--yes")
            done = self.run(arguments)
            result["exit"] = done.returncode
            if "Traceback" in done.stderr and self.engine == "embedded":
                raise AssertionError(done.stderr)
            if command == "preview":
                result["preview"] = digest(json.loads(done.stdout))
        calls = self.calls()[before:]
        result["calls"] = calls if ordered else by_resource(calls)
        result["state"] = normal_state(self.state())
        return result

    def calls(self) -> list[dict[str, Any]]:
        """What the provider was asked, in order; how often it is configured depends on how many processes there are."""
        found = [json.loads(line) for line in self.ledger.read_text(encoding="utf-8").splitlines()]
        kept: list[dict[str, Any]] = []
        for each in found:
            if each["call"] != "configure" or each not in kept:
                kept.append(each)
        return kept


def by_resource(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls for each resource in their order; deletes of one name side by side have none."""
    found: list[dict[str, Any]] = []
    deletes: list[dict[str, Any]] = []
    for call in [*sorted(calls, key=lambda each: str(each["name"])), {"call": "", "name": ""}]:
        if deletes and (call["call"], call["name"]) != ("delete", deletes[0]["name"]):
            found += sorted(deletes, key=lambda each: str(each["id"]))
            deletes = []
        (deletes if call["call"] == "delete" else found).append(call)
    return found[:-1]


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="utf-8").split()
    ]
    return [each for child in children for each in (child, *descendants(child))]


def play(scenario: Scenario, folder: Path, engine: str) -> list[dict[str, Any]]:
    """All turns of a scenario; what came of each."""
    world = World(folder, engine)
    world.prepare()
    return [world.take(turn, ordered=scenario.ordered) for turn in scenario.turns]


def normal(value: Any, key: str = "") -> Any:
    """A document without what differs from run to run."""
    if isinstance(value, dict):
        return {name: normal(inner, name) for name, inner in value.items() if name not in DROPPED}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        return sorted(items) if key in SORTED else items
    if key in TIMES:
        return "<time>"
    if key == "ciphertext" or key == "salt":
        return f"<{key}>"
    if isinstance(value, str) and value != UNKNOWN:
        return UUID.sub(lambda found: found[0] if found[0] == UNKNOWN else "<uuid>", value)
    return value


def normal_state(deployment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = normal(deployment)
    found.pop("manifest", None)
    found["resources"] = sorted(
        map(by_property, found.get("resources") or []),
        key=lambda each: (each["urn"], each.get("delete", False), each.get("id", "")),
    )
    return found


def by_property(resource: dict[str, Any]) -> dict[str, Any]:
    """The URNs on which a property depends have no order."""
    depends = resource.get("propertyDependencies")
    if depends:
        resource["propertyDependencies"] = {key: sorted(urns) for key, urns in depends.items()}
    return resource


def digest(document: dict[str, Any]) -> dict[str, Any]:
    """A preview's document: its steps in a fixed order, of its diagnostics who complained."""
    found: dict[str, Any] = normal(document)
    for step in found.get("steps") or []:
        for side in ("oldState", "newState"):
            if side in step:
                by_property(step[side])
    found["steps"] = sorted(found.get("steps") or [], key=lambda step: (step["urn"], step["op"]))
    found["diagnostics"] = sorted(
        {
            f"{each['severity']} {each.get('urn', '')}"
            for each in found.get("diagnostics") or []
            if each["severity"] in {"error", "warning"}
        }
    )
    return found
