"""Recipients that are extensions: which are refused before there is a fax, and what is looked up for that."""

from typing import Any

import pytest

from faxes.errors import Effect, FileInvalid, RecipientsInvalid, StorageFailed, StorageFault
from faxes.model import Extension, ExtensionNumber, Upload
from tests.support.submitting import NOTE, PROVIDER, Service, again

NOT_READ = StorageFault("GetItem", Effect.NONE, "memory")


def looked_up(service: Service) -> list[str]:
    """The extensions that are read from now on; the sender's own is the first of a fax."""
    read: list[str] = []
    find = service.directory.extension

    def noted(number: ExtensionNumber) -> Extension | None:
        read.append(str(number))
        return find(number)

    service.directory.extension = noted  # type: ignore[method-assign]
    return read


@pytest.mark.parametrize(
    ("recipients", "message"),
    [
        (["0003*999"], "Recipient 0003*999 does not exist."),
        (["0003*220"], "Recipient 0003*220 is not enabled for fax."),
        (["0003*301"], "Recipient 0003*301 is not a phone terminal; only a phone terminal takes faxes."),
        # The first in the order sent, behind one that is taken.
        (["7778888", "0003*211", " 0003*999 ", "0003*220"], "Recipient 0003*999 does not exist."),
    ],
)
def test_an_own_extension_that_takes_no_fax_is_refused(recipients: list[str], message: str) -> None:
    refusal = Service().refusal({"recipients": recipients}, NOTE)
    assert refusal == (RecipientsInvalid, "recipient_takes_no_fax", message)


def test_what_nothing_is_said_of_is_not_looked_up() -> None:
    """Another organization's extensions, of which a sender learns nothing; a short number, which may be a phone's."""
    service = Service()
    read = looked_up(service)
    recipients = ("0004*210", "0004*999", "211", "999", "+15551234")
    fax = service.submit({"recipients": list(recipients)}, NOTE)
    assert fax is not None
    assert fax.recipients == recipients
    assert read == ["0003*210"]


def test_an_own_extension_is_looked_up_once() -> None:
    service = Service()
    read = looked_up(service)
    assert service.submit({"recipients": ["0003*211", "0003*211", "0003*210"]}, NOTE) is not None
    assert read == ["0003*210", "0003*211", "0003*210"]


def test_own_is_the_organization_that_sends() -> None:
    """Not that of the token, which may act for another's user."""
    sent: dict[str, Any] = {"user": "carol", "number": "0004*210", "principal": PROVIDER}
    assert Service().submit({"recipients": ["0003*999"]}, NOTE, **sent) is not None
    refusal = Service().refusal({"recipients": ["0003*999", "0004*999"]}, NOTE, **sent)
    assert refusal[2] == "Recipient 0004*999 does not exist."


def test_it_is_told_before_what_is_wrong_with_the_files() -> None:
    empty = Upload("empty.txt", b"")
    assert Service().refusal({"recipients": ["0003*999"]}, empty)[0] is RecipientsInvalid
    assert Service().refusal({"recipients": ["0003*211"]}, empty)[0] is FileInvalid
    assert Service().refusal({"recipients": ["0003*999"]})[0] is RecipientsInvalid


class FailingLater:
    """A directory that finds the sender, and nothing after that."""

    def __init__(self, service: Service) -> None:
        self._find, self._left = service.directory.extension, 1

    def __call__(self, number: ExtensionNumber) -> Extension | None:
        self._left -= 1
        if self._left < 0:
            raise NOT_READ
        return self._find(number)


def test_where_it_cannot_be_looked_up_nothing_is_accepted() -> None:
    service = Service()
    service.directory.extension = FailingLater(service)  # type: ignore[method-assign]
    assert service.refusal({"recipients": ["0003*211"]}, NOTE) == (StorageFailed, "record_not_read", "")


def test_where_it_cannot_be_looked_up_and_the_key_was_accepted_meanwhile_that_is_the_answer() -> None:
    service = Service(bits=(1, 2))
    first = again(service)
    assert first is not None
    acceptance, asked = service.faxes.acceptance, 0

    def only_later(name: str, now: object) -> object:
        nonlocal asked
        asked += 1
        return None if asked == 1 else acceptance(name, service.now)

    service.faxes.acceptance = only_later  # type: ignore[method-assign, assignment]
    service.directory.extension = FailingLater(service)  # type: ignore[method-assign]
    replayed = again(service)
    assert replayed is not None
    assert (replayed.id, replayed.fax) == (first.id, None)


def test_no_more_is_looked_up_than_there_is_time_for() -> None:
    service = Service()
    left = iter([28.0, 0.1])
    service.remaining = lambda: next(left)
    read = looked_up(service)
    refusal = service.refusal({"recipients": ["0003*211", "0003*210"]}, NOTE)
    assert refusal[:2] == (StorageFailed, "out_of_time")
    assert read == ["0003*210", "0003*211"]
