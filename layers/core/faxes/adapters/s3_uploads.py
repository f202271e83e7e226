"""What was uploaded, in S3.

Actions: s3:GetObject and s3:DeleteObject on ``<bucket>/uploads/*``, s3:PutObject and s3:DeleteObject on
``<bucket>/faxes/*``. An object is read into a file that has no name: when this process ends, however it does, nothing
of it is left on the disk. It is copied within S3, and only if it is still the one that was read.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.errors import Effect
from faxes.formats.content import Mapped
from faxes.ids import upload_key
from faxes.intake.pending import Came, Taken

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_READ_AT_ONCE = 1 << 20
# Of one object: each goes on where the one before broke off.
_TRIES = 5
_ABSENT, _CHANGED = frozenset({"NoSuchKey", "404"}), "PreconditionFailed"


class S3Uploads:
    """Reads and copies what was uploaded. Implements ``intake.pending.UploadedFiles``."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @contextmanager
    def fetch(self, fax_id: str, position: int, most: int) -> Iterator[Came | None]:
        key = upload_key(fax_id, position)
        with tempfile.NamedTemporaryFile(delete=False) as writer:
            path = Path(writer.name)
            try:
                reader = path.open("rb")
            finally:
                # From here on it has no name.
                path.unlink()
            with reader:
                found = self._download(key, writer, most)
                if found is None:
                    yield None
                    return
                # What was read is what is looked into: nothing can write there any more.
                written = writer.tell()
                writer.close()
                yield Came(Mapped(reader) if written else b"", *found)

    def _download(self, key: str, into: IO[bytes], most: int) -> tuple[str, int] | None:
        """Its ETag and its size, None where there is no such object. Of one that is larger than ``most``, which could
        fill the disk, nothing is read."""
        etag: str | None = None
        size: int | None = None
        for attempt in range(1, _TRIES + 1):
            at = into.tell()
            try:
                if etag is None:
                    answer = self._client.get_object(Bucket=self._bucket, Key=key)
                    etag, size = answer["ETag"], answer["ContentLength"]
                    if size > most:
                        answer["Body"].close()
                        return etag, size
                else:
                    answer = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=etag, Range=f"bytes={at}-")
                for part in answer["Body"].iter_chunks(_READ_AT_ONCE):
                    into.write(part)
            except ClientError as error:
                # Where another lies there by now, that one's message comes, or the sweep's.
                if code(error) in _ABSENT or code(error) == _CHANGED:
                    return None
                raise fault("GetObject", Effect.NONE, error) from error
            except FAILURES as error:
                if attempt == _TRIES:
                    raise fault("GetObject", Effect.NONE, error) from error
            if etag is not None and size is not None and into.tell() == size:
                into.flush()
                return etag, size
        raise fault("GetObject", Effect.NONE, ConnectionError("it broke off"))

    def take(self, fax_id: str, position: int, etag: str, key: str) -> Taken:
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": upload_key(fax_id, position)},
                CopySourceIfMatch=etag,
                # The type that it was uploaded with is the client's word.
                MetadataDirective="REPLACE",
                ChecksumAlgorithm="SHA256",
            )
        except ClientError as error:
            if code(error) in _ABSENT:
                return Taken.ABSENT
            if code(error) == _CHANGED:
                return Taken.CHANGED
            raise fault("CopyObject", Effect.UNKNOWN, error) from error
        except FAILURES as error:
            raise fault("CopyObject", Effect.UNKNOWN, error) from error
        return Taken.TAKEN

    def remove(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        # Lifecycle rules remove what stays.
        with suppress(*FAILURES):
            self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            )
