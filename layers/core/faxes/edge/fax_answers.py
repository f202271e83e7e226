"""What create_fax answers: where nothing is wrong, and what a fault of ours means to who sends a fax."""

import json

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit

from faxes.edge.answers import JSON, REFUSALS, ErrorTable, Row, in_the_contracts_shape
from faxes.errors import DeploymentFault, OutcomeUnknown, StorageFailed, TooManyUploads
from faxes.model import Receipt
from faxes.observability import logger, metrics

# As long as a fax that waits may take to be looked into.
_RETRY_AFTER = "60"


def _answer(status: int, code: str, message: str, request_id: str | None) -> Response[str]:
    response = in_the_contracts_shape(status, code, message, request_id)
    if status == 429:
        response.headers["Retry-After"] = _RETRY_AFTER
    return response


ERRORS = ErrorTable(
    rows={
        **REFUSALS,
        TooManyUploads: Row(429),
        # By a 4xx, a client knows that nothing was accepted.
        StorageFailed: Row(
            400,
            "The fax could not be stored because of a fault on our side. Nothing was accepted; "
            "sending it again is safe.",
        ),
        OutcomeUnknown: Row(
            500,
            "It is not known whether the fax was accepted, because of a fault on our side. "
            "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice.",
        ),
        DeploymentFault: Row(
            500, "The service is not set up correctly; its operator has been told. Nothing was accepted."
        ),
    },
    unexpected=Row(500, "The service failed; it is not known whether the fax was accepted."),
    refused="FaxRefused",
    answer=_answer,
)


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
