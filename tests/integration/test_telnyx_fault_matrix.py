"""Every call of send_fax with Telnyx, of AWS's and of the carrier's wire, x every way that it can fail.

As test_send_fault_matrix.py, with the real adapter against a server that speaks Telnyx's wire. In the end the fax came
out of the machine once, nothing of it is offered any more, and what the carrier keeps is deleted there.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from faxes.adapters.dynamodb.items import Item
from tests.support import faulty, fax_items
from tests.support.cloud import Cloud, cloud
from tests.support.faulty import Armed
from tests.support.faulty_sending import FAULTS, Sending, named
from tests.support.faxes import NOW
from tests.support.telnyx.account import Account
from tests.support.telnyx.broken import Broken, How
from tests.support.telnyx.machines import Machine, Request
from tests.support.telnyx.media import MediaFailed
from tests.support.telnyx.server import TelnyxServer
from tests.support.telnyx_deployed import NUMBER, OWN

# What a fax calls, and how often: planned, claimed and submitted, asked about and sent, and cleared at the carrier.
CALLS = {
    "record read": 3,
    "recipient read": 3,
    "line read": 1,
    "write": 4,
    "directory read": 7,
    "gate read": 2,
    "pages read": 1,
    "document put": 1,
    "document removed": 2,
    "bell": 1,
    "key read": 1,
    "attempt read": 1,
    "attempt write": 1,
}
# Of the carrier's wire; a list is asked for where an answer was lost.
WIRE = {"POST": 1, "GET": 1, "DELETE": 1}
CELLS = [(call, n, name) for call, times in CALLS.items() for n in range(1, times + 1) for name in FAULTS[call]]
BROKEN = [(call, Broken(how, effective)) for call in (*WIRE, "LIST") for how in How for effective in (False, True)]
# A request that is answered so was refused: it is never done all the same.
REFUSED = (How.TOO_MANY, How.DENIED)


def happens(call: str, broken: Broken) -> bool:
    """A carrier does not say that it deleted what it has: of that, the status alone is read."""
    if broken.effective:
        return broken.how not in REFUSED
    return call != "DELETE" or broken.how not in (How.UNREADABLE, How.NO_OBJECT)


class ByTelnyx(Sending):
    """``asked`` names the requests that the carrier got; ``broken`` is what the first of a name meets."""

    def __init__(self, made: Cloud, server: TelnyxServer) -> None:
        super().__init__(made)
        self.server = server
        self.asked: list[str] = []
        self.broken: tuple[str, Broken] | None = None
        server.breaks = self._breaks
        server.exchange._download = self._fetched

    def _breaks(self, method: str, path: str) -> Broken | None:
        call = "LIST" if (method, path) == ("GET", "/v2/faxes") else method
        self.asked.append(call)
        if self.broken is None or self.broken[0] != call:
            return None
        (_, broken), self.broken = self.broken, None
        return broken

    def _fetched(self, url: str) -> bytes:
        """What S3 would answer."""
        content = self.cloud.objects().get(urlsplit(url).path.removeprefix("/"))
        if content is None:
            raise MediaFailed("file_download_failed")
        return content

    def clear(self, fax_id: str) -> None:
        """Have the messages that tell of attempts that are over taken, each until that goes well."""
        for body in self.cloud.messages("SendQueue"):
            if str(body.get("over", "")).startswith(f"{fax_id}-"):
                event = {"Records": [{"body": json.dumps(body)}]}
                assert any(self.invoke(self.function, event) for _ in range(3))

    def send(self, request: Request = Request.NOTHING) -> tuple[str, list[Item]]:
        """A fax, from when its pages are ready until nothing of it is due or left to clear: its id and its items."""
        self.server.exchange.machines[NUMBER] = Machine(request=request, requests=1)
        fax_id = self.queued(NUMBER)
        self.run(fax_id)
        self.clear(fax_id)
        return fax_id, self.items(fax_id)


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[ByTelnyx]:
    with cloud() as made:
        times: list[ByTelnyx] = []
        client: Any = boto3.client
        made.import_example()
        account = Account(numbers=("+12025550100", OWN))
        secret = client("secretsmanager").create_secret(Name="telnyx", SecretString=account.api_key)["ARN"]
        with TelnyxServer(account, now=lambda: times[0].clock if times else NOW) as server:
            times.append(ByTelnyx(made, server))
            environment = {
                "CARRIER": "telnyx",
                "TELNYX_URL": server.url,
                "TELNYX_KEY_SECRET": secret,
                "TELNYX_CONNECTION_ID": account.connection_id,
                "TELNYX_NUMBER": account.numbers[0],
            }
            with faulty.clock_of(times[0]):
                times[0].function = times[0].watched("send_fax", named, **environment)
                yield times[0]


@pytest.fixture
def deployed(shared: ByTelnyx, monkeypatch: pytest.MonkeyPatch) -> ByTelnyx:
    shared.begin(monkeypatch)
    shared.cloud.forget_faxes()
    shared.cloud.messages("SendQueue")
    shared.server.exchange.faxes.clear()
    shared.server.requests.clear()
    shared.asked.clear()
    shared.broken = None
    # As in an environment that has asked nobody yet.
    shared.function.inbox.dispatch.lines.live._key._key = None
    return shared


def assert_sent_once(deployed: ByTelnyx, fax_id: str, *, erased: bool = True) -> None:
    # Whatever the carrier was still to do, it has done.
    deployed.clock += timedelta(hours=2)
    deployed.server.settle()
    assert deployed.server.exchange.paper(NUMBER) == [2]
    fax_items.assert_ended(deployed.items(), fax_id, deployed.clock, "sent")
    assert [key for key in deployed.cloud.objects() if key.startswith("media/")] == []
    kept = [fax for fax in deployed.server.exchange.faxes.values() if not fax.deleted]
    assert (kept == []) == erased


# What goes on with each call is seen by the simulated network's matrix, too.
_LIKELY = ("denied once", "closed after the effect always")


@pytest.mark.parametrize(
    ("call", "n", "name"),
    [
        pytest.param(*cell, id="{} {}, {}".format(*cell), marks=[] if cell[2] in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_a_call_of_awss(deployed: ByTelnyx, call: str, n: int, name: str) -> None:
    deployed.armed = Armed(call, n, FAULTS[call][name])
    fax_id, _ = deployed.send()
    assert deployed.armed.met
    assert_sent_once(deployed, fax_id)


_USUAL = (How.CLOSED, How.ERROR_500)


@pytest.mark.parametrize(
    ("call", "broken"),
    [
        pytest.param(
            call, broken, id=f"{call}, {broken.how.name}{', after the effect' * broken.effective}", marks=marks
        )
        for call, broken in BROKEN
        if happens(call, broken)
        for marks in [[] if broken.how in _USUAL else [pytest.mark.full]]
    ],
)
def test_a_request_to_the_carrier(deployed: ByTelnyx, call: str, broken: Broken) -> None:
    deployed.broken = (call, broken)
    fax_id, _ = deployed.send(Request.STORED_NOT_ANSWERED if call == "LIST" else Request.NOTHING)
    assert deployed.broken is None
    assert_sent_once(deployed, fax_id)


def test_these_are_the_calls(deployed: ByTelnyx) -> None:
    """Without a fault, each call comes as often as the table has rows for it."""
    _, items = deployed.send()
    assert {call: deployed.made.count(call) for call in deployed.made} == CALLS
    assert {call: deployed.asked.count(call) for call in deployed.asked} == WIRE
    (attempt,) = [item for item in items if "#ATTEMPT#" in item["sk"]]
    assert attempt["erased"] == "204"
