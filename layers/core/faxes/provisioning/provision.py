"""The use case: entries -> what is stored. What changes when, the package says."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxes import audit
from faxes.audit import AuditLog
from faxes.errors import StorageFault
from faxes.provisioning import budgets
from faxes.provisioning.entries import AppEntry, Entries, NamedToken, Wish
from faxes.provisioning.plan import Outcome, Plan, Report, Step, named_app, named_token
from faxes.provisioning.stores import Budgets, Credentials, Directory
from faxes.tokens import App, FormerSecret, Token, UsageKey, digest_of


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
    """The use case: entries -> what is stored. ``draw`` makes a new secret or token that nobody can guess,
    ``draw_key`` the same of letters and digits alone."""

    directory: Directory
    credentials: Credentials
    budgets: Budgets
    draw: Callable[[], str]
    draw_key: Callable[[], str]

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
        counted = budgets.plan(entries, stored, self.budgets, self.draw_key, now)
        # First the key that an app is counted by, then the app that names it.
        steps |= counted.before
        for entry in entries.apps:
            before = stored[entry.key]
            app, secret = self._with_secret(entry, before, now, wish, counted.usage[entry.key])
            step = self.credentials.put_app(app)
            other_secret = before is not None and before.secret_digest != app.secret_digest
            steps[named_app(entry.key)] = replace(step, outcome=Outcome.ROTATED) if other_secret else step
            if other_secret and app.former:
                former[named_app(entry.key)] = app.former.until
            if secret is not None:
                secrets[entry.key] = secret
        for token in entries.tokens:
            steps[named_token(token.name)], secret = self._issue(token, now)
            if secret is not None:
                tokens[token.name] = secret
        if wish.prune:
            kept = {key for step in steps.values() for key, becomes in step.items.items() if becomes is not None}
            # Who may send no more, before what they might have sent from.
            steps |= self.credentials.others(kept, now)
            steps |= counted.after
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
                    unsure = next((key for key in plan.secrets if named_app(key) == name), None)
                    step.take()
                    unsure = None
                    taken.append(name)
            finally:
                log.write(_lines("done", plan, [name for name in changes if name in taken], caller, now), now)
        except StorageFault as fault:
            raise ImportStopped(plan.report(taken), fault, unsure) from fault
        return plan.report(taken)

    def _with_secret(
        self, entry: AppEntry, before: App | None, now: datetime, wish: Wish, usage_key: UsageKey
    ) -> tuple[App, str | None]:
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
        return entry.with_secret(digest, former, usage_key), secret

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
