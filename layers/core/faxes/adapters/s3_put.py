"""One way to put an object that is made here: S3 holds it against its SHA-256, and what is not known of it is said."""

import base64
import hashlib
from io import BufferedRandom
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def put(client: "S3Client", bucket: str, key: str, content: bytes | BufferedRandom, media_type: str) -> None:
    """Put an object, bytes or all of a file, in the place of one that is there. Raises StorageFault, and whether it is
    there is not known."""
    try:
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=media_type,
            ChecksumSHA256=base64.b64encode(_sha256(content)).decode("ascii"),
        )
    except FAILURES as error:
        raise fault("PutObject", Effect.UNKNOWN, error) from error


def _sha256(content: bytes | BufferedRandom) -> bytes:
    if isinstance(content, bytes):
        return hashlib.sha256(content).digest()
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").digest()
    content.seek(0)
    return digest
