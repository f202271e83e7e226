"""Apps and tokens: an app's key and secret -> a token, and the Authorization header -> who is calling.

A token is opaque: at least 10 characters of ``A-Za-z0-9_-.``. Keys and secrets are of ``A-Za-z0-9-._~``. The store has
the SHA-256 of secrets and tokens alone, so neither a copy of the table nor a log can be used to send. A token is looked
up by its digest, which leaves nothing to time; a secret's digest is compared in constant time.

An app's token says for which app it was issued and under which secret. What the app may do is read with every
request: a disabled app's tokens stop working, and so do all that were issued under a secret that the app has no more.

An app whose secret was rotated may keep the former one for a while, so that its clients change over without a failed
request. Until then, either secret logs in. A token that was issued under the former one lives as long as any other: the
last of them ends one token's life after the former secret did.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from faxes.errors import ClientInvalid, StorageFailed, storage_faults_as
from faxes.model import Context, Principal

APP_KEY = re.compile(r"[A-Za-z0-9._~-]{1,128}")
APP_SECRET = re.compile(r"[A-Za-z0-9._~-]{1,512}")

# ASCII: without it, IGNORECASE would take U+017F for an "s" and U+212A for a "k".
_AUTHORIZATION = re.compile(r"\s*(?:bearer\s+)?([A-Za-z0-9_.-]{10,512})\s*", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"\s*(?!bearer\s)[a-z][a-z0-9-]*\s+\S", re.IGNORECASE | re.ASCII)
# What is compared with where there is no secret: the digest of nothing that could be sent.
_NO_SECRET = "0" * 64


@dataclass(frozen=True, slots=True)
class FormerSecret:
    """The secret of before a rotation: its digest (64 hex digits), and the second (UTC) when it ceases to log in."""

    digest: str
    until: datetime


@dataclass(frozen=True, slots=True)
class UsageKey:
    """What API Gateway counts an app's requests by: the value of an API key (letters and digits), and the second (UTC)
    from which on every part of the gateway knows it. It lets nobody in, and no client ever has it."""

    value: str
    since: datetime


@dataclass(frozen=True, slots=True)
class App:
    """An app: its key, its secret's digest (64 hex digits), the user that its tokens act as and how far they reach,
    its former secret where it was kept, and what its requests are counted by, None where it was imported before there
    were budgets. What a ``sandbox`` app sends reaches nobody."""

    key: str
    secret_digest: str
    user_id: str
    organization_id: str
    context: Context
    enabled: bool
    former: FormerSecret | None = None
    usage_key: UsageKey | None = None
    sandbox: bool = False

    def has_secret(self, digest: str, at: datetime | None = None) -> bool:
        """Whether this is the digest of its secret, or of its former one, which counts at any time where none is given.
        Compared in constant time."""
        former = self.former if self.former and (at is None or at < self.former.until) else None
        current = hmac.compare_digest(digest, self.secret_digest)
        return hmac.compare_digest(digest, former.digest if former else _NO_SECRET) or current

    @property
    def principal(self) -> Principal:
        return Principal(self.user_id, self.organization_id, self.context, self.key, self.sandbox)


@dataclass(frozen=True, slots=True)
class AppLogin:
    """Whom an app's token stands for: the app, as long as its secret is the one that it logged in with."""

    key: str
    secret_digest: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is, and the value of the API key that it is counted by, None where the caller has none of its
    own yet."""

    principal: Principal
    usage_key: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored: its digest, whom it stands for, and the second (UTC) it ends."""

    digest: str
    bearer: Principal | AppLogin
    expires_at: datetime


class Denial(StrEnum):
    """Why a request has no caller; for the log. Who sent it is told which kind it is, and never whether a token or an
    app is known."""

    MISSING = "token_missing"
    OTHER_SCHEME = "scheme_unknown"
    REPEATED = "token_repeated"
    MALFORMED = "token_malformed"
    UNKNOWN = "token_unknown"
    EXPIRED = "token_expired"
    APP_UNKNOWN = "app_unknown"
    APP_DISABLED = "app_disabled"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105  (a reason, not a secret)


