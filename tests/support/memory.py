"""The stores in memory, for tests of what stands above them. Each keeps its contract, and can be told to fail."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from faxes.errors import Effect, StorageFault
from faxes.intake.ports import IdempotencyRecordTaken, IdTaken
from faxes.model import Acceptance, Document, Extension, ExtensionNumber, Fax, IdempotencyRecord, Status, User
from faxes.provisioning.entries import Budget
from faxes.provisioning.stores import BudgetKey, HeldBudgets
from faxes.tokens import App, Token


def name_no_app(_: str) -> None:
    """For a use case whose log nobody reads."""


class MemoryDirectory:
    """Implements ``access.Directory`` and ``delivery.ports.Directory``. Set ``failure`` to have every read fail;
    ``names`` has the organizations', by their ids."""

    def __init__(self, extensions: Iterable[Extension] = (), users: Iterable[User] = ()) -> None:
        self._extensions = {extension.number: extension for extension in extensions}
        self._users = {user.id: user for user in users}
        self.names: dict[str, str] = {}
        self.failure: StorageFault | None = None

    def user(self, user_id: str) -> User | None:
        if self.failure:
            raise self.failure
        return self._users.get(user_id)

    def extension(self, number: ExtensionNumber) -> Extension | None:
        if self.failure:
            raise self.failure
        return self._extensions.get(number)

    def organization_name(self, organization_id: str) -> str | None:
        if self.failure:
            raise self.failure
        return self.names.get(organization_id)

    def put(self, extension: Extension) -> None:
        """Have an extension be as this one."""
        self._extensions[extension.number] = extension

    def remove(self, number: ExtensionNumber) -> None:
        """Have no such extension any more."""
        del self._extensions[number]


class MemoryFileStore:
    """Implements ``intake.ports.FileStore``. ``objects`` is what lies there, by key.

    Set ``failing_position`` to have the put of a fax's file at that position (from 1) fail.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failing_position: int | None = None

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        failed = False
        for position, (key, document) in enumerate(files, start=1):
            if key in self.objects or position == self.failing_position:
                failed = True
            else:
                self.objects[key] = document.content
        if failed:
            raise StorageFault("put", Effect.UNKNOWN, "memory")

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)


class MemoryFaxStore:
    """Implements ``intake.ports.FaxStore``, and reads faxes back as the store on DynamoDB does.

    ``faxes`` is what it holds, by id, and ``idempotency`` the ends of idempotency records and what was accepted under
    them, by their names. Set ``failure`` to have every write fail, ``read_failure`` every read of such a
    record.
    """

    def __init__(self) -> None:
        self.faxes: dict[str, Fax] = {}
        self.idempotency: dict[str, tuple[datetime, Acceptance]] = {}
        self.failure: Exception | None = None
        self.read_failure: StorageFault | None = None

    def acceptance(self, name: str, now: datetime) -> Acceptance | None:
        if self.read_failure:
            raise self.read_failure
        ends, accepted = self.idempotency.get(name, (now, None))
        return accepted if ends > now else None

    def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
        if self.failure:
            raise self.failure
        accepted = self.acceptance(idempotency.name, fax.created_at) if idempotency else None
        there = self.faxes.get(fax.id)
        if fax.uid in (there and there.uid, accepted and accepted.uid):
            return
        if idempotency and accepted and accepted.fax_id != idempotency.instead_of:
            raise IdempotencyRecordTaken(accepted)
        if there:
            raise IdTaken
        self.faxes[fax.id] = fax
        if idempotency:
            self.idempotency[idempotency.name] = (
                idempotency.expires_at,
                Acceptance(fax.id, fax.uid, idempotency.fingerprint),
            )

    def is_given_up(self, fax_id: str) -> bool:
        if self.read_failure:
            raise self.read_failure
        return fax_id in self.faxes and self.faxes[fax_id].status in (Status.FAILED, Status.CANCELED)

    def by_id(self, fax_id: str, now: datetime) -> Fax | None:
        fax = self.faxes.get(fax_id)
        return fax if fax and fax.expires_at > now else None

    def by_uid(self, uid: str, now: datetime) -> Fax | None:
        return next((fax for fax in self.faxes.values() if fax.uid == uid and fax.expires_at > now), None)

    def of_extension(self, number: ExtensionNumber, now: datetime, limit: int = 100) -> list[Fax]:
        found = [fax for fax in self.faxes.values() if fax.extension == str(number) and fax.expires_at > now]
        return sorted(found, key=lambda fax: fax.created_at, reverse=True)[:limit]


class MemoryCredentialStore:
    """Implements ``tokens.CredentialStore``. ``apps`` by key, ``tokens`` by digest. Set ``failure`` to have every call
    fail."""

    def __init__(self, tokens: Iterable[Token] = (), apps: Iterable[App] = ()) -> None:
        self.tokens = {token.digest: token for token in tokens}
        self.apps = {app.key: app for app in apps}
        self.failure: StorageFault | None = None

    def app(self, key: str) -> App | None:
        if self.failure:
            raise self.failure
        return self.apps.get(key)

    def token(self, digest: str) -> Token | None:
        if self.failure:
            raise self.failure
        return self.tokens.get(digest)

    def insert(self, token: Token) -> None:
        if self.failure:
            raise self.failure
        self.tokens[token.digest] = token


class MemoryBudgets:
    """Implements ``provisioning.Budgets``. ``now`` says when a key is made."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._keys: list[BudgetKey] = []
        self._budgets: set[Budget] = set()

    def read(self) -> HeldBudgets:
        return HeldBudgets("memory", list(self._keys), frozenset(self._budgets))

    def add(self, holder: str, budget: Budget | None, value: str, *, usable: bool = True) -> None:
        self._budgets |= {budget} if budget else set()
        self._keys.append(BudgetKey(f"id-of-{value}", holder, value, self._now(), budget, usable))

    def remove(self, key: BudgetKey) -> None:
        self._keys = [other for other in self._keys if other.id != key.id]

    def forget(self, budget: Budget) -> None:
        assert budget not in [key.budget for key in self._keys]
        self._budgets -= {budget}
