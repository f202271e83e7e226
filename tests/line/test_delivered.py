"""Faxes that the deployed stack accepts leave by telephone, through the carrier's wire, and HylaFAX receives them.

Two faxes to two numbers each. One of a page: both numbers reach the same machine, so that one is busy. One of two
pages: a line breaks in the second page; one is never answered. Who failed is tried again. What HylaFAX received is the
carrier's document, pixel by pixel. RUNS is how often all that is done, on one stack.
"""

import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from ctypes import CDLL
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from faxes.ids import tiff_key
from tests.support.builds import shared_build
from tests.support.curl import SEND, Curl, curling
from tests.support.line.exchange import Cut, Exchange
from tests.support.line.received import pages_received, pages_sent
from tests.support.line.rig import Received, Rig
from tests.support.telnyx.account import Account
from tests.support.telnyx.exchange import Fax
from tests.support.telnyx.server import TelnyxServer, post
from tests.support.telnyx_stack import with_the_carriers_key
from tests.support.troublesome import PAGES
from tools.local.local_stack import local_stack
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

RUNS = int(os.environ.get("RUNS", "1"))
# The first two reach one machine.
GOOD, ALSO_GOOD, BROKEN, NOBODY = "+12125550000", "+12125550001", "+12125550002", "+12125550003"
MACHINES = {GOOD: 0, ALSO_GOOD: 0, BROKEN: 1, NOBODY: 2}
# A page each. The second one takes 21 s of line.
_FIRST, _SECOND = "small-letters", "coloured-panels"
FAXES: Mapping[tuple[str, ...], tuple[str, ...]] = {(GOOD, ALSO_GOOD): (_FIRST,), (BROKEN, NOBODY): (_FIRST, _SECOND)}
PAGES_OF = {number: len(pages) for numbers, pages in FAXES.items() for number in numbers}
# The callerId of the sender's organization in directory.example.yaml, which is a number of the account as well.
SENDER = "+493023125000"
ACCOUNT = Account(numbers=(*Account().numbers, SENDER))
# What the header line takes of each page.
_HEADER_ROWS, _ROW_BYTES = 36, 1728 // 8
_SECONDS = 270.0
_REST = timedelta(seconds=10)
_ENDED = ("sent", "partially_sent", "failed", "canceled")


