"""Escape foreign text for Markdown and HTML, and addresses: it is readable and has no effect.

What means something to Markdown leaves as a numeric reference, which CommonMark never reads as structure; what cannot
be seen is written out (`\\n`, `\\u202e`). GitHub looks for no mention, issue number or emoji inside `code`.
https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from components.printable import visible

# all but letters of any script, digits, and what means nothing inside a line; `://` and `www.` would make links
_HARMFUL = re.compile(r"(?!(?<!w)(?<!W)\.|:(?!/))[\W_](?<![ ,/=()+%-])")
CUT = "…"


def shorten(text: str, most: int) -> str:
    """Cut a text to at most so many characters, with a mark where it was cut."""
    return text if len(text) <= most else text[: most - 1] + CUT


def code(text: str, most: int = 200) -> str:
    """Return foreign text as code for a line or a table cell; nothing for an empty one."""
    text = _HARMFUL.sub(_reference, shorten(visible(text), most))
    return f"<code>{text}</code>" if text else ""


def _reference(found: re.Match[str]) -> str:
    # an e-mail address becomes a link after references are read: an element between keeps it from being one
    return f"{'<wbr>' if found[0] == '@' else ''}&#{ord(found[0])};"


def clean_name(name: str) -> str:
    """Return a job's name for a chart of Mermaid: what it might read as its own is `?`, and at most 40 characters."""
    return shorten(re.sub(r"[^A-Za-z0-9_-]", "?", name), 40)


def fence_lines(text: str) -> str:
    """Return foreign lines as a fenced block; the fence is longer than any within."""
    lines = [visible(line.replace("\t", "    ")) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence])


def keep_console_link(url: str) -> str:
    """Return the address with nothing in it that could end it; nothing where it is not one of AWS's console."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not (parts.hostname or "").endswith(".amazon.com"):
        return ""
    return quote(url, safe=":/?#=&$%@,;+-._~")
