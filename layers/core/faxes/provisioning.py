"""Bringing the directory, the apps and the tokens to what is asked for. Doing it again changes nothing; what is no
longer named stays, unless it is to be pruned. Of a secret and of a token the SHA-256 alone is stored.

An app's secret is the one that is brought along, or is drawn when the app is new, and shown once. It changes when
another is brought, when a new one is asked for, and when the app is given to another user: who knows the old secret
must not become them, so that one ends at once, and so do the tokens that were issued under it. Else the old one may be
kept for a while (``faxes.tokens`` says what ends when). A named token is drawn when its name is new, and likewise anew
for another user.

All that is to be done is known before anything is. Each change has a line in the audit log from before it, without
which it is not made, and one from after it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from faxes import audit
from faxes.audit import AuditLog
from faxes.errors import StorageFault
from faxes.model import Context, Extension, Principal, User
from faxes.tokens import App, FormerSecret, Token, digest_of


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as the directory knows it; ``name`` may be empty."""

    id: str
    name: str


type Member = Organization | User | Extension


@dataclass(frozen=True, slots=True)
class AppEntry:
    """An app to write: as whom it acts, how far it reaches, and the digest of the secret that it brings, if any."""

    key: str
    user_id: str
    organization_id: str
    context: Context
    enabled: bool
    secret_digest: str | None

    def with_secret(self, digest: str, former: FormerSecret | None = None) -> App:
        return App(self.key, digest, self.user_id, self.organization_id, self.context, self.enabled, former)


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


class Outcome(StrEnum):
    """What an entry does to what is stored."""

    ADDED = "added"
    CHANGED = "changed"
    ROTATED = "rotated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Step:
    """What brings one entry to what it is to be. ``items`` are its items by their keys: the fingerprint (64 hex digits)
    of what each becomes, None where it is deleted. ``take`` does it, or raises StorageFault."""

    outcome: Outcome
    items: Mapping[str, str | None]
    take: Callable[[], None]


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What counts of a token that is stored: its digest, for whom it stands, and the second (UTC) it ends."""

    digest: str
    user_id: str
    expires_at: datetime


class Directory(Protocol):
    """Where members are kept. Each call raises StorageFault where it cannot be made."""

    def put(self, member: Member) -> Step:
        """What keeps a member."""
        ...

    def others(self, kept: Collection[str]) -> Mapping[str, Step]:
        """What removes each member whose item is none of these, by what it is called; first what sends."""
        ...


class Credentials(Protocol):
    """Where apps and tokens are kept. Each call raises StorageFault where it cannot be made."""

    def app(self, key: str) -> App | None:
        """The app with this key, as last written, or None."""
        ...

    def put_app(self, app: App) -> Step:
        """What keeps an app."""
        ...

    def token_named(self, name: str) -> StoredToken | None:
        """The token that was issued under a name, as last written, or None where there is none any more."""
        ...

    def put_token(self, name: str, token: Token, instead_of: str | None) -> Step:
        """What keeps a token and its name, and ends the token with the digest ``instead_of``."""
        ...

    def others(self, kept: Collection[str], now: datetime) -> Mapping[str, Step]:
        """What removes each app whose item is none of these, with its tokens, and each user's token likewise, by what
        it is called."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. ``rotated`` are apps with another secret than before; ``former`` says until when (UTC) an old one
    is kept. ``secrets`` holds the apps' new ones by key, ``tokens`` the new ones by name: their only copy."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    rotated: tuple[str, ...]
    unchanged: int
    secrets: Mapping[str, str]
    tokens: Mapping[str, str]
    removed: tuple[str, ...] = ()
    former: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: a step for each entry, by what it is called, in their order; the secrets that are drawn for
    apps, by key, and the tokens, by name; and, by what it is called, until when (UTC) an app keeps its old secret."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, datetime] = field(default_factory=dict)

    def report(self, taken: Collection[str]) -> Report:
        """What is done once these steps are."""

        def named(wanted: Outcome) -> tuple[str, ...]:
            return tuple(name for name in taken if self.steps[name].outcome is wanted)

        return Report(
            added=named(Outcome.ADDED),
            changed=named(Outcome.CHANGED),
            rotated=named(Outcome.ROTATED),
            unchanged=len(named(Outcome.UNCHANGED)),
            secrets={key: secret for key, secret in self.secrets.items() if _app(key) in taken},
            tokens={name: token for name, token in self.tokens.items() if _token(name) in taken},
            removed=named(Outcome.REMOVED),
            former={name: until for name, until in self.former.items() if name in taken},
        )


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
class Wish:
    """What is asked for beside the entries: the keys of apps that get a new secret, for how long an app's old one is
    kept, and whether to remove what the entries do not name."""

    rotate: Collection[str] = ()
    keep: timedelta = timedelta(0)
    prune: bool = False


