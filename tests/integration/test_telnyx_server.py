"""The server that stands in for Telnyx, asked by the vendor's own SDK, unmodified: both must read the wire alike."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
import telnyx
from PIL import Image
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

from tests.support.line.port import LineDown, Outcome, Result
from tests.support.telnyx.machines import Machine, Reports, Request
from tests.support.telnyx.media_host import MediaHost, document
from tests.support.telnyx.server import TelnyxServer

NUMBER, OTHER = "+12125550001", "+12125550002"
LONG = timedelta(hours=1)
STATE = base64.b64encode(b"1001-001-01").decode()


@dataclass
class Rig:
    server: TelnyxServer
    host: MediaHost
    client: telnyx.Telnyx
    received: list[tuple[dict[str, str], bytes]]
    answers: list[int] = field(default_factory=list)
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))

    def wait(self, time: timedelta) -> None:
        self.clock += time
        self.server.settle()

    def send(self, to: str = NUMBER, *, pages: int = 2, **other: Any) -> str:
        account = self.server.account
        given: dict[str, Any] = {
            "connection_id": account.connection_id,
            "from_": account.numbers[0],
            "to": to,
            "media_url": self.host.offer(document(pages)),
            "client_state": STATE,
            "webhook_url": "https://fax.example/reports",
        }
        sent = self.client.faxes.create(**given | other)
        assert sent.data is not None
        assert sent.data.id is not None
        return sent.data.id

    def states(self) -> list[str]:
        return [json.loads(body)["data"]["event_type"] for _, body in self.received]


@pytest.fixture(name="rig")
def _rig() -> Iterator[Rig]:
    received: list[tuple[dict[str, str], bytes]] = []
    made: list[Rig] = []

    def receive(url: str, headers: dict[str, str], body: bytes) -> int:
        received.append((headers, body))
        return made[0].answers.pop(0) if made[0].answers else 200

    with MediaHost() as host, TelnyxServer(now=lambda: made[0].clock, send=receive) as server:
        account = server.account
        with telnyx.Telnyx(
            api_key=account.api_key, base_url=server.url, public_key=account.public_key, max_retries=0
        ) as client:
            made.append(Rig(server, host, client, received))
            yield made[0]


def test_a_fax_is_sent_followed_and_deleted(rig: Rig) -> None:
    fax_id = rig.send()
    sent = rig.client.faxes.retrieve(fax_id).data
    assert sent is not None
    assert (sent.status, sent.direction, sent.record_type) == ("queued", "outbound", "fax")
    assert (sent.to, sent.from_, sent.client_state) == (NUMBER, rig.server.account.numbers[0], STATE)
    rig.wait(LONG)
    ended = rig.client.faxes.retrieve(fax_id).data
    assert ended is not None
    assert (ended.status, ended.failure_reason) == ("delivered", None)
    assert rig.server.exchange.paper(NUMBER) == [2]
    rig.client.faxes.delete(fax_id)
    with pytest.raises(telnyx.NotFoundError):
        rig.client.faxes.retrieve(fax_id)
    assert list(rig.client.faxes.list()) == []


def test_reports_are_verified_and_read_by_the_sdk(rig: Rig) -> None:
    fax_id = rig.send()
    rig.wait(LONG)
    # The SDK takes the time from the machine.
    rig.clock = datetime.now(UTC)
    assert rig.states() == ["fax.queued", "fax.media.processed", "fax.sending.started", "fax.delivered"]
    headers, body = rig.received[-1]
    for _, late in rig.received:
        signed = rig.server.account.sign(int(datetime.now(UTC).timestamp()), late)
        verify_webhook_signature(late, signed, rig.server.account.public_key)
    with pytest.raises(WebhookVerificationError):
        verify_webhook_signature(body, headers, rig.server.account.public_key)
    event: Any = rig.client.webhooks.unwrap(
        body.decode(), headers=rig.server.account.sign(int(datetime.now(UTC).timestamp()), body)
    )
    assert event.data.event_type == "fax.delivered"
    assert (event.data.payload.fax_id, event.data.payload.client_state) == (fax_id, STATE)
    assert (event.data.payload.page_count, event.data.payload.call_duration_secs) == (2, 60)


def test_lists_are_filtered_and_have_pages(rig: Rig) -> None:
    first = rig.send()
    rig.wait(timedelta(seconds=1))
    since = rig.clock
    later = [rig.send() for _ in range(3)]
    other = rig.send(OTHER)

    def listed(**filters: Any) -> list[str | None]:
        return [fax.id for fax in rig.client.faxes.list(**filters)]

    assert sorted(map(str, listed(page_size=2))) == sorted([first, *later, other])
    assert set(listed(filter={"created_at": {"gte": since}, "to": {"eq": NUMBER}})) == set(later)
    assert listed(filter={"created_at": {"lt": since}}) == [first]
    assert listed(filter={"direction": {"eq": "inbound"}}) == []
    rig.server.exchange.machines[OTHER] = Machine(listed_after=LONG)
    hidden = rig.send(OTHER)
    assert hidden not in listed()
    assert rig.client.faxes.retrieve(hidden).data is not None


@pytest.mark.parametrize("after", [1, 3, 20])
def test_a_fax_is_canceled_while_it_moves(rig: Rig, after: int) -> None:
    fax_id = rig.send()
    rig.wait(timedelta(seconds=after))
    answer = rig.client.faxes.actions.cancel(fax_id)
    assert answer.data is not None
    assert answer.data.result == "ok"
    rig.wait(LONG)
    found = rig.client.faxes.retrieve(fax_id).data
    assert found is not None
    assert (found.status, found.failure_reason) == ("failed", "sender_canceled")
    with pytest.raises(telnyx.UnprocessableEntityError, match="90080"):
        rig.client.faxes.actions.cancel(fax_id)
    assert rig.server.exchange.paper(NUMBER) == []


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"to": "2125550001"}, "10016", "/to"),
    ({"to": "+1 212 555 0001"}, "10016", "/to"),
    ({"from_": "12025550100"}, "10016", "/from"),
    ({"from_": "+12025550199"}, "10015", "/from"),
    ({"connection_id": "1"}, "10015", "/connection_id"),
    ({"media_url": "file:///etc/passwd"}, "10003", "/media_url"),
    ({"media_url": telnyx.omit}, "10004", "/media_url"),
    ({"media_name": "uploaded"}, "10004", "/media_url"),
    ({"client_state": "not base64!"}, "10015", "/client_state"),
    ({"quality": "best"}, "10015", "/quality"),
    ({"monochrome": "yes"}, "10015", "/monochrome"),
    ({"black_threshold": 50}, "10015", "/black_threshold"),
    ({"from_display_name": "Ünïcode"}, "10015", "/from_display_name"),
    ({"webhook_url": "fax.example"}, "10003", "/webhook_url"),
    ({"extra_body": {"command_id": "1"}}, "10015", "/command_id"),
]


@pytest.mark.parametrize(("changed", "code", "pointer"), WRONG)
def test_each_field_is_checked(rig: Rig, changed: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(telnyx.UnprocessableEntityError) as refused:
        rig.send(**changed)
    body: Any = refused.value.response.json()
    assert [(error["code"], error["source"]["pointer"]) for error in body["errors"]] == [(code, pointer)]
    assert rig.server.exchange.faxes == {}


def test_a_key_an_account_and_a_full_line_are_refused(rig: Rig) -> None:
    with pytest.raises(telnyx.AuthenticationError, match="10009"):
        rig.client.with_options(api_key="KEYother").faxes.list()
    rig.server.account.problem = (403, "20100")
    with pytest.raises(telnyx.PermissionDeniedError, match="20100"):
        rig.send()
    rig.server.account.problem = None
    rig.server.account.most_at_once = 1
    rig.send()
    with pytest.raises(telnyx.RateLimitError):
        rig.send()


@pytest.mark.parametrize("wrong", ["gone", "redirected", "too many pages", "no TIFF", "in gray"])
def test_the_document_is_really_fetched_and_opened(rig: Rig, wrong: str) -> None:
    content = document(351 if wrong == "too many pages" else 1)
    if wrong == "no TIFF":
        content = b"%PDF-1.7"
    if wrong == "in gray":
        written = BytesIO()
        Image.new("L", (1728, 64), 255).save(written, "TIFF")
        content = written.getvalue()
    url = rig.host.offer(content)
    path = "/" + url.rpartition("/")[2]
    if wrong == "gone":
        del rig.host.files[path]
    if wrong == "redirected":
        rig.host.redirected["/moved.tif"] = path
        url = rig.host.url("/moved.tif")
    fax_id = rig.send(media_url=url)
    rig.wait(LONG)
    found = rig.client.faxes.retrieve(fax_id).data
    assert found is not None
    reason = {"too many pages": "page_count_limit_exceeded", "gone": "file_download_failed"}
    reason["redirected"] = "file_download_failed"
    assert (found.status, found.failure_reason) == ("failed", reason.get(wrong, "file_format_invalid"))
    assert rig.server.exchange.paper(NUMBER) == []


def test_a_machine_is_busy_once_and_another_breaks_off(rig: Rig) -> None:
    rig.server.exchange.machines |= {
        NUMBER: Machine("user_busy", times=1),
        OTHER: Machine("receiver_call_dropped", pages=1),
    }
    faxes = []
    for to in (NUMBER, NUMBER, OTHER):
        faxes.append(rig.send(to))
        rig.wait(LONG)
    found = [rig.server.exchange.get(each).failure_reason for each in faxes]
    assert found == ["user_busy", None, "receiver_call_dropped"]
    assert (rig.server.exchange.paper(NUMBER), rig.server.exchange.paper(OTHER)) == ([2], [1])


STORED = {
    Request.STORED_NOT_ANSWERED: 1,
    Request.NEITHER: 0,
    Request.STORED_ERROR_500: 1,
    Request.ERROR_500: 0,
    Request.STORED_CUT_OFF: 1,
    Request.TOO_MANY: 0,
    Request.GATEWAY_PAGE: 0,
    Request.STORED_LATE: 0,
}


@pytest.mark.parametrize("wrong", STORED)
def test_what_goes_wrong_with_a_request(rig: Rig, wrong: Request) -> None:
    rig.server.exchange.machines[NUMBER] = Machine(request=wrong, requests=1)
    with pytest.raises((telnyx.APIError, httpx.HTTPError)):
        rig.send()
    assert len(rig.server.exchange.faxes) == STORED[wrong]
    rig.wait(LONG)
    assert len(rig.server.exchange.faxes) == STORED[wrong] + (wrong is Request.STORED_LATE)


def test_a_fax_that_is_answered_and_never_stored(rig: Rig) -> None:
    rig.server.exchange.machines[NUMBER] = Machine(request=Request.ANSWERED_NOT_STORED)
    fax_id = rig.send()
    with pytest.raises(telnyx.NotFoundError):
        rig.client.faxes.retrieve(fax_id)


ORDER = ["fax.queued", "fax.media.processed", "fax.sending.started", "fax.delivered"]
TOLD = {
    Reports.TWICE: [each for each in ORDER for _ in range(2)],
    Reports.OUT_OF_ORDER: ORDER[::-1],
    Reports.NEVER: [],
    Reports.BEFORE_ANSWER: ORDER,
    Reports.FORGED: ORDER,
    Reports.OF_ANOTHER: ORDER,
}


@pytest.mark.parametrize("how", TOLD)
def test_what_goes_wrong_with_reports(rig: Rig, how: Reports) -> None:
    other = rig.send(OTHER, webhook_url=telnyx.omit)
    rig.server.exchange.machines[NUMBER] = Machine(reports=how)
    fax_id = rig.send()
    before = len(rig.received)
    assert before == (how is Reports.BEFORE_ANSWER)
    rig.wait(LONG)
    assert rig.states() == TOLD[how]
    named = {json.loads(body)["data"]["payload"]["fax_id"] for _, body in rig.received}
    assert named == ({other} if how is Reports.OF_ANOTHER else {fax_id} if TOLD[how] else set())
    headers, body = rig.received[-1] if rig.received else ({}, b"")
    if how is Reports.FORGED:
        headers = headers | {"telnyx-timestamp": str(int(datetime.now(UTC).timestamp()))}
        with pytest.raises(WebhookVerificationError, match="does not match"):
            verify_webhook_signature(body, headers, rig.server.account.public_key)


def test_a_report_comes_again_until_it_is_answered_200_and_then_elsewhere(rig: Rig) -> None:
    rig.server.account.failover_url = "https://fax.example/failover"
    rig.answers = [500, 202, 0, 503]
    rig.send()
    for _ in range(5):
        rig.server.webhooks.flush()
        rig.clock += timedelta(minutes=5)
    sent = [(url, json.loads(body)["meta"]["attempt"], answer) for url, _, body, answer in rig.server.webhooks.sent]
    reports = [("https://fax.example/reports", n, answer) for n, answer in enumerate([500, 202, 0, 503], start=1)]
    assert sent == [*reports, ("https://fax.example/failover", 5, 200)]


@dataclass
class Scripted:
    """A line whose calls end as it is told; None: it is down."""

    outcome: Outcome | None
    called: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, number: str, document: bytes, **_: object) -> Result:
        self.called.append((number, document))
        if self.outcome is None:
            raise LineDown
        return Result(self.outcome, pages=2 if self.outcome is Outcome.SENT else 0)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.SENT, None),
        (Outcome.BUSY, "user_busy"),
        (Outcome.NO_ANSWER, "receiver_no_answer"),
        (Outcome.CUT, "receiver_call_dropped"),
        (None, "service_unavailable"),
    ],
)
def test_a_line_makes_the_call(rig: Rig, outcome: Outcome | None, reason: str | None) -> None:
    rig.server.exchange.line = line = Scripted(outcome)
    fax_id = rig.send()
    rig.wait(LONG)
    for call in rig.server.exchange.calls:
        call.join(10)
        assert not call.is_alive()
    assert rig.server.exchange.get(fax_id).failure_reason == reason
    assert line.called == [(NUMBER, document(2))]
