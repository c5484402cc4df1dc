"""How an emulated operation says no."""

from __future__ import annotations


class Refusal(Exception):
    """An AWS error: its code, its message, its HTTP status. The gateway or the service puts it on the wire."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