@dataclass(frozen=True, slots=True)
class Provisioning:
    """The use case: entries -> what is stored. ``draw`` makes a new secret or token that nobody can guess."""

    directory: Directory
    credentials: Credentials
    draw: Callable[[], str]

    def plan(self, entries: Entries, now: datetime, wish: Wish) -> Plan:
        """What brings what is stored to what the entries say; nothing is written.

        Raises SecretsInvalid, and StorageFault where what is stored cannot be learned.
        """
        steps: dict[str, Step] = {}
        secrets: dict[str, str] = {}
        tokens: dict[str, str] = {}
        former: dict[str, datetime] = {}
        stored = {app.key: self.credentials.app(app.key) for app in entries.apps}
        _check(entries.apps, stored, wish.rotate)
        for name, member in entries.items.items():
            steps[name] = self.directory.put(member)
        for entry in entries.apps:
            before = stored[entry.key]
            app, secret = self._with_secret(entry, before, now, wish)
            step = self.credentials.put_app(app)
            other_secret = before is not None and before.secret_digest != app.secret_digest
            steps[_app(entry.key)] = replace(step, outcome=Outcome.ROTATED) if other_secret else step
            if other_secret and app.former:
                former[_app(entry.key)] = app.former.until
            if secret is not None:
                secrets[entry.key] = secret
        for token in entries.tokens:
            steps[_token(token.name)], secret = self._issue(token, now)
            if secret is not None:
                tokens[token.name] = secret
        if wish.prune:
            kept = {key for step in steps.values() for key, becomes in step.items.items() if becomes is not None}
            # Who may send no more, before what they might have sent from.
            steps |= self.credentials.others(kept, now)
            steps |= self.directory.others(kept)
        return Plan(steps, secrets, tokens, former)

    def provision(self, entries: Entries, now: datetime, wish: Wish, log: AuditLog, caller: str) -> Report:
        """Bring what is stored to what the entries say; ``caller`` is who asks, as the audit log shall say.

        Raises SecretsInvalid, before anything is written. Raises ImportStopped where a call fails; doing it again goes
        on from there.
        """
        try:
            plan = self.plan(entries, now, wish)
        except StorageFault as fault:
            raise ImportStopped(Plan().report(()), fault, None) from fault
        changes = [name for name, step in plan.steps.items() if step.outcome is not Outcome.UNCHANGED]
        taken: list[str] = []
        # The app whose write may have taken effect, with a secret that nobody is shown.
        unsure = None
        try:
            log.write(_lines("begun", plan, changes, caller, now), now)
            try:
                for name, step in plan.steps.items():
                    unsure = next((key for key in plan.secrets if _app(key) == name), None)
                    step.take()
                    unsure = None
                    taken.append(name)
            finally:
                log.write(_lines("done", plan, [name for name in changes if name in taken], caller, now), now)
        except StorageFault as fault:
            raise ImportStopped(plan.report(taken), fault, unsure) from fault
        return plan.report(taken)

    def _with_secret(self, entry: AppEntry, before: App | None, now: datetime, wish: Wish) -> tuple[App, str | None]:
        """An app as it is to be stored, and its secret where that is drawn now."""
        secret = None
        # Who knows the secret must not become another user.
        its_own = before is not None and before.user_id == entry.user_id
        if entry.secret_digest is not None:
            digest = entry.secret_digest
        elif before is not None and its_own and entry.key not in wish.rotate:
            digest = before.secret_digest
        else:
            secret = self.draw()
            digest = digest_of(secret)
        former = None
        if before is not None and its_own:
            if before.secret_digest == digest:
                former = before.former
            elif wish.keep:
                former = FormerSecret(before.secret_digest, (now + wish.keep).replace(microsecond=0))
        return entry.with_secret(digest, former), secret

    def _issue(self, token: NamedToken, now: datetime) -> tuple[Step, str | None]:
        """What brings one token to what its entry says, and its secret where it is a new one."""
        known = self.credentials.token_named(token.name)
        lives = known is not None and known.expires_at > now
        if known and lives and known.user_id == token.principal.user_id:
            stays = Token(known.digest, token.principal, known.expires_at)
            return self.credentials.put_token(token.name, stays, None), None
        secret = self.draw()
        drawn = Token(digest_of(secret), token.principal, now + timedelta(days=token.days))
        # Its bearer must not become another user: the old one ends.
        step = self.credentials.put_token(token.name, drawn, known.digest if known and lives else None)
        return replace(step, outcome=Outcome.CHANGED if lives else Outcome.ADDED), secret


def _app(key: str) -> str:
    return f"app {key}"


def _token(name: str) -> str:
    return f"token {name}"


def _lines(state: str, plan: Plan, names: Iterable[str], caller: str, now: datetime) -> list[audit.Line]:
    return [
        audit.directory_line(state, name, step.outcome, items=step.items, caller=caller, time=now)
        for name, step in ((name, plan.steps[name]) for name in names)
    ]


def _check(apps: Collection[AppEntry], stored: Mapping[str, App | None], rotate: Collection[str]) -> None:
    """Raises SecretsInvalid where an app's secret cannot change as it must."""
    own = {app.key: app.secret_digest for app in apps}
    unknown = tuple(key for key in rotate if key not in own)
    brought = tuple(key for key in rotate if own.get(key))
    moved = {
        app.key: (before.user_id, app.user_id)
        for app in apps
        if (before := stored[app.key])
        and before.user_id != app.user_id
        and app.secret_digest is not None
        and before.has_secret(app.secret_digest)
    }
    if unknown or brought or moved:
        raise SecretsInvalid(unknown, brought, moved)
