"""GitHub's issues and comments at HTTP level, in memory: what our workflows ask, and nothing else."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = {"login": "github-actions[bot]"}
LONGEST = 65_536


class GitHub:
    """A repository `acme/jobs`; `requests` are (method, path) of all that was asked, in order."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        github = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                allowed = self.headers.get("Authorization") == "Bearer job-token"
                path = self.path if allowed else "/refused"
                status, answer = github.answer(self.command, path, body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = _answer

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> GitHub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, url: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Carry out one request; 404 for whatever GitHub's pages do not say."""
        parts = urlsplit(url)
        path = parts.path.removeprefix("/repos/acme/jobs")
        self.requests.append((method, path))
        if len(str(body.get("body", ""))) > LONGEST:
            return 422, {"message": "body is too long (maximum is 65536 characters)"}
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if found := re.fullmatch(r"/issues/(\d+)/comments", path):
            return self._comments(method, int(found[1]), body, query)
        if found := re.fullmatch(r"/issues/comments/(\d+)", path):
            return _patched(self.comments, "id", int(found[1]), method, body)
        if found := re.fullmatch(r"/issues/(\d+)", path):
            return _patched(self.issues, "number", int(found[1]), method, body)
        if path == "/issues":
            return self._issues(method, body, query)
        return 404, {"message": "Not Found"}

    def _comments(
        self, method: str, number: int, body: dict[str, Any], query: dict[str, str]
    ) -> tuple[int, Any]:
        if method == "POST":
            comment = {"id": len(self.comments) + 1, "issue": number, "user": BOT, **body}
            self.comments.append(comment)
            return 201, comment
        return 200, _page([each for each in self.comments if each["issue"] == number], query)

    def _issues(self, method: str, body: dict[str, Any], query: dict[str, str]) -> tuple[int, Any]:
        if method == "POST":
            issue = {"number": 100 + len(self.issues), "state": "open", "user": BOT, **body}
            self.issues.append(issue)
            return 201, issue
        found = [
            issue
            for issue in self.issues
            if issue["state"] == query["state"] and issue["user"]["login"] == query["creator"]
        ]
        return 200, _page(found, query)


def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query["per_page"]), int(query["page"])
    return items[(page - 1) * size : page * size]


def _patched(
    items: list[dict[str, Any]], key: str, value: int, method: str, body: dict[str, Any]
) -> tuple[int, Any]:
    for item in items:
        if item[key] == value and method == "PATCH":
            item.update(body)
            return 200, item
    return 404, {"message": "Not Found"}
