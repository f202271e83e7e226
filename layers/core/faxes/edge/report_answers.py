"""What a carrier's report is read from, and what it is answered."""

from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import bodies
from faxes.edge.answers import JSON, ErrorTable, Row
from faxes.errors import (
    BodyTooLarge,
    DeploymentFault,
    FormInvalid,
    OutcomeUnknown,
    ReportInvalid,
    ResourceNotFound,
)
from faxes.observability import logger, metrics

# A report has some 1,000 bytes.
MAX_BODY_BYTES = 64 * 1024

ERRORS = ErrorTable(
    rows={
        BodyTooLarge: Row(413),
        FormInvalid: Row(400),
        # Whatever is wrong with it: who forges one learns nothing.
        ReportInvalid: Row(403, "The report is not the carrier's, or too old."),
        ResourceNotFound: Row(404),
        OutcomeUnknown: Row(503, "The report could not be kept; send it again."),
        DeploymentFault: Row(500, "The service is not set up correctly; its operator has been told."),
    },
    unexpected=Row(500, "The report could not be kept; send it again."),
    refused="ReportRefused",
)


def headers(event: APIGatewayProxyEvent) -> Mapping[str, str]:
    """The headers by their names in lower case; of one that is sent twice, nothing."""
    several: Mapping[str, list[str]] = event.get("multiValueHeaders") or {}
    single = {name: [value] for name, value in (event.get("headers") or {}).items()}
    return {name.lower(): values[0] for name, values in (several or single).items() if len(values) == 1}


def body(event: APIGatewayProxyEvent) -> bytes:
    """The body as it was sent. Raises BodyTooLarge, FormInvalid and ReportInvalid."""
    if event.get("isBase64Encoded"):
        # A form; no carrier sends one.
        raise ReportInvalid(reason="report_unreadable")
    raw = (event.get("body") or "").encode("utf-8", "surrogatepass")
    bodies.check_size(len(raw), MAX_BODY_BYTES)
    bodies.check_encoding(event)
    return raw


def taken(rang: bool) -> Response[str]:
    """200 exactly: Telnyx takes no other for an answer."""
    logger.append_keys(outcome="report_rang" if rang else "report_known")
    metrics.add_metric("ReportTaken", MetricUnit.Count, 1)
    return Response(200, JSON, "{}")
