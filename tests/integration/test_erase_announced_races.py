"""What happens between any two calls of an erasure of a fax that waits for its files, or of a check of it: the fax is
erased in the end, or the erasure says that it is to be done again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.support.erasing import KEY, announced, assert_nothing_is_left, begun, erased, hooked, uploaded
from tests.support.faulty_uploads import LETTER, NOTE, Uploading, started
from tools.operations.erase import NotErased

# Of the check by which a fax of two files is accepted, and of an erasure that finds one.
CHECK_CALLS, ERASE_CALLS = 7, 22


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with started() as uploading:
        yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    return begun(shared, monkeypatch)


def test_every_call_is_tried(deployed: Uploading) -> None:
    fax_id, uid = uploaded(deployed)
    deployed.check(fax_id, 2)
    assert len(deployed.made) == CHECK_CALLS
    made: list[int] = []
    _, uid = uploaded(deployed)
    erased(deployed, uid, hooked(deployed, made.append))
    assert made[-1] == ERASE_CALLS


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("n", range(1, CHECK_CALLS + 1))
def test_an_erasure_between_two_calls_of_a_check(deployed: Uploading, n: int, killed: bool) -> None:
    """The fax is erased, or the erasure says that it is to be done again; so, too, where the check ends there."""
    fax_id, uid = uploaded(deployed)
    said: list[str] = []

    def erases() -> None:
        try:
            erased(deployed, uid)
        except NotErased as error:
            said.append(str(error))
        if killed:
            raise Killed

    deployed.meanwhile[n] = erases
    with suppress(Killed):
        deployed.check(fax_id, 2)
    assert deployed.meanwhile == {}
    # The message comes again where it was not taken.
    deployed.check(fax_id, 2)
    if said:
        assert said == [
            f"Fax {uid} was not erased to its end: it was just being accepted. It cannot be any more, but its files "
            f"may still be copied. Erase it again after {deployed.clock + timedelta(minutes=3):%H:%M:%S} UTC."
        ]
        assert [record["id"] for record in deployed.records()] == []
        deployed.clock += timedelta(minutes=3)
        erased(deployed, uid)
    # From the moment that both files were looked into to the one that it is accepted in.
    assert bool(said) == (n in (4, 5, 6))
    assert_nothing_is_left(deployed)


def differs(uploading: Uploading, fax_id: str) -> None:
    uploading.upload(fax_id, 2, NOTE * 3)
    uploading.check(fax_id, 2)


MEANWHILE: dict[str, Callable[[Uploading, str], object]] = {
    "it is accepted": lambda uploading, fax_id: uploading.check(fax_id),
    "new addresses": lambda uploading, fax_id: uploading.renew(fax_id),
    "a sweep": lambda uploading, _: uploading.invoke(uploading.sweep, {}),
    "a file is not what was announced": differs,
}
_LIKELY = ("it is accepted",)


def calls(*likely: int) -> list[Any]:
    """Each of an erasure's; those where something is likely to break in `make check` as well."""
    numbers = range(1, ERASE_CALLS + 1)
    return [pytest.param(n, marks=[] if n in likely else [pytest.mark.full]) for n in numbers]


# From where it is found to where what was announced is gone.
@pytest.mark.parametrize("n", calls(*range(4, 18)))
@pytest.mark.parametrize("what", [pytest.param(w, marks=[] if w in _LIKELY else [pytest.mark.full]) for w in MEANWHILE])
def test_between_two_calls_of_an_erasure(deployed: Uploading, what: str, n: int) -> None:
    fax_id, uid = uploaded(deployed)
    happened = []

    def hook(number: int) -> None:
        if number == n:
            happened.append(n)
            MEANWHILE[what](deployed, fax_id)

    fax = erased(deployed, uid, hooked(deployed, hook))
    assert happened == [n]
    assert fax.fax_id == fax_id
    # What was uploaded while it was erased has its message.
    deployed.check(fax_id)
    assert_nothing_is_left(deployed)


@pytest.mark.parametrize(
    "n", [pytest.param(n, marks=[] if n in (11, 12) else [pytest.mark.full]) for n in range(9, 14)]
)
def test_the_same_announcement_between_two_calls_of_an_erasure(deployed: Uploading, n: int) -> None:
    """It gives the fax more time, for which it writes the whole item; or its key is free, and it is another fax."""
    fax_id, uid = announced(deployed)
    deployed.clock += timedelta(minutes=40)

    def hook(number: int) -> None:
        if number == n:
            deployed.announce(NOTE, LETTER, key=KEY)

    erased(deployed, uid, hooked(deployed, hook))
    kept = [item for item in deployed.items() if item["sk"] != "ERASED"]
    assert [item for item in kept if fax_id in str(item) or uid in str(item)] == []


# Before and behind the write by which it ends, and of each kind that deletes.
@pytest.mark.parametrize("n", calls(9, 12, 13, 14, 17, 18))
def test_an_erasure_that_is_interrupted_is_done_again(deployed: Uploading, n: int) -> None:
    _, uid = uploaded(deployed)

    def hook(number: int) -> None:
        if number == n:
            raise EndpointConnectionError(endpoint_url="https://127.0.0.1")

    with pytest.raises((NotErased, EndpointConnectionError)):
        erased(deployed, uid, hooked(deployed, hook))
    with suppress(NotErased):
        erased(deployed, uid)
    assert_nothing_is_left(deployed)


def test_what_is_changed_time_and_again(deployed: Uploading) -> None:
    fax_id, uid = uploaded(deployed)
    stack = deployed.cloud.stack()

    def client(service: str) -> Any:
        made = stack.client(service)
        made.meta.events.register(
            "provide-client-params.dynamodb.TransactWriteItems", lambda **_: deployed.renew(fax_id) and None
        )
        return made

    with pytest.raises(NotErased, match=r"was not erased to its end\. AWS said: what was announced is changed time"):
        erased(deployed, uid, replace(stack, client=client))
    assert deployed.waiting() == [fax_id]
