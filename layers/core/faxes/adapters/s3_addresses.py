"""Addresses to upload to, in S3: presigned PUTs.

Action: s3:PutObject on ``<bucket>/uploads/*``, which whoever has an address uses in our name. So an address is for one
key, and what it is for is signed into it: the length, the type, the SHA-256 where it is known, and that nothing lies
there yet. S3 refuses any other body, any other header, and a second PUT.
"""

import base64
from functools import cache
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect
from faxes.ids import upload_key
from faxes.intake.pending import Address
from faxes.model import ExpectedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef


class S3Addresses:
    """Signs addresses. Implements ``intake.pending.Addresses``.

    ``client`` makes the client that signs, with the first address: it takes as long to make as any, and most
    environments sign nothing.
    """

    def __init__(self, client: "Callable[[], S3Client]", bucket: str) -> None:
        self._client = cache(client)
        self._bucket = bucket

    def address(self, fax_id: str, file: ExpectedFile, seconds: int) -> Address:
        parameters: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": upload_key(fax_id, file.position),
            "ContentLength": file.size,
            "ContentType": file.media_type,
            "IfNoneMatch": "*",
        }
        # Content-Length is signed as well; every client sends it by itself, and in a browser it cannot be set.
        headers = {"Content-Type": file.media_type, "If-None-Match": "*"}
        if file.sha256:
            digest = base64.b64encode(bytes.fromhex(file.sha256)).decode("ascii")
            parameters["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = digest
        try:
            url = self._client().generate_presigned_url(
                "put_object", Params=dict(parameters), ExpiresIn=seconds, HttpMethod="PUT"
            )
        except FAILURES as error:
            raise fault("PutObject", Effect.NONE, error) from error
        return Address(url, headers)
