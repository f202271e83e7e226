"""What an AWS call's failure says, for the adapters: how it failed, and whether the call may have taken effect."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from zlib import crc32

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)

from faxes.errors import Effect, StorageFault

# Everything that a call of the SDK raises.
FAILURES = (BotoCoreError, ClientError)

# Raised before a byte of the request has left.
_NEVER_SENT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)


class _Client(Protocol):
    @property
    def meta(self) -> Any: ...


class _Signing(Protocol):
    @property
    def generate_presigned_url(self) -> Callable[..., str]: ...


def fault(operation: str, effect: Effect, error: Exception) -> StorageFault:
    """The failure of a call as the ports have it: ``PutItem: AccessDeniedException (400)``, ``PutObject:
    ReadTimeoutError``. The message, which may repeat what was sent, stays apart."""
    cause = type(error).__name__
    if isinstance(error, ClientError):
        cause = f"{code(error)} ({error.response.get('ResponseMetadata', {}).get('HTTPStatusCode', '-')})"
    return StorageFault(operation, effect, cause, said=str(error))


def code(error: ClientError) -> str:
    """The error's code, such as ``ConditionalCheckFailedException``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def fail_where_cut_off(client: _Client, service: str, operation: str) -> None:
    """Have a read fail whose answer is not whole. The SDK would take it for an empty one: "there is no such item". It
    compares no lengths, and after its last try it does not heed DynamoDB's checksum either."""
    client.meta.events.register(f"after-call.{service}.{operation}", _check_whole)


def _check_whole(http_response: Any, **_: object) -> None:
    headers, body = http_response.headers, http_response.content
    length, checksum = headers.get("content-length"), headers.get("x-amz-crc32")
    if (length and int(length) != len(body)) or (checksum and int(checksum) != crc32(body)):
        raise ConnectionClosedError(endpoint_url=http_response.url)


def rehearse(client: _Signing, operation: str, parameters: Mapping[str, Any]) -> None:
    """Have the SDK do all of a call but send it: check the parameters, find the endpoint, write the request, sign it.

    What it reads and makes for that, it keeps, so that the first call takes no longer than the next. The signed address
    that comes of it is for a second, and nobody gets it.
    """
    client.generate_presigned_url(operation, Params=parameters, ExpiresIn=1)


class Attempts:
    """Watches every try of one operation of one client, since only the last one's outcome is raised.

    ``refused`` tells whether each of them is known to have had no effect. One call at a time: a Lambda environment
    serves one request at a time.
    """

    def __init__(self, client: _Client, service: str, operation: str) -> None:
        self._outcomes: list[bool] = []
        client.meta.events.register(f"response-received.{service}.{operation}", self._received)

    def watch[T](self, call: Callable[[], T]) -> T:
        """Make the call, remembering the outcome of each try."""
        self._outcomes.clear()
        return call()

    @property
    def refused(self) -> bool:
        """Whether no try of the last call can have taken effect: never sent, or answered with a 4xx."""
        return all(self._outcomes)

    def _received(
        self, parsed_response: dict[str, Any] | None = None, exception: Exception | None = None, **_: object
    ) -> None:
        if exception is not None or parsed_response is None:
            self._outcomes.append(isinstance(exception, _NEVER_SENT))
        else:
            status = parsed_response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            code_ = parsed_response.get("Error", {}).get("Code", "")
            # In progress is a try before this one, which is still at work on the same. Where the answer is cut off, the
            # SDK has a number for its code.
            told = code_ != "TransactionInProgressException" and not code_.isdigit()
            self._outcomes.append(400 <= status < 500 and told)
