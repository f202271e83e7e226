"""Why a request was not accepted: one tree, one stable code a leaf, no HTTP.

    FaxError
    ├── RequestRefused            the caller can mend it
    │   ├── BodyTooLarge          request_too_large
    │   ├── FormInvalid           request_invalid
    │   ├── UserInvalid           user_invalid
    │   ├── ExtensionInvalid      extension_invalid
    │   ├── RecipientsInvalid     fx_recipients_invalid
    │   ├── TooManyFiles          fx_max_files_reached
    │   ├── FileInvalid           fx_file_invalid
    │   ├── KeyReused             idempotency_key_reused
    │   ├── FaxNotFound           fax_not_found
    │   ├── StateInvalid          fax_state_invalid
    │   ├── ChangeInvalid         request_invalid
    │   ├── TooManyUploads        too_many_requests
    │   ├── CountInvalid          count_invalid
    │   ├── CursorInvalid         cursor_invalid
    │   ├── ReportInvalid         report_invalid
    │   └── ResourceNotFound      resource_not_found
    ├── TokenRefused              no token is issued; the codes are OAuth's (RFC 6749, section 5.2)
    │   ├── TokenRequestInvalid   invalid_request
    │   ├── ClientInvalid         invalid_client
    │   └── GrantUnsupported      unsupported_grant_type
    └── ServiceFault              the fault is ours
        ├── StorageFailed         internal_server_error: what keeps things failed, and the request surely had no effect
        ├── OutcomeUnknown        internal_server_error: whether the request had an effect could not be learned
        └── DeploymentFault       internal_server_error: the deployment cannot work as it stands

Clients read ``code`` and show ``message``. ``reason`` is a stable word for logs and metrics; it never carries what the
caller sent. The edge has a table for each operation, from a leaf to its status, and from a fault of ours to its
sentence: what it means to the client differs between a fax that is sent, one that is read and a login.

Beside the tree stands StorageFault, which says that a call failed and not what that means: the use case that made the
call makes it its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar

_SHOWN_CHARACTERS = 80


class FaxError(Exception):
    """A request that was not accepted.

    ``message`` is one sentence for people: the cause, the offending value, the limit. ``reason`` is for operators:
    lower-case words joined by underscores, from a fixed set.
    """

    code: ClassVar[str]

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason


class RequestRefused(FaxError):
    """The caller sent something that cannot be accepted and can mend it."""


class BodyTooLarge(RequestRefused):
    code = "request_too_large"


class FormInvalid(RequestRefused):
    code = "request_invalid"


class UserInvalid(RequestRefused):
    code = "user_invalid"


class ExtensionInvalid(RequestRefused):
    code = "extension_invalid"


class RecipientsInvalid(RequestRefused):
    code = "fx_recipients_invalid"


class TooManyFiles(RequestRefused):
    code = "fx_max_files_reached"


class FileInvalid(RequestRefused):
    code = "fx_file_invalid"


class KeyReused(RequestRefused):
    """The Idempotency-Key stands for another fax."""

    code = "idempotency_key_reused"


class FaxNotFound(RequestRefused):
    """There is no such fax, or none that is the caller's: one answer for both."""

    code = "fax_not_found"


class StateInvalid(RequestRefused):
    """The fax is not in a state in which it can be changed so."""

    code = "fax_state_invalid"


class ChangeInvalid(RequestRefused):
    """The body does not say how a fax shall be changed."""

    code = "request_invalid"


class TooManyUploads(RequestRefused):
    """The caller has as many faxes that wait for their files as it may have."""

    code = "too_many_requests"


class CountInvalid(RequestRefused):
    code = "count_invalid"


class CursorInvalid(RequestRefused):
    code = "cursor_invalid"


class ReportInvalid(RequestRefused):
    """What came is no report of the carrier's: forged, too old or not readable. Its sentence is the operation's."""

    code = "report_invalid"

    def __init__(self, *, reason: str) -> None:
        super().__init__("", reason=reason)


class ResourceNotFound(RequestRefused):
    code = "resource_not_found"


class TokenRefused(FaxError):
    """The caller gets no token."""


class TokenRequestInvalid(TokenRefused):
    code = "invalid_request"


class ClientInvalid(TokenRefused):
    """No app is shown, or not one that may log in: for an unknown key, a wrong secret and a disabled app one message,
    so that none of it is learned."""

    code = "invalid_client"

    def __init__(
        self, message: str = "The app key or its secret is wrong, or the app is disabled.", *, reason: str
    ) -> None:
        super().__init__(message, reason=reason)


class GrantUnsupported(TokenRefused):
    code = "unsupported_grant_type"


class ServiceFault(FaxError):
    """The fault is on this side. ``cause`` says which call failed and how, for the log: never what the caller sent. Its
    ``message`` is empty: the operation has the sentence."""

    code = "internal_server_error"

    def __init__(self, *, reason: str, cause: str) -> None:
        super().__init__("", reason=reason)
        self.cause = cause


class StorageFailed(ServiceFault):
    """What keeps things did not do what was needed, and the request certainly had no effect."""


class OutcomeUnknown(ServiceFault):
    """Whether the request had an effect could not be learned: a fax, for instance, may or may not be accepted."""


class DeploymentFault(ServiceFault):
    """The service is not set up as it must be; no request can succeed until an operator changes that."""


class Effect(StrEnum):
    """What a call that failed may have done."""

    NONE = "none"
    UNKNOWN = "unknown"


class StorageFault(Exception):
    """A call to what keeps things was not answered as it must be.

    ``operation`` names the call and ``cause`` says how it failed, without what was asked; the text of the exception is
    both, for a log. ``effect`` is what the call may have done; a read has none. ``said`` is the service's own text,
    which may repeat what was asked: for the operator who asked, and for no log.
    """

    def __init__(self, operation: str, effect: Effect, cause: str, said: str = "") -> None:
        super().__init__(f"{operation}: {cause}")
        self.operation = operation
        self.effect = effect
        self.cause = cause
        self.said = said or cause


@contextmanager
def storage_faults_as(failure: type[ServiceFault], *, reason: str) -> Iterator[None]:
    """Make a StorageFault of the calls within the use case's own."""
    try:
        yield
    except StorageFault as fault:
        raise failure(reason=reason, cause=str(fault)) from fault


def shown(text: str) -> str:
    """``text`` as a message may show it: control characters as escapes, at most 80 characters."""
    cut = text[:_SHOWN_CHARACTERS]
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    if len(text) > _SHOWN_CHARACTERS or len(visible) > _SHOWN_CHARACTERS:
        return visible[: _SHOWN_CHARACTERS - 3] + "..."
    return visible
