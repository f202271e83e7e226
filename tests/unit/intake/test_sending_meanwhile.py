"""A request with a key, where another is written or accepted meanwhile, or a read fails."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from unittest import mock

import pytest

from faxes.errors import (
    Effect,
    ExtensionInvalid,
    KeyReused,
    OutcomeUnknown,
    ServiceFault,
    StorageFailed,
    StorageFault,
)
from faxes.intake.ports import WriteConflict
from faxes.model import Document, Fax, Form, IdempotencyRecord, Receipt
from tests.support.memory import MemoryFaxStore, MemoryFileStore
from tests.support.submitting import ALICE, NOT_READ, NOTE, TO_ONE, Service, again


class Contended(MemoryFaxStore):
    """Others are writing the same idempotency record for the first ``conflicts`` writes."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts

    def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
        self.conflicts -= 1
        if self.conflicts >= 0:
            raise WriteConflict
        super().insert(fax, idempotency)


def test_a_write_that_meets_another_is_tried_again_after_a_while() -> None:
    service = Service(bits=(1, 2, 3, 4, 5))
    service.submission = dataclasses.replace(service.submission, faxes=Contended(4))
    receipt = again(service)
    assert receipt is not None
    assert (receipt.fax is not None, receipt.ids_redrawn) == (True, 0)
    assert service.waits == [0.05, 0.1, 0.2, 0.4]


@pytest.mark.parametrize(("key", "failure"), [("a-key", OutcomeUnknown), (None, StorageFailed)])
def test_where_a_write_meets_others_time_and_again_they_may_be_accepted(
    key: str | None, failure: type[ServiceFault]
) -> None:
    """Nothing of this request is. Without a key, none of theirs is the same fax."""
    service = Service(bits=(1, 2, 3, 4, 5))
    service.submission = dataclasses.replace(service.submission, faxes=Contended(5))
    with pytest.raises(ServiceFault) as caught:
        again(service, key=key)
    assert type(caught.value) is failure
    assert (caught.value.reason, caught.value.cause) == ("writes_in_vain", "5 writes, 0 ids were taken")
    assert service.files.objects == {}


class Overtaken(MemoryFileStore):
    """Fails while another request does ``meanwhile``."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        self.meanwhile()
        raise StorageFault("put", Effect.UNKNOWN, "memory")


def test_a_request_that_fails_is_answered_as_the_same_one_that_was_accepted_meanwhile() -> None:
    service = Service()
    first: list[Receipt | None] = []
    overtaken = dataclasses.replace(service.submission, files=Overtaken(lambda: first.append(again(service))))
    sent = Form(json.dumps(TO_ONE).encode(), (NOTE,))
    receipt = overtaken.submit(sent, ALICE, "@me", "210", "a-key", service.remaining)
    assert first[0] is not None
    assert receipt == Receipt(first[0].id, first[0].uid, None)
    assert len(service.faxes.faxes) == 1


def test_another_fax_that_was_accepted_meanwhile_has_the_key() -> None:
    service = Service()
    overtaken = dataclasses.replace(service.submission, files=Overtaken(lambda: again(service)))
    with pytest.raises(KeyReused):
        overtaken.submit(Form(b'{"recipients":["1"]}', (NOTE,)), ALICE, "@me", "210", "a-key", service.remaining)


def test_where_it_cannot_be_learned_what_became_of_others_nobody_knows() -> None:
    service = Service()

    def breaks() -> None:
        service.faxes.read_failure = NOT_READ

    overtaken = dataclasses.replace(service.submission, files=Overtaken(breaks))
    with pytest.raises(OutcomeUnknown) as caught:
        overtaken.submit(Form(json.dumps(TO_ONE).encode(), (NOTE,)), ALICE, "@me", "210", "a-key", service.remaining)
    assert caught.value.reason == "key_not_read"


@pytest.mark.parametrize(("left", "failure"), [(5.0, StorageFailed), (4.9, OutcomeUnknown)])
def test_it_is_asked_for_as_long_as_there_is_time(left: float, failure: type[ServiceFault]) -> None:
    service = Service()
    moments = iter([28.0, 28.0, 28.0, left, left])
    service.remaining = lambda: next(moments)
    service.files.failing_position = 1
    with pytest.raises(ServiceFault) as caught:
        again(service)
    assert (type(caught.value), caught.value.reason) == (failure, "file_not_stored")


def test_a_request_that_is_refused_waits_for_its_key_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went on behind the answer would be frozen with the function, and go on within the next request."""
    reading: Future[None] = Future()
    pool = mock.Mock(spec=Executor)
    pool.submit.return_value = reading
    waited: list[Future[None]] = []

    def wait(futures: Iterable[Future[None]]) -> None:
        waited.extend(futures)
        reading.set_result(None)

    monkeypatch.setattr("faxes.intake.claims.wait", wait)
    service = Service()
    service.submission = dataclasses.replace(service.submission, pool=pool)
    with pytest.raises(ExtensionInvalid):
        again(service, number="999")
    assert waited == [reading]
