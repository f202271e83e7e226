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
    │   └── ResourceNotFound      resource_not_found
    ├── TokenRefused              no token is issued; the codes are OAuth's (RFC 6749, section 5.2)
    │   ├── TokenRequestInvalid   invalid_request
    │   ├── ClientInvalid         invalid_client
    │   └── GrantUnsupported      unsupported_grant_type
    └── ServiceFault              the fault is ours
        ├── StorageFailed         internal_server_error: surely not accepted, sending again is safe
        ├── OutcomeUnknown        internal_server_error: a write's outcome could not be learned
        └── DeploymentFault       internal_server_error: the deployment cannot work as it stands

Clients read ``code`` and show ``message``. ``reason`` is a stable word for logs and metrics; it never carries what the
caller sent. ``edge.answers`` maps the leaves of a fax to a status, ``edge.oauth`` those of a token.
"""

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
    """The fault is on this side. ``cause`` says which call failed and how, for the log: never what the caller sent."""

    code = "internal_server_error"

    def __init__(self, message: str, *, reason: str, cause: str = "") -> None:
        super().__init__(message, reason=reason)
        self.cause = cause


class StorageFailed(ServiceFault):
    """The fax could not be stored and was certainly not accepted."""

    def __init__(self, *, reason: str, cause: str) -> None:
        super().__init__(
            "The fax could not be stored because of a fault on our side. Nothing was accepted; "
            "sending it again is safe.",
            reason=reason,
            cause=cause,
        )


class OutcomeUnknown(ServiceFault):
    """The record's write was sent and its outcome could not be learned: the fax may or may not be accepted."""

    def __init__(self, *, reason: str, cause: str) -> None:
        super().__init__(
            "It is not known whether the fax was accepted, because of a fault on our side. "
            "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice.",
            reason=reason,
            cause=cause,
        )


class DeploymentFault(ServiceFault):
    """The service is not set up as it must be; no request can succeed until an operator mends it."""

    def __init__(self, *, reason: str, cause: str) -> None:
        super().__init__(
            "The service is not set up correctly; its operator has been told. Nothing was accepted.",
            reason=reason,
            cause=cause,
        )


class CallFailed(Exception):
    """A call to what keeps things was not answered as it must be; whether it took effect is not known.

    Beside the tree, since a use case makes it its own. Its text is the service's own, which may repeat what was asked:
    for the operator who asked, and for no log.
    """


def shown(text: str) -> str:
    """``text`` as a message may show it: control characters as escapes, at most 80 characters."""
    cut = text[:_SHOWN_CHARACTERS]
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    if len(text) > _SHOWN_CHARACTERS or len(visible) > _SHOWN_CHARACTERS:
        return visible[: _SHOWN_CHARACTERS - 3] + "..."
    return visible
