"""What an erasure finds and deletes of a fax's files, in S3.

Actions: s3:ListBucket on the bucket, s3:DeleteObject on ``<bucket>/faxes/*``, ``<bucket>/media/*`` and
``<bucket>/uploads/*``. In a module of its own, so that no function's start carries it which erases nothing.
"""

from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING

from faxes import ids
from faxes.adapters.calls import FAILURES, fault
from faxes.erasure import File
from faxes.errors import Effect, StorageFault

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3's own limit for one call.
_BATCH = 1000


class S3ErasureFiles:
    """Lists and deletes a fax's files. Implements ``erasure.FileStore``."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def of_fax(self, uid: str) -> list[File]:
        return self._below(ids.files_of(uid))

    def of_id(self, fax_id: str) -> list[File]:
        return [*self._below(ids.media_of(fax_id)), *self._below(ids.uploads_of(fax_id))]

    def _below(self, prefix: str) -> list[File]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        try:
            found = [item for page in pages for item in page.get("Contents", [])]
        except FAILURES as error:
            raise fault("ListObjectsV2", Effect.NONE, error) from error
        return [File(item["Key"], item["Size"], item["LastModified"]) for item in found]

    def delete(self, keys: Sequence[str]) -> None:
        for batch in batched(keys, _BATCH, strict=False):
            try:
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
                )
            except FAILURES as error:
                raise fault("DeleteObjects", Effect.UNKNOWN, error) from error
            # What it could not delete, it lists in an answer of success.
            left = answer.get("Errors", [])
            if left:
                codes = ", ".join(sorted({error["Code"] for error in left}))
                raise StorageFault("DeleteObjects", Effect.UNKNOWN, f"{len(left)} of the files stay: {codes}")
