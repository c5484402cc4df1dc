"""Addresses that a page or a terminal may link to. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def keep_console_link(url: str) -> str:
    """Return the address with nothing in it that could end it; nothing where it is not one of AWS's console."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not (parts.hostname or "").endswith(".amazon.com"):
        return ""
    return quote(url, safe=":/?#=&$%@,;+-._~")
