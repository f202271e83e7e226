"""create_fax as it is deployed, in this process; with stores that keep nothing, what is left is the function's own."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.model import Acceptance, Document, Extension, ExtensionNumber, ExtensionType, Fax, IdempotencyRecord, User
from tests.support import template
from tests.support.lambda_context import CONTEXT

_NAMES = {name: name for name in ("FileBucket", "FaxTable", "DirectoryTable", "CredentialTable")}


def environment() -> dict[str, str]:
    """What the template sets for create_fax, and what Lambda does."""
    return template.environment(template.load(), "CreateFaxFunction", _NAMES) | {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        # Where nothing answers: what is to be called is named in its place.
        "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
    }


class Function:
    """The function's code in this process, whose environment is ``environment()``."""

    def __init__(self) -> None:
        # Powertools binds its output when it is imported.
        self._output, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (until the process ends)
        from functions.create_fax import app

        self.app: Any = app
        self.stores = Stores()

    def print(self, text: str) -> None:
        """To the standard output; what the function logs goes nowhere."""
        print(text, file=self._output, flush=True)

    def without_stores(self, **limits: int) -> None:
        """Have it store nothing."""
        own = self.app.submission
        stores: Any = self.stores
        self.app.submission = replace(
            own, directory=stores, files=stores, faxes=stores, limits=replace(own.limits, **limits)
        )

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The whole function: what Lambda calls."""
        answer: dict[str, Any] = self.app.handler(event, CONTEXT)
        return answer

    def accept(self, event: dict[str, Any]) -> Any:
        """The route alone, from the event's body to what was accepted: without the resolver, log line and metrics."""
        from faxes.edge import caller, events

        sent = APIGatewayProxyEvent(event)
        submission = self.app.submission
        form = events.form(sent, submission.limits.body_bytes)
        return submission.submit(form, caller.principal(sent), "@me", "0003*210", None, lambda: 28.0)


class Stores:
    """A directory with one extension, and stores that keep nothing. ``put`` is called with each wave of files."""

    def __init__(self) -> None:
        self.put: Callable[[], None] = lambda: None

    def user(self, user_id: str) -> User | None:
        return None

    def extension(self, number: ExtensionNumber) -> Extension | None:
        return Extension(number, "alice", ExtensionType.PHONE_TERMINAL, fax_enabled=True)

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        self.put()

    def delete(self, keys: Sequence[str]) -> None:
        pass

    def acceptance(self, name: str, now: datetime) -> Acceptance | None:
        return None

    def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
        pass
