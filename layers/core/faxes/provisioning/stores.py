"""What an import asks of where the directory, the apps and the tokens are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faxes.provisioning.entries import Budget, Member
from faxes.provisioning.plan import Step
from faxes.tokens import App, Token


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
class BudgetKey:
    """An API key of API Gateway's, by which requests are counted: its id, whose it is, such as ``app example``, its
    value, when it was made (UTC), and its budget, None for the one that all others have. One that is not ``usable`` has
    none yet."""

    id: str
    holder: str
    value: str
    made_at: datetime
    budget: Budget | None
    usable: bool = True


@dataclass(frozen=True, slots=True)
class HeldBudgets:
    """What API Gateway has of ours: the API's id, the keys, and each budget that somebody has or had for their own."""

    api_id: str
    keys: Sequence[BudgetKey]
    budgets: Collection[Budget]


class Budgets(Protocol):
    """Where budgets are kept, which is who enforces them. Each call raises StorageFault where it cannot be made."""

    def read(self) -> HeldBudgets:
        """What there is."""
        ...

    def add(self, holder: str, budget: Budget | None, value: str) -> None:
        """Make a key of this value, with this budget."""
        ...

    def remove(self, key: BudgetKey) -> None:
        """Remove a key, or leave it removed."""
        ...

    def forget(self, budget: Budget) -> None:
        """Remove a budget that no key has any more, or leave it removed."""
        ...
