"""The public page of a fax, through its real function on moto: its answers, and the one for all it does not show."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.showing import ATTRIBUTES, RECIPIENT_ATTRIBUTES
from tests.support import requests, stored, template
from tests.support.cloud import Cloud, cloud
from tests.support.full import size

[FAX] = [item for item in stored.items() if (item["pk"], item["sk"]) == ("FAX#115937093837901", "FAX")]
UID = FAX["uid"]
BUCKET = "https://file-bucket.s3.eu-west-1.amazonaws.com"
HOSTILE = [
    '"><svg onload=alert(1)>.pdf',
    "</title><script>alert(1)</script>.pdf",
    "\r\nX: y.pdf",
    "\u202efdp.txt",
    "=cmd|a.pdf",
    "' onerror='x.tif",
    "{{7*7}}.pdf",
    "%3Cscript%3E.jpg",
    "]]>.pdf",
    "<!--.txt",
]


class Deployed:
    """The function with the kept events' faxes behind it, and what it asks of DynamoDB."""

    def __init__(self, made: Cloud) -> None:
        self.cloud = made
        self.function = made.function("fax_page", PUBLIC_PAGE="true", PUBLIC_PAGE_DAYS="3650")
        self.asked: list[dict[str, Any]] = []
        client = self.function.showing.faxes._client
        client.meta.events.register("provide-client-params.dynamodb", self._noted)

    def _noted(self, params: dict[str, Any], **_: object) -> None:
        self.asked.append(params)

    def answer(self, path: str, context: Any, *headers: str) -> dict[str, Any]:
        self.asked.clear()
        raw = "\r\n".join([f"GET {path} HTTP/1.1", "Host: HOST", *headers, "", ""]).encode("ascii")
        answered: dict[str, Any] = self.function.handler(requests.proxy_event(requests.parse(raw), "page"), context)
        return answered

    def put(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.cloud.dynamodb.put_item(TableName=self.cloud.names["FaxTable"], Item=wire(item))

    def reads(self) -> list[tuple[str, ...]]:
        """What was read of which index, without whose it was."""
        return [
            (asked.get("IndexName", "FaxTable"), asked["KeyConditionExpression"], asked["ProjectionExpression"])
            for asked in self.asked
        ]


@pytest.fixture(name="shared", scope="module")
def _shared() -> Iterator[Deployed]:
    with cloud() as made:
        yield Deployed(made)


@pytest.fixture(name="deployed")
def _deployed(shared: Deployed) -> Deployed:
    shared.cloud.forget_faxes()
    stored.keep(shared.cloud)
    return shared


def headers(style: str) -> dict[str, list[str]]:
    sent = {
        "Content-Security-Policy": f"default-src 'none'; img-src 'self' data: {BUCKET}; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet, noimageindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Strict-Transport-Security": "max-age=31536000",
    }
    return {name: [value] for name, value in sent.items()}


def style_of(answer: dict[str, Any]) -> str:
    [style] = re.findall(r"'sha256-([A-Za-z0-9+/=]+)'", answer["multiValueHeaders"]["Content-Security-Policy"][0])
    return str(style)


def test_a_fax_is_shown(deployed: Deployed, context: Any) -> None:
    answer = deployed.answer(f"/fax/{UID}", context, "Accept-Language: de-DE,de;q=0.9")
    body = answer.pop("body")
    assert answer == {
        "statusCode": 200,
        "isBase64Encoded": False,
        "multiValueHeaders": headers(style_of(answer))
        | {"Content-Type": ["text/html; charset=utf-8"], "Content-Language": ["de"], "Vary": ["Accept-Language"]},
    }
    for said in ("Das Fax wurde teilweise gesendet.", "Nummer mit der Endung 888", "62 KB", f'src="{UID}/pages/1.png"'):
        assert said in body
    for hidden in (FAX["files"][0]["name"], "alice", FAX["id"], "+1 777 8888", *FAX["recipients"]):
        assert hidden not in body
    # As little is read as is shown.
    assert [asked["Select"] for asked in deployed.asked] == ["SPECIFIC_ATTRIBUTES"] * 4
    assert deployed.asked[3]["ProjectionExpression"] == "#pk, #sk, #timeZone"


def test_times_are_those_of_the_organization(deployed: Deployed, context: Any) -> None:
    berlin = {"pk": "ORG#0003", "sk": "ORG", "timeZone": "Europe/Berlin"}
    deployed.cloud.dynamodb.put_item(TableName=deployed.cloud.names["DirectoryTable"], Item=wire(berlin))
    assert "23 November 2026, 10:30 CET" in deployed.answer(f"/fax/{UID}", context)["body"]
    deployed.cloud.clear("DirectoryTable")
    assert "23 November 2026, 09:30 UTC" in deployed.answer(f"/fax/{UID}", context)["body"]


def test_with_a_slash_at_its_end_it_leads_to_the_same_pictures(deployed: Deployed, context: Any) -> None:
    assert 'src="pages/1.png"' in deployed.answer(f"/fax/{UID}/", context)["body"]


def test_a_fax_that_has_not_ended_is_asked_for_again(deployed: Deployed, context: Any) -> None:
    deployed.put(FAX | {"status": "sending", "createdAt": text(datetime.now(UTC))})
    assert deployed.answer(f"/fax/{UID}", context)["multiValueHeaders"]["Refresh"] == ["5"]


@pytest.mark.parametrize(
    ("path", "key", "media_type", "disposition"),
    [
        ("pages/1.png", "page-1.png", "image/png", "inline"),
        ("document.tif", "pages.tif", "image/tiff", 'attachment; filename="fax.tif"'),
        ("document.pdf", "pages.pdf", "application/pdf", 'attachment; filename="fax.pdf"'),
    ],
)
def test_a_file_is_at_an_address_for_a_minute(
    deployed: Deployed, context: Any, path: str, key: str, media_type: str, disposition: str
) -> None:
    answer = deployed.answer(f"/fax/{UID}/{path}", context)
    [location] = answer["multiValueHeaders"].pop("Location")
    assert answer == {
        "statusCode": 302,
        "isBase64Encoded": False,
        "body": "",
        "multiValueHeaders": headers(style_of(answer)),
    }
    asked = {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}
    assert location.partition("?")[0] == f"{BUCKET}/faxes/{UID}/{key}"
    assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == ("60", "host")
    assert asked["response-content-type"] == media_type
    assert asked["response-content-disposition"] == disposition
    assert asked["response-cache-control"] == "no-store"


# --- what is not shown -----------------------------------------------------------------------------------------------


def ended(n: int, way: int) -> list[dict[str, Any]]:
    """A fax that was shown once, and is not any more; or that is not ready, or not one that is shown."""
    now = datetime.now(UTC)
    fax = FAX | {"pk": f"FAX#{n}", "id": str(n), "uid": f"{n:032x}"}
    ways: list[list[dict[str, Any]]] = [
        [fax | {"pageRevokedAt": text(now - timedelta(seconds=1))}],
        [fax | {"expiresAt": int(now.timestamp())}],
        [fax | {"createdAt": text(now - timedelta(days=3650))}],
        [fax | {"status": "uploading"}],
        [fax | {"status": "refused"}],
        # Erased.
        [],
        # It waits for its files.
        [{"pk": f"UPLOAD#{n}", "sk": "UPLOAD", "uid": fax["uid"], "status": "uploading"}],
    ]
    return ways[way % len(ways)]


def test_all_that_is_not_shown_is_one_answer_after_the_same_reads(deployed: Deployed, context: Any) -> None:
    numbers, draw = size(check=14, full=105), random.Random(24)  # noqa: S311  (the same every time)
    for n in range(1, numbers + 1):
        deployed.put(*ended(n, n))
    real = [f"{n:032x}" for n in range(1, numbers + 1)]
    drawn = [f"{draw.getrandbits(128):032x}" for _ in range(size(check=40, full=10_000))]
    seen = set()
    for path in ("", "/pages/1.png", "/document.tif", "/document.pdf", "?from=21"):
        for uid in real if path else [*real, *drawn]:
            seen.add((str(deployed.answer(f"/fax/{uid}{path}", context)), str(deployed.reads())))
            # Its role may read nothing else of a fax.
            assert [each for each in deployed.asked if "UPLOAD#" in str(each)] == []
    # Of a fax that is shown, what it does not have.
    seen.add((str(deployed.answer(f"/fax/{UID}/pages/9.png", context)), str(deployed.reads())))
    seen.add((str(deployed.answer(f"/fax/{UID}/document.txt", context)), str(deployed.reads())))
    [(answer, reads)] = seen
    assert "'statusCode': 404" in answer
    assert reads.count("by-uid") == 1
    assert len(deployed.reads()) == 2


def test_what_can_be_no_uid_has_the_same_answer(deployed: Deployed, context: Any) -> None:
    unknown = deployed.answer(f"/fax/{'0' * 32}", context)
    for path in (f"/fax/{UID.upper()}", f"/fax/{UID}0", "/fax/x", "/fax/%3Cscript%3E", "/fax/a`b", f"/fax/{UID}/a`b"):
        assert deployed.answer(path, context) == unknown
        assert deployed.asked == []


def test_where_no_fax_has_a_page_the_answer_is_the_same_without_a_read(deployed: Deployed, context: Any) -> None:
    unknown = deployed.answer(f"/fax/{'0' * 32}", context)
    off = deployed.cloud.function("fax_page")
    event = requests.proxy_event(requests.parse(f"GET /fax/{UID} HTTP/1.1\r\nHost: HOST\r\n\r\n".encode()), "page")
    assert off.handler(event, context) == unknown


def test_nothing_of_a_request_is_logged(
    deployed: Deployed, context: Any, log: Callable[[], list[dict[str, Any]]], capfd: pytest.CaptureFixture[str]
) -> None:
    for path in (
        f"/fax/{UID}",
        f"/fax/{UID}/pages/1.png",
        f"/fax/{UID}/document.pdf",
        "/fax/abcdefabcdefabcdefabcdefabcdefab",
    ):
        deployed.answer(path, context)
    lines = log()
    assert [(line["status"], line["outcome"]) for line in lines if "status" in line] == [
        (200, "page_shown"),
        (302, "way_shown"),
        (302, "way_shown"),
        (404, "fax_not_found"),
    ]
    for written in (str(lines), *capfd.readouterr()):
        assert UID not in written
        assert "abcdefabcdef" not in written


# --- what people sent ------------------------------------------------------------------------------------------------


def test_hostile_names_are_in_no_page(deployed: Deployed, context: Any) -> None:
    before = deployed.answer(f"/fax/{UID}", context)
    draw = random.Random(24)  # noqa: S311  (the same every time)
    names = [*HOSTILE, *("".join(chr(draw.randrange(1, 0xD800)) for _ in range(40)) + ".pdf" for _ in range(290))]
    assert len(names) == 300
    for name in names[: size(check=30, full=300)]:
        file = FAX["files"][0] | {"name": name}
        deployed.put(FAX | {"files": [file], "userId": name, "app": name})
        assert deployed.answer(f"/fax/{UID}", context) == before


def test_no_read_asks_for_a_name_and_the_role_may_read_no_more() -> None:
    statements = template.part("rights.yaml")["Resources"]["ShowPages"]["Properties"]["PolicyDocument"]["Statement"]
    [read] = [each for each in statements if each["Sid"] == "ReadWhatIsShown"]
    assert sorted(read["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]) == sorted(
        {*ATTRIBUTES, *RECIPIENT_ATTRIBUTES}
    )
    assert not {"files", "userId", "app", "detail", "remoteId", "failure"} & {*ATTRIBUTES, *RECIPIENT_ATTRIBUTES}


def test_the_policy_names_the_host_of_the_pictures(deployed: Deployed) -> None:
    assert boto3.DEFAULT_SESSION is not None
    assert deployed.function.showing.links.origin == BUCKET
