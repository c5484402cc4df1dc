"""How an operation that moto lacks is added to one of moto's services: a table of functions.

A handler takes the service's backend and the request, already checked against botocore's input
shape, and returns the answer as JSON values, or raises a `Refusal`; `None` where moto is to answer after all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from moto.core.base_backend import BackendDict
from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import BaseResponse

from . import shapes
from .refusal import Refusal

Json = dict[str, Any]
Handler = Callable[[Any, Json], Json | None]


R = TypeVar("R")


class Operations(BaseResponse):
    """Goes before one of moto's response classes, which answers every operation not in the table."""

    handlers: ClassVar[Mapping[str, Handler]] = {}
    backends: ClassVar[BackendDict[Any]]

    @property
    def backend(self) -> Any:
        """The backend of the caller's account and region."""
        return self.backends[self.current_account][self.region]

    def operation(self) -> str:
        """The operation's name in botocore's model; '' for one that moto answers."""
        return self._get_action_from_method_and_request_uri(self.normalized_request) or ""

    def request(self) -> dict[str, Any]:
        """The request as botocore's input shape has it."""
        document = json.loads(self.body or "{}")  # the gateway lets no other in
        return {name: value for name, value in document.items() if value is not None}

    def call_action(self) -> TYPE_RESPONSE:
        operation = self.operation()
        handler = self.handlers.get(operation)
        if handler is None:
            return super().call_action()
        request = self.request()
        self._check(operation, request)
        answer = handler(self.backend, request)
        if answer is None:
            return super().call_action()
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid4())}
        return 200, headers, json.dumps(answer)

    def _check(self, operation: str, request: dict[str, Any]) -> None:
        model = shapes.service(self.boto3_service_name).operation_model(operation)
        if wrong := shapes.refuse(request, model.input_shape):
            known = {shape.error_code for shape in model.error_shapes}
            own = [code for code in ("ClientException", "InvalidInputException") if code in known]
            raise Refusal([*own, "ValidationException"][0], wrong)


def page(
    records: Iterable[R],
    request: Json,
    member: str,
    show: Callable[[R], Any],
    invalid: str,
    names: tuple[str, str] = ("maxResults", "nextToken"),
    *,
    rank: Callable[[R], list[Any]],
    reverse: bool = False,
) -> Json:
    """Return one page of records under `member`, sorted by `rank`, and the token of the next.

    A token holds the rank of the last record that was shown, so that one that comes or goes between two pages neither
    hides nor repeats another. `invalid` is the error code of a bad limit or token.
    """
    limit_name, token_name = names
    limit = request.get(limit_name, 100)
    if not 1 <= limit <= 100:
        raise Refusal(invalid, f"{limit_name}: {limit} is not between 1 and 100")
    left = sorted(records, key=rank, reverse=reverse)
    token = request.get(token_name)
    if token is not None:
        try:
            last = json.loads(bytes.fromhex(token))
            left = [each for each in left if (rank(each) < last if reverse else rank(each) > last)]
        except (ValueError, TypeError) as error:
            raise Refusal(invalid, f"The {token_name} is not valid") from error
    answer: Json = {member: [show(record) for record in left[:limit]]}
    if len(left) > limit:
        answer[token_name] = json.dumps(rank(left[limit - 1])).encode().hex()
    return answer
