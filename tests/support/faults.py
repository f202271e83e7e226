"""What can happen to one try of an AWS call, for a ``before-send`` handler: the SDK's own retries run against it.

A fate is called with the try's request. It raises the network's error, returns AWS's answer, or returns None and lets
the try go through.
"""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

type Fate = Callable[[AWSPreparedRequest], AWSResponse | None]


def raises(error: Exception) -> Fate:
    """A try that ends with an error of the network's."""

    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        raise error

    return meet


def dynamodb_answers(status: int, code: str) -> Fate:
    """A try that DynamoDB answers with an error."""
    return _answers(
        status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "secret"}).encode()
    )


def s3_answers(status: int, code: str) -> Fate:
    """A try that S3 answers with an error."""
    return _answers(status, f"<Error><Code>{code}</Code><Message>secret</Message></Error>".encode())


def _answers(status: int, body: bytes) -> Fate:
    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        raw: Any = BytesIO(body)
        raw.stream = lambda: iter([body])
        # moto is asked whatever the answer here is; it has nothing at this address.
        request.url = "https://nowhere.invalid/"
        return AWSResponse(request.url, status, HTTPHeaders(), raw)

    return meet
