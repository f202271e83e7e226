"""What is asked of an import: the entries of a directory's file, and what is asked for beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from faxes.model import Context, DialPlan, Extension, Principal, User
from faxes.prices import Prices
from faxes.tokens import App, FormerSecret, UsageKey


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as the directory knows it; ``name`` may be empty. Its faxes say that they come from ``fax_name``,
    None for its name, and from the telephone number ``caller_id``, in the time of ``time_zone``, a name of the IANA's,
    None for UTC. ``dial_plan`` is how its users write telephone numbers."""

    id: str
    name: str
    fax_name: str | None = None
    time_zone: str | None = None
    caller_id: str | None = None
    dial_plan: DialPlan = field(default_factory=DialPlan)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be used: requests a second on average, at once, and in a day (UTC), 0 for any number of these."""

    rate: int
    burst: int
    per_day: int

    def __str__(self) -> str:
        daily = f"{self.per_day:,} a day" if self.per_day else "any number a day"
        return f"{self.rate:,} a second, {self.burst:,} at once, {daily}"


@dataclass(frozen=True, slots=True)
class StatedPrices:
    """What the operator says that calls cost."""

    prices: Prices


type Member = Organization | User | Extension | StatedPrices


@dataclass(frozen=True, slots=True)
class AppEntry:
    """An app to write: as whom it acts, how far it reaches, the digest of the secret that it brings, if any, its own
    budget, None where it has its organization's, or the one that all others have, and whether it is a sandbox app."""

    key: str
    user_id: str
    organization_id: str
    context: Context
    enabled: bool
    secret_digest: str | None
    budget: Budget | None = None
    sandbox: bool = False

    def with_secret(self, digest: str, former: FormerSecret | None = None, usage_key: UsageKey | None = None) -> App:
        return App(
            key=self.key,
            secret_digest=digest,
            user_id=self.user_id,
            organization_id=self.organization_id,
            context=self.context,
            enabled=self.enabled,
            former=former,
            usage_key=usage_key,
            sandbox=self.sandbox,
        )


@dataclass(frozen=True, slots=True)
class NamedToken:
    """A token to issue: its name, the user it stands for, and its life in days."""

    name: str
    principal: Principal
    days: int


@dataclass(frozen=True, slots=True)
class Entries:
    """What is asked for: the directory's members by what they are called, the apps, the tokens to issue, and, by an
    organization's id, the budget that its apps share."""

    items: Mapping[str, Member]
    apps: tuple[AppEntry, ...]
    tokens: tuple[NamedToken, ...]
    budgets: Mapping[str, Budget] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beside the entries: the keys of apps that get a new secret, for how long an app's old one is
    kept, and whether to remove what the entries do not name."""

    rotate: Collection[str] = ()
    keep: timedelta = timedelta(0)
    prune: bool = False
