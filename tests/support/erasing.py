"""A stack whose calls are seen by a test of an erasure: they meet no answer, or another one."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import EndpointConnectionError

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
