"""The adapter against the server: what is certain of each answer, and what each of Telnyx's words becomes."""

import importlib.util
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.carriers import telnyx as adapter
from faxes.carriers.https import Answer, Host
from faxes.carriers.telnyx_failures import CANCELED, REASONS
from faxes.delivery.carrier import Accepted, Call, CallState, CarrierSilent, NoAnswer, Refused, Report
from faxes.model import Reason
from tests.support import carrier_rigs
from tests.support.carrier_rigs import TelnyxRig
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine, Request
from tests.support.template import ROOT

LONG = timedelta(hours=1)
CALL = Call("1-001-01", "+12125550001", "", 2)
_LONG_WORD = "x" * 300_000


@pytest.fixture(name="rig")
def _rig() -> Iterator[TelnyxRig]:
    with carrier_rigs.telnyx() as made:
        yield made


def test_what_is_asked_for_is_what_the_document_needs_and_says_nothing_else(rig: TelnyxRig) -> None:
    rig.submitted()
    (fax,) = rig.server.exchange.faxes.values()
    asked = dict(fax.request)
    url = asked.pop("media_url")
    assert url.startswith("http://127.0.0.1:")
    account = rig.server.account
    assert asked == {
        "connection_id": account.connection_id,
        "from": account.numbers[0],
        "to": rig.well,
        "client_state": "MTAwMS0wMDEtMDE=",
        "quality": "high",
        "store_media": False,
    }


# What each answer makes certain; and whether the carrier has the fax all the same.
ANSWERS: dict[Request, tuple[type, int]] = {
    Request.NOTHING: (Accepted, 1),
    Request.STORED_NOT_ANSWERED: (NoAnswer, 1),
    Request.NEITHER: (NoAnswer, 0),
    Request.STORED_ERROR_500: (NoAnswer, 1),
    Request.ERROR_500: (NoAnswer, 0),
    Request.STORED_CUT_OFF: (NoAnswer, 1),
    Request.STORED_UNREADABLE: (NoAnswer, 1),
    Request.STORED_LATE: (NoAnswer, 0),
    Request.GATEWAY_PAGE: (NoAnswer, 0),
    Request.REDIRECT: (NoAnswer, 0),
    Request.TOO_MANY: (Refused, 0),
    Request.ANSWERED_NOT_STORED: (Accepted, 0),
}


@pytest.mark.parametrize("wrong", ANSWERS)
def test_what_is_certain_of_each_answer(rig: TelnyxRig, wrong: Request) -> None:
    rig.server.exchange.machines[rig.well] = Machine(request=wrong)
    answer, stored = ANSWERS[wrong]
    assert isinstance(rig.carrier.submit(rig.call()), answer)
    assert len(rig.server.exchange.faxes) == stored
    # It was asked once, whatever came of it.
    assert [method for method, path, _ in rig.server.asked] == ["POST"]


@pytest.mark.parametrize("wrong", [Request.STORED_AND_HANGS, Request.STORED_SLOW])
def test_the_time_is_bounded_in_all(rig: TelnyxRig, wrong: Request) -> None:
    rig.server.exchange.machines[rig.well] = Machine(request=wrong)
    carrier = rig.asked_at(rig.server.url, rig.media, total=0.3)
    assert carrier.submit(rig.call()) == NoAnswer()
    assert len(rig.server.exchange.faxes) == 1


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "20012", Reason.CARRIER_UNAVAILABLE),
        (403, "20100", Reason.CARRIER_UNAVAILABLE),
        (422, "10015", Reason.CARRIER_REJECTED),
        (404, "10005", Reason.CARRIER_REJECTED),
    ],
)
def test_a_refusal_says_why(rig: TelnyxRig, status: int, code: str, reason: Reason) -> None:
    rig.server.account.problem = (status, code)
    # What refuses the account says nothing of the fax.
    of_account = reason is Reason.CARRIER_UNAVAILABLE
    assert rig.carrier.submit(rig.call()) == Refused(reason, code, str(status), of_account=of_account)


def saying(status: int, said: Any) -> adapter.Telnyx:
    """The adapter of a carrier that answers nothing but this."""

    class Saying(Host):
        def ask(self, *_: object, **__: object) -> Answer:
            return Answer(status, json.dumps(said).encode())

    host = Saying("https://api.telnyx.com/v2")
    return adapter.Telnyx(host, lambda fresh: "KEY", "1", "+12025550100", lambda key: "https://media.example/1.tif")


