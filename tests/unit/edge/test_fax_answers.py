"""What create_fax answers where nothing is wrong, with its log line and its count."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from faxes.edge import fax_answers
from faxes.model import Fax, Kind, Receipt, Status, StoredFile
from faxes.observability import metrics
from tests.support.answering import answer, counted, entry, line, resolved

type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _no_metrics_of_another_test() -> None:
    metrics.clear_metrics()


FILES = (
    StoredFile(1, "a.txt", Kind.TXT, 3, "00" * 32, "faxes/5d8e2193e92f2d5e31cff1017724cfe9/1.txt", 1),
    StoredFile(2, "b.txt", Kind.TXT, 4, "00" * 32, "faxes/5d8e2193e92f2d5e31cff1017724cfe9/2.txt", 4),
)
FAX = Fax(
    id="9007199254740991",
    uid="5d8e2193e92f2d5e31cff1017724cfe9",
    user_id="alice",
    organization_id="0003",
    extension="0003*210",
    recipients=("7778888", "0003*211", "+4930123456"),
    files=FILES,
    pages=5,
    status=Status.ACCEPTED,
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
    expires_at=datetime(2026, 12, 23, tzinfo=UTC),
)


def test_an_accepted_fax_is_answered_with_its_id_and_uid_alone(log: Log) -> None:
    assert resolved(lambda: fax_answers.accepted(Receipt(FAX.id, FAX.uid, FAX))) == answer(
        200, {"id": "9007199254740991", "uid": "5d8e2193e92f2d5e31cff1017724cfe9"}
    )
    assert [entry(each) for each in log()] == [
        line("INFO", 200, outcome="accepted", fax_id="9007199254740991", files=2, pages=5, recipients=3, bytes=7)
    ]
    assert counted() == {"FaxAccepted": [1.0], "FaxBytes": [7.0], "FaxPages": [5.0]}


def test_ids_that_were_taken_are_counted(log: Log) -> None:
    resolved(lambda: fax_answers.accepted(Receipt(FAX.id, FAX.uid, FAX, ids_redrawn=2)))
    assert counted() == {"FaxAccepted": [1.0], "FaxBytes": [7.0], "FaxPages": [5.0], "FaxIdRedrawn": [2.0]}


def test_a_fax_that_was_accepted_before_is_answered_as_it_was(log: Log) -> None:
    assert resolved(lambda: fax_answers.accepted(Receipt(FAX.id, FAX.uid, None))) == answer(
        200,
        {"id": "9007199254740991", "uid": "5d8e2193e92f2d5e31cff1017724cfe9"},
        **{"Idempotent-Replayed": ["true"]},
    )
    assert [entry(each) for each in log()] == [line("INFO", 200, outcome="replayed", fax_id="9007199254740991")]
    assert counted() == {"FaxReplayed": [1.0]}


def test_nothing_to_send_is_answered_without_a_body(log: Log) -> None:
    assert resolved(fax_answers.nothing_to_send) == {
        "statusCode": 204,
        "body": "",
        "isBase64Encoded": False,
        "multiValueHeaders": {},
    }
    assert [entry(each) for each in log()] == [line("INFO", 204, outcome="nothing_to_send")]
    assert counted() == {"NothingToSend": [1.0]}
