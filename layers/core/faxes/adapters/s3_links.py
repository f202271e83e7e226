"""Addresses under which an object in S3 can be had for a minute, by whoever has the address: presigned GETs.

Actions: s3:GetObject on ``<bucket>/faxes/*/page*``, where the documents as they were sent do not lie. An address has
the rights of the role that signed it, so that it opens nothing else.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from faxes.ids import NO_FILE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECONDS = 60


class S3Links:
    """Signs addresses. Implements ``showing.Links``. No call is made, and each answer says what it is to a browser."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def origin(self) -> str:
        """The scheme and host of all of them."""
        parts = urlsplit(self.picture(NO_FILE))
        return f"{parts.scheme}://{parts.netloc}"

    def picture(self, key: str) -> str:
        return self._sign(key, "image/png", "inline")

    def document(self, key: str, media_type: str, name: str) -> str:
        return self._sign(key, media_type, f'attachment; filename="{name}"')

    def _sign(self, key: str, media_type: str, disposition: str) -> str:
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": media_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "no-store",
        }
        return self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=SECONDS)
