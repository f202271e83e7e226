"""What change_faxes is asked and answers: how a fax shall be changed, the changed fax, and what goes wrong."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import bodies, conditional, fax_view, paths
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
from faxes.lifecycle import FaxInFull
from faxes.observability import logger, metrics

# An action is a word.
MAX_BODY_BYTES = 16 * 1024
CANCEL = "Cancel"

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


def check_action(event: APIGatewayProxyEvent) -> None:
    """That the body asks for what can be done: to cancel the fax.

    Raises BodyTooLarge, FormInvalid and ChangeInvalid.
    """
    members = bodies.json_object(event, MAX_BODY_BYTES)
    if "action" not in members:
        raise ChangeInvalid(f'The body has no action; it must be {{"action": "{CANCEL}"}}.', reason="action_missing")
    action = members["action"]
    if action != CANCEL:
        said = f"is {shown(action) or 'empty'}" if isinstance(action, str) else "is not a JSON string"
        raise ChangeInvalid(f"action {said}; it must be {CANCEL}.", reason="action_unknown")


def canceled(event: APIGatewayProxyEvent, found: FaxInFull, public_url: str) -> Response[str]:
    """200: the fax as it is now."""
    record = found.fax
    logger.append_keys(fax_id=record.id)
    metrics.add_metric("CancelAccepted", MetricUnit.Count, 1)
    url = paths.fax_url(paths.api_url(event, public_url), record.user_id, record.extension, record.id)
    return conditional.whole(fax_view.fax(found, url), "cancel_accepted")
