"""What attempts send, in S3: a fax's pages are read, and each attempt's own copy lies where its carrier fetches it.

Actions: s3:GetObject on ``<bucket>/faxes/*/pages.tif``; s3:GetObject, s3:PutObject and s3:DeleteObject on
``<bucket>/media/*/fax.tif``; s3:PutObject on ``<bucket>/media/*/paper.tif``. Objects: ``media/<reference>/fax.tif``,
deleted when the attempt has ended; ``paper.tif`` beside it, what a machine of the simulated network was sent. The
bucket removes both after some days. What is put is on the disk before, in a file that has no name: when this process
ends, however it does, nothing of it is left there.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faxes import ids
from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.s3_put import put
from faxes.delivery.carrier import Call
from faxes.errors import Effect
from faxes.pages.tiff import Readable

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_TIFF = "image/tiff"
# Seconds in which a carrier fetches what it is given; it is taken away before, as a rule.
_FETCHED = 3600


class S3Media:
    """Implements ``delivery.stamping.Media`` and ``carriers.simulator.Tray``."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @contextmanager
    def open(self, key: str) -> Iterator[Readable]:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except FAILURES as error:
            raise fault("GetObject", Effect.NONE, error) from error
        with closing(body):
            yield _Body(body)

    def put(self, key: str, parts: Iterable[bytes]) -> None:
        with tempfile.TemporaryFile() as file:
            file.writelines(parts)
            put(self._client, self._bucket, key, file, _TIFF)

    def delete(self, key: str) -> None:
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except FAILURES as error:
            raise fault("DeleteObject", Effect.UNKNOWN, error) from error

    def address(self, key: str) -> str:
        """Where anybody can fetch a file for a while. It is signed here, and asks nobody."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=_FETCHED
        )

    def keep(self, call: Call) -> None:
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=ids.paper_key(call.reference),
                CopySource={"Bucket": self._bucket, "Key": call.document},
            )
        except FAILURES as error:
            raise fault("CopyObject", Effect.UNKNOWN, error) from error


@dataclass(frozen=True, slots=True)
class _Body:
    """An object as it comes."""

    body: "StreamingBody"

    def read(self, count: int, /) -> bytes:
        try:
            return self.body.read(count)
        except FAILURES as error:
            raise fault("GetObject", Effect.NONE, error) from error
