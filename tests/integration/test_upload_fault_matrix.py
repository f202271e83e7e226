"""Every AWS call of check_upload, of the sweep's repair and of RenewUploads x every way that it can fail, before or
after it took effect.

A fault hits one call of one message. Then all messages are lost, and each time that something is due a sweep comes; or
they come again, twice, the last one first. In the end the fax has ended as it should, once, its files are those that
were uploaded, nothing else lies anywhere, and until then it was always due.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.support.fault_matrix import KEY
from tests.support.faulty import Armed
from tests.support.faulty_uploads import FAULTS, LETTER, NOTE, OTHER, Uploading, started

type Messages = Sequence[Callable[[], bool]]


def announced(uploading: Uploading, *uploaded: bytes) -> str:
    """A fax of two files that has a key, and of which these were uploaded."""
    made = uploading.announce(NOTE, LETTER, key=KEY)
    for position, content in enumerate(uploaded, 1):
        uploading.upload(made["id"], position, content)
    return str(made["id"])


def uploaded(uploading: Uploading) -> tuple[str, Messages]:
    fax_id = announced(uploading, NOTE, LETTER)
    return fax_id, [lambda: uploading.check(fax_id, 1), lambda: uploading.check(fax_id, 2)]


def shorter(uploading: Uploading) -> tuple[str, Messages]:
    fax_id = announced(uploading, OTHER)
    return fax_id, [lambda: uploading.check(fax_id, 1)]


def changed(uploading: Uploading) -> tuple[str, Messages]:
    """Other bytes are put over what was looked into, as nobody can who has an address alone."""
    fax_id = announced(uploading, NOTE, LETTER)
    uploading.check(fax_id, 1)
    uploading.upload(fax_id, 1, OTHER)
    return fax_id, [lambda: uploading.check(fax_id, 2)]


def never(uploading: Uploading) -> tuple[str, Messages]:
    fax_id = announced(uploading)
    uploading.clock += timedelta(hours=2)
    return fax_id, [lambda: uploading.check(fax_id)]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is found, how the fax ends, and the calls of its messages, each as often as it is made."""

    begin: Callable[[Uploading], tuple[str, Messages]]
    end: str
    calls: dict[str, int]


_LOOK = {"pending read": 1, "file read": 1}
_END = {"key read": 1, "ended": 1, "removed": 1}
SCENES = {
    "uploaded": Scene(
        uploaded,
        "accepted",
        {"pending read": 2, "file read": 2, "file noted": 2, "copy": 2, "accepted": 1, "removed": 1},
    ),
    "shorter": Scene(shorter, "refused", _LOOK | _END),
    "changed": Scene(changed, "refused", _LOOK | {"file noted": 1, "copy": 1} | _END),
    "never": Scene(never, "expired", _LOOK | {"file read": 2} | _END),
}
CELLS = [
    (scene, call, n, name, then)
    for scene, found in SCENES.items()
    # How a file is looked into is the same whatever comes of it.
    for call, times in found.calls.items()
    if found.end == "accepted" or call in _END
    for n in range(1, times + 1)
    for name in FAULTS[call]
    for then in ("lost", "again")
]


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with started() as uploading:
        yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    shared.begin(monkeypatch)
    return shared


# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = (
    "read_timeout always",
    "closed after the effect always",
    "answer_cut_off after the effect always",
    "cut_off once",
    "error_in_200 always",
)


def likely(name: str, *others: bool) -> list[pytest.MarkDecorator]:
    return [] if name in _LIKELY and all(others) else [pytest.mark.full]


def assert_over(uploading: Uploading, fax_id: str, status: str) -> None:
    assert uploading.armed.met
    if status == "accepted":
        uploading.assert_accepted(fax_id, NOTE, LETTER)
    else:
        uploading.assert_ended(fax_id, status)


