"""The pages' store: the contract, in memory and on S3; and what S3 is really asked."""

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from faxes.adapters.s3_pages import S3PageFiles
from faxes.errors import Effect, StorageFault
from tests.support.cloud import Cloud
from tests.support.jobs import MemoryPageFiles, stored_file

CONTENT = b"Please call back.\n"
FILE = stored_file(1, CONTENT)
PAGES = [(f"faxes/u/page-{n}.png", b"page %d" % n, "image/png") for n in range(1, 6)]

type Store = MemoryPageFiles | S3PageFiles


@pytest.fixture(params=["memory", "S3"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryPageFiles({FILE.key: CONTENT})
        return
    cloud: Cloud = request.getfixturevalue("cloud")
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=FILE.key, Body=CONTENT)
    with ThreadPoolExecutor(2) as pool:
        yield S3PageFiles(cloud.s3, cloud.names["FileBucket"], pool, 2)


def objects(store: Store, request: pytest.FixtureRequest) -> dict[str, bytes]:
    if isinstance(store, MemoryPageFiles):
        return dict(store.objects)
    cloud: Cloud = request.getfixturevalue("cloud")
    return cloud.objects()


def test_a_document_is_what_was_accepted_or_nothing(store: Store) -> None:
    with store.document(FILE) as content:
        assert content is not None
        assert content[:] == CONTENT
    with store.document(stored_file(2, CONTENT)) as absent:
        assert absent is None
    another = stored_file(1, b"Another.\n")
    assert another.key == FILE.key
    with store.document(another) as absent:
        assert absent is None


def test_pages_that_are_put_twice_are_there_once_and_go_when_deleted(
    store: Store, request: pytest.FixtureRequest
) -> None:
    store.put(PAGES)
    store.put(iter([*PAGES[:4], (PAGES[4][0], b"anew", "image/png")]))
    assert objects(store, request) == {FILE.key: CONTENT} | {key: content for key, content, _ in PAGES[:4]} | {
        PAGES[4][0]: b"anew"
    }
    store.delete(key for key, _, _ in PAGES)
    store.delete([])
    assert objects(store, request) == {FILE.key: CONTENT}


def test_a_page_is_sent_with_its_type_and_checksum(cloud: Cloud) -> None:
    asked: list[dict[str, Any]] = []
    watch: Any = lambda params, **_: asked.append(dict(params))  # noqa: E731
    cloud.s3.meta.events.register("provide-client-params.s3.PutObject", watch)
    with ThreadPoolExecutor(1) as pool:
        S3PageFiles(cloud.s3, cloud.names["FileBucket"], pool, 1).put(PAGES[:1])
    key, content, media_type = PAGES[0]
    assert asked == [
        {
            "Bucket": cloud.names["FileBucket"],
            "Key": key,
            "Body": content,
            "ContentType": media_type,
            "ChecksumSHA256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        }
    ]


def test_what_the_bucket_refuses_is_a_fault(cloud: Cloud) -> None:
    with ThreadPoolExecutor(2) as pool:
        store = S3PageFiles(cloud.s3, "no-such-bucket", pool, 2)
        with pytest.raises(StorageFault) as raised:
            store.put(PAGES)
        assert (raised.value.operation, raised.value.effect) == ("PutObject", Effect.UNKNOWN)
        with pytest.raises(StorageFault) as raised, store.document(FILE):
            pytest.fail("it was there")
        assert (raised.value.operation, raised.value.effect) == ("GetObject", Effect.NONE)
        with pytest.raises(StorageFault) as raised:
            store.delete([PAGES[0][0]])
        assert (raised.value.operation, raised.value.effect) == ("DeleteObjects", Effect.UNKNOWN)


def test_what_stays_in_an_answer_of_success_is_a_fault(cloud: Cloud) -> None:
    def stays(parsed: dict[str, Any], **_: object) -> None:
        parsed["Errors"] = [{"Key": PAGES[0][0], "Code": "InternalError"}]

    handler: Any = stays
    cloud.s3.meta.events.register("after-call.s3.DeleteObjects", handler)
    with ThreadPoolExecutor(1) as pool, pytest.raises(StorageFault) as raised:
        S3PageFiles(cloud.s3, cloud.names["FileBucket"], pool, 1).delete([PAGES[0][0]])
    assert raised.value.cause == "1 of the pages stay"
