"""What can happen to one try of an AWS call, for a ``before-send`` handler: the SDK's own retries run against it.

A fate is called with the try's request. It raises the network's error, returns AWS's answer, or returns None and lets
the try go through.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from zlib import crc32

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

type Fate = Callable[[AWSPreparedRequest], AWSResponse | None]


def raises(error: Exception) -> Fate:
    """A try that ends with an error of the network's."""

    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        raise error

    return meet


def dynamodb_answers(status: int, code: str, message: str = "secret", **members: Any) -> Fate:
    """A try that DynamoDB answers with an error; ``members`` are the error's further ones."""
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **members}
    return _answers(status, json.dumps(error).encode())


def dynamodb_cut_off(status: int, told_by: str = "x-amz-crc32") -> Fate:
    """A try whose answer breaks off, which this header tells: its checksum, or its ``content-length``."""
    whole = b'{"Item": {"pk": {"S": "EXT#0003*210"}}, "__type": "com.amazonaws.dynamodb.v20120810#AnyError"}'
    return _answers(status, whole[:20], {told_by: str(crc32(whole) if told_by == "x-amz-crc32" else len(whole))})


def s3_answers(status: int, code: str, message: str = "secret") -> Fate:
    """A try that S3 answers with an error."""
    return _answers(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())


def where(text: str, fate: Fate) -> Fate:
    """The fate of the tries alone that send ``text`` in their body; all others go through."""
    return lambda request: fate(request) if text.encode() in (request.body or b"") else None


class Faults:
    """Fates of the calls of every client that is made of a session after this: a function's own, for instance."""

    def __init__(self, session: boto3.Session) -> None:
        self._fates: dict[str, Fate] = {}
        # The stubs know no handler that answers.
        meet: Any = self._meet
        session.events.register_first("before-send", meet)

    @contextmanager
    def of(self, operation: str, fate: Fate) -> Iterator[None]:
        """As long as this lasts, each try of ``dynamodb.GetItem``, say, meets its fate."""
        self._fates[f"before-send.{operation}"] = fate
        try:
            yield
        finally:
            del self._fates[f"before-send.{operation}"]

    def _meet(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
        fate = self._fates.get(event_name)
        return fate(request) if fate else None


def _answers(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Fate:
    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        raw: Any = BytesIO(body)
        raw.stream = lambda: iter([body])
        # moto is asked whatever the answer here is; it has nothing at this address.
        request.url = "https://nowhere.invalid/"
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers or {}), raw)

    return meet
