"""Where a kind's runs write their logs."""

from __future__ import annotations

from dataclasses import dataclass

from .call import Call


@dataclass(frozen=True, kw_only=True)
class Logs:
    """Where a run's containers write: a log group of CloudWatch, and in it the streams `<name>/<rest>` of an attempt.

    `name` is the output that has a stream's first part; an attempt's own record has it as its name. `rest` matches the
    other part: its group `node` is the machine (its number, or any text), and `part` says which of its logs it is.
    """

    group: str
    name: str
    rest: str
    service: str = "logs"
    streams: Call = Call(
        "DescribeLogStreams",
        {"logGroupName": "$group", "logStreamNamePrefix": "$prefix"},
        result="logStreams",
        next_token="nextToken",
    )
    events: Call = Call(
        "GetLogEvents",
        {
            "logGroupName": "$group",
            "logStreamName": "$stream",
            "startTime": "$since",
            "startFromHead": "$head",
            "nextToken": "$token",
            "limit": "$limit",
        },
    )
