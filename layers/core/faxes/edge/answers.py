"""A result or an error -> an answer, one log line and one count.

``STATUS`` is the whole table from a fax's error to its status; every error's body is
``{"error": {"code": ..., "message": ...}}``.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.edge import caller
from faxes.errors import (
    BodyTooLarge,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ResourceNotFound,
    ServiceFault,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
)
from faxes.observability import logger, metrics, name_app, where

STATUS: dict[type[FaxError], int] = {
    BodyTooLarge: 413,
    FormInvalid: 400,
    UserInvalid: 400,
    ExtensionInvalid: 400,
    RecipientsInvalid: 400,
    TooManyFiles: 400,
    FileInvalid: 400,
    KeyReused: 409,
    ResourceNotFound: 404,
    StorageFailed: 400,
    OutcomeUnknown: 500,
    DeploymentFault: 500,
}

JSON = "application/json"


def resolver() -> APIGatewayRestResolver:
    """A resolver that answers every error in the contract's shape."""
    # Without validation: it does not understand these forms, and costs 54 ms at every cold start.
    app = APIGatewayRestResolver(enable_validation=False)
    app.exception_handler(FaxError)(_refused)
    app.exception_handler(Exception)(_failed)
    app.not_found(_no_such_path)
    return app


def respond(
    app: APIGatewayRestResolver,
    event: dict[str, Any],
    context: LambdaContext,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Answer an event, and leave one log line: which app asked, what came of it, how long it took, how much it was."""
    started = clock()
    # Before all else, so that it is known of a request that is refused or fails at once, too.
    if app_key := caller.app_key(event):
        name_app(app_key)
    answer = app.resolve(event, context)
    outcome = logger.get_current_keys().get("outcome")
    write = logger.error if outcome == ServiceFault.code or answer["statusCode"] >= 500 else logger.info
    duration_ms = round((clock() - started) * 1000)
    write("request answered", extra={"status": answer["statusCode"], "duration_ms": duration_ms})
    return answer


def error_body(code: str, message: str) -> str:
    """The body of every answer that is not 2xx."""
    return json.dumps({"error": {"code": code, "message": message}})


def _refused(error: FaxError) -> Response[str]:
    logger.append_keys(outcome=error.code, reason=error.reason)
    # Counted in all, by code, and by code and reason: alarms ask for the first two, an operator for the last.
    metrics.add_dimensions(code=error.code)
    metrics.add_dimensions(code=error.code, reason=error.reason)
    if isinstance(error, ServiceFault):
        logger.append_keys(cause=error.cause)
        metrics.add_metric(type(error).__name__, MetricUnit.Count, 1)
    else:
        metrics.add_metric("FaxRefused", MetricUnit.Count, 1)
    return Response(STATUS[type(error)], JSON, error_body(error.code, error.message))


def _failed(error: Exception) -> Response[str]:
    """500: a fault in this code. Its message stays out of the answer and of the log: it may repeat what was sent."""
    logger.append_keys(outcome=ServiceFault.code, reason=type(error).__name__, where=where(error))
    metrics.add_metric("UnexpectedFault", MetricUnit.Count, 1)
    return Response(
        500,
        JSON,
        error_body(ServiceFault.code, "The service failed; it is not known whether the fax was accepted."),
    )


def _no_such_path(error: Exception) -> Response[str]:
    return _refused(ResourceNotFound("There is no such path.", reason="no_such_path"))
