"""`.local/stack.json`: what `make run` has running, for the other commands and for scripts of a user's own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tools import places
from tools.local.emulator import client


@dataclass(frozen=True, slots=True)
class LocalStack:
    """What runs. The names are the file's; ``apiUrl`` has everything of the contract under it. ``appKey`` and
    ``appSecret`` are the example's first app, ``appSecrets`` the secrets of all apps by key."""

    apiUrl: str
    caBundle: str
    appKey: str
    appSecret: str
    appSecrets: Mapping[str, str]
    token: str
    userId: str
    extension: str
    bucket: str
    faxTable: str
    directoryTable: str
    credentialTable: str
    auditLogGroup: str
    appPlan: str
    endpointUrl: str
    region: str

    def with_secrets(self, secrets: Mapping[str, str]) -> "LocalStack":
        """The same with these apps' secrets, by key, in place of the ones that it has."""
        own = secrets.get(self.appKey, self.appSecret)
        return replace(self, appSecret=own, appSecrets={**self.appSecrets, **secrets})

    def client(self, service: str) -> Any:
        """An SDK client of one of the emulator's services."""
        return client(service, self.endpointUrl, self.caBundle)


def write(stack: LocalStack, path: Path) -> None:
    """Tell other commands what runs. For this user's eyes alone: it holds secrets."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(stack), indent=2) + "\n")


def read() -> LocalStack | None:
    """The local stack that runs, or None."""
    try:
        return LocalStack(**json.loads(places.STACK_FILE.read_text()))
    except (OSError, ValueError, TypeError):
        return None
