"""API Gateway's edge: a REST proxy event -> bytes, path values, caller; a result or an error -> an answer.

The one place that knows HTTP. ``STATUS`` is the whole table from error to status; every error's body is
``{"error": {"code": ..., "message": ...}}``. Each request leaves one log line and one count.
"""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

import pybase64
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

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
from faxes.intake import idempotency, multipart
from faxes.model import Principal, Receipt
from faxes.observability import logger, metrics, where
from faxes.tokens import from_authorizer_context

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
_NOT_AN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


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
    """Answer an event, and leave one log line: what came of it, how long it took, how much it was."""
    started = clock()
    answer = app.resolve(event, context)
    outcome = logger.get_current_keys().get("outcome")
    write = logger.error if outcome == ServiceFault.code or answer["statusCode"] >= 500 else logger.info
    duration_ms = round((clock() - started) * 1000)
    write("request answered", extra={"status": answer["statusCode"], "duration_ms": duration_ms})
    return answer


def principal(event: APIGatewayProxyEvent) -> Principal:
    """The caller, as the authorizer named them. Raises DeploymentFault where no authorizer did."""
    return from_authorizer_context(event["requestContext"].get("authorizer") or {})


def content_type(event: APIGatewayProxyEvent) -> str:
    """The request's Content-Type, empty where it has none."""
    return event.headers.get("content-type", "")


def body(event: APIGatewayProxyEvent, max_bytes: int) -> bytes:
    """The request's body as it was sent.

    Raises BodyTooLarge over ``max_bytes``, FormInvalid for broken base64, and DeploymentFault where the gateway handed
    a form over as text, which damages its bytes for good.
    """
    sent = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        raw = sent.encode("utf-8", "surrogatepass")
        _check_size(len(raw), max_bytes)
        if raw and multipart.media_type(content_type(event)) == multipart.FORM_DATA:
            raise DeploymentFault(
                reason="body_not_binary", cause=f"{multipart.FORM_DATA} is not among the API's binary media types"
            )
        return raw
    _check_size(len(sent) // 4 * 3 - sent[-2:].count("="), max_bytes)
    try:
        return pybase64.b64decode(sent, validate=True)
    except ValueError:
        raise FormInvalid("The event's body is not valid base64.", reason="body_not_base64") from None


def path_value(raw: str) -> str:
    """A path segment, percent-decoded once; API Gateway hands it over as it was sent.

    What is not valid percent-encoded UTF-8 stays as it is: with its ``%`` it is no user's id and no extension.
    """
    if _NOT_AN_ESCAPE.search(raw):
        return raw
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        return raw


def idempotency_key(event: APIGatewayProxyEvent) -> str | None:
    """The Idempotency-Key header's value, None where there is none.

    Raises FormInvalid where it is not 1 to 255 printable ASCII characters, or sent twice.
    """
    several: dict[str, list[str]] = event.get("multiValueHeaders") or {
        # The gateway sends both; an event that somebody wrote by hand may have these alone.
        name: [value]
        for name, value in (event.get("headers") or {}).items()
    }
    sent = [value for name, values in several.items() if name.lower() == "idempotency-key" for value in values]
    if not sent:
        return None
    if len(sent) == 1 and idempotency.KEY.fullmatch(sent[0]):
        return sent[0]
    if len(sent) > 1:
        found = f"is sent {len(sent)} times"
    elif sent[0].isascii() and sent[0].isprintable():
        found = f"has {len(sent[0])} characters"
    else:
        found = "has a character that is not printable ASCII"
    raise FormInvalid(
        f"The Idempotency-Key {found}; it must be 1 to 255 printable ASCII characters, sent once.",
        reason="idempotency_key_invalid",
    )


def remaining(context: LambdaContext) -> Callable[[], float]:
    """Tells the seconds that this invocation has left."""
    return lambda: context.get_remaining_time_in_millis() / 1000


def accepted(receipt: Receipt) -> Response[str]:
    """200: the fax's bytes and record are stored, now or by the same request before."""
    # The uid opens the public fax page, so it stays out of the log.
    logger.append_keys(fax_id=receipt.id)
    headers: dict[str, str | list[str]] = {}
    if fax := receipt.fax:
        size = sum(file.size for file in fax.files)
        logger.append_keys(
            outcome="accepted", files=len(fax.files), pages=fax.pages, recipients=len(fax.recipients), bytes=size
        )
        metrics.add_metric("FaxAccepted", MetricUnit.Count, 1)
        metrics.add_metric("FaxBytes", MetricUnit.Bytes, size)
        metrics.add_metric("FaxPages", MetricUnit.Count, fax.pages)
        if receipt.ids_redrawn:
            metrics.add_metric("FaxIdRedrawn", MetricUnit.Count, receipt.ids_redrawn)
    else:
        logger.append_keys(outcome="replayed")
        metrics.add_metric("FaxReplayed", MetricUnit.Count, 1)
        headers["Idempotent-Replayed"] = "true"
    return Response(200, JSON, json.dumps({"id": receipt.id, "uid": receipt.uid}), headers=headers)


def nothing_to_send() -> Response[str]:
    """204: a valid request without a file."""
    logger.append_keys(outcome="nothing_to_send")
    metrics.add_metric("NothingToSend", MetricUnit.Count, 1)
    # API Gateway takes no body for an empty one; others that speak its event do not.
    return Response(204, body="")


def error_body(code: str, message: str) -> str:
    """The body of every answer that is not 2xx."""
    return json.dumps({"error": {"code": code, "message": message}})


def _check_size(size: int, max_bytes: int) -> None:
    logger.append_keys(body_bytes=size)
    if size > max_bytes:
        raise BodyTooLarge(f"The body has {size} bytes; the limit is {max_bytes}.", reason="body_too_large")


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