@pytest.mark.parametrize(
    ("scene", "call", "n", "name", "then"),
    [
        # Each of the likely ones, once.
        pytest.param(
            *cell,
            id="{}: {} {}, {}, messages {}".format(*cell),
            marks=likely(cell[3], cell[2] == 1, (cell[4] == "lost") == (cell[1] != "removed")),
        )
        for cell in CELLS
    ],
)
def test_check(
    deployed: Uploading, scene: str, call: str, n: int, name: str, then: str, log: Callable[[], list[dict[str, Any]]]
) -> None:
    fax_id, messages = SCENES[scene].begin(deployed)
    deployed.made.clear()
    deployed.armed = Armed(call, n, FAULTS[call][name])
    failed = [message() for message in messages].count(False)
    told = [line for line in log() if line["message"] == "failed"]
    assert [(line["reason"], "secret" in str(line)) for line in told] == [("storage", False)] * failed
    if then == "again":
        for message in [*reversed(messages)] * 2:
            message()
    deployed.run(fax_id)
    assert_over(deployed, fax_id, SCENES[scene].end)
    # Where a message comes again, what was left of the first is removed; a day removes the rest.
    if then == "again" or not ("always" in name or "denied" in name):
        assert deployed.uploaded() == []


@pytest.mark.parametrize("scene", SCENES)
def test_these_are_the_calls_of_check_upload(deployed: Uploading, scene: str) -> None:
    _, messages = SCENES[scene].begin(deployed)
    deployed.made.clear()
    for message in messages:
        assert message()
    assert {call: deployed.made.count(call) for call in deployed.made} == SCENES[scene].calls


# --- the sweep -------------------------------------------------------------------------------------------------------

_SWEPT = {"due read": 1, "pending read": 1, "message": 1, "put off": 1}


@pytest.mark.parametrize(
    ("call", "name"),
    [
        pytest.param(call, name, id=f"{call}, {name}", marks=likely(name))
        for call in _SWEPT
        for name in FAULTS[call]
    ],
)  # fmt: skip
def test_a_sweep_after_lost_events(deployed: Uploading, call: str, name: str) -> None:
    fax_id = announced(deployed, NOTE, LETTER)
    deployed.clock += timedelta(minutes=10)
    deployed.armed = Armed(call, 1, FAULTS[call][name])
    deployed.invoke(deployed.sweep, {})
    deployed.run(fax_id)
    assert_over(deployed, fax_id, "accepted")


def test_these_are_the_calls_of_a_sweep(deployed: Uploading) -> None:
    announced(deployed)
    deployed.clock += timedelta(minutes=10)
    deployed.made.clear()
    deployed.invoke(deployed.sweep, {})
    assert {call: deployed.made.count(call) for call in deployed.made} == _SWEPT


# --- RenewUploads ----------------------------------------------------------------------------------------------------

_RENEWED = {"record read": 1, "pending read": 1, "put off": 1}
# Those which the SDK's second try does not see the end of.
_FATAL = ("always", "denied", "error_cut_off")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        pytest.param(call, name, id=f"{call}, {name}", marks=likely(name))
        for call in _RENEWED
        for name in FAULTS[call]
    ],
)  # fmt: skip
def test_new_addresses(deployed: Uploading, call: str, name: str) -> None:
    fax_id = announced(deployed)
    deployed.clock += timedelta(hours=1)
    deployed.made.clear()
    deployed.armed = Armed(call, 1, FAULTS[call][name])
    answer = deployed.renew(fax_id)
    if answer["answered"] != 200:
        assert (answer["answered"], answer["error"]["code"]) == (500, "internal_server_error")
        answer = deployed.renew(fax_id)
    assert (answer["answered"], answer["id"], answer["status"]) == (200, fax_id, "uploading")
    # The files come just before the new addresses end, and their events are lost.
    deployed.clock += timedelta(minutes=29)
    deployed.upload(fax_id, 1, NOTE)
    deployed.check(fax_id)
    deployed.clock += timedelta(minutes=59)
    deployed.upload(fax_id, 2, LETTER)
    deployed.run(fax_id)
    assert_over(deployed, fax_id, "accepted")


def test_these_are_the_calls_of_renew_uploads(deployed: Uploading) -> None:
    fax_id = announced(deployed)
    deployed.made.clear()
    deployed.renew(fax_id)
    assert {call: deployed.made.count(call) for call in deployed.made} == _RENEWED
