"""What a kind's runs leave in S3."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """What a run leaves in S3: all objects below the output `folder`.

    A folder that is not the run's `own` has those of other runs too. With `by_record` a result file has a line for
    each record of the input, and the field `error` of a line says why its record has no result ('' where the service
    says that of no single record).
    """

    folder: str = "outputUri"
    own: bool = False
    by_record: bool = False
    error: str = ""