# What is asked in an unknown app's place.
_NO_APP = App("", _NO_SECRET, "", "", Context.USER, enabled=False)


class CredentialStore(Protocol):
    """Where apps and tokens are. Each call raises StorageFault where it cannot be made."""

    def app(self, key: str) -> App | None:
        """The app with this key, as last written, or None."""
        ...

    def token(self, digest: str) -> Token | None:
        """The token with this digest, as last written, or None."""
        ...

    def insert(self, token: Token) -> None:
        """Keep a new token."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """The use case of the token endpoint: an app's key and secret -> a token.

    ``lifetime`` in whole seconds; ``draw`` makes a new token that nobody can guess; ``name_app`` is told the key of the
    app that logs in, or tries to, once it is known to be one.
    """

    credentials: CredentialStore
    lifetime: timedelta
    now: Callable[[], datetime]
    draw: Callable[[], str]
    name_app: Callable[[str], None]

    def log_in(self, key: str, secret: str) -> str:
        """A new token for the app.

        Raises ClientInvalid for an unknown key, a wrong secret and a disabled app alike, StorageFailed where the store
        cannot be asked or written.
        """
        with _readable():
            app = self.credentials.app(key) if APP_KEY.fullmatch(key) else None
        if app:
            self.name_app(app.key)
        sent = digest_of(secret) if APP_SECRET.fullmatch(secret) else ""
        # Compared for an unknown app as well, so that the time it takes tells nothing.
        now = self.now()
        right = (app or _NO_APP).has_secret(sent, now)
        if app is None or not right:
            raise ClientInvalid(reason="app_unknown" if app is None else "secret_wrong")
        if not app.enabled:
            raise ClientInvalid(reason="app_disabled")
        token = self.draw()
        # In whole seconds, as the table's time to live is, and never sooner than the client is told.
        expires_at = (now + self.lifetime + timedelta(seconds=1)).replace(microsecond=0)
        # One that may have been written is nobody's: its only text ends here.
        with storage_faults_as(StorageFailed, reason="token_not_written"):
            self.credentials.insert(Token(digest_of(token), AppLogin(app.key, sent), expires_at))
        return token


@dataclass(frozen=True, slots=True)
class Authentication:
    """The use case of the authorizer: whose request is this?

    ``name_app`` is told the key of the app that a token was issued to, also where it ended
    or the app may not come in.
    """

    credentials: CredentialStore
    now: Callable[[], datetime]
    name_app: Callable[[str], None]

    def identify(self, authorization: str) -> Caller | Denial:
        """The caller of ``Bearer <token>`` or of the bare token, or why there is none.

        Raises StorageFailed where the store cannot be asked.
        """
        match = _AUTHORIZATION.fullmatch(authorization)
        if match is None:
            return Denial.OTHER_SCHEME if _SCHEME.match(authorization) else Denial.MALFORMED
        with _readable():
            token = self.credentials.token(digest_of(match[1]))
        if token is None:
            return Denial.UNKNOWN
        if isinstance(token.bearer, AppLogin):
            self.name_app(token.bearer.key)
        # The table removes an expired token up to days later.
        if token.expires_at <= self.now():
            return Denial.EXPIRED
        return self._caller(token.bearer)

    def _caller(self, bearer: Principal | AppLogin) -> Caller | Denial:
        if isinstance(bearer, Principal):
            return Caller(bearer)
        with _readable():
            app = self.credentials.app(bearer.key)
        if app is None:
            return Denial.APP_UNKNOWN
        if not app.enabled:
            return Denial.APP_DISABLED
        if not app.has_secret(bearer.secret_digest):
            return Denial.SECRET_ROTATED
        counted = app.usage_key is not None and app.usage_key.since <= self.now()
        return Caller(app.principal, app.usage_key.value if app.usage_key and counted else None)


def _readable() -> AbstractContextManager[None]:
    """What is read within is there or not; where that cannot be learned, StorageFailed is raised."""
    return storage_faults_as(StorageFailed, reason="record_not_read")


def digest_of(text: str) -> str:
    """SHA-256 of a token or of a secret in hex: what is stored in its place."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()
