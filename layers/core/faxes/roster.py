"""Who may send, from which extensions, and with what, as it is stored: for a person to read, without a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from faxes.model import Extension, ExtensionType, Principal


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request can be made with: an app by its key, or a user's token by its name (empty where it has none).

    ``until`` is when a token ends, or an app's former secret, where it has one that still logs in (UTC).
    """

    name: str
    is_app: bool
    principal: Principal
    enabled: bool
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who may send. ``organizations`` has names by ids, ``users`` the users' organizations by their ids."""

    organizations: Mapping[str, str]
    users: Mapping[str, str]
    extensions: tuple[Extension, ...]
    credentials: tuple[Credential, ...]

    def organization_ids(self) -> list[str]:
        """Every organization that is named anywhere, whether or not it is stored itself."""
        credentials = (credential.principal.organization_id for credential in self.credentials)
        extensions = (extension.number.organization_id for extension in self.extensions)
        return sorted({*self.organizations, *self.users.values(), *credentials, *extensions})

    def user_ids(self, organization_id: str) -> list[str]:
        """Every user of an organization that is named anywhere, whether or not they are stored themselves."""
        named = dict(self.users)
        for credential in self.credentials:
            named.setdefault(credential.principal.user_id, credential.principal.organization_id)
        for extension in self.extensions:
            named.setdefault(extension.owner_id, extension.number.organization_id)
        return sorted(user for user, organization in named.items() if organization == organization_id)

    def sends_from(self, user_id: str) -> list[str]:
        """The numbers that faxes of this user can come from."""
        return sorted(
            str(extension.number)
            for extension in self.extensions
            if extension.owner_id == user_id
            and extension.type is ExtensionType.PHONE_TERMINAL
            and extension.fax_enabled
        )

    def of(self, user_id: str) -> list[Credential]:
        """What acts as this user, the apps first."""
        found = [credential for credential in self.credentials if credential.principal.user_id == user_id]
        return sorted(found, key=lambda credential: (not credential.is_app, credential.name))
