"""What change_faxes is asked and answers: how a fax shall be changed, the changed fax, and what goes wrong."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import bodies, conditional, fax_view, upload_answers
from faxes.edge.addresses import Addresses
from faxes.edge.answers import ErrorTable, Row
from faxes.errors import (
    BodyTooLarge,
    ChangeInvalid,
    DeploymentFault,
    ExtensionInvalid,
    FaxNotFound,
    FormInvalid,
    OutcomeUnknown,
    ResourceNotFound,
    StateInvalid,
    StorageFailed,
    UserInvalid,
    shown,
)
from faxes.intake.inviting import Invited
from faxes.lifecycle import FaxInFull
from faxes.observability import logger, metrics

# An action is a word.
MAX_BODY_BYTES = 16 * 1024
CANCEL, REVOKE_PAGE, RENEW_UPLOADS = "Cancel", "RevokePage", "RenewUploads"
_ACTIONS = (CANCEL, REVOKE_PAGE, RENEW_UPLOADS)
_ALLOWED = f"{CANCEL}, {REVOKE_PAGE} or {RENEW_UPLOADS}"

ERRORS = ErrorTable(
    rows={
        BodyTooLarge: Row(413),
        FormInvalid: Row(400),
        ChangeInvalid: Row(400),
        UserInvalid: Row(400),
        ExtensionInvalid: Row(400),
        FaxNotFound: Row(404),
        StateInvalid: Row(409),
        ResourceNotFound: Row(404),
        StorageFailed: Row(
            500,
            "The fax could not be changed because of a fault on our side. Nothing was changed; "
            "sending the request again is safe.",
        ),
        OutcomeUnknown: Row(
            500,
            "It is not known whether the fax was changed, because of a fault on our side. "
            "Sending the request again is safe.",
        ),
        DeploymentFault: Row(
            500, "The service is not set up correctly; its operator has been told. Nothing was changed."
        ),
    },
    unexpected=Row(500, "The service failed; it is not known whether the fax was changed."),
    refused="ChangeRefused",
)


def action(event: APIGatewayProxyEvent) -> str:
    """What the body asks for: one of what can be done.

    Raises BodyTooLarge, FormInvalid and ChangeInvalid.
    """
    members = bodies.json_object(event, MAX_BODY_BYTES)
    if "action" not in members:
        raise ChangeInvalid(
            f'The body has no action; it must be {{"action": "{CANCEL}"}}, {REVOKE_PAGE} or {RENEW_UPLOADS}.',
            reason="action_missing",
        )
    asked = members["action"]
    if not isinstance(asked, str) or asked not in _ACTIONS:
        said = f"is {shown(asked) or 'empty'}" if isinstance(asked, str) else "is not a JSON string"
        raise ChangeInvalid(f"action {said}; it must be {_ALLOWED}.", reason="action_unknown")
    return asked


def changed(event: APIGatewayProxyEvent, asked: str, found: FaxInFull, addresses: Addresses) -> Response[str]:
    """200: the fax as it is now."""
    record = found.fax
    logger.append_keys(fax_id=record.id)
    if asked == CANCEL:
        metrics.add_metric("CancelAccepted", MetricUnit.Count, 1)
    else:
        metrics.add_metric("PageRevoked", MetricUnit.Count, 1)
    seen = fax_view.fax(found, addresses.fax(event, record), addresses.page(event, record))
    return conditional.whole(seen, "cancel_accepted" if asked == CANCEL else "page_revoked")


def renewed(event: APIGatewayProxyEvent, made: Invited, addresses: Addresses) -> Response[str]:
    """200: the fax that still waits for files, with new addresses for them."""
    logger.append_keys(fax_id=made.id)
    metrics.add_metric("UploadsRenewed", MetricUnit.Count, 1)
    answer = upload_answers.shown(made)
    if made.pending:
        record = made.pending.fax
        answer = fax_view.fax(FaxInFull(record, pending=made.pending), addresses.fax(event, record), None) | answer
    return conditional.whole(answer, "uploads_renewed")