@dataclass
class Followed:
    """A fax as it is when it has ended. ``waits`` are, for each number, why it was tried again and after how many
    seconds that was to be."""

    fax: Mapping[str, Any] = field(default_factory=dict)
    waits: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        return self.fax.get("status") in _ENDED


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the faxes, what the carrier had of them, what the machines received, and by number the pages that
    are stored."""

    followed: list[Followed]
    carriers: list[Fax]
    received: list[Received]
    stored: Mapping[str, bytes]


@pytest.fixture(scope="module")
def carriers_port() -> int:
    """Where the carrier is going to be: the stack is told before it is there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def stack(
    debian: Path, spandsp: CDLL, carriers_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    home, built = tmp_path_factory.mktemp("stack"), shared_build(tmp_path_factory)
    # Each run sends the same faxes, without a key.
    parameters = with_the_carriers_key(ACCOUNT, carriers_port, DeduplicationMinutes="0")
    with local_stack(home, built, parameters) as running:
        yield running


@pytest.fixture(scope="module", params=range(1, RUNS + 1), ids="run {}".format)
def delivered(
    stack: LocalStack,
    carriers_port: int,
    machines: Rig,
    spandsp: CDLL,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Delivered:
    began, before = datetime.now(UTC), len(machines.received())
    line = Exchange(spandsp, machines, MACHINES, ring_seconds=12, cuts={BROKEN: Cut(pages=1, seconds=8)})

    trust = ssl.create_default_context(cafile=stack.caBundle)
    curl = curling(stack.apiUrl, stack.token, "--cacert", stack.caBundle)
    ACCOUNT.webhook_url = f"{stack.apiUrl}/carriers/telnyx/reports"
    report = partial(post, trust=trust)
    carrier = TelnyxServer(ACCOUNT, send=report, line=line, trust=trust, port=carriers_port)
    with carrier, swept_each_second(stack):
        threading.Thread(target=carrier.run, daemon=True).start()
        folder = tmp_path_factory.mktemp("documents")
        fax_ids = [send(curl, folder, numbers, names) for numbers, names in FAXES.items()]
        followed = follow(curl, {fax_id: Clock(stack, fax_id, machines).go_on for fax_id in fax_ids})
        for machine in (0, 1):
            machines.wait_until_idle(machine)
    tell(request.param, began, followed)
    stored = {each["recipient"]: pages_of(stack, one.fax["uid"]) for one in followed for each in one.fax["deliveries"]}
    return Delivered(followed, list(carrier.exchange.faxes.values()), machines.received()[before:], stored)


def pages_of(stack: LocalStack, uid: str) -> bytes:
    content: bytes = stack.client("s3").get_object(Bucket=stack.bucket, Key=tiff_key(uid))["Body"].read()
    return content


def send(curl: Curl, folder: Path, numbers: Sequence[str], names: Sequence[str]) -> str:
    """A fax of documents of a page each: its id."""
    files: list[str] = []
    for name in names:
        (folder / f"{name}.pdf").write_bytes(PAGES[name].source.content)
        files += ["-F", f"files=@{folder / name}.pdf"]
    answer = curl(SEND, "-F", f"request={json.dumps({'recipients': numbers})}", *files)
    assert answer.status == 200, answer
    return str(answer.body["id"])


def tell(run: int, began: datetime, followed: Sequence[Followed]) -> None:
    """How long a run took, and when each call began and ended in it."""
    said = [f"run {run}: {(datetime.now(UTC) - began).total_seconds():.0f} s"]
    for delivery in (each for one in followed for each in one.fax["deliveries"]):
        calls = [
            "{:.0f} to {:.0f} s ({})".format(
                *((datetime.fromisoformat(attempt[at]) - began).total_seconds() for at in ("startedAt", "endedAt")),
                attempt.get("reason", "sent"),
            )
            for attempt in delivery["attempts"]
        ]
        said.append(f"{delivery['recipient']} {', '.join(calls)}")
    print("\n" + "; ".join(said), file=sys.stderr)  # noqa: T201  (for who looks how it goes)


class Clock:
    """Has minutes pass for a recipient that waits: whoever is to be tried again is due as soon as its machine is."""

    def __init__(self, stack: LocalStack, fax_id: str, machines: Rig) -> None:
        self._stack, self._fax_id, self._machines = stack, fax_id, machines

    def go_on(self, delivery: Mapping[str, Any]) -> bool:
        """Whether that could be done."""
        number, ended_at = delivery["recipient"], datetime.fromisoformat(delivery["attempts"][-1]["endedAt"])
        # The modem that nobody answers takes no call for a while, either.
        is_idle = self._machines.is_idle(MACHINES[number]) if number != NOBODY else datetime.now(UTC) > ended_at + _REST
        if not is_idle:
            return False
        position = next(numbers.index(number) for numbers in FAXES if number in numbers) + 1
        self._stack.client("dynamodb").update_item(
            TableName=self._stack.faxTable,
            Key={"pk": {"S": f"FAX#{self._fax_id}"}, "sk": {"S": f"RECIPIENT#{position:03}"}},
            UpdateExpression="SET dueAt = :now",
            ConditionExpression="dueAt = :was",
            ExpressionAttributeValues={
                ":now": {"S": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")},
                ":was": {"S": delivery["nextAt"]},
            },
        )
        return True


def follow(curl: Curl, clocks: Mapping[str, Callable[[Mapping[str, Any]], bool]]) -> list[Followed]:
    """Until these faxes have ended. Nobody answers a second time, either: then that fax is canceled, when its other
    recipient is through."""
    followed = {fax_id: Followed() for fax_id in clocks}
    began = time.monotonic()
    while not all(one.has_ended for one in followed.values()):
        assert time.monotonic() < began + _SECONDS, followed
        for fax_id, one in followed.items():
            if not one.has_ended:
                look_at(curl, f"{SEND}/{fax_id}", one, clocks[fax_id])
        time.sleep(0.5)
    return list(followed.values())


def look_at(curl: Curl, path: str, followed: Followed, go_on: Callable[[Mapping[str, Any]], bool]) -> None:
    followed.fax = curl(path).body
    for delivery in followed.fax["deliveries"]:
        attempts = delivery["attempts"]
        waits = followed.waits.setdefault(delivery["recipient"], [])
        if delivery["status"] == "waiting" and len(waits) < len(attempts):
            next_at, ended_at = (datetime.fromisoformat(at) for at in (delivery["nextAt"], attempts[-1]["endedAt"]))
            if len(attempts) == 2 or go_on(delivery):
                waits.append((delivery["reason"], (next_at - ended_at).total_seconds()))
    open_ = [each["recipient"] for each in followed.fax["deliveries"] if each["status"] not in ("sent", "failed")]
    if open_ == [NOBODY] and len(followed.waits[NOBODY]) == 2:
        assert curl(path, "-X", "PUT", "-d", '{"action": "Cancel"}').status == 200


def deliveries(delivered: Delivered) -> dict[str, Any]:
    return {each["recipient"]: each for one in delivered.followed for each in one.fax["deliveries"]}


def in_turn(delivered: Delivered) -> tuple[str, str]:
    """The number that had the machine first, and the one that was busy."""
    first, second = sorted((GOOD, ALSO_GOOD), key=lambda number: len(deliveries(delivered)[number]["attempts"]))
    return first, second


def reasons(delivery: Mapping[str, Any]) -> list[str | None]:
    return [attempt.get("reason") for attempt in delivery["attempts"]]


def test_each_recipient_ends_as_its_line_did(delivered: Delivered) -> None:
    of = deliveries(delivered)
    first, second = in_turn(delivered)
    assert {number: (each["status"], reasons(each)) for number, each in of.items()} == {
        first: ("sent", [None]),
        second: ("sent", ["busy", None]),
        BROKEN: ("sent", ["remote_hung_up", None]),
        NOBODY: ("canceled", ["no_answer", "no_answer"]),
    }
    assert [one.fax["status"] for one in delivered.followed] == ["sent", "partially_sent"]
    assert {number: each["pagesSent"] for number, each in of.items()} == {**PAGES_OF, NOBODY: 0}


def test_each_failure_waits_for_its_time(delivered: Delivered) -> None:
    """The table's minutes, a fifth more or less."""
    _, second = in_turn(delivered)
    waits = {number: each for one in delivered.followed for number, each in one.waits.items()}
    assert {number: [reason for reason, _ in each] for number, each in waits.items() if each} == {
        second: ["busy"],
        BROKEN: ["remote_hung_up"],
        NOBODY: ["no_answer", "no_answer"],
    }
    minutes = [waits[second][0][1], waits[BROKEN][0][1], *(seconds for _, seconds in waits[NOBODY])]
    for seconds, row in zip(minutes, (2, 1, 5, 15), strict=True):
        assert 0.8 * row * 60 <= seconds <= 1.2 * row * 60


def test_what_is_received_is_the_fax_pixel_by_pixel(delivered: Delivered) -> None:
    first, second = in_turn(delivered)
    wholes = [each for each in delivered.received if not each.reason]
    assert [each.machine for each in wholes if each.machine == 0] == [0, 0]
    of_machine = {0: iter((first, second)), 1: iter((BROKEN,))}
    for whole in wholes:
        number = next(of_machine[whole.machine])
        [carried] = [fax for fax in delivered.carriers if (fax.to, fax.status) == (number, "delivered")]
        pages = pages_received(whole.path)
        assert pages == pages_sent(carried.content)
        # A header line, and below it the pages that are stored.
        assert all(any(bits[: _HEADER_ROWS * _ROW_BYTES]) for _, bits in pages)
        below = [(rows, bits[_HEADER_ROWS * _ROW_BYTES :]) for rows, bits in pages]
        assert below == [
            (rows, bits[_HEADER_ROWS * _ROW_BYTES :]) for rows, bits in pages_sent(delivered.stored[number])
        ]


def test_the_machines_own_log_has_the_sender_and_the_pages_of_the_record(delivered: Delivered) -> None:
    wholes = [each for each in delivered.received if not each.reason]
    logged = sorted((each.machine, each.sender, each.pages) for each in wholes)
    sent = [
        (MACHINES[number], SENDER, attempt["pagesSent"])
        for number, each in deliveries(delivered).items()
        for attempt in each["attempts"]
        if attempt["pagesSent"]
    ]
    assert logged == sorted(sent)
    [broken] = [each for each in delivered.received if each.reason]
    assert (broken.machine, broken.sender) == (1, SENDER)