def refusing(status: int, code: str, pointer: str) -> adapter.Telnyx:
    return saying(status, {"errors": [{"code": code, "source": {"pointer": pointer}}]})


@pytest.mark.parametrize("status", [403, 422])
def test_an_application_that_is_refused_is_no_faxs_fault(status: int) -> None:
    """Any other fax would be refused as well: they wait for whoever mends the deployment's TelnyxConnectionId."""
    expected = Refused(Reason.CARRIER_UNAVAILABLE, "10015", f"{status} /connection_id", of_account=True)
    assert refusing(status, "10015", "/connection_id").submit(CALL) == expected


@pytest.mark.parametrize(("length", "asked"), [(2_000, 1), (2_001, 0)])
def test_an_address_that_is_too_long_for_the_carrier_is_no_faxs_fault(rig: TelnyxRig, length: int, asked: int) -> None:
    """It has the credentials of whoever signed it in it, and so every fax's is as long."""
    address, account = "https://media.example/".ljust(length, "x"), rig.server.account
    host = Host(rig.server.url)
    carrier = adapter.Telnyx(
        host, lambda fresh: account.api_key, account.connection_id, account.numbers[0], lambda key: address
    )
    answer = carrier.submit(rig.call())
    assert len(rig.server.asked) == asked
    if not asked:
        detail = "2001 characters; Telnyx takes 2000"
        assert answer == Refused(Reason.CARRIER_UNAVAILABLE, "address_too_long", detail, of_account=True)
        return
    assert isinstance(answer, Accepted)


@pytest.mark.parametrize("pointer", ["/from", "/to"])
def test_a_number_that_is_forbidden_says_nothing_of_the_account(pointer: str) -> None:
    """Or one organization would close the gate for all."""
    said = {"/from": "+12025550100", "/to": CALL.number}[pointer]
    expected = Refused(Reason.CARRIER_REJECTED, "10010", f"403 {pointer} {said}")
    assert refusing(403, "10010", pointer).submit(CALL) == expected


def test_a_number_that_is_none_is_no_fault_of_the_document(rig: TelnyxRig) -> None:
    assert rig.carrier.submit(rig.call(number="7778888")) == Refused(Reason.NUMBER_INVALID, "10016", "422 /to 7778888")


def test_a_key_that_was_replaced_is_read_anew_once(rig: TelnyxRig) -> None:
    asked: list[bool] = []
    account = rig.server.account

    def key(fresh: bool) -> str:
        asked.append(fresh)
        return account.api_key if fresh else "KEYold"

    carrier = adapter.Telnyx(Host(rig.server.url), key, account.connection_id, account.numbers[0], rig.media.address)
    assert isinstance(carrier.submit(rig.call()), Accepted)
    assert asked == [False, True]
    assert len(rig.server.exchange.faxes) == 1
    account.api_key = "KEYnew"
    other = adapter.Telnyx(
        Host(rig.server.url), lambda fresh: "KEYold", account.connection_id, account.numbers[0], rig.media.address
    )
    assert other.submit(rig.call()) == Refused(Reason.CARRIER_UNAVAILABLE, "10009", "401", of_account=True)


def test_every_reason_that_the_sdk_lists_is_one_of_ours() -> None:
    spec = importlib.util.find_spec("telnyx")
    assert spec is not None
    assert spec.origin is not None
    fax = (Path(spec.origin).parent / "types/fax.py").read_text()
    section = fax.partition("Common values include:")[2].partition('"""')[0]
    listed = set(re.findall(r"`([a-z0-9_]+)`", section))
    assert len(listed) == 35
    assert set(REASONS) == listed


def test_the_page_has_each_reason_with_telnyxs_words_for_it() -> None:
    rows = re.findall(r"^\| `([a-z_]+)`[^|]*\| (.*) \|$", (ROOT / "docs/carriers/telnyx.md").read_text(), re.MULTILINE)
    told = {word: Reason(reason) for reason, words in rows for word in re.findall(r"`([a-z_0-9]+)`", words)}
    assert told == {word: reason for word, reason in REASONS.items() if word != CANCELED}


