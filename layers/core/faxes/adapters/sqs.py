"""The queue of faxes to be drawn, in SQS. Action: sqs:SendMessage on it.

A standard queue, whose messages name the sender's organization as their group: SQS then lets no group's messages wait
behind another's backlog. A message is ``{"fax": "<id>"}``.
"""

import json
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


class SQSQueue:
    """Sends faxes to be taken up. Implements ``rendering.jobs.Queue``."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, fax_id: str, organization_id: str) -> None:
        try:
            self._client.send_message(
                QueueUrl=self._url, MessageBody=json.dumps({"fax": fax_id}), MessageGroupId=organization_id
            )
        except FAILURES as error:
            raise fault("SendMessage", Effect.UNKNOWN, error) from error
