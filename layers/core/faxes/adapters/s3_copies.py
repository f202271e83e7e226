"""The pages of a fax, copied for the extension that receives it, in S3.

Actions: s3:GetObject, s3:PutObject and s3:DeleteObject on ``<bucket>/faxes/*/page*``, which no document's key fits. An
object may be copied again, by a worker that goes on where another ended.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.errors import Effect, StorageFault
from faxes.ids import page_keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3's own limit for one call.
_BATCH = 1000


class S3PageCopies:
    """Copies and deletes pages. Implements ``delivery.ports.PageCopies``. ``pool`` runs the copies."""

    def __init__(self, client: "S3Client", bucket: str, pool: ThreadPoolExecutor) -> None:
        self._client = client
        self._bucket = bucket
        self._pool = pool

    def copy(self, from_uid: str, to_uid: str, pages: int) -> bool:
        keys = zip(page_keys(from_uid, pages), page_keys(to_uid, pages), strict=True)
        copies = [self._pool.submit(self._copy, *each) for each in keys]
        # Wait for all before the first failure is raised, so that nothing is put behind the caller's back.
        failures = [copy.exception() for copy in copies]
        for failure in failures:
            if failure is not None:
                raise failure
        return all(copy.result() for copy in copies)

    def delete(self, uid: str, pages: int) -> None:
        for batch in batched(page_keys(uid, pages), _BATCH, strict=False):
            try:
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
                )
            except FAILURES as error:
                raise fault("DeleteObjects", Effect.UNKNOWN, error) from error
            # What it could not delete, it lists in an answer of success.
            if answer.get("Errors"):
                raise StorageFault("DeleteObjects", Effect.UNKNOWN, f"{len(answer['Errors'])} of the pages stay")

    def _copy(self, source: str, target: str) -> bool:
        try:
            self._client.copy_object(
                Bucket=self._bucket, Key=target, CopySource={"Bucket": self._bucket, "Key": source}
            )
        except ClientError as error:
            if code(error) == "NoSuchKey":
                return False
            raise fault("CopyObject", Effect.UNKNOWN, error) from error
        except FAILURES as error:
            raise fault("CopyObject", Effect.UNKNOWN, error) from error
        return True
