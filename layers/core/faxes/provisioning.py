"""Bringing the directory, the apps and the tokens to what is asked for. Doing it again changes nothing; what is no
longer named stays. Of a secret and of a token the SHA-256 alone is stored.

An app's secret is the one that is brought along, or is drawn when the app is new, and shown once. It changes, and the
tokens that were issued under it end, when another is brought, when a new one is asked for, and when the app is given to
another user: who knows the old secret must not become them. A named token is drawn when its name is new, and likewise
anew for another user.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from faxes.errors import StorageFault
from faxes.model import Context, Extension, Principal, User
from faxes.tokens import App, Token, digest_of


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as the directory knows it; ``name`` may be empty."""

    id: str
    name: str


type Member = Organization | User | Extension


@dataclass(frozen=True, slots=True)
class AppEntry:
    """An app to write: as whom it acts and how far it reaches, and the digest of the secret that is brought along, None
    where none is."""

    key: str
    user_id: str
    organization_id: str
    context: Context
    enabled: bool
    secret_digest: str | None

    def with_secret(self, digest: str) -> App:
        return App(self.key, digest, self.user_id, self.organization_id, self.context, self.enabled)


@dataclass(frozen=True, slots=True)
class NamedToken:
    """A token to issue: its name, the user it stands for, and its life in days."""

    name: str
    principal: Principal
    days: int


@dataclass(frozen=True, slots=True)
class Entries:
    """What is asked for: the directory's members by what they are called, the apps, and the tokens to issue."""

    items: Mapping[str, Member]
    apps: tuple[AppEntry, ...]
    tokens: tuple[NamedToken, ...]


class Outcome(Enum):
    """What an entry did to what is stored."""

    ADDED = auto()
    CHANGED = auto()
    ROTATED = auto()
    UNCHANGED = auto()


@dataclass(frozen=True, slots=True)
class StoredApp:
    """What counts of an app that is stored: as whom it acts, and its secret's digest."""

    user_id: str
    secret_digest: str


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What counts of a token that is stored: its digest, for whom it stands, and the second (UTC) it ends."""

    digest: str
    user_id: str
    expires_at: datetime


class Directory(Protocol):
    """Where members are kept. Each call raises StorageFault where it cannot be made."""

    def put(self, member: Member) -> Outcome:
        """Keep a member, and say what that did."""
        ...


class Credentials(Protocol):
    """Where apps and tokens are kept. Each call raises StorageFault where it cannot be made."""

    def app(self, key: str) -> StoredApp | None:
        """The app with this key, as last written, or None."""
        ...

    def put_app(self, app: App) -> Outcome:
        """Keep an app, and say what that did."""
        ...

    def token_named(self, name: str) -> StoredToken | None:
        """The token that was issued under a name, as last written, or None where there is none any more."""
        ...

    def put_token(self, token: Token) -> Outcome:
        """Keep a token, and say what that did."""
        ...

    def put_name(self, name: str, token: Token) -> None:
        """Keep which token was issued under a name."""
        ...

    def delete_token(self, digest: str) -> None:
        """End a token."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. ``rotated`` are apps with another secret than before. ``secrets`` holds the apps' new ones by key,
    ``tokens`` the new ones by name: their only copy."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    rotated: tuple[str, ...]
    unchanged: int
    secrets: Mapping[str, str]
    tokens: Mapping[str, str]


class SecretsInvalid(Exception):
    """What is asked for and what is stored do not go together; nothing was written.

    ``unknown`` and ``brought`` are the keys of apps that are to get a new secret, though they are not among the
    entries, or bring theirs along. ``moved`` has, by key, the old and the new user of each app that is given to another
    with the secret that it had.
    """

    def __init__(
        self, unknown: tuple[str, ...], brought: tuple[str, ...], moved: Mapping[str, tuple[str, str]]
    ) -> None:
        super().__init__(f"unknown: {unknown}, brought along: {brought}, moved: {moved}")
        self.unknown = unknown
        self.brought = brought
        self.moved = moved


class ImportStopped(Exception):
    """A call failed. ``report`` says what had been done before, and holds the secrets and tokens that were issued.
    ``unsure`` is the key of an app of which it is not known whether it has its new secret."""

    def __init__(self, report: Report, fault: StorageFault, unsure: str | None) -> None:
        super().__init__(fault.said)
        self.report = report
        self.unsure = unsure


