"""What attempts send, in S3, and who sends it, by the directory: what the adapters really ask AWS."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from faxes.adapters.dynamodb.senders import DynamoDBSenders
from faxes.adapters.s3_media import S3Media
from faxes.delivery.carrier import Call
from faxes.delivery.stamping import Sender
from faxes.errors import Effect, StorageFault
from faxes.ids import document_key, paper_key
from faxes.model import Fax
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.imports import Imports

KEY, PAPER = document_key("1001-001-01"), paper_key("1001-001-01")
CALL = Call("1001-001-01", "7778888", KEY, 2)


@pytest.fixture(name="media")
def _media(cloud: Cloud) -> S3Media:
    return S3Media(cloud.s3, cloud.names["FileBucket"])


def test_a_document_is_put_read_kept_and_deleted(cloud: Cloud, media: S3Media) -> None:
    asked: list[dict[str, Any]] = []
    watch: Any = lambda params, **_: asked.append(dict(params))  # noqa: E731
    cloud.s3.meta.events.register("provide-client-params.s3.PutObject", watch)
    media.put(KEY, b"before")
    media.put(KEY, b"pages")
    assert media.get(KEY) == b"pages"
    assert asked[1] == {
        "Bucket": cloud.names["FileBucket"],
        "Key": KEY,
        "Body": b"pages",
        "ContentType": "image/tiff",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(b"pages").digest()).decode(),
    }
    media.keep(CALL)
    media.keep(CALL)
    media.delete(KEY)
    media.delete(KEY)
    assert cloud.objects() == {PAPER: b"pages"}


@pytest.mark.parametrize(
    ("call", "operation", "effect"),
    [
        (lambda media: media.get(KEY), "GetObject", Effect.NONE),
        (lambda media: media.put(KEY, b""), "PutObject", Effect.UNKNOWN),
        (lambda media: media.delete(KEY), "DeleteObject", Effect.UNKNOWN),
        (lambda media: media.keep(CALL), "CopyObject", Effect.UNKNOWN),
    ],
)
def test_what_the_bucket_refuses_is_a_fault(
    cloud: Cloud, call: Callable[[S3Media], object], operation: str, effect: Effect
) -> None:
    with pytest.raises(StorageFault) as caught:
        call(S3Media(cloud.s3, "no-such-bucket"))
    assert (caught.value.operation, caught.value.effect) == (operation, effect)


ORGANIZATION = 'organizations: [{id: "0003"%s}]\nusers: [{id: alice, organization: "0003"}]\n'
EXTENSION = "extensions: [{number: 0003*210, owner: alice%s}]"


@pytest.mark.parametrize(
    ("organization", "extension", "sender"),
    [
        ("", "", Sender("0003", "0003*210", None)),
        (", name: Example Ltd", "", Sender("Example Ltd", "0003*210", None)),
        (
            ', name: Example Ltd, faxName: Example, timeZone: Asia/Tokyo, callerId: "+493023125000"',
            "",
            Sender("Example", "+493023125000", "Asia/Tokyo"),
        ),
        (', callerId: "+493023125000"', ', callerId: "+493023125011"', Sender("0003", "+493023125011", None)),
    ],
)
def test_who_sends_is_as_the_directory_has_it(cloud: Cloud, organization: str, extension: str, sender: Sender) -> None:
    Imports(cloud)(ORGANIZATION % organization + EXTENSION % extension)
    made: Fax = fax(1)
    assert DynamoDBSenders(cloud.dynamodb, cloud.names["DirectoryTable"]).sender(made) == sender


def test_of_what_the_directory_has_not_any_more_the_fax_says_enough(cloud: Cloud) -> None:
    senders = DynamoDBSenders(cloud.dynamodb, cloud.names["DirectoryTable"])
    assert senders.sender(fax(1)) == Sender("0003", "0003*210", None)
    with pytest.raises(StorageFault):
        DynamoDBSenders(cloud.dynamodb, "no-such-table").sender(fax(1))
