"""Every AWS call of create_fax for a request in JSON x every way that it can fail x with and without a key.

Each cell says what the client hears and how many faxes wait for files then; the client sends the same request again,
and uploads the files. What always holds: with a key there is one fax in the end; without one, a 400 was never a fax,
and what nobody knows of expires; of each there is nothing left but the accepted fax.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.support.fault_matrix import (
    ANOTHERS,
    DYNAMODB,
    EXPECTED,
    FAILED_CONDITION,
    KEY,
    NONE,
    READ,
    READS,
    SAFE,
    UNKNOWN_AND_WRITTEN,
    WRITE,
    Fault,
    Outcome,
    cancelled,
    closed,
    lost,
    once_and_always,
    read_timeout,
)
from tests.support.faults import dynamodb_answers, dynamodb_cut_off
from tests.support.faulty import Armed
from tests.support.faulty_uploads import LETTER, NOTE, Uploading, started

_CONFLICT = {"Code": "TransactionConflict"}
# Three items are written: what was announced, that it counts, and the key.
_ANNOUNCED = WRITE | once_and_always(
    conflict=cancelled(_CONFLICT, NONE, NONE),
    conflict_of_what_counts=cancelled(NONE, _CONFLICT, NONE),
    id_taken=cancelled(FAILED_CONDITION | {"Item": ANOTHERS}, NONE, NONE),
)
_OF_A_KEY = once_and_always(
    conflict_of_the_key=cancelled(NONE, NONE, _CONFLICT),
    key_taken=cancelled(NONE, NONE, FAILED_CONDITION | {"Item": ANOTHERS}),
)
FAULTS: dict[str, dict[str, Fault]] = {
    "directory read": READ,
    "key read": READ,
    "open read": READ,
    "announced": _ANNOUNCED,
    "announced with a key": _OF_A_KEY,
    # Of a fax that the same request made before, which waits for its files, or was accepted.
    "pending read": READ,
    "record read": READ,
    "kept open": DYNAMODB
    | lost(
        read_timeout=read_timeout,
        closed=closed,
        answer_cut_off=dynamodb_cut_off(200),
        error_500=dynamodb_answers(500, "InternalServerError"),
    ),
}
_WRITTEN = EXPECTED["write"]
_AGAIN = {
    name: UNKNOWN_AND_WRITTEN if outcome == SAFE else replace(outcome, faxes=1) for name, outcome in READS.items()
}
OUTCOMES = {
    "directory read": READS,
    "key read": EXPECTED["key read"],
    "open read": READS,
    "announced": {
        **_WRITTEN,
        "conflict_of_what_counts once": _WRITTEN["conflict once"],
        "conflict_of_what_counts always": _WRITTEN["conflict always"],
    },
    "announced with a key": EXPECTED["write of a key"],
    "pending read": _AGAIN,
    "record read": _AGAIN,
    "kept open": {
        # Once it is told that it was written, nothing else of the answer matters.
        name: _AGAIN["closed once" if "cut_off" in name else name.replace(" after the effect", "")]
        for name in FAULTS["kept open"]
    },
}
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = ("read_timeout always", "denied once", "closed after the effect always", "conflict always")
_NEED_A_KEY = ("key read", "announced with a key", "pending read", "record read", "kept open")


@dataclass(frozen=True, slots=True)
class Cell:
    call: str
    fault: str
    keyed: bool

    @property
    def outcome(self) -> Outcome:
        """No file lies anywhere, whatever is known."""
        expected = OUTCOMES[self.call][self.fault]
        return replace(expected if isinstance(expected, Outcome) else expected[0 if self.keyed else 1], orphans=False)

    def __str__(self) -> str:
        return f"{self.call}, {self.fault}, {'with' if self.keyed else 'without'} key"


CELLS = [
    Cell(call, fault, keyed)
    for call, faults in FAULTS.items()
    for fault in faults
    for keyed in ((True,) if call in _NEED_A_KEY else (True, False))
]


def test_every_cell_is_decided() -> None:
    assert {call: set(faults) for call, faults in FAULTS.items()} == {
        call: set(outcomes) for call, outcomes in OUTCOMES.items()
    }


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with started() as uploading:
        # A conflict's wait passes at once.
        function = uploading.create_fax
        whole = replace(function.uploading.whole, wait=lambda seconds: None)
        function.uploading = replace(function.uploading, whole=whole)
        yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    shared.begin(monkeypatch)
    return shared


def accepted(deployed: Uploading, fax_id: str) -> None:
    for position, content in ((1, NOTE), (2, LETTER)):
        deployed.upload(fax_id, position, content)
        assert deployed.check(fax_id, position)


@pytest.mark.parametrize(
    "cell",
    [
        # With a key, more is at stake, and without one more is left.
        pytest.param(cell, id=str(cell), marks=[] if cell.keyed and cell.fault in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_cell(deployed: Uploading, cell: Cell) -> None:
    key = KEY if cell.keyed else None
    outcome = cell.outcome
    if cell.call in ("pending read", "record read", "kept open"):
        before = deployed.announce(NOTE, LETTER, key=key)["id"]
        if cell.call == "record read":
            accepted(deployed, before)
        if cell.call == "kept open":
            deployed.clock += timedelta(hours=1)
    deployed.armed = Armed(cell.call.removesuffix(" with a key"), 1, FAULTS[cell.call][cell.fault])
    answer = deployed.announce(NOTE, LETTER, key=key)
    assert deployed.armed.met
    assert (answer["answered"], answer.get("error", {}).get("code")) == (outcome.status, outcome.code)
    assert len(deployed.waiting()) + len(deployed.records()) == outcome.faxes

    # What the fault was, is over; the client sends the same again.
    again = deployed.announce(NOTE, LETTER, key=key)
    fax_id = again["id"]
    assert (again["answered"], again["replayed"]) == (200, cell.keyed and outcome.faxes == 1)
    if outcome.status == 200:
        assert (answer["id"] == fax_id, answer["uid"] == again["uid"]) == (cell.keyed, cell.keyed)
    if cell.call != "record read":
        others = [other for other in deployed.waiting() if other != fax_id]
        assert len(others) == (0 if cell.keyed else outcome.faxes)
        accepted(deployed, fax_id)
        deployed.clock += timedelta(hours=2)
        for other in others:
            deployed.run(other)
        deployed.assert_accepted(fax_id, NOTE, LETTER, others=dict.fromkeys(others, "expired"))
    else:
        deployed.assert_accepted(fax_id, NOTE, LETTER)
    assert deployed.uploaded() == []


def test_these_are_the_calls(deployed: Uploading) -> None:
    fax_id = deployed.announce(NOTE, LETTER, key=KEY)["id"]
    assert sorted(deployed.made) == ["announced", "directory read", "key read", "open read"]
    deployed.made.clear()
    deployed.announce(NOTE, LETTER, key=KEY)
    assert sorted(deployed.made) == ["directory read", "key read", "pending read"]
    deployed.made.clear()
    deployed.clock += timedelta(hours=1)
    deployed.announce(NOTE, LETTER, key=KEY)
    assert sorted(deployed.made) == ["directory read", "kept open", "key read", "pending read"]
    accepted(deployed, fax_id)
    deployed.made.clear()
    deployed.announce(NOTE, LETTER, key=KEY)
    assert sorted(deployed.made) == ["directory read", "key read", "pending read", "record read"]
