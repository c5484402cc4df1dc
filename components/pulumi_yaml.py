"""Read the settings in `Pulumi.yaml` and `Pulumi.<stack>.yaml`, and write values, as the Pulumi CLI does.

It reads them with go-yaml's v3 (https://pkg.go.dev/gopkg.in/yaml.v3): booleans are YAML 1.2's, but `0777` is octal,
`1_000` a number and 2026-01-01 a point in time. A number is then as JSON has it: `1.0` is 1.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from . import yaml12

if TYPE_CHECKING:
    from decimal import Decimal

_TIME = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})"
_MOMENT = rf"{_TIME}(?:[Tt]{_CLOCK}Z| {_CLOCK})?"
_OCTAL = "([-+]?)0([0-7]+)"
_DECIMAL = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9][ -~]*\Z")


class _Loader(yaml12.Loader):
    """Finds what may be a number or a date."""


class _Dumper(yaml.SafeDumper):
    """Puts such a text in quotes too."""


for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver(yaml12.INT, _LIKE_A_NUMBER, list("-+.0123456789"))


def read(file: Path) -> dict[str, Any]:
    """Return a settings file's mapping. Raises `Unreadable`, `OSError`."""
    return yaml12.read_mapping(file, load)


def load(text: str) -> Any:
    """Return the document in a settings file's text. Raises `Unreadable`."""
    return yaml12.load(text, _Loader, _read_scalar)


def dump(document: Any) -> str:
    """Return a text that `load` and the Pulumi CLI read as this document."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10**6)


def write_text(value: Any) -> str:
    """Return a value of the config as a program gets it: a structure as JSON, in the form of Go's `encoding/json`."""
    if isinstance(value, str) or value is None:
        return value or ""
    if isinstance(value, float) and 0 < abs(value) < 1e-4:
        # Python has an exponent from 1e-05 on, Go from 1e-7
        return f"{_shorten(value):f}" if abs(value) >= 1e-6 else repr(value).replace("-0", "-")
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _read_scalar(node: yaml.ScalarNode) -> Any:
    is_number = node.tag in (yaml12.INT, yaml12.FLOAT)
    return _read_number(node.value) if is_number else yaml12.read_scalar(node)


def _read_number(text: str) -> int | float | str:
    """Return a number, or a text where Go's parsers find none: `resolve` in go-yaml's resolve.go, in its order."""
    try:
        if found := re.fullmatch(_MOMENT, text):
            parts = (int(part) for part in found.groups() if part)
            return f"{datetime(*parts)} +0000 UTC"  # type: ignore[arg-type] # at most six, no zone
    except ValueError:
        return text
    plain = text.replace("_", "")
    try:
        whole = int(re.sub(rf"^{_OCTAL}$", r"\g<1>0o\2", plain), 0)
    except ValueError:
        whole = 2**64
    if -(2**63) <= whole < 2**64:
        return whole
    number = float(plain) if re.fullmatch(_DECIMAL, plain) else math.inf
    if math.isinf(number):
        return text
    is_short = number.is_integer() and abs(number) < 1e21
    return int(_shorten(number)) if is_short else number


def _shorten(number: float) -> Decimal:
    """Return the decimal number that Python and Go write for it, the shortest one."""
    # a millisecond, for the few who have such a number
    from decimal import Decimal

    return Decimal(repr(number))
