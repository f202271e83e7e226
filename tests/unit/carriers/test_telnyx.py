"""The adapter against the server: what is certain of each answer, and what each of Telnyx's words becomes."""

import importlib.util
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.carriers import telnyx as adapter
from faxes.carriers.https import Answer, Host, NotAnswered, NotSent
from faxes.carriers.telnyx_failures import CANCELED, REASONS
from faxes.delivery.carrier import Accepted, Call, CallState, CarrierSilent, NoAnswer, Refused, Report
from faxes.model import Reason
from tests.support import carrier_rigs
from tests.support.carrier_rigs import TelnyxRig
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine, Request
from tests.support.template import ROOT

LONG = timedelta(hours=1)


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


def test_a_number_that_is_none_is_no_fault_of_the_document(rig: TelnyxRig) -> None:
    assert rig.carrier.submit(rig.call(number="7778888")) == Refused(Reason.NUMBER_INVALID, "10016", "422 /to")


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
    class Saying(Host):
        def ask(self, *_: object, **__: object) -> Answer:
            return Answer(status, json.dumps(said).encode())

    host = Saying("https://api.telnyx.com/v2")
    carrier = adapter.Telnyx(host, lambda fresh: "KEY", "1", "+12025550100", lambda key: "https://media.example/1.tif")
    answer = carrier.submit(Call("1-001-01", "+12125550001", "", 2))
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


def test_a_carrier_is_asked_by_https_alone() -> None:
    for base in ("http://api.telnyx.com/v2", "ftp://127.0.0.1", "http://127.0.0.1.example/v2", "api.telnyx.com"):
        with pytest.raises(ValueError, match="HTTPS"):
            Host(base)


def test_a_host_that_is_not_who_it_says_is_told_nothing() -> None:
    """The request was certainly not taken: no byte of it left."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    heard: list[bytes] = []

    def answer() -> None:
        line, _ = listener.accept()
        try:
            with context.wrap_socket(line, server_side=True) as safe:
                heard.append(safe.recv(100))
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(NotSent):
            Host(f"https://127.0.0.1:{listener.getsockname()[1]}/v2").ask("GET", "/faxes", "KEY")
        thread.join(10)
    assert [each for each in heard if each] == []


def test_an_answer_that_is_longer_than_any_of_the_carriers_is_not_read_to_its_end() -> None:
    def answer() -> None:
        line, _ = listener.accept()
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            try:
                while True:
                    line.sendall(b" " * 65536)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(NotAnswered):
            Host(f"http://127.0.0.1:{listener.getsockname()[1]}/v2").ask("GET", "/faxes", "KEY")
        thread.join(10)
