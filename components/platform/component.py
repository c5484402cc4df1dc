"""What every component here shares: its type's name, its children's options, and documents made of outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

Tags = Mapping[str, pulumi.Input[str]]


class Component(pulumi.ComponentResource):
    """A group of resources of type `aws-jobs:platform:<class>`."""

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(f"aws-jobs:platform:{type(self).__name__}", resource_name, None, opts)

    def inside(self, *, after: pulumi.Resource | None = None) -> pulumi.ResourceOptions:
        """Return a child's options; it waits for `after` besides what its arguments come from."""
        return pulumi.ResourceOptions(parent=self, depends_on=after)


def write_document(
    document: Callable[..., Mapping[str, Any]], **inputs: pulumi.Input[Any]
) -> pulumi.Output[str]:
    """Return a policy document as JSON, once all that it is made of is known."""
    return pulumi.Output.all(**inputs).apply(lambda values: json.dumps(document(**values)))
