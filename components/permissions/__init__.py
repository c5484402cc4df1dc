"""The least that a caller must be allowed, made from the kinds' tables: a new kind brings its actions. Pure.

`scope.py` says whose permissions, `policy.py` makes the document, `storage.py` its part about S3, `keys.py` about KMS.
"""

from .keys import allow_objects
from .policy import ROLES, make_policy
from .scope import Scope, find_inputs, find_linked_runs, find_outputs, find_queues, find_roles

__all__ = [
    "ROLES",
    "Scope",
    "allow_objects",
    "find_inputs",
    "find_linked_runs",
    "find_outputs",
    "find_queues",
    "find_roles",
    "make_policy",
]
