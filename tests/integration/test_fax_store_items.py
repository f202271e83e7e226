"""A fax and its idempotency record as they lie in DynamoDB's tables."""

import dataclasses

import pytest

from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.appearance import Mode, Resolution
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, NUMBER, fax, idempotency


def test_an_idempotency_record_as_it_lies_in_the_table(cloud: Cloud) -> None:
    """Not in the indexes, which are for faxes."""
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    record, item = sorted(cloud.items("FaxTable"), key=lambda item: str(item["sk"]))
    assert record["idempotency"] == {"S": f"{1:064x}"}
    assert item == {
        "pk": {"S": f"IDEMPOTENCY#{1:064x}"},
        "sk": {"S": "IDEMPOTENCY"},
        "fingerprint": {"S": "c0" * 32},
        "faxId": {"S": "1001"},
        "faxUid": {"S": fax(1).uid},
        "expiresAt": {"N": str(int(NOW.timestamp()) + 3600)},
    }


def test_an_item_as_it_lies_in_the_table(cloud: Cloud) -> None:
    """Others read it: the table's stream, its time to live, its indexes."""
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1))
    assert cloud.items("FaxTable") == [
        {
            "pk": {"S": "FAX#1001"},
            "sk": {"S": "FAX"},
            "schema": {"N": "1"},
            "revision": {"N": "1"},
            "id": {"S": "1001"},
            "uid": {"S": "00000000000000000000000000000001"},
            "userId": {"S": "alice"},
            "organizationId": {"S": "0003"},
            "extension": {"S": "0003*210"},
            "recipients": {"L": [{"S": "7778888"}]},
            "files": {
                "L": [
                    {
                        "M": {
                            "position": {"N": "1"},
                            "name": {"S": "a.txt"},
                            "kind": {"S": "txt"},
                            "size": {"N": "14"},
                            "sha256": {"S": "ab" * 32},
                            "key": {"S": "faxes/00000000000000000000000000000001/1.txt"},
                            "pages": {"N": "2"},
                        }
                    }
                ]
            },
            "pages": {"N": "2"},
            "status": {"S": "accepted"},
            "createdAt": {"S": "2026-11-23T12:30:16.120Z"},
            "expiresAt": {"N": "1798029016"},
            "due": {"S": "8"},
            "dueAt": {"S": "2026-11-23T12:31:16.120Z"},
        }
    ]


def test_what_a_later_release_wrote_is_read(cloud: Cloud) -> None:
    """A release may be rolled back. Attributes and words that are unknown here stand for nothing that is known."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(fax(1))
    [item] = cloud.items("FaxTable")
    item |= {"schema": {"N": "2"}, "revision": {"N": "7"}, "status": {"S": "teleported"}, "colour": {"BOOL": True}}
    item["files"]["L"][0]["M"] |= {"kind": {"S": "papyrus"}, "font": {"S": "Garamond"}}
    item |= {"rendering": {"S": "engraved"}, "resolution": {"S": "superfine"}}
    item |= {"due": {"S": "3"}, "dueAt": {"S": "2026-11-23T12:31:16.120Z"}, "routes": {"L": [{"NULL": True}]}}
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=item)
    [file] = fax(1).files
    later = fax(1, status="teleported", revision=7, files=(dataclasses.replace(file, kind="papyrus"),))
    later = dataclasses.replace(later, rendering="engraved", resolution="superfine")
    assert store.by_id("1001", NOW) == later
    assert store.by_uid(fax(1).uid, NOW) == later
    assert store.of_extension(NUMBER, NOW) == [later]


def test_the_app_that_sent_it_is_kept(cloud: Cloud) -> None:
    """A fax of a user's token has none, and so has one that an earlier release wrote."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(fax(1, app_key="office.app~1"))
    [item] = cloud.items("FaxTable")
    assert item["app"] == {"S": "office.app~1"}
    assert store.by_id("1001", NOW) == fax(1, app_key="office.app~1")


@pytest.mark.parametrize(
    ("index", "key", "value", "held"),
    [
        ("by-uid", "uid", "00000000000000000000000000000001", set()),
        ("by-extension", "extension", "0003*210", {"id", "userId", "status", "recipients", "pages", "revision"}),
        ("by-user", "userId", "alice", {"id", "extension", "status", "recipients", "pages", "revision"}),
    ],
)
def test_an_index_holds_its_faxes_and_no_idempotency_record(
    cloud: Cloud, index: str, key: str, value: str, held: set[str]
) -> None:
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    [item] = cloud.dynamodb.scan(TableName=cloud.names["FaxTable"], IndexName=index)["Items"]
    assert item[key] == {"S": value}
    shown = {"uid", "createdAt", "expiresAt"} if held else set()
    assert set(item) == {"pk", "sk", key} | shown | held


def test_an_accepted_fax_is_due_and_its_idempotency_record_is_not(cloud: Cloud) -> None:
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    [item] = cloud.dynamodb.scan(TableName=cloud.names["FaxTable"], IndexName="by-due")["Items"]
    assert set(item) == {"pk", "sk", "due", "dueAt", "organizationId"}
    assert item["sk"] == {"S": "FAX"}


def test_a_fax_of_an_earlier_release_is_not_due(cloud: Cloud) -> None:
    """Only what has a due time is ever taken up: what an earlier release accepted is not sent by surprise."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(fax(1, due_at=None))
    assert cloud.dynamodb.scan(TableName=cloud.names["FaxTable"], IndexName="by-due")["Items"] == []
    assert store.by_id("1001", NOW) == fax(1, due_at=None)


def test_how_its_pages_shall_look_is_kept(cloud: Cloud) -> None:
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    asked = fax(1, rendering=Mode.PHOTO, resolution=Resolution.STANDARD)
    store.insert(asked)
    [item] = cloud.items("FaxTable")
    assert (item["rendering"], item["resolution"]) == ({"S": "photo"}, {"S": "standard"})
    assert store.by_id("1001", NOW) == asked
