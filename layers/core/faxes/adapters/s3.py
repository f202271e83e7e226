"""The files of faxes, in S3.

Actions: s3:PutObject and s3:DeleteObject on ``<bucket>/faxes/*``. Objects: ``faxes/<uid>/<n>.<kind>``, written once,
never overwritten, of at most one request's body; encrypted and expired by the bucket. Nothing the client sent is in a
key or in metadata.
"""

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault, rehearse
from faxes.errors import Effect
from faxes.ids import NO_FILE
from faxes.model import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef


class S3FileStore:
    """Puts files, several at a time. Implements ``intake.ports.FileStore``.

    ``tries`` bounds the tries of one put; ``pool`` runs the puts of a fax with several files in one wave.
    """

    def __init__(self, client: "S3Client", bucket: str, pool: ThreadPoolExecutor, tries: int) -> None:
        self._client = client
        self._bucket = bucket
        self._pool = pool
        self._tries = tries
        # The SDK asks this event's handlers for the wait before another try; its stubs know no handler that answers.
        retry: Any = self._retry_conflict
        client.meta.events.register("needs-retry.s3.PutObject", retry)

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        if len(files) == 1:
            self._put(*files[0])
            return
        puts = [self._pool.submit(self._put, key, document) for key, document in files]
        # Wait for all before the first failure is raised, so that nothing is put behind the caller's back.
        failures = [put.exception() for put in puts]
        for failure in failures:
            if failure is not None:
                raise failure

    def delete(self, keys: Sequence[str]) -> None:
        # The lifecycle rule removes what stays.
        with suppress(*FAILURES):
            self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            )

    def rehearse(self) -> None:
        """Go through a put but for sending it, so that the first one takes no longer than the next."""
        rehearse(self._client, "put_object", self._object(NO_FILE, b"", bytes(32)))

    def _object(self, key: str, content: bytes, sha256: bytes) -> "PutObjectRequestTypeDef":
        return {
            "Bucket": self._bucket,
            "Key": key,
            "Body": content,
            "ChecksumSHA256": base64.b64encode(sha256).decode("ascii"),
            "IfNoneMatch": "*",
        }

    def _put(self, key: str, document: Document) -> None:
        try:
            self._client.put_object(**self._object(key, document.content, document.sha256))
        except ClientError as error:
            retried = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
            # The key was drawn for this fax: on a retry, what stands there is what the try before put.
            if not (retried and code(error) == "PreconditionFailed"):
                raise fault("PutObject", Effect.UNKNOWN, error) from error
        except FAILURES as error:
            raise fault("PutObject", Effect.UNKNOWN, error) from error

    def _retry_conflict(self, response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: object) -> float | None:
        """Have the SDK try again after 409: a put of ours that timed out is still at work on the key."""
        if response is None or attempts >= self._tries:
            return None
        conflict = response[1].get("Error", {}).get("Code") == "ConditionalRequestConflict"
        return 0.2 if conflict else None
