"""The documents of a fax that is to be drawn, and its pages, in S3.

Actions: s3:GetObject on ``<bucket>/faxes/*``; s3:PutObject and s3:DeleteObject on ``<bucket>/faxes/*/page*``, which no
document's key fits. A page's object may be written again, by a worker that begins anew where another ended.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import batched
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.s3_download import downloaded
from faxes.adapters.s3_put import put
from faxes.errors import Effect, StorageFault
from faxes.formats.content import Content
from faxes.model import StoredFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3's own limit for one call.
_BATCH = 1000


class S3PageFiles:
    """Reads documents, writes and deletes pages. Implements ``rendering.jobs.Files``.

    ``pool`` runs ``at_once`` puts at a time: so many pages, and no more, wait in memory.
    """

    def __init__(self, client: "S3Client", bucket: str, pool: ThreadPoolExecutor, at_once: int) -> None:
        self._client = client
        self._bucket = bucket
        self._pool = pool
        self._at_once = at_once

    @contextmanager
    def document(self, file: StoredFile) -> Iterator[Content | None]:
        with downloaded(self._client, self._bucket, file.key, file.size) as found:
            is_whole = found is not None and hashlib.sha256(found.content).hexdigest() == file.sha256
            yield found.content if found and is_whole else None

    def put(self, files: Iterable[tuple[str, bytes, str]]) -> None:
        for batch in batched(files, self._at_once, strict=False):
            puts = [self._pool.submit(put, self._client, self._bucket, *file) for file in batch]
            # Wait for all before the first failure is raised, so that nothing is put behind the caller's back.
            failures = [put.exception() for put in puts]
            for failure in failures:
                if failure is not None:
                    raise failure

    def delete(self, keys: Iterable[str]) -> None:
        for batch in batched(keys, _BATCH, strict=False):
            try:
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
                )
            except FAILURES as error:
                raise fault("DeleteObjects", Effect.UNKNOWN, error) from error
            # What it could not delete, it lists in an answer of success.
            if answer.get("Errors"):
                raise StorageFault("DeleteObjects", Effect.UNKNOWN, f"{len(answer['Errors'])} of the pages stay")
