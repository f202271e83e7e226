"""One way to put an object that is made here: S3 holds it against its SHA-256, and what is not known of it is said."""

import base64
import hashlib
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def put(client: "S3Client", bucket: str, key: str, content: bytes, media_type: str) -> None:
    """Put an object, in the place of one that is there. Raises StorageFault, and whether it is there is not known."""
    try:
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=media_type,
            ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode("ascii"),
        )
    except FAILURES as error:
        raise fault("PutObject", Effect.UNKNOWN, error) from error
