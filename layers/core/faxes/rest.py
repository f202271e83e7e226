"""API Gateway's edge: a REST proxy event -> bytes, path values, caller; a result or an error -> an answer.

The one place that knows HTTP. ``STATUS`` is the whole table from error to status; every error's body is
``{"error": {"code": ..., "message": ...}}``. Each request leaves one log line and one count.
"""

import json
import re
from urllib.parse import unquote_to_bytes

import pybase64
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes import multipart
from faxes.errors import (
    BodyTooLarge,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    OutcomeUnknown,
    RecipientsInvalid,
    ResourceNotFound,
    ServiceFault,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
)
from faxes.model import Fax, Principal
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
    ResourceNotFound: 404,
    StorageFailed: 400,
    OutcomeUnknown: 500,
    DeploymentFault: 500,
}

_JSON = "application/json"
_NOT_AN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def resolver() -> APIGatewayRestResolver:
    """A resolver that answers every error in the contract's shape."""
    # Without validation: it does not understand these forms, and costs 54 ms at every cold start.
    app = APIGatewayRestResolver(enable_validation=False)
    app.exception_handler(FaxError)(_refused)
    app.exception_handler(Exception)(_failed)
    app.not_found(_no_such_path)
    return app


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


def accepted(fax: Fax) -> Response[str]:
    """200: the fax's bytes and record are stored."""
    # The uid opens the public fax page, so it stays out of the log.
    logger.info(
        "fax accepted",
        extra={
            "outcome": "accepted",
            "fax_id": fax.id,
            "files": len(fax.files),
            "pages": fax.pages,
            "recipients": len(fax.recipients),
            "bytes": sum(file.size for file in fax.files),
        },
    )
    metrics.add_metric("FaxAccepted", MetricUnit.Count, 1)
    return Response(200, _JSON, json.dumps({"id": fax.id, "uid": fax.uid}))


def nothing_to_send() -> Response[str]:
    """204: a valid request without a file."""
    logger.info("nothing to send", extra={"outcome": "nothing_to_send"})
    metrics.add_metric("NothingToSend", MetricUnit.Count, 1)
    # API Gateway takes no body for an empty one; others that speak its event do not.
    return Response(204, body="")


def error_body(code: str, message: str) -> str:
    """The body of every answer that is not 2xx."""
    return json.dumps({"error": {"code": code, "message": message}})


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise BodyTooLarge(f"The body has {size} bytes; the limit is {max_bytes}.", reason="body_too_large")


def _refused(error: FaxError) -> Response[str]:
    status = STATUS[type(error)]
    fields: dict[str, object] = {"outcome": error.code, "reason": error.reason, "status": status}
    if isinstance(error, ServiceFault):
        logger.error("fax not accepted", extra=fields | {"cause": error.cause})
        metrics.add_metric(type(error).__name__, MetricUnit.Count, 1)
    else:
        logger.info("fax refused", extra=fields)
        metrics.add_metric("FaxRefused", MetricUnit.Count, 1)
        # Counted in all and, beside, for each reason.
        metrics.add_dimensions(reason=error.reason)
    return Response(status, _JSON, error_body(error.code, error.message))


def _failed(error: Exception) -> Response[str]:
    """500: a fault in this code. Its message stays out of the answer and of the log: it may repeat what was sent."""
    logger.error(
        "unexpected fault",
        extra={"outcome": ServiceFault.code, "reason": type(error).__name__, "status": 500, "where": where(error)},
    )
    metrics.add_metric("UnexpectedFault", MetricUnit.Count, 1)
    return Response(
        500,
        _JSON,
        error_body(ServiceFault.code, "The service failed; it is not known whether the fax was accepted."),
    )


def _no_such_path(error: Exception) -> Response[str]:
    return _refused(ResourceNotFound("There is no such path.", reason="no_such_path"))
