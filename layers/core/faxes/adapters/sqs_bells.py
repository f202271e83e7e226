"""The queue of what is to be sent, in SQS. Action: sqs:SendMessage on it.

A standard queue whose messages name the sender's organization as their group, so that SQS lets no group's messages wait
behind another's. Who tells of a report knows no organization, so all reports are a group of their own: a flood of one
organization's is one noisy group, behind which nobody's faxes wait. Another's reports may, and what they ring for is
asked about in time all the same, by its own organization's messages.

A message is ``{"fax": "<id>"}``, a fax whose pages are ready; ``{"fax": "<id>", "recipient": 1}``, a recipient that is
due; ``{"report": "<reference>"}``, an attempt that the carrier has something to say of, with its ``"carrierId"`` where
a report named one; or ``{"over": "<reference>"}``, an attempt of which nothing is to stay.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

from faxes.adapters.sqs import SQSClient, send
from faxes.errors import StorageFault

# Until what it is about has been written.
_SOON = timedelta(seconds=10)
# The longest that SQS keeps a message back.
_LONGEST = timedelta(seconds=900)
# An organization's id is of digits.
_REPORTS = "reports"


class SQSBells:
    """Implements ``delivery.ports.Bells``. ``lost`` is told of a message that could not be sent, which the sweep sends
    when it is due."""

    def __init__(self, client: SQSClient, url: str, lost: Callable[[StorageFault], None]) -> None:
        self._client = client
        self._url = url
        self._lost = lost

    def ready(self, fax_id: str, organization_id: str) -> None:
        """Have a fax whose pages are ready given its recipients."""
        self._send({"fax": fax_id}, organization_id, timedelta())

    def ring(self, fax_id: str, position: int, organization_id: str, after: timedelta) -> None:
        self._send({"fax": fax_id, "recipient": position}, organization_id, after)

    def report(self, reference: str, after: timedelta) -> None:
        """Have an attempt asked about."""
        self._send({"report": reference}, _REPORTS, after)

    def over(self, reference: str, organization_id: str) -> None:
        # Not lost as others are: nothing that is due would have it sent.
        send(self._client, self._url, {"over": reference}, organization_id, ceil(_SOON.total_seconds()))

    def _send(self, message: dict[str, Any], group: str, after: timedelta) -> None:
        if after > _LONGEST:
            return
        try:
            send(self._client, self._url, message, group, ceil(after.total_seconds()))
        except StorageFault as fault:
            self._lost(fault)


class SQSReports:
    """Implements ``delivery.reports.Ring``."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def __call__(self, reference: str, carrier_id: str | None) -> None:
        message = {"report": reference} | ({"carrierId": carrier_id} if carrier_id else {})
        send(self._client, self._url, message, _REPORTS)
