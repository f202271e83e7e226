"""The Authorization header -> who is calling.

A token is opaque: at least 10 characters of ``A-Za-z0-9_-.``. The store knows its SHA-256 alone, so neither a copy of
the table nor a log can be used to send. The lookup is by that digest, which leaves nothing to time.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faxes.errors import DeploymentFault
from faxes.model import Context, Principal

# ASCII: without it, IGNORECASE would take U+017F for an "s" and U+212A for a "k".
_AUTHORIZATION = re.compile(r"\s*(?:bearer\s+)?([A-Za-z0-9_.-]{10,512})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored: its digest (64 hex digits), whom it stands for, and the second (UTC) it ends."""

    digest: str
    principal: Principal
    expires_at: datetime


class TokenStore(Protocol):
    """Where tokens are looked up."""

    def token(self, digest: str) -> Token | None:
        """The token with this digest, as last written, or None. Raises StorageFailed where that cannot be learned."""
        ...


@dataclass(frozen=True, slots=True)
class Authentication:
    """The use case of the authorizer: whose request is this?"""

    tokens: TokenStore
    now: Callable[[], datetime]

    def identify(self, authorization: str) -> Principal | None:
        """The principal of ``Bearer <token>`` or of the bare token, None for a malformed, unknown or expired one.

        Raises StorageFailed where the store cannot be asked.
        """
        match = _AUTHORIZATION.fullmatch(authorization)
        if match is None:
            return None
        token = self.tokens.token(digest_of(match[1]))
        # The table removes an expired token up to days later.
        if token is None or token.expires_at <= self.now():
            return None
        return token.principal


def digest_of(token: str) -> str:
    """SHA-256 of a token in hex: what is stored in its place."""
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def to_authorizer_context(principal: Principal) -> dict[str, str]:
    """What the authorizer hands on to the functions behind it: flat, and text alone, as API Gateway requires."""
    return {
        "userId": principal.user_id,
        "organizationId": principal.organization_id,
        "context": principal.context.value,
    }


def from_authorizer_context(context: Mapping[str, object]) -> Principal:
    """The reverse. Raises DeploymentFault where no authorizer of ours stands in front of the function."""
    match context:
        case {"userId": str(user_id), "organizationId": str(organization_id), "context": str(reach)} if (
            user_id and organization_id and reach in Context
        ):
            return Principal(user_id, organization_id, Context(reach))
        case _:
            raise DeploymentFault(reason="authorizer_missing", cause="the event carries no caller")
