"""What our backends have in common, beside what moto's have."""

from __future__ import annotations

from typing import Any, ClassVar

from moto.core.base_backend import BaseBackend

from .table import Table


class Backend(BaseBackend):
    """A service in one account and region: what we add to moto's is in tables, each an attribute of its own."""

    service: ClassVar[str]

    @property
    def place(self) -> tuple[str, str]:
        """The account and the region."""
        return self.account_id, self.region_name

    @property
    def tables(self) -> list[Table[Any]]:
        """Everything that is kept."""
        return [each for each in vars(self).values() if isinstance(each, Table)]

    def arn(self, resource: str) -> str:
        """The ARN of a resource here, such as `job-queue/training`."""
        return (
            f"arn:{self.partition}:{self.service}:{self.region_name}:{self.account_id}:{resource}"
        )

    def resume(self) -> None:
        """Set up what is derived from the records: after they were restored, or the pace has changed."""
        for table in self.tables:
            for record in table:
                table.plan(record)
