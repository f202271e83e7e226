"""A request whose files come later: its body, and the addresses that it is answered with."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge.answers import JSON
from faxes.edge.bodies import check_encoding, check_size, content_type
from faxes.edge.fax_view import expected
from faxes.errors import FormInvalid
from faxes.intake import announced
from faxes.intake.inviting import Invited
from faxes.intake.request import Members
from faxes.observability import logger, metrics


def is_announced(event: APIGatewayProxyEvent) -> bool:
    """Whether the request announces its files, by its Content-Type."""
    return content_type(event).partition(";")[0].strip().lower() == JSON


def members(event: APIGatewayProxyEvent) -> Members:
    """The members of the body. Raises BodyTooLarge and FormInvalid."""
    body: str = event.get("body") or ""
    check_size(len(body.encode("utf-8", "surrogatepass")), announced.MAX_BODY_BYTES)
    check_encoding(event)
    if event.get("isBase64Encoded"):
        # The gateway does so with forms alone.
        raise FormInvalid("The body is sent as binary; it must be JSON.", reason="body_not_json")
    return announced.members(body)


def invited(made: Invited) -> Response[str]:
    """200: where the files go."""
    # The addresses and the uid are rights to write and to read, and stay out of the log.
    logger.append_keys(fax_id=made.id)
    headers: dict[str, str | list[str]] = {}
    if made.replayed:
        logger.append_keys(outcome="replayed")
        metrics.add_metric("FaxReplayed", MetricUnit.Count, 1)
        headers["Idempotent-Replayed"] = "true"
    elif pending := made.pending:
        recipients = len(pending.fax.recipients)
        logger.append_keys(outcome="uploading", files=len(pending.files), recipients=recipients, bytes=pending.size)
        metrics.add_metric("FaxAnnounced", MetricUnit.Count, 1)
    return Response(200, JSON, json.dumps(shown(made)), headers=headers)


def shown(made: Invited) -> dict[str, Any]:
    """The answer's members. What has no value is left out."""
    pending = made.pending
    answer: dict[str, Any] = {"id": made.id, "uid": made.uid}
    if made.status:
        answer["status"] = made.status
    if pending:
        answer["recipients"] = list(pending.fax.recipients)
        if made.ends_at:
            answer["uploadsExpireAt"] = made.ends_at.isoformat().replace("+00:00", "Z")
        answer["files"] = _files(made)
    return answer


def _files(made: Invited) -> list[dict[str, Any]]:
    """Each file, with where it goes if it is still to come."""
    listed = []
    for file in made.pending.files if made.pending else ():
        entry = expected(file, made.pending) if made.pending else {}
        if address := made.addresses.get(file.position):
            entry |= {"redirect": True, "redirectUri": address.url, "redirectHeaders": address.headers}
        listed.append(entry)
    return listed
