"""An object of S3's as a file on the disk, mapped: whatever its size, no more of it is in memory than is looked at.

Actions: s3:GetObject on the object. The file has no name: when this process ends, however it does, nothing of it is
left on the disk.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from botocore.exceptions import ClientError, FlexibleChecksumError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.errors import Effect
from faxes.formats.content import Content, Mapped

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_READ_AT_ONCE = 1 << 20
# Of one object: each goes on where the one before broke off.
_TRIES = 5
# What says that the object is not there, or is another.
ABSENT, CHANGED = frozenset({"NoSuchKey", "404"}), "PreconditionFailed"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """An object's bytes, its ETag, and how many bytes it has. Of one that was not read there are none."""

    content: Content
    etag: str
    size: int


@contextmanager
def downloaded(client: "S3Client", bucket: str, key: str, most: int) -> Iterator[Downloaded | None]:
    """The object, None where there is none. Of one that is larger than ``most``, which could fill the disk, nothing is
    read. It is gone from here when this ends. Raises StorageFault."""
    with tempfile.NamedTemporaryFile(delete=False) as writer:
        path = Path(writer.name)
        try:
            reader = path.open("rb")
        finally:
            # From here on it has no name.
            path.unlink()
        with reader:
            found = _download(client, bucket, key, writer, most)
            if found is None:
                yield None
                return
            # What was read is what is looked into: nothing can write there any more.
            written = writer.tell()
            writer.close()
            content = Mapped(reader) if written else b""
            try:
                yield Downloaded(content, *found)
            finally:
                # The disk's space is free at once, and where something still looks at it, with that.
                if isinstance(content, Mapped):
                    with suppress(BufferError):
                        content.close()


def _download(client: "S3Client", bucket: str, key: str, into: IO[bytes], most: int) -> tuple[str, int] | None:
    """Its ETag and its size, None where there is no such object."""
    etag: str | None = None
    size: int | None = None
    for attempt in range(1, _TRIES + 1):
        at = into.tell()
        try:
            if etag is None:
                answer = client.get_object(Bucket=bucket, Key=key)
                etag, size = answer["ETag"], answer["ContentLength"]
                if size > most:
                    answer["Body"].close()
                    return etag, size
            else:
                answer = client.get_object(Bucket=bucket, Key=key, IfMatch=etag, Range=f"bytes={at}-")
                if not answer.get("ContentRange", "").startswith(f"bytes {at}-"):
                    # From anywhere else on, it would be another file of the same length.
                    raise fault("GetObject", Effect.NONE, ConnectionError("it does not go on there"))
            for part in answer["Body"].iter_chunks(_READ_AT_ONCE):
                into.write(part)
        except ClientError as error:
            # Where another lies there by now, whoever asks for that one is told of it.
            if code(error) in ABSENT or code(error) == CHANGED:
                return None
            raise fault("GetObject", Effect.NONE, error) from error
        except FAILURES as error:
            # What came whole and is not what was sent has no place at which to go on.
            if attempt == _TRIES or isinstance(error, FlexibleChecksumError):
                raise fault("GetObject", Effect.NONE, error) from error
        if etag is not None and size is not None and into.tell() == size:
            into.flush()
            return etag, size
    raise fault("GetObject", Effect.NONE, ConnectionError("it broke off"))
