"""The emulator's front door: one request at a time, what is due first, and nothing answered unkept."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from werkzeug.test import run_wsgi_app

from ..control.api import Control
from ..control.seed import ACCOUNT
from ..service import context
from ..service.refusal import Refusal
from . import door, extend
from .calls import Call, identify
from .errors import (
    Answer,
    refuse_action,
    refuse_key,
    refuse_rate,
    refuse_session,
    write_error,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

EXPIRED_KEY = "EXPIRED"
UNKNOWN_KEY = "INVALID"
MAX_CALLS = 100_000


class ConnectionCut(ConnectionError):
    """The connection is closed without an answer: the server does that for any ConnectionError."""


class Gateway:
    """A WSGI application before moto's.

    Requests are served one after another: moto's services are not made for more, and every state that
    a client sees is one that could be kept.
    """

    def __init__(
        self, application: WSGIApplication, control: Control, keep: Callable[[], None], token: str
    ) -> None:
        self._application = application
        self._control = control
        self._keep = keep
        self._token = token
        self.lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = _read(environ)
        answered = door.refuse(environ, body, self._token)
        if answered is None:
            with self.turn():
                answered = self._answer(environ, body)
        if answered is None:
            raise ConnectionCut
        status, headers, answer = answered
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [answer]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let nobody else do anything meanwhile; before and after it what is due is done, and then all is kept."""
        with self.lock:
            extend.settle()
            yield
            extend.settle()
            self._keep()

    def _answer(self, environ: dict[str, Any], body: bytes) -> Answer | None:
        """Carry the request out; None where its answer is lost."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(door.CONTROL):
            return self._control.answer(environ["REQUEST_METHOD"], path, body)
        call = identify(environ, body)
        fault = self._control.faults.take(call)
        kind = None if fault is None else fault.kind
        if kind == "cut-before":
            self._note(call, "cut before it was carried out")
            return None
        refusal = self._refusal(call)
        if kind == "throttle":
            refusal = refuse_rate(call)
        elif fault is not None and kind == "error":
            refusal = Refusal(fault.code, fault.message, fault.status)
        answer = write_error(call, refusal) if refusal else self._serve(call, environ, body)
        self._note(call, answer[0])
        if call.service == "s3" and environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            context.current.objects_changed = True
        return None if kind == "cut-after" else answer

    def _refusal(self, call: Call) -> Refusal | None:
        if call.access_key == EXPIRED_KEY:
            return refuse_session(call)
        if call.access_key == UNKNOWN_KEY:
            return refuse_key(call)
        if not extend.has_service(call.service, ACCOUNT, call.region):
            # on AWS there is no such host: an answer that clients do not retry comes next to that
            message = f"{call.service} is not in the region {call.region}: AWS has no endpoint for it there"
            return Refusal("UnrecognizedClientException", message)
        if call.malformed:
            message = f"The body is not a JSON object: {call.malformed}"
            return Refusal("SerializationException", message)
        action = self._control.permissions.find_denied(call)
        return None if action is None else refuse_action(call, action, ACCOUNT)

    def _serve(self, call: Call, environ: dict[str, Any], body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        try:
            chunks, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        except NotImplementedError as problem:
            refusal = Refusal("NotImplemented", f"The emulator does not have this: {problem}", 501)
            return write_error(call, refusal)
        except Refusal as refusal:
            message = refusal.message
            if context.current.words == "other":  # no page documents them
                message = message.replace("does not exist", "was not found")
                message = message.replace("clientToken", "client token")
                message = f"Error executing request, Exception : {message}, RequestId: {uuid4()}"
            return write_error(call, Refusal(refusal.code, message, refusal.status))
        return int(status.split(" ", 1)[0]), list(headers), b"".join(chunks)

    def _note(self, call: Call, outcome: int | str) -> None:
        if len(self._control.calls) < MAX_CALLS:
            self._control.calls.append(
                {
                    "service": call.service,
                    "operation": call.operation,
                    "jobName": call.name,
                    "digest": call.digest,
                    "region": call.region,
                    "accessKey": call.access_key,
                    "outcome": outcome,
                    "time": context.now(),
                }
            )


def _read(environ: dict[str, Any]) -> bytes:
    """The whole body, before anything waits for it: chunked ones too."""
    source = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input_terminated"] = False
        return bytes(source.read())
    return bytes(source.read(int(environ.get("CONTENT_LENGTH") or 0)))