@pytest.mark.parametrize("word", sorted({*REASONS, "of_a_later_release"}))
def test_each_failure_is_reported_with_its_reason_and_word(rig: TelnyxRig, word: str) -> None:
    rig.server.exchange.machines[rig.well] = Machine(word)
    carrier_id = rig.submitted()
    rig.clock += LONG
    of_account = word in ("account_disabled", "no_outbound_profile", "outbound_profile_daily_spend_limit_exceeded")
    reason = REASONS.get(word, Reason.INTERNAL)
    expected = Report(CallState.FAILED, reason=reason, code=word, detail=word, of_account=of_account)
    if word == CANCELED:
        expected = Report(CallState.CANCELED, code=word)
    assert rig.fetch(carrier_id) == expected


@pytest.mark.parametrize("status", [200, 202])
def test_a_fax_is_stopped_with_whatever_says_that_it_was_taken(status: int) -> None:
    assert saying(status, {"data": {"result": "ok"}}).cancel("id") is True


@pytest.mark.parametrize("reason", [[], {}, ["user_busy"], 5, True])
def test_a_failure_whose_reason_is_no_word_is_one_that_is_not_known(reason: object) -> None:
    report = saying(200, {"data": {"status": "failed", "failure_reason": reason}}).fetch("id", 2)
    assert (report.state, report.reason, report.of_account) == (CallState.FAILED, Reason.INTERNAL, False)


def test_words_are_kept_as_long_as_words_are() -> None:
    """Or what is written of the attempt would have no room, and the fax would never end."""
    said = {"status": "failed", "failure_reason": _LONG_WORD, "internal_failure_reason": _LONG_WORD}
    report = saying(200, {"data": said}).fetch("id", 2)
    assert (len(report.code or ""), len(report.detail or "")) == (200, 200)
    refused = refusing(422, _LONG_WORD, _LONG_WORD).submit(CALL)
    assert isinstance(refused, Refused)
    assert (len(refused.code or ""), len(refused.detail or "")) == (200, 204)
    # Cut, it would be another's.
    assert saying(202, {"data": {"id": _LONG_WORD}}).submit(CALL) == NoAnswer()


def test_a_fax_is_found_on_a_later_page(rig: TelnyxRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_PAGE", 2)
    ids = [rig.submitted(rig.call(f"{n}-001-01")) for n in range(1, 6)]
    assert [rig.find(rig.call(f"{n}-001-01")) for n in range(1, 6)] == ids
    assert rig.find(rig.call("6-001-01")) is None
    monkeypatch.setattr(adapter, "_MOST_PAGES", 1)
    with pytest.raises(CarrierSilent):
        rig.find(rig.call("6-001-01"))


def test_what_a_report_names_is_found_before_any_list_has_it(rig: TelnyxRig) -> None:
    rig.server.exchange.machines[rig.well] = Machine(listed_after=timedelta(days=1))
    call, other = rig.call(), rig.call("1001-001-02")
    carrier_id, others = rig.submitted(call), rig.submitted(other)
    since = rig.clock
    assert rig.find(call) is None
    assert rig.carrier.find(call.reference, call.number, since, carrier_id) == carrier_id
    # One that names another's is not believed, nor one that leads elsewhere.
    for named in (others, "no-such-fax", "../balance", ""):
        assert rig.carrier.find(call.reference, call.number, since, named) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "errors",
                    "meta",
                    "id",
                    "code",
                    "status",
                    "source",
                    "client_state",
                    "total_pages",
                    "failure_reason",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(status=st.sampled_from([200, 202, 204, 301, 400, 401, 404, 422, 429, 500]), said=ANYTHING)
def test_no_answer_raises_anything_else(status: int, said: Any) -> None:
    carrier = saying(status, said)
    answer = carrier.submit(CALL)
    assert isinstance(answer, Accepted | Refused | NoAnswer)
    for ask in (
        lambda: carrier.find("1-001-01", "+12125550001", NOW, "id"),
        lambda: carrier.fetch("id", 2),
        lambda: carrier.cancel("id"),
        lambda: carrier.erase("id"),
    ):
        try:
            ask()
        except CarrierSilent:
            continue
