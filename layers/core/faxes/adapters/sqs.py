"""The queue of faxes to be drawn, in SQS. Action: sqs:SendMessage on it.

A standard queue, whose messages name the sender's organization as their group: SQS then lets no group's messages wait
behind another's backlog. A message is ``{"fax": "<id>"}``.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect


class SQSClient(Protocol):
    """What is called of the SDK's client."""

    # The SDK's own names of what it takes.
    def send_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MessageBody: str,  # noqa: N803
        MessageGroupId: str,  # noqa: N803
        DelaySeconds: int = 0,  # noqa: N803
    ) -> Any: ...


def send(client: SQSClient, url: str, message: Mapping[str, Any], group: str, seconds: int = 0) -> None:
    """Send a message to a queue, which keeps it back for so many seconds. Raises StorageFault."""
    try:
        client.send_message(QueueUrl=url, MessageBody=json.dumps(message), MessageGroupId=group, DelaySeconds=seconds)
    except FAILURES as error:
        raise fault("SendMessage", Effect.UNKNOWN, error) from error


class SQSQueue:
    """Sends faxes to be taken up. Implements ``rendering.jobs.Queue``."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, fax_id: str, organization_id: str) -> None:
        send(self._client, self._url, {"fax": fax_id}, organization_id)
