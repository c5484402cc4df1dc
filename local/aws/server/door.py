"""Who may come in: callers on this machine, and no web page that a browser on it shows.

A page can make a browser send requests to loopback, and read the answers where its own name is made to resolve there
(DNS rebinding). The browser says in three headers that a page is behind a request, and scripts cannot set them:
https://developer.mozilla.org/en-US/docs/Glossary/Forbidden_request_header
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..control.token import matches
from ..service.refusal import Refusal
from .calls import identify
from .errors import Answer, write_error, write_json

CONTROL = "/_emulator"
MOTO = "/moto-api"
# <bucket>.localhost is S3's virtual-host addressing; the name is loopback's: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
_HOST = re.compile(r"(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost)(:\d{1,5})?", re.IGNORECASE)


def refuse(environ: dict[str, Any], body: bytes, token: str) -> Answer | None:
    """Return the answer to a request that is not let in; None where it is.

    `token` is what the control API takes as `Authorization: Bearer`.
    """
    if stranger := _find_stranger(environ):
        return write_error(identify(environ, body), Refusal("AccessDenied", stranger, 403))
    path = environ.get("PATH_INFO", "")
    if path.startswith(MOTO):
        return write_json(404, {"message": f"The emulator has no {MOTO}"})
    if path.startswith(CONTROL) and not matches(token, environ.get("HTTP_AUTHORIZATION", "")):
        message = (
            f"{CONTROL} takes the header Authorization: Bearer TOKEN; "
            "./jobctl emulator status --json prints the token"
        )
        return write_json(401, {"message": message}, ("WWW-Authenticate", "Bearer"))
    return None


def _find_stranger(environ: dict[str, Any]) -> str:
    """Return why the caller is a web page or came by a name that is not loopback's; nothing where it is neither.

    Another port of loopback is another origin: `Sec-Fetch-Site` says `same-site` of it.
    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    host = environ.get("HTTP_HOST", "")
    if not _HOST.fullmatch(host):
        return (
            f"Host is {json.dumps(host)}; the emulator answers 127.0.0.1, localhost and [::1] only"
        )
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"Origin is {json.dumps(origin)}; the emulator answers no other origin's pages"
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    if site not in ("none", "same-origin"):
        return f"Sec-Fetch-Site is {json.dumps(site)}; the emulator answers no other origin's pages"
    return ""
