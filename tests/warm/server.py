"""A process that has everything imported, and forks jobctl, the engine, the program and the provider on request.

What it forks are processes of their own, which can be killed like any other; only their start is cheap. It knows no
test: `python -m tests.warm.server SOCKET [SALT]` serves a Unix socket until its standard input ends. With a SALT, the
key of that stack is derived and the clients are made once, for the endpoint of the environment; without, every stack
has a key that is cheap to derive, and every process its own clients.

A fork takes along locks, and of all threads only its own. So this process has one thread, and imports gRPC without
using it: gRPC begins in the fork.
"""

from __future__ import annotations

import concurrent.futures.thread
import contextlib
import datetime
import faulthandler
import gc
import importlib
import io
import json
import marshal
import os
import random
import runpy
import selectors
import signal
import socket
import sys
import threading
import traceback
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
STACKS = Path(os.environ["WARM_STACKS"])
"""Where a process writes what its threads are doing, when it gets SIGUSR2."""
SERVICES = ("batch", "personalize", "sagemaker", "sts", "s3", "iam")
PRELOADED = (
    "encodings.idna",
    "stringprep",
    "grpc.aio",
    "grpc._channel",
    "grpc._simple_stubs",
    "grpc._utilities",
    "grpc.experimental",
    "jsonschema",
    "pulumi.dynamic",
    "components.aws.boto",
    "components.policy",
    "components.preflight",
    "components.program",
    "components.provider",
    "local.engine.core.deploy",
    "local.engine.commands.deploy",
    "local.engine.protocol.provider",
    "local.engine.commands.stack",
    "local.engine.display.text",
)


def preload() -> None:
    """Import what the three processes import, and make the clients that a provider makes.

    What is left to import costs every fork anew. `pulumi.dynamic.__main__` is the exception: imported, it serves.
    """

    for name in PRELOADED:
        importlib.import_module(name)

    from components.jobfile import Context, compose, load

    if sys.argv[2:]:
        prepare_stack(sys.argv[2])
    else:
        prepare_any()
    # schemas are read where they are first needed
    files, _ = load([ROOT / "jobs"], ROOT)
    compose(files, Context("dev", REGION, {}, {}, frozenset(), datetime.date(2026, 11, 22)))


def prepare_stack(salt: str) -> None:
    """Derive the key of the one stack, and make the clients of its provider."""
    from components.aws import connect
    from local.engine.state.secrets import Passphrase

    Passphrase(os.environ["PULUMI_CONFIG_PASSPHRASE"], salt).verify()
    aws = connect(REGION, 0)  # as a provider does, so that it is the one that it gets
    aws.sleep = let_time_pass
    for service in SERVICES:
        aws.client(service)
        aws.client(service, once=True)


def let_time_pass(seconds: float) -> None:
    """Let the emulator's clock go on instead of waiting: what lags has come when a real wait is over."""
    request = urllib.request.Request(
        f"{os.environ['AWS_ENDPOINT_URL']}/_emulator/clock",
        json.dumps({"advance": seconds}).encode(),
        {"Authorization": f"Bearer {os.environ['WARM_CLOCK']}"},
    )
    with urllib.request.urlopen(request):
        pass


