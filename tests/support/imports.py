"""Importing a directory into a deployment on moto, for tests of what an import does and of what comes of it."""

import itertools
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import EndpointConnectionError

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.adapters.dynamodb.directory import DynamoDBDirectory
from faxes.errors import ClientInvalid
from faxes.model import Extension, ExtensionNumber, Principal
from faxes.provisioning.entries import Wish
from faxes.provisioning.plan import Plan, Report
from faxes.tokens import App, Authentication, Caller, Denial, Login
from tests.support.cloud import Cloud
from tests.support.memory import name_no_app
from tools.operations import directory, directory_file
from tools.operations.deployed import Stack

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def once(cloud: Cloud) -> Stack:
    """The deployment with one client of each service, so that a test can stop its calls; the audit log has the present
    for the time of each line, since it takes none of another day."""
    stack = cloud.stack()
    clients = {service: stack.client(service) for service in ("logs", "sts", "apigateway")} | {
        "dynamodb": cloud.dynamodb
    }

    def present(params: dict[str, Any], **_: object) -> None:
        for event in params["logEvents"]:
            event["timestamp"] = int(datetime.now(UTC).timestamp() * 1000)

    clients["logs"].meta.events.register("provide-client-params.logs.PutLogEvents", present)
    return replace(stack, client=clients.__getitem__)


class Imports:
    """Imports into one deployment. The secrets and tokens it draws are secret-0001, secret-0002, ...; the API keys are
    16 digits, 0000000000000001, ..., behind the API's id."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._numbers, self._keys = itertools.count(1), itertools.count(1)
        self.stack = once(cloud)
        self._store = DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])

    def __call__(
        self,
        text: str,
        now: datetime = NOW,
        rotate: Collection[str] = (),
        keep: timedelta = timedelta(0),
        *,
        prune: bool = False,
    ) -> Report:
        entries, wish = directory_file.parse(text), Wish(rotate, keep, prune)
        return directory.write(entries, self.stack, now, self._draw, wish, lambda: f"{next(self._keys):016}")

    def plan(self, text: str, now: datetime = NOW, wish: Wish = Wish()) -> Plan:  # noqa: B008  (it is frozen)
        return directory.plan(directory_file.parse(text), self.stack, now, wish)

    def tables(self) -> dict[str, object]:
        """Everything in the two tables, by key."""
        items = [*self._cloud.items("DirectoryTable"), *self._cloud.items("CredentialTable")]
        return {item["pk"]["S"]: item for item in items}

    def audit(self) -> list[dict[str, Any]]:
        """The lines of the audit log, in their order, of however many pages."""
        pages = self.stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName="audit")
        return [json.loads(event["message"]) for page in pages for event in page["events"]]

    def app(self, key: str) -> App | None:
        return self._store.app(key)

    def log_in(self, key: str, secret: str, now: datetime = NOW) -> str | None:
        """A token as the token endpoint issues it, None where it refuses."""
        login = Login(
            self._store,
            timedelta(hours=1),
            now=lambda: now,
            draw=lambda: f"token-{next(self._numbers)}-of-an-app",
            name_app=name_no_app,
        )
        try:
            return login.log_in(key, secret)
        except ClientInvalid:
            return None

    def caller(self, token: str, now: datetime = NOW) -> Principal | Denial:
        """Whom the authorizer takes the bearer of a token for."""
        caller = Authentication(self._store, now=lambda: now, name_app=name_no_app).identify(f"Bearer {token}")
        return caller.principal if isinstance(caller, Caller) else caller

    def extension(self, organization: str, number: str) -> Extension | None:
        store = DynamoDBDirectory(self._cloud.dynamodb, self._cloud.names["DirectoryTable"])
        return store.extension(ExtensionNumber(organization, number))

    @contextmanager
    def stopped_at(self, key: str) -> Iterator[None]:
        """AWS does not answer when the item with this key is put."""

        def stop(params: dict[str, Any], **_: object) -> None:
            if params["Item"]["pk"]["S"] == key:
                raise EndpointConnectionError(endpoint_url="https://127.0.0.1")

        events = self._cloud.dynamodb.meta.events
        events.register("provide-client-params.dynamodb.PutItem", stop)
        try:
            yield
        finally:
            events.unregister("provide-client-params.dynamodb.PutItem", stop)

    def _draw(self) -> str:
        return f"secret-{next(self._numbers):04}"
