"""What read_faxes answers: a fax, its history, and what goes wrong to who asks for either."""

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import conditional, fax_view
from faxes.edge.addresses import Addresses
from faxes.edge.answers import ErrorTable, Row
from faxes.errors import (
    CountInvalid,
    CursorInvalid,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FaxNotFound,
    ResourceNotFound,
    StorageFailed,
    UserInvalid,
    shown,
)
from faxes.lifecycle import FaxInFull
from faxes.observability import logger, metrics
from faxes.reading import HistoryPage

# As in the other lists of UnifiedAPI's: what may be asked for, of which so many are given.
MAX_COUNT = 5000
PAGE = 100
# Of an event's key, without what all of them begin with: its time and six random digits.
_AFTER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z#[0-9a-f]{6}")

_ROWS: Mapping[type[FaxError], Row] = {
    UserInvalid: Row(400),
    ExtensionInvalid: Row(400),
    FaxNotFound: Row(404),
    ResourceNotFound: Row(404),
    StorageFailed: Row(500, "The fax could not be read because of a fault on our side; try again."),
    DeploymentFault: Row(500, "The service is not set up correctly; its operator has been told."),
}
_UNEXPECTED = Row(500, "The service failed; try again.")

ERRORS = ErrorTable(_ROWS, _UNEXPECTED, refused="ReadRefused")
OF_ENDINGS: Mapping[str, ErrorTable] = {
    "/events": ErrorTable(
        {**_ROWS, CountInvalid: Row(400), CursorInvalid: Row(400)}, _UNEXPECTED, refused="ReadRefused"
    )
}


def fax(event: APIGatewayProxyEvent, found: FaxInFull, addresses: Addresses) -> Response[str]:
    """200, or 304: the fax as it is now."""
    _count(found.fax.id)
    return conditional.answer(event, _shown(event, found, addresses), "fax_shown")


def history(event: APIGatewayProxyEvent, found: HistoryPage, count: int, addresses: Addresses) -> Response[str]:
    """200, or 304: some of the fax's history, and where it goes on."""
    _count(found.fax.id)
    address = f"{addresses.fax(event, found.fax)}/events"
    following = None
    if found.after:
        cursor = base64.urlsafe_b64encode(f"{found.fax.id}#{found.after}".encode()).decode("ascii")
        following = f"{address}?{urlencode({'count': count, 'cursor': cursor})}"
    return conditional.answer(event, fax_view.history(found.fax, found.events, address, following), "history_shown")


def count(event: APIGatewayProxyEvent) -> int:
    """How many events are asked for: at most 100 at a time. Raises CountInvalid where that is no number up to 5,000."""
    sent = (event.get("queryStringParameters") or {}).get("count")
    if sent is None:
        return PAGE
    if not (sent.isascii() and sent.isdigit() and len(sent) <= len(str(MAX_COUNT)) and 1 <= int(sent) <= MAX_COUNT):
        raise CountInvalid(
            f"count is {shown(sent) or 'empty'}; it must be a number from 1 to {MAX_COUNT}, of which at most {PAGE} "
            "are given at a time.",
            reason="count_invalid",
        )
    return min(int(sent), PAGE)


def after(event: APIGatewayProxyEvent, fax_id: str) -> str | None:
    """Behind which event the history goes on, by the cursor of an earlier answer. Raises CursorInvalid where it is
    none of this fax's."""
    sent = (event.get("queryStringParameters") or {}).get("cursor")
    if sent is None:
        return None
    try:
        of, _, key = base64.b64decode(sent, altchars=b"-_", validate=True).decode("ascii").partition("#")
    except ValueError:
        of, key = "", ""
    if of != fax_id or not _AFTER.fullmatch(key):
        raise CursorInvalid(
            f"The cursor {shown(sent) or '(empty)'} is none that this fax's history was answered with; follow "
            "links.next of an answer as it is.",
            reason="cursor_invalid",
        )
    return key


def _shown(event: APIGatewayProxyEvent, found: FaxInFull, addresses: Addresses) -> dict[str, Any]:
    return fax_view.fax(found, addresses.fax(event, found.fax), addresses.page(event, found.fax))


def _count(fax_id: str) -> None:
    logger.append_keys(fax_id=fax_id)
    metrics.add_metric("FaxRead", MetricUnit.Count, 1)
