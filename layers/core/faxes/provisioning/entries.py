"""What is asked of an import: the entries of a directory's file, and what is asked for beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from faxes.model import Context, Extension, Principal, User
from faxes.tokens import App, FormerSecret


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


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beside the entries: the keys of apps that get a new secret, for how long an app's old one is
    kept, and whether to remove what the entries do not name."""

    rotate: Collection[str] = ()
    keep: timedelta = timedelta(0)
    prune: bool = False
