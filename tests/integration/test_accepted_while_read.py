"""A fax that is accepted while it is asked for, between the reads of its record and of what was announced, is there."""

from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.pending import PENDING, pending_item, pending_key
from faxes.adapters.dynamodb.reading import DynamoDBFaxReader
from faxes.adapters.dynamodb.records import fax_item
from faxes.model import PendingFax, Status
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax


@pytest.mark.parametrize("history", [False, True], ids=["the fax", "its history"])
def test_it_is_found(cloud: Cloud, history: bool) -> None:
    client, table = cloud.dynamodb, cloud.names["FaxTable"]
    waiting = fax(1, status=Status.UPLOADING, expires_at=NOW + timedelta(days=30))
    accepted = fax(1, expires_at=NOW + timedelta(days=30))
    pending = PendingFax(waiting, (), NOW + timedelta(hours=1), NOW + timedelta(days=2))
    client.put_item(TableName=table, Item=wire(pending_item(pending)))

    def accept(params: dict[str, Any], **_: object) -> None:
        if params["ExpressionAttributeValues"][":pk"]["S"].startswith(PENDING):
            client.put_item(TableName=table, Item=wire(fax_item(accepted, None, 1)))
            client.delete_item(TableName=table, Key=wire({"pk": pending_key(accepted.id), "sk": PENDING}))

    client.meta.events.register("provide-client-params.dynamodb.Query", accept)
    reader = DynamoDBFaxReader(client, table)
    found = (
        reader.history(accepted.id, NOW, lambda _: True, None, 10)
        if history
        else reader.in_full(accepted.id, NOW, lambda _: True)
    )
    assert found is not None
    assert found.fax.status == Status.ACCEPTED
