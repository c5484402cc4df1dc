"""GitHub's REST API, as far as a workflow's comment and issue need it. The token is never printed.

https://docs.github.com/rest/issues
"""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from components.errors import JobError

AUTHOR = "github-actions[bot]"
_TIMEOUT = 30  # seconds


@dataclass(frozen=True)
class GitHub:
    """One repository, by a workflow's own variables (`GITHUB_API_URL`, `GITHUB_REPOSITORY`, `GITHUB_TOKEN`)."""

    api: str
    repository: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, env: Mapping[str, str]) -> GitHub:
        """Read the variables of a workflow. Raises `JobError` naming the one that is missing."""
        for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN"):
            if not env.get(name):
                raise JobError(
                    f"{name} is not set: run this in a GitHub workflow with the job's token"
                )
        api = env.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(api.rstrip("/"), env["GITHUB_REPOSITORY"], env["GITHUB_TOKEN"])

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request to the repository's part of the API; return the response as JSON. Raises `JobError`."""
        request = urllib.request.Request(
            f"{self.api}/repos/{self.repository}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "User-Agent": "aws-jobs",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise JobError(
                    f"GitHub rejected {method} {path}: {error.code} {error.reason}"
                ) from None
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            raise JobError(
                f"GitHub did not answer {method} {path}: {type(error).__name__}"
            ) from None

    def pages(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page by page."""
        for page in itertools.count(1):
            query = urlencode({**parameters, "per_page": "100", "page": str(page)})
            items = self.call("GET", f"{path}?{query}")
            yield from items
            if len(items) < 100:
                return


def find_marked(items: Iterator[dict[str, Any]], marker: str, author: str) -> dict[str, Any] | None:
    """Return the first comment or issue that begins with the marker and has this author."""
    for item in items:
        login = (item.get("user") or {}).get("login", "")
        if str(item.get("body") or "").startswith(marker) and login == author:
            return item
    return None
