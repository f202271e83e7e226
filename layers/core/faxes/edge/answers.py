"""A result or an error -> an answer, one log line and one count.

What an error means to the client is the operation's: its ErrorTable says with which status and, for a fault of ours,
with which sentence it is answered. ``REFUSALS`` are the rows that operations with answers in the contract's shape
share, where every error's body is ``{"error": {"code": ..., "message": ..., "requestId": ...}}``. The last is the id
under which the log has the request: the gateway's extended one, since a caller can choose the other.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.edge import caller, origins
from faxes.errors import (
    BodyTooLarge,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    KeyReused,
    RecipientsInvalid,
    ResourceNotFound,
    ServiceFault,
    TooManyFiles,
    UserInvalid,
)
from faxes.observability import logger, metrics, name_app, where

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Row:
    """How a kind of error is answered. An empty code or message is the error's own."""

    status: int
    message: str = ""
    code: str = ""


REFUSALS: Mapping[type[FaxError], Row] = {
    BodyTooLarge: Row(413),
    FormInvalid: Row(400),
    UserInvalid: Row(400),
    ExtensionInvalid: Row(400),
    RecipientsInvalid: Row(400),
    TooManyFiles: Row(400),
    FileInvalid: Row(400),
    KeyReused: Row(409),
    ResourceNotFound: Row(404),
}


def in_the_contracts_shape(status: int, code: str, message: str, request_id: str | None) -> Response[str]:
    """The answer to an error."""
    return Response(status, JSON, error_body(code, message, request_id))


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """How one operation answers what goes wrong.

    ``rows`` has one for every leaf that can be raised, its own or that of a class above it; ``unexpected`` is for a
    fault in this code. ``answer`` makes the response of status, code, message and the request's id. ``refused`` is the
    metric of refusals; ``by_reason``: errors are counted by code, and by code and reason, as well as in all.
    """

    rows: Mapping[type[FaxError], Row]
    unexpected: Row
    refused: str
    by_reason: bool = True
    answer: Callable[[int, str, str, str | None], Response[str]] = in_the_contracts_shape

    def row(self, error: FaxError) -> Row:
        """An error's row: the nearest in the tree."""
        return next(self.rows[kind] for kind in type(error).__mro__ if kind in self.rows)


class Resolver(APIGatewayRestResolver):
    """The routes of a function. Every error is answered by its operation's table: ``errors``, or for a path that ends
    as ``of_endings`` says, that one. Pages of ``origins`` may read its answers. ``failed`` tells whether the last
    answer was a fault of ours; an environment answers one request at a time."""

    def __init__(
        self,
        errors: ErrorTable,
        of_endings: Mapping[str, ErrorTable] | None = None,
        origins: Collection[str] = (),
    ) -> None:
        # Without validation: it does not understand these forms, and costs 54 ms at every cold start.
        super().__init__(enable_validation=False)
        self.failed = False
        self.origins = origins
        self._own = errors
        self._of_endings = of_endings or {}
        self.exception_handler(FaxError)(self._answer_error)
        self.exception_handler(Exception)(self._answer_unexpected)
        self.not_found(self._answer_no_such_path)

    def _answer_error(self, error: FaxError) -> Response[str]:
        row = self._errors.row(error)
        code = row.code or error.code
        logger.append_keys(outcome=code, reason=error.reason)
        if self._errors.by_reason:
            # Counted in all, by code, and by code and reason: alarms ask for the first two, an operator for the last.
            metrics.add_dimensions(code=code)
            metrics.add_dimensions(code=code, reason=error.reason)
        if isinstance(error, ServiceFault):
            self.failed = True
            logger.append_keys(cause=error.cause)
            metrics.add_metric(type(error).__name__, MetricUnit.Count, 1)
        else:
            metrics.add_metric(self._errors.refused, MetricUnit.Count, 1)
        return self._errors.answer(row.status, code, row.message or error.message, self._request_id)

    def _answer_unexpected(self, error: Exception) -> Response[str]:
        """A fault in this code. Its message stays out of the answer and of the log: it may repeat what was sent."""
        self.failed = True
        row = self._errors.unexpected
        code = row.code or ServiceFault.code
        logger.append_keys(outcome=code, reason=type(error).__name__, where=where(error))
        metrics.add_metric("UnexpectedFault", MetricUnit.Count, 1)
        return self._errors.answer(row.status, code, row.message, self._request_id)

    @property
    def _errors(self) -> ErrorTable:
        """The table of the operation that is asked for, by its path as the template has it."""
        resource = self.current_event.get("resource") or ""
        return next((table for end, table in self._of_endings.items() if resource.endswith(end)), self._own)

    @property
    def _request_id(self) -> str | None:
        """None in an event that no gateway made."""
        context: Mapping[str, Any] = self.current_event.get("requestContext") or {}
        return context.get("extendedRequestId")

    def _answer_no_such_path(self, error: Exception) -> Response[str]:
        return self._answer_error(ResourceNotFound("There is no such path.", reason="no_such_path"))


def respond(
    app: Resolver,
    event: dict[str, Any],
    context: LambdaContext,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Answer an event, and leave one log line: which app asked, what came of it, how long it took, how much it was."""
    started = clock()
    # Before all else, so that it is known of a request that is refused or fails at once, too.
    if app_key := caller.app_key(event):
        name_app(app_key)
    app.failed = False
    answer = app.resolve(event, context)
    origins.allow(app.origins, event, answer)
    write = logger.error if app.failed else logger.info
    duration_ms = round((clock() - started) * 1000)
    write("request answered", extra={"status": answer["statusCode"], "duration_ms": duration_ms})
    return answer


def error_body(code: str, message: str, request_id: str | None = None) -> str:
    """The body of every answer that is not 2xx."""
    error = {"code": code, "message": message} | ({"requestId": request_id} if request_id else {})
    return json.dumps({"error": error})
