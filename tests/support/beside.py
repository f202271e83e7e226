"""A worker of send_fax's in this process, beside the deployed ones: the same code over the stack's table, bucket and
queues, which runs into trouble where it is told to, and whose clock may jump."""

import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest import mock

import boto3

from faxes.adapters.dynamodb.items import text, time, wire
from faxes.adapters.dynamodb.simulated import SIMULATED
from faxes.bootstrap import clients, send_fax
from faxes.carriers.simulator import Network, Simulator
from faxes.delivery.carrier import Call
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.plan import Plan
from tests.support import killed
from tests.support.delivering import Watched
from tests.support.trouble import Trouble
from tools.local.stack_file import LocalStack

# A process has one environment, in which a worker is made.
_MADE = threading.Lock()


def environment(stack: LocalStack, speed: int) -> Mapping[str, str]:
    """send_fax's, as it is deployed, with the simulated network at this speed."""
    (queue,) = [url for url in stack.client("sqs").list_queues()["QueueUrls"] if "SendQueue" in url]
    names = {"FaxTable": stack.faxTable, "DirectoryTable": stack.directoryTable, "FileBucket": stack.bucket}
    found = killed.deployed(stack, "SendFaxFunction", {**names, "SendQueue": queue})
    return found | {"CARRIER": Simulator.name, "SIMULATOR_SPEED": str(speed)}


class Taking:
    """The simulated network of one worker. Implements ``trouble.Network``."""

    def __init__(self, network: Network, stack: LocalStack, speed: int) -> None:
        self._network, self._stack, self._speed = network, stack, speed
        self._took: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def take(self, call: Call, at: datetime) -> None:
        self._took.add(call.reference)
        self._network.take(call, at)

    def references(self) -> set[str]:
        return set(self._took)

    def put_off(self, reference: str, by: timedelta) -> None:
        tables, key = self._stack.client("dynamodb"), wire({"pk": f"SIM#{reference}", "sk": SIMULATED})
        [at] = tables.get_item(TableName=self._stack.faxTable, Key=key)["Item"]["takenAt"].values()
        tables.update_item(
            TableName=self._stack.faxTable,
            Key=key,
            UpdateExpression="SET takenAt = :later",
            ExpressionAttributeValues=wire({":later": text(time(at) + by / self._speed)}),
        )


class Beside:
    """``skew`` is how far its clock is before the others'; the network's own is as right as ever."""

    def __init__(self, stack: LocalStack, environ: Mapping[str, str]) -> None:
        self.skew = timedelta()
        speed = int(environ["SIMULATOR_SPEED"])
        with (
            _MADE,
            mock.patch.dict(os.environ, environ),
            mock.patch.object(clients, "now", self.now),
            mock.patch.object(boto3, "DEFAULT_SESSION", None),
        ):
            inbox = send_fax.inbox(lambda fault: None, lambda error: None)
        made: Any = inbox.dispatch.lines.simulated
        network: Any = Taking(made._network, stack, speed)
        self.trouble = Trouble(network)
        simulator = Simulator(network, made._tray, lambda: datetime.now(UTC), speed, made._report)
        carrier = self._watched(simulator)
        lines = replace(inbox.dispatch.lines, live=carrier, simulated=carrier)
        recipients = self._watched(inbox.dispatch.recipients)
        receiving = inbox.dispatch.receiving
        receiving = replace(
            receiving,
            directory=self._watched(receiving.directory),
            copies=self._watched(receiving.copies),
            recipients=recipients,
        )
        documents = self._watched(inbox.dispatch.documents)
        self.plan: Plan = replace(inbox.plan, recipients=recipients, lines=lines, receiving=receiving)
        self.dispatch: Dispatch = replace(
            inbox.dispatch, recipients=recipients, documents=documents, lines=lines, receiving=receiving
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def _watched(self, port: object) -> Any:
        return cast(Any, Watched(port, self.trouble.between))
