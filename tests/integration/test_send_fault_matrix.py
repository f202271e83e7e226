"""Every AWS and carrier call of send_fax, in its order, x every way that it can fail, before or after it took effect.

A fault hits one call of one message. What comes then is what comes in a deployment: the message may be lost, and what
is due is looked at again. In the end the fax is sent, its pages came out once, no line is held, and until then it was
always due.
"""

from collections.abc import Iterator

import pytest

from tests.support import faulty
from tests.support.cloud import cloud
from tests.support.faulty import Armed
from tests.support.faulty_sending import FAULTS, LIKELY, Sending, named

# What a fax to one number calls, in its order: planned, claimed and submitted, asked about and sent. A call of a name
# comes several times, and each time is a row.
CALLS: dict[str, int] = {
    "record read": 3,
    "recipient read": 3,
    "line read": 1,
    "write": 4,
    "carrier take": 1,
    "carrier read": 1,
    "directory read": 3,
    "pages read": 1,
    "document put": 1,
    "paper kept": 1,
    "document removed": 1,
    "bell": 1,
}
CELLS = [(call, n, name) for call, times in CALLS.items() for n in range(1, times + 1) for name in FAULTS[call]]


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Sending]:
    with cloud() as made:
        sending = Sending(made)
        with faulty.clock_of(sending):
            sending.function = sending.watched("send_fax", named, CARRIER="simulator")
            yield sending


@pytest.fixture
def deployed(shared: Sending, monkeypatch: pytest.MonkeyPatch) -> Sending:
    shared.begin(monkeypatch)
    return shared


@pytest.mark.parametrize(
    ("call", "n", "name"),
    [
        pytest.param(*cell, id="{} {}, {}".format(*cell), marks=[] if cell[2] in LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_cell(deployed: Sending, call: str, n: int, name: str) -> None:
    deployed.armed = Armed(call, n, FAULTS[call][name])
    fax_id = deployed.queued()
    deployed.run(fax_id)
    deployed.assert_ended(fax_id, "sent", (1, 2))


def test_these_are_the_calls(deployed: Sending) -> None:
    """Without a fault, each call comes as often as the table has rows for it."""
    deployed.run(deployed.queued())
    assert {call: deployed.made.count(call) for call in CALLS} == CALLS
