"""What was uploaded, in S3.

Actions: s3:GetObject and s3:DeleteObject on ``<bucket>/uploads/*``, s3:PutObject and s3:DeleteObject on
``<bucket>/faxes/*``. An object is read into a file that has no name: when this process ends, however it does, nothing
of it is left on the disk. It is copied within S3, and only if it is still the one that was read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.adapters.s3_download import ABSENT, CHANGED, downloaded
from faxes.errors import Effect
from faxes.ids import upload_key
from faxes.intake.pending import Came, Taken

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Uploads:
    """Reads and copies what was uploaded. Implements ``intake.pending.UploadedFiles``."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @contextmanager
    def fetch(self, fax_id: str, position: int, most: int) -> Iterator[Came | None]:
        with downloaded(self._client, self._bucket, upload_key(fax_id, position), most) as found:
            yield Came(found.content, found.etag, found.size) if found else None

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
            if code(error) in ABSENT:
                return Taken.ABSENT
            if code(error) == CHANGED:
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
