"""The life of a run: find it or submit it, follow it, change it in place, let it go.

Every function takes its connection as an argument; `olds`, `news` and `inputs` are a resource's properties in
plain Python, already mended. docs/lifecycle.md says what each step promises.
"""

from .create import create
from .delete import delete
from .diff import Difference, difference, update
from .read import read

__all__ = ["Difference", "create", "delete", "difference", "read", "update"]
