"""An object of S3's on the disk: whole or not there, over lines that break, and gone when it is done with."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import FlexibleChecksumError, ResponseStreamingError

from faxes.adapters.s3_download import downloaded
from faxes.adapters.s3_pages import S3PageFiles
from faxes.errors import Effect, StorageFault
from tests.support.cloud import Cloud
from tests.support.jobs import stored_file
from tests.support.peak_memory import peak_memory

KEY, CONTENT = "faxes/u/1.pdf", bytes(range(256)) * 20_000
BROKEN = ResponseStreamingError(error="reset")


class Line:
    """A client of S3 whose lines break, each behind so many bytes. ``asked`` is what it was asked for."""

    def __init__(self, cloud: Cloud, *breaks: int, error: Exception = BROKEN) -> None:
        self._client, self._breaks, self._error = cloud.s3, list(breaks), error
        self.asked: list[dict[str, Any]] = []

    def get_object(self, **asked: Any) -> dict[str, Any]:
        self.asked.append({name: value for name, value in asked.items() if name not in ("Bucket", "Key")})
        answer: dict[str, Any] = {**self._client.get_object(**asked)}
        if self._breaks:
            answer["Body"] = Body(answer["Body"].read(self._breaks.pop(0)), self._error)
        return answer


class Body:
    def __init__(self, content: bytes, error: Exception) -> None:
        self._content, self._error = content, error

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        yield from (self._content[at : at + size] for at in range(0, len(self._content), size))
        raise self._error


@pytest.fixture
def bucket(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=KEY, Body=CONTENT)
    return cloud.names["FileBucket"]


def fetched(client: Any, bucket: str, key: str = KEY) -> bytes | None:
    with downloaded(client, bucket, key, len(CONTENT)) as found:
        return bytes(found.content) if found else None


def test_an_object_is_a_file_without_a_name_and_not_in_memory(cloud: Cloud, bucket: str, tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))

    def call() -> None:
        with downloaded(cloud.s3, bucket, KEY, len(CONTENT)) as found:
            assert found is not None
            assert list(tmp_path.iterdir()) == []
            assert (found.content[-1:], len(found.content)) == (CONTENT[-1:], len(CONTENT))
            assert found.etag == cloud.s3.head_object(Bucket=bucket, Key=KEY)["ETag"]

    call()
    # The SDK reads 1 MiB at a time; moto, which answers here, holds what it sends.
    with downloaded(cloud.s3, bucket, KEY, len(CONTENT)) as found:
        assert found is not None
        assert peak_memory(lambda: found.content.count(b"\xff")) < 200_000
    with pytest.raises(ValueError, match="closed"):
        len(found.content)
    assert len(os.listdir("/dev/fd")) == before


def test_what_is_empty_or_not_there(cloud: Cloud, bucket: str) -> None:
    cloud.s3.put_object(Bucket=bucket, Key="faxes/u/2.txt", Body=b"")
    assert fetched(cloud.s3, bucket, "faxes/u/2.txt") == b""
    assert fetched(cloud.s3, bucket, "faxes/u/3.txt") is None


def test_of_what_is_larger_nothing_is_read(cloud: Cloud, bucket: str) -> None:
    with downloaded(cloud.s3, bucket, KEY, len(CONTENT) - 1) as found:
        assert found is not None
        assert (found.content, found.size) == (b"", len(CONTENT))


def test_a_line_that_breaks_goes_on_where_it_broke(cloud: Cloud, bucket: str) -> None:
    line = Line(cloud, 1_000, 0, 2_000_000)
    etag = cloud.s3.head_object(Bucket=bucket, Key=KEY)["ETag"]
    assert fetched(line, bucket) == CONTENT
    assert line.asked == [
        {},
        {"IfMatch": etag, "Range": "bytes=1000-"},
        {"IfMatch": etag, "Range": "bytes=1000-"},
        {"IfMatch": etag, "Range": "bytes=2001000-"},
    ]


def test_an_answer_from_the_beginning_is_not_gone_on_with(cloud: Cloud, bucket: str) -> None:
    class Deaf(Line):
        def get_object(self, **asked: Any) -> dict[str, Any]:
            asked.pop("Range", None)
            return super().get_object(**asked)

    with pytest.raises(StorageFault, match="GetObject"):
        fetched(Deaf(cloud, len(CONTENT) // 2), bucket)


def test_what_breaks_behind_the_last_byte_is_whole(cloud: Cloud, bucket: str) -> None:
    assert fetched(Line(cloud, len(CONTENT)), bucket) == CONTENT


def test_another_object_is_not_gone_on_with(cloud: Cloud, bucket: str) -> None:
    class Replaced(Line):
        def get_object(self, **asked: Any) -> dict[str, Any]:
            answer = super().get_object(**asked)
            cloud.s3.put_object(Bucket=bucket, Key=KEY, Body=CONTENT[::-1])
            return answer

    assert fetched(Replaced(cloud, 1_000), bucket) is None


@pytest.mark.parametrize(
    ("breaks", "error", "asked"),
    [
        ((1, 1, 1, 1, 1), BROKEN, 5),
        ((len(CONTENT),), FlexibleChecksumError(error_msg="other bytes"), 1),
    ],
    ids=["five times", "other bytes"],
)
def test_a_line_that_does_not_hold_is_a_fault(
    cloud: Cloud, bucket: str, tmp_path: Path, breaks: tuple[int, ...], error: Exception, asked: int
) -> None:
    line = Line(cloud, *breaks, error=error)
    with pytest.raises(StorageFault) as raised:
        fetched(line, bucket)
    assert (raised.value.operation, raised.value.effect, len(line.asked)) == ("GetObject", Effect.NONE, asked)
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_was_changed_is_none(cloud: Cloud, bucket: str) -> None:
    file = stored_file(1, CONTENT)
    files = S3PageFiles(cloud.s3, bucket, None, 1)  # type: ignore[arg-type]  # nothing is put
    cloud.s3.put_object(Bucket=bucket, Key=file.key, Body=CONTENT[:-1] + b"x")
    with files.document(file) as content:
        assert content is None
    cloud.s3.put_object(Bucket=bucket, Key=file.key, Body=CONTENT)
    with files.document(file) as content:
        assert content is not None
        assert content[:] == CONTENT
