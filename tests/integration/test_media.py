"""What attempts send, in S3, and who sends it, by the directory: what the adapters really ask AWS."""

import base64
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from faxes.adapters.dynamodb.senders import DynamoDBSenders
from faxes.adapters.s3_media import S3Media
from faxes.delivery.carrier import Call
from faxes.delivery.stamping import Sender
from faxes.errors import Effect, StorageFault
from faxes.ids import document_key, paper_key
from faxes.model import Fax
from faxes.pages import PagesInvalid
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.imports import Imports

KEY, PAPER = document_key("1001-001-01"), paper_key("1001-001-01")
CALL = Call("1001-001-01", "7778888", KEY, 2)


@pytest.fixture(name="media")
def _media(cloud: Cloud) -> S3Media:
    return S3Media(cloud.s3, cloud.names["FileBucket"])


def got(media: S3Media) -> bytes:
    with media.open(KEY) as file:
        return file.read(3) + file.read(1_000)


def test_a_document_is_put_read_kept_and_deleted(cloud: Cloud, media: S3Media) -> None:
    asked: list[dict[str, Any]] = []
    watch: Any = lambda params, **_: asked.append(dict(params))  # noqa: E731
    cloud.s3.meta.events.register("provide-client-params.s3.PutObject", watch)
    media.put(KEY, [b"before"])
    media.put(KEY, iter([b"pa", b"ges"]))
    assert got(media) == b"pages"
    # All of it, from a file that is gone by now.
    assert asked[1].pop("Body").closed
    assert asked[1] == {
        "Bucket": cloud.names["FileBucket"],
        "Key": KEY,
        "ContentType": "image/tiff",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(b"pages").digest()).decode(),
    }
    media.keep(CALL)
    media.keep(CALL)
    media.delete(KEY)
    media.delete(KEY)
    assert cloud.objects() == {PAPER: b"pages"}


def test_of_what_does_not_come_whole_nothing_is_put(
    cloud: Cloud, media: S3Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    named: list[list[Path]] = []

    def parts() -> Iterator[bytes]:
        yield bytes(100_000)
        named.append(list(tmp_path.iterdir()))
        raise PagesInvalid("the file is cut off")

    with pytest.raises(PagesInvalid):
        media.put(KEY, parts())
    # What is written meanwhile has no name there, so that nothing is left of it, however the process ends.
    assert (named, list(tmp_path.iterdir()), cloud.objects()) == ([[]], [], {})


def test_a_line_that_breaks_is_a_fault(cloud: Cloud, media: S3Media, monkeypatch: pytest.MonkeyPatch) -> None:
    media.put(KEY, [b"pages"])

    def cut_off(parsed: dict[str, Any], **_: object) -> None:
        parsed["Body"] = StreamingBody(io.BytesIO(b"pag"), 5)

    cloud.s3.meta.events.register("after-call.s3.GetObject", cut_off)
    with pytest.raises(StorageFault) as caught:
        got(media)
    assert (caught.value.operation, caught.value.effect) == ("GetObject", Effect.NONE)


@pytest.mark.parametrize(
    ("call", "operation", "effect"),
    [
        (got, "GetObject", Effect.NONE),
        (lambda media: media.put(KEY, []), "PutObject", Effect.UNKNOWN),
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