@dataclass(frozen=True, slots=True)
class Provisioning:
    """The use case: entries -> what is stored. ``draw`` makes a new secret or token that nobody can guess."""

    directory: Directory
    credentials: Credentials
    draw: Callable[[], str]

    def provision(self, entries: Entries, now: datetime, rotate: Collection[str] = ()) -> Report:
        """Bring what is stored to what the entries say. ``rotate`` has the keys of apps that get a new secret.

        Raises SecretsInvalid, before anything is written. Raises ImportStopped where a call fails; doing it again goes
        on from there.
        """
        outcomes: dict[str, Outcome] = {}
        drawn: dict[str, str] = {}
        issued: dict[str, str] = {}
        unsure = None
        try:
            stored = {app.key: self.credentials.app(app.key) for app in entries.apps}
            _check(entries.apps, stored, rotate)
            for name, member in entries.items.items():
                outcomes[name] = self.directory.put(member)
            for entry in entries.apps:
                before = stored[entry.key]
                app, secret = self._with_secret(entry, before, rotate=entry.key in rotate)
                unsure = entry.key if secret else None
                outcome = self.credentials.put_app(app)
                unsure = None
                other_secret = before is not None and before.secret_digest != app.secret_digest
                outcomes[f"app {entry.key}"] = Outcome.ROTATED if other_secret else outcome
                if secret is not None:
                    drawn[entry.key] = secret
            for token in entries.tokens:
                outcomes[f"token {token.name}"], secret = self._issue(token, now)
                if secret is not None:
                    issued[token.name] = secret
        except StorageFault as fault:
            raise ImportStopped(_report(outcomes, drawn, issued), fault, unsure) from fault
        return _report(outcomes, drawn, issued)

    def _with_secret(self, entry: AppEntry, before: StoredApp | None, *, rotate: bool) -> tuple[App, str | None]:
        """An app as it is to be stored, and its secret where that is drawn now."""
        if entry.secret_digest is not None:
            return entry.with_secret(entry.secret_digest), None
        # Who knows the secret must not become another user.
        if before is not None and before.user_id == entry.user_id and not rotate:
            return entry.with_secret(before.secret_digest), None
        secret = self.draw()
        return entry.with_secret(digest_of(secret)), secret

    def _issue(self, token: NamedToken, now: datetime) -> tuple[Outcome, str | None]:
        """Bring one token to what its entry says. Returns what that did, and its secret where it is a new one."""
        known = self.credentials.token_named(token.name)
        outcome = Outcome.ADDED
        if known and known.expires_at > now:
            if known.user_id == token.principal.user_id:
                return self.credentials.put_token(Token(known.digest, token.principal, known.expires_at)), None
            # Its bearer must not become another user: the old one ends, and a new one is drawn.
            self.credentials.delete_token(known.digest)
            outcome = Outcome.CHANGED
        secret = self.draw()
        stored = Token(digest_of(secret), token.principal, now + timedelta(days=token.days))
        self.credentials.put_token(stored)
        self.credentials.put_name(token.name, stored)
        return outcome, secret


def _check(apps: Collection[AppEntry], stored: Mapping[str, StoredApp | None], rotate: Collection[str]) -> None:
    """Raises SecretsInvalid where an app's secret cannot change as it must."""
    own = {app.key: app.secret_digest for app in apps}
    unknown = tuple(key for key in rotate if key not in own)
    brought = tuple(key for key in rotate if own.get(key))
    moved = {
        app.key: (before.user_id, app.user_id)
        for app in apps
        if (before := stored[app.key]) and before.user_id != app.user_id and before.secret_digest == app.secret_digest
    }
    if unknown or brought or moved:
        raise SecretsInvalid(unknown, brought, moved)


def _report(outcomes: Mapping[str, Outcome], drawn: Mapping[str, str], issued: Mapping[str, str]) -> Report:
    def named(wanted: Outcome) -> tuple[str, ...]:
        return tuple(name for name, outcome in outcomes.items() if outcome is wanted)

    return Report(
        added=named(Outcome.ADDED),
        changed=named(Outcome.CHANGED),
        rotated=named(Outcome.ROTATED),
        unchanged=len(named(Outcome.UNCHANGED)),
        secrets=drawn,
        tokens=issued,
    )
