"""The least that a caller must be allowed, made from the kinds' tables: a new kind brings its actions. Pure.

`scope.py` says whose permissions, `policy.py` makes the document, `storage.py` its part about S3 and KMS.
"""

from .policy import ROLES, make_policy
from .scope import Scope, find_inputs, find_linked_runs, find_outputs, find_queues, find_roles
from .storage import allow_objects

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