def prepare_any() -> None:
    """Import jobctl, read the models of AWS's services, and let keys be derived at once.

    The session is the one that processes make their clients with; clients that are given keys teach it no credentials.
    """
    from components.aws import boto
    from local.engine.state import secrets

    importlib.import_module("cli.__main__")
    for folder in ("commands", "engine", "planning", "project", "runs"):
        for path in sorted((ROOT / "cli" / folder).glob("*.py")):
            importlib.import_module(f"cli.{folder}.{path.stem}")
    for service in SERVICES:
        boto.make_session(REGION).client(
            service,
            endpoint_url="http://127.0.0.1:1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
    secrets.ITERATIONS = 1


def settle() -> None:
    """Make forks safe, and cheap: no second thread, and no garbage collection over what is shared."""
    tasks = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if max(tasks, threading.active_count()) > 1:
        raise RuntimeError(
            "a process with threads must not fork: something preloaded has started one"
        )
    gc.collect()
    gc.freeze()


class Child:
    """One forked process. `role` is engine, program or provider; `waiter` hears of its end."""

    def __init__(self, role: str, waiter: socket.socket) -> None:
        self.role = role
        self.waiter: socket.socket | None = waiter


class Warm:
    """The server: requests `run`, `kill`, `idle`, `stacks`, each one marshalled dict."""

    def __init__(self, path: str) -> None:
        self.children: dict[int, Child] = {}
        self.selector = selectors.DefaultSelector()
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        self.listening.listen(64)
        self.woken, self.wake = socket.socketpair()
        for end in (self.woken, self.wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(self.listening, selectors.EVENT_READ, "listening")
        self.selector.register(self.woken, selectors.EVENT_READ, "woken")
        self.selector.register(sys.stdin, selectors.EVENT_READ, "stdin")
        self.idle: list[socket.socket] = []

    def serve(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data == "stdin":
                    for pid in self.children:
                        os.kill(pid, signal.SIGKILL)
                    return
                if key.data == "woken":
                    self.woken.recv(4096)
                elif key.data == "listening":
                    connection, _address = self.listening.accept()
                    self.request(connection)
                else:
                    self.hung_up(key.data)
            self.reap()

    def request(self, connection: socket.socket) -> None:
        text, fds, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        if not text:  # killed before it could say what it wants
            connection.close()
            return
        asked: dict[str, Any] = marshal.loads(text)
        if asked["do"] == "run":
            self.run(connection, asked, fds)
        elif asked["do"] == "kill":
            pids = [pid for pid, child in self.children.items() if child.role in asked["roles"]]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            for pid in pids:
                self.ended(pid, os.waitpid(pid, 0)[1])
            connection.sendall(b"%d\n" % len(pids))
            connection.close()
        elif asked["do"] == "stacks":
            for pid in self.children:
                os.kill(pid, signal.SIGUSR2)
            living = sorted(child.role for child in self.children.values())
            connection.sendall(", ".join(living).encode() or b"nobody")
            connection.close()
        else:
            self.idle.append(connection)

    def run(self, connection: socket.socket, asked: dict[str, Any], fds: list[int]) -> None:
        arguments = [word for word in asked["argv"] if word != "-u"]
        script = os.path.basename(arguments[0])
        role = {"bootstrap.py": "program", "provider_host.py": "provider"}.get(script, "engine")
        if "pulumi.dynamic" in arguments:
            role = "provider"
        pid = os.fork()
        if pid == 0:
            self.let_go(connection)
            become(asked, role, arguments, fds)
        for fd in fds:
            os.close(fd)
        self.children[pid] = Child(role, connection)
        self.selector.register(connection, selectors.EVENT_READ, pid)

    def let_go(self, connection: socket.socket) -> None:
        """In the fork: close what is the server's. An open copy would hide the end of the original."""
        signal.set_wakeup_fd(-1)
        self.selector.close()
        waiters = [child.waiter for child in self.children.values() if child.waiter is not None]
        ours = (connection, self.listening, self.woken, self.wake)
        for each in (*ours, *self.idle, *waiters):
            each.close()

    def hung_up(self, pid: int) -> None:
        """Whoever stood for this process was killed, so it is killed too."""
        child = self.children.get(pid)
        if child is not None and child.waiter is not None:
            self.selector.unregister(child.waiter)
            child.waiter.close()
            child.waiter = None
            os.kill(pid, signal.SIGKILL)

    def reap(self) -> None:
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            self.ended(pid, status)
        if not self.children:
            for connection in self.idle:
                connection.sendall(b"idle\n")
                connection.close()
            self.idle.clear()

    def ended(self, pid: int, status: int) -> None:
        child = self.children.pop(pid, None)
        if child is None:
            return
        (STACKS / f"{child.role}-{pid}").unlink(missing_ok=True)
        if child.waiter is None:
            return
        self.selector.unregister(child.waiter)
        code = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(OSError):  # nobody may wait any more
            child.waiter.sendall(b"%d\n" % code)
        child.waiter.close()


def become(asked: dict[str, Any], role: str, arguments: list[str], fds: list[int]) -> NoReturn:
    """In the fork: be the process that was asked for."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # whatever it was where the tests began
        os.setsid()
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
            os.close(fd)
        told = open(STACKS / f"{role}-{os.getpid()}", "w")  # noqa: SIM115 -- open to the end
        faulthandler.register(signal.SIGUSR2, told)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        sys.executable = os.environ.get("WARM_PYTHON") or sys.executable
        random.seed()
        # as `python -u` has them, whatever PYTHONUNBUFFERED was here: a provider writes its port and flushes nothing
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(number, "wb", closefd=False), "utf-8", write_through=True)
            for number in (1, 2)
        )
        code = execute(arguments)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 -- the fork must end here, whatever happens
        traceback.print_exc()
    finally:
        finish()
        os._exit(code)


def execute(arguments: list[str]) -> int:
    if arguments[:2] == ["-m", "local.engine"]:
        from local.engine import main

        return main(arguments[2:])
    if (
        arguments[0] == "-c"
    ):  # jobctl starts the embedded engine with a line of its own, and its folder
        from local.engine import main

        assert "from local.engine import main" in arguments[1]
        return main(arguments[3:])
    if arguments[:2] == ["-m", "cli"]:
        from cli.__main__ import main as jobctl

        return jobctl(arguments[2:])
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    sys.argv = arguments
    sys.path.insert(0, os.path.dirname(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")
    return 0


def finish() -> None:
    """What the interpreter does at its end, as far as others see it."""
    # pools first, as at the interpreter's own end: their threads wait for work until they are told
    concurrent.futures.thread._python_exit()  # type: ignore[attr-defined]
    main = threading.main_thread()
    for thread in threading.enumerate():
        if thread is not main and not thread.daemon:
            thread.join()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue


if __name__ == "__main__":
    preload()
    settle()
    server = Warm(sys.argv[1])
    print("warm", flush=True)
    server.serve()
