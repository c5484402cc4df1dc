"""The life of a run: find it or submit it, follow it, change it in place, release it.

Every function takes its connection as an argument; `olds`, `news` and `inputs` are a resource's properties in
plain Python, with numbers as a job file has them. docs/lifecycle.md says what each step promises.
"""

from .create import create
from .delete import delete
from .diff import Difference, diff
from .read import read
from .update import update

__all__ = ["Difference", "create", "delete", "diff", "read", "update"]
