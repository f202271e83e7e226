"""What a sweep finds in the index by-due, and what it does not find again while somebody was told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from faxes.adapters.dynamodb.deliveries import recipient_item
from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.model import Recipient
from faxes.sweeping import Due
from tests.support.cloud import Cloud
from tests.support.faxes import NOW
from tests.support.sending import CONTEXT, Deployed

MINUTE = timedelta(minutes=1)
AGAIN = 15 * MINUTE
WAITS = Recipient(
    fax_id="1001",
    position=1,
    organization_id="0003",
    number="7778888",
    destination="7778888",
    pages=2,
    created_at=NOW,
    deadline_at=NOW + timedelta(hours=24),
    expires_at=NOW + timedelta(days=30),
    due_at=NOW,
)


def put(cloud: Cloud, recipient: Recipient, **beside: str) -> None:
    item = recipient_item(recipient, DUE_SHARDS) | beside
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item))


def found(cloud: Cloud, minutes: int, most: int = 10) -> list[Due]:
    now = NOW + minutes * MINUTE
    index = DynamoDBDueIndex(cloud.dynamodb, cloud.names["FaxTable"])
    return sorted(index.due(now, now - AGAIN, most), key=lambda due: (due.at, due.sort_key))


def test_what_is_due_is_found_in_every_shard_with_its_organization(cloud: Cloud) -> None:
    for position in range(1, 41):
        put(cloud, replace(WAITS, position=position, organization_id=f"{position % 2:04}"))
    put(cloud, replace(WAITS, position=41, due_at=NOW + MINUTE))
    put(cloud, replace(WAITS, position=42, due_at=None))
    assert found(cloud, 0) == [Due("1001", f"RECIPIENT#{n:03}", NOW, f"{n % 2:04}") for n in range(1, 41)]
    assert len(found(cloud, 0, most=1)) == DUE_SHARDS


@pytest.mark.parametrize(
    ("told", "due"), [(None, True), (1, False), (4, False), (-11, True), (-60, True)], ids=lambda each: str(each)
)
def test_who_was_told_is_told_again_after_a_while_or_when_it_is_due_anew(
    cloud: Cloud, told: int | None, due: bool
) -> None:
    put(cloud, WAITS, **({"toldAt": text(NOW + told * MINUTE)} if told is not None else {}))
    assert bool(found(cloud, 5)) is due
    assert found(cloud, 20)


def test_that_somebody_was_told_is_noted_of_what_is_due_alone(cloud: Cloud) -> None:
    put(cloud, WAITS)
    recipients = DynamoDBRecipients(cloud.dynamodb, cloud.names["FaxTable"], DUE_SHARDS, lambda bits: 1)
    recipients.told("1001", 1, NOW - MINUTE)
    assert found(cloud, 0) != []
    recipients.told("1001", 1, NOW)
    assert (found(cloud, 0), found(cloud, 14), len(found(cloud, 15))) == ([], [], 1)
    # It is gone meanwhile.
    recipients.told("1001", 2, NOW)


def test_a_recipient_whose_message_cannot_be_sent_is_told_of_by_the_next_sweep(cloud: Cloud) -> None:
    deployed = Deployed(cloud)
    # Two, since an only one is called at once, and its call may have ended by the second sweep.
    fax_id = deployed.queued("7778888", "7778889").id
    deployed.take({"fax": fax_id})
    deployed.messages()
    nowhere = cloud.names["SendQueue"] + "-that-is-not-there"
    cloud.function("sweep", CARRIER="simulator", SEND_QUEUE=nowhere).handler({}, CONTEXT)
    assert deployed.messages() == []
    deployed.sweep.handler({}, CONTEXT)
    deployed.sweep.handler({}, CONTEXT)
    assert deployed.messages() == [{"fax": fax_id, "recipient": n} for n in (1, 2)]
