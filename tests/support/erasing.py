"""What tests of an erasure share: a stack whose calls are seen, or meet no answer, or another one; and faxes that wait
for their files."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from faxes.erasure import Erased
from tests.support.faulty_uploads import LETTER, NOTE, Uploading
from tools.operations import erase
from tools.operations.deployed import Stack


class Calls:
    """The calls to AWS that change something, in their order; those named by ``stop`` get no answer."""

    CHANGES = ("logs.CreateLogStream", "logs.PutLogEvents", "s3.DeleteObjects", "dynamodb.DeleteItem")

    def __init__(self, stack: Stack, *stop: str) -> None:
        self.made: list[str] = []
        self.watch: dict[str, Callable[..., None]] = {}
        self._stop = stop
        self._make = stack.client
        self.stack = replace(stack, client=self._client)

    def _client(self, service: str) -> Any:
        client = self._make(service)
        for call in self.CHANGES:
            if call.startswith(f"{service}."):
                client.meta.events.register(f"provide-client-params.{call}", self.watch.get(call, self._seen))
        return client

    def _seen(self, model: Any, **_: object) -> None:
        self.made.append(model.name)
        # The nth of a name is stopped by name#n.
        if {model.name, f"{model.name}#{self.made.count(model.name)}"} & set(self._stop):
            raise EndpointConnectionError(endpoint_url="https://127.0.0.1")


def answered(stack: Stack, service: str, call: str, answer: dict[str, Any]) -> Stack:
    """The stack, where one call has this answer and does nothing."""
    client = stack.client(service)
    ok = SimpleNamespace(status_code=200)
    client.meta.events.register(f"before-call.{service}.{call}", lambda **_: (ok, answer))
    return replace(stack, client=lambda name: client if name == service else stack.client(name))


# --- faxes that wait for their files ----------------------------------------------------------------------------------

KEY = "kanarienvogel-key"


def begun(uploading: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    """A test's beginning."""
    uploading.begin(monkeypatch)
    # The audit log takes no line of another week.
    uploading.clock = datetime.now(UTC).replace(microsecond=0)
    return uploading


def announced(uploading: Uploading) -> tuple[str, str]:
    """A fax that waits for two files, none of which came: its id and uid."""
    made = uploading.announce(NOTE, LETTER, key=KEY)
    return made["id"], made["uid"]


def uploaded(uploading: Uploading) -> tuple[str, str]:
    """One whose two files are there, and whose first was looked into."""
    fax_id, uid = announced(uploading)
    for position, content in ((1, NOTE), (2, LETTER)):
        uploading.upload(fax_id, position, content)
    uploading.check(fax_id, 1)
    uploading.made.clear()
    return fax_id, uid


def refused(uploading: Uploading) -> tuple[str, str]:
    fax_id, uid = announced(uploading)
    uploading.upload(fax_id, 1, NOTE * 2)
    uploading.check(fax_id, 1)
    return fax_id, uid


def expired(uploading: Uploading) -> tuple[str, str]:
    fax_id, uid = announced(uploading)
    uploading.clock += timedelta(minutes=91)
    uploading.check(fax_id)
    return fax_id, uid


def erased(uploading: Uploading, uid: str, stack: Stack | None = None) -> Erased:
    return erase.erase(stack or uploading.cloud.stack(), uid, uploading.now)


def hooked(uploading: Uploading, hook: Callable[[int], object]) -> Stack:
    """The stack, of which ``hook`` is told the number of each call before it is made."""
    stack, made = uploading.cloud.stack(), list[str]()

    def seen(model: Any, **_: object) -> None:
        made.append(model.name)
        hook(len(made))

    def client(service: str) -> Any:
        made_client = stack.client(service)
        made_client.meta.events.register("provide-client-params", seen)
        return made_client

    return replace(stack, client=client)


def assert_nothing_is_left(uploading: Uploading) -> None:
    assert [f"{item['pk']} {item['sk']}" for item in uploading.items() if item["sk"] != "ERASED"] == []
    assert uploading.cloud.objects() == {}
