"""An emulator that serves on loopback."""

from __future__ import annotations

import functools
import socket
import threading
from email.utils import formatdate
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from ..clock import Clock, Pace
from ..control import seed
from ..control.api import ROOT, Control
from ..control.token import make_token
from ..service import context
from ..store.database import Store
from . import extend
from .gateway import Gateway

HOST = "127.0.0.1"
_LOCK = threading.Lock()
_POLL = 0.02


class _Handler(MotoRequestHandler):
    """moto's handler without a line a request, by the emulator's clock."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header `Date`: when AWS answers, by its own clock."""
        return formatdate(context.now() if timestamp is None else timestamp, usegmt=True)

    def connection_dropped(
        self, error: BaseException, environ: dict[str, Any] | None = None
    ) -> None:
        """Close it on our side too: what the gateway cut off waits for an answer otherwise."""
        self.close_connection = True


class _Application(DomainDispatcherApplication):
    """moto's dispatcher, which looks through all folders of moto for each request, with a memory."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service that answers for a host name."""
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class Emulator:
    """moto's server with what it lacks, on 127.0.0.1.

    A context manager; one at a time in a process, since moto's services are the process's. With a
    `state_dir`, what it has outlives it, a kill included; without one nothing does.
    A clock goes on where the state folder has kept it, and the pace is the kept one unless it is given.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        state_dir: Path | str | None = None,
        seed: bool = True,
        *,
        pace: Pace | None = None,
        port: int = 0,
    ) -> None:
        self.clock = clock or Clock()
        self._pace = pace
        self._state_dir = None if state_dir is None else Path(state_dir)
        self._seed = seed
        self._port = port
        self._store: Store | None = None
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.control = Control(lambda: self.endpoint, self.reset)
        self.token = ""
        self._gateway: Gateway | None = None

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """Where it serves, such as http://127.0.0.1:4711."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        return f"http://{HOST}:{self._server.port}"

    def start(self) -> None:
        """Take up the kept state, or the seed, and serve in a thread."""
        if not _LOCK.acquire(blocking=False):
            raise RuntimeError(
                "an emulator runs in this process already; there can be one at a time"
            )
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        assert self._server is not None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": _POLL}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish the request that is being served, and forget everything that is not kept."""
        if self._server is None:
            return
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._close()

    def reset(self) -> None:
        """As it was when it started first: the seed, the pace, nothing that goes wrong. The clock goes on."""
        assert self._gateway is not None
        with self._gateway.lock:
            extend.reset()
            if self._store is not None:
                self._store.clear()
            self._begin()
            self._plant()

    def advance(self, seconds: float) -> None:
        """Move the clock forward and take the steps that fall due."""
        self.ask("POST", "clock", {"advance": seconds})

    def ask(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        """The control API without HTTP: `ask("POST", "clock", {"advance": 5})`. A mistake is a ValueError."""
        assert self._gateway is not None
        with self._gateway.turn():
            number, document = self.control.handle(method, f"{ROOT}{name}", body or {})
        if number != 200:
            raise ValueError(document["message"])
        return document

    def _open(self) -> None:
        extend.extend()
        extend.reset()
        self._begin()
        if self._state_dir is not None:
            self._store = Store(self._state_dir)
        if self._store is not None and self._store.restore():
            if self._seed:
                seed.seed_unkept()
            if self._pace is not None:
                self.control.set_pace(self._pace)
        else:
            self._plant()
        self.token = make_token(self._state_dir)
        self._gateway = Gateway(_application(), self.control, self._keep, self.token)
        listening = socket.create_server((HOST, self._port), backlog=128)
        self._server = make_server(
            HOST,
            listening.getsockname()[1],
            self._gateway,
            threaded=True,
            request_handler=_Handler,
            fd=listening.fileno(),
        )
        listening.close()  # the server has its own copy; an open one would go on listening after it

    def _begin(self) -> None:
        context.replace(context.Context(self.clock, self._pace or Pace()))
        self.control.clear()

    def _plant(self) -> None:
        if self._seed:
            seed.seed_region()
        self._keep()

    def _keep(self) -> None:
        if self._store is not None:
            self._store.keep()
        else:
            context.current.changed.clear()

    def _close(self) -> None:
        if self._server is not None:
            self._server.server_close()
            self._server = None
        if self._store is not None:
            self._store.close()
            self._store = None
        extend.reset()
        _LOCK.release()


@functools.cache
def _application() -> DomainDispatcherApplication:
    """moto's application: it holds no state of its own, and takes a while to make."""
    return _Application(create_backend_app)
