"""carrier_report: a report rings once and moves nothing by itself; what is no report of the carrier's does nothing."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.items import plain
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT
from tests.support.telnyx.account import Account

REFERENCE = "1001-001-01"
DELIVERED = {
    "data": {
        "record_type": "event",
        "event_type": "fax.delivered",
        "id": "95479a2e-b947-470a-a88f-2da6dd07ae0f",
        "occurred_at": "2026-11-30T13:08:22.039204Z",
        "payload": {
            "fax_id": "f8338808-3dc6-4f2b-942a-5d1f39255784",
            "connection_id": "234423",
            "direction": "outbound",
            "from": "+12025550100",
            "to": "+12125550001",
            "client_state": "MTAwMS0wMDEtMDE=",
            "page_count": 2,
            "status": "delivered",
        },
    },
    "meta": {"attempt": 1, "delivered_to": "https://fax.example/reports"},
}
BODY = json.dumps(DELIVERED).encode()


@dataclass
class Deployed:
    cloud: Cloud
    account: Account = field(default_factory=Account)
    function: ModuleType = field(init=False)

    def __post_init__(self) -> None:
        self.function = self.cloud.function(
            "carrier_report", CARRIER="telnyx", TELNYX_PUBLIC_KEY=self.account.public_key
        )

    def send(self, body: bytes | str, headers: dict[str, str], **other: Any) -> dict[str, Any]:
        event = {
            "resource": "/carriers/telnyx/reports",
            "path": "/carriers/telnyx/reports",
            "httpMethod": "POST",
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "requestContext": {"extendedRequestId": "Jx9Zm="},
            "body": body.decode("utf-8", "surrogateescape") if isinstance(body, bytes) else body,
            "isBase64Encoded": False,
        }
        answer: dict[str, Any] = self.function.handler(event | other, CONTEXT)
        return answer

    def signed(self, body: bytes = BODY, at: datetime | None = None) -> dict[str, str]:
        stamp = int((at or datetime.now(UTC)).timestamp())
        return self.account.sign(stamp, body) | {"Content-Type": "application/json"}

    def rung(self) -> list[dict[str, Any]]:
        client: Any = boto3.client
        found = client("sqs").receive_message(QueueUrl=self.cloud.names["SendQueue"], MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]

    def kept(self) -> list[str]:
        return [plain(item)["pk"] for item in self.cloud.items("FaxTable")]


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Deployed:
    return Deployed(cloud)


def test_a_report_rings_once_however_often_it_comes(deployed: Deployed) -> None:
    answer = deployed.send(BODY, deployed.signed())
    assert (answer["statusCode"], answer["body"]) == (200, "{}")
    assert deployed.send(BODY, deployed.signed())["statusCode"] == 200
    assert deployed.rung() == [{"report": REFERENCE, "carrierId": "f8338808-3dc6-4f2b-942a-5d1f39255784"}]
    assert deployed.kept() == ["REPORT#telnyx#95479a2e-b947-470a-a88f-2da6dd07ae0f"]
    (item,) = deployed.cloud.items("FaxTable")
    assert plain(item)["expiresAt"] > datetime.now(UTC).timestamp() + timedelta(days=13).total_seconds()


def test_a_report_without_its_envelope_is_read_as_well(deployed: Deployed) -> None:
    body = json.dumps(DELIVERED["data"]).encode()
    assert deployed.send(body, deployed.signed(body))["statusCode"] == 200
    assert [each["report"] for each in deployed.rung()] == [REFERENCE]


@pytest.mark.parametrize("state", [None, "bm9uZSBvZiBvdXJz", "MTAwMQ==", "not base64", 5, "MTAwMS0wMDEtMDEgOyBEUk9Q"])
def test_a_fax_that_is_none_of_ours_is_taken_and_rings_nothing(deployed: Deployed, state: object) -> None:
    said = json.loads(BODY)
    said["data"]["payload"]["client_state"] = state
    body = json.dumps(said).encode()
    assert deployed.send(body, deployed.signed(body))["statusCode"] == 200
    assert (deployed.rung(), deployed.kept()) == ([], [])


@pytest.mark.parametrize("seconds", [-301, 302, -86_400])
def test_a_report_of_another_time_is_refused(deployed: Deployed, seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    refused = deployed.send(BODY, deployed.signed(at=at))
    assert refused["statusCode"] == 403
    assert json.loads(refused["body"])["error"]["code"] == "report_invalid"
    assert (deployed.rung(), deployed.kept()) == ([], [])


def test_what_is_signed_and_no_report_is_refused(deployed: Deployed) -> None:
    unnamed = (b'{"data": []}', b'{"data": {"id": 1, "payload": {}}}')
    for body in (b"", b"[]", b"{", b"null", b'"text"', *unnamed, b"[" * 60_000):
        assert deployed.send(body, deployed.signed(body))["statusCode"] == 403
    hostile = json.loads(BODY)
    hostile["data"]["id"] = "x#../FAX#1"
    body = json.dumps(hostile).encode()
    assert deployed.send(body, deployed.signed(body))["statusCode"] == 403
    assert (deployed.rung(), deployed.kept()) == ([], [])


def test_more_than_any_report_is_not_read(deployed: Deployed) -> None:
    body = b" " * 65_537
    assert deployed.send(body, deployed.signed(body))["statusCode"] == 413


def test_where_it_cannot_be_kept_it_is_to_come_again(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = deployed.function.reports
    monkeypatch.setattr(reports.ring, "_url", "https://sqs.eu-west-1.amazonaws.com/123456789012/none")
    assert deployed.send(BODY, deployed.signed())["statusCode"] == 503
    assert deployed.kept() == []
    monkeypatch.undo()
    assert deployed.send(BODY, deployed.signed())["statusCode"] == 200
    assert len(deployed.rung()) == 1


@pytest.mark.parametrize("carrier", ["none", "simulator"])
def test_where_another_has_the_lines_there_is_nothing_to_report_to(cloud: Cloud, carrier: str) -> None:
    deployed = Deployed(cloud)
    deployed.function = cloud.function("carrier_report", CARRIER=carrier)
    assert deployed.send(BODY, deployed.signed())["statusCode"] == 404
    assert deployed.kept() == []


def test_a_key_that_is_none_fails_the_start(cloud: Cloud) -> None:
    for key in ("", "c2hvcnQ=", "not base64"):
        with pytest.raises(ValueError, match=r"TELNYX_PUBLIC_KEY|32 bytes"):
            cloud.function("carrier_report", CARRIER="telnyx", TELNYX_PUBLIC_KEY=key)


# --- 2,000 that are not the carrier's ---------------------------------------------------------------------------------


def _other_key(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return Account().sign(int(headers["telnyx-timestamp"]), body), body


def _bit(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    at = draw.randrange(len(body))
    return headers, body[:at] + bytes([body[at] ^ 1 << draw.randrange(7)]) + body[at + 1 :]


def _signature(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    signed = headers["telnyx-signature-ed25519"]
    at = draw.randrange(len(signed))
    other = draw.choice([letter for letter in "ABCXYZabcxyz0189+/=- " if letter != signed[at]])
    changed = signed[:at] + other + signed[at + 1 :]
    # Of the last letter before the padding, some bits say nothing.
    return headers | {"telnyx-signature-ed25519": changed if at < 85 else signed[:-4]}, body


def _stamp(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    stamp = int(headers["telnyx-timestamp"])
    written = [str(stamp + draw.choice([-300, -1, 1, 7, 299])), f"0{stamp}", f" {stamp}", f"{stamp}.0", f"+{stamp}", ""]
    return headers | {
        "telnyx-timestamp": draw.choice([*written, "x", f"{stamp}|", str(stamp).translate(_ARABIC)])
    }, body


_ARABIC = {ord(str(n)): 0x660 + n for n in range(10)}


def _written_anew(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    said = json.loads(body)
    order = dict(reversed(said.items()))
    ways: list[Callable[[], bytes]] = [
        lambda: json.dumps(order).encode(),
        lambda: json.dumps(said, indent=draw.randrange(1, 9)).encode(),
        lambda: json.dumps(said, separators=(",", ":")).encode(),
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body + draw.choice([b" ", b"\n", b"\r\n", b"\x00"]),
        lambda: b'{"data": {}, ' + body[1:],
        lambda: body.replace(b"delivered", draw.choice([b"failed", b"queued"])),
        lambda: body.replace(b"MTAwMS0wMDEtMDE=", draw.choice([b"MTAwMi0wMDEtMDE=", b"MTAwMS0wMDItMDE="])),
        lambda: body.replace(b"f8338808", b"%08x" % draw.randrange(2**32)),
        lambda: body[: draw.randrange(len(body))],
    ]
    return headers, draw.choice(ways)()


def _header(draw: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    name = draw.choice(["telnyx-timestamp", "telnyx-signature-ed25519"])
    left = {key: value for key, value in headers.items() if key != name}
    return draw.choice([left, left | {f"x-{name}": headers[name]}, left | {name: headers[name][::-1]}, {}]), body


FORGERIES = (_other_key, _bit, _signature, _stamp, _written_anew, _header)


def test_2000_forged_or_changed_reports_move_nothing(deployed: Deployed) -> None:
    draw = random.Random(31)  # noqa: S311
    answers: dict[int, int] = {}
    for n in range(2_000):
        headers, body = FORGERIES[n % len(FORGERIES)](draw, deployed.signed(), BODY)
        status = deployed.send(body, headers)["statusCode"]
        answers[status] = answers.get(status, 0) + 1
    assert answers == {403: 2_000}
    assert (deployed.rung(), deployed.kept()) == ([], [])
    # And the one that is the carrier's rings.
    assert deployed.send(BODY, deployed.signed())["statusCode"] == 200
    assert len(deployed.rung()) == 1
