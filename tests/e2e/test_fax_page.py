"""The public page of a fax of the deployed stack, over the wire: what it leads to, and when it leads to nothing."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from faxes.adapters.dynamodb.items import text, wire
from tests.support import kept_pages
from tests.support.curl import SEND, Curl
from tests.support.pages import of_each_kind
from tests.support.rights import without
from tools.local.stack_file import LocalStack
from tools.operations import erase

NUMBER = 4_001
PAGE = of_each_kind()["sent"]


@pytest.fixture(name="uid")
def _uid(stack: LocalStack) -> Iterator[str]:
    """The uid of a fax of two pages that was sent."""
    yield kept_pages.keep(stack, PAGE, NUMBER)
    kept_pages.gone(stack, NUMBER)


def get(stack: LocalStack, url: str) -> requests.Response:
    """As a browser asks, past the environment's proxies."""
    with requests.Session() as session:
        session.trust_env = False
        address = url if url.startswith("https:") else f"{stack.apiUrl}/fax/{url}"
        return session.get(address, verify=stack.caBundle, timeout=60, allow_redirects=False)


def seen(answer: requests.Response) -> tuple[int, bytes, dict[str, str]]:
    """What a client can tell one answer from another by; the emulator's own headers are each request's."""
    own = {"date", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "x-amz-apigw-id", "x-amzn-trace-id"}
    return answer.status_code, answer.content, {k.lower(): v for k, v in answer.headers.items() if k.lower() not in own}


def nobodys(stack: LocalStack) -> tuple[int, bytes, dict[str, str]]:
    return seen(get(stack, "0123456789abcdef" * 2))


def put(stack: LocalStack, **changed: Any) -> None:
    names = {f"#{name}": name for name in changed}
    stack.client("dynamodb").update_item(
        TableName=stack.faxTable,
        Key=wire({"pk": f"FAX#{NUMBER}", "sk": "FAX"}),
        UpdateExpression="SET " + ", ".join(f"{short} = :{name}" for short, name in names.items()),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=wire({f":{name}": value for name, value in changed.items()}),
    )


def test_the_page_leads_to_its_pictures_and_files(stack: LocalStack, curl: Curl, uid: str) -> None:
    url = curl(f"{SEND}/{NUMBER}").body["pageUrl"]
    assert url == f"{stack.apiUrl}/fax/{uid}"
    page = get(stack, url)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "The fax was sent." in page.text
    assert f'src="{uid}/pages/2.png"' in page.text
    for path, media_type, disposition in (
        ("pages/1.png", "image/png", "inline"),
        ("document.tif", "image/tiff", 'attachment; filename="fax.tif"'),
        ("document.pdf", "application/pdf", 'attachment; filename="fax.pdf"'),
    ):
        way = get(stack, f"{uid}/{path}")
        assert (way.status_code, way.headers["Referrer-Policy"]) == (302, "no-referrer")
        there = get(stack, way.headers["Location"])
        assert (there.status_code, there.headers["Content-Type"]) == (200, media_type)
        assert there.headers["Content-Disposition"] == disposition
        assert there.headers["Cache-Control"] == "no-store"
        if media_type == "image/png":
            assert there.content == kept_pages.picture(1, 1144)


def test_the_address_of_a_picture_opens_nothing_else(stack: LocalStack, uid: str) -> None:
    location = get(stack, f"{uid}/pages/1.png").headers["Location"]
    assert get(stack, location.replace("page-1.png", "page-2.png")).status_code == 403
    stack.client("s3").put_object(Bucket=stack.bucket, Key=f"faxes/{uid}/1.pdf", Body=b"as it was sent")
    assert get(stack, location.replace("page-1.png", "1.pdf")).status_code == 403


@pytest.mark.parametrize("sid", ["FindByUid", "ReadWhatIsShown", "ReadTimeZones"])
def test_fax_page_needs(stack: LocalStack, uid: str, sid: str) -> None:
    with without(stack, "FaxPageFunction", sid):
        answer = get(stack, uid)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The fax cannot be shown just now." in answer.text
    assert get(stack, uid).status_code == 200


def test_fax_page_needs_the_right_that_its_addresses_have(stack: LocalStack, uid: str) -> None:
    with without(stack, "FaxPageFunction", "SignAddressesOfPages"):
        assert get(stack, get(stack, f"{uid}/pages/1.png").headers["Location"]).status_code == 403
    assert get(stack, get(stack, f"{uid}/pages/1.png").headers["Location"]).status_code == 200


def test_a_page_that_is_closed_is_like_one_that_never_was(stack: LocalStack, curl: Curl, uid: str) -> None:
    before = nobodys(stack)
    closed = curl(f"{SEND}/{NUMBER}", "-X", "PUT", "-d", '{"action": "RevokePage"}')
    assert (closed.status, "pageUrl" in closed.body) == (200, False)
    for path in ("", "/pages/1.png", "/document.pdf"):
        assert seen(get(stack, uid + path)) == before
    events = curl(f"{SEND}/{NUMBER}/events").body["entry"]
    assert [each["event"] for each in events] == ["page_revoked"]


def test_a_page_that_has_ended_is_like_one_that_never_was(stack: LocalStack, uid: str) -> None:
    put(stack, createdAt=text(datetime.now(UTC) - timedelta(days=30)))
    assert seen(get(stack, uid)) == seen(get(stack, f"{uid}/pages/1.png")) == nobodys(stack)


@pytest.mark.full
@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("end", ["closed", "ended", "erased"])
def test_within_a_minute_nothing_is_seen_of_it(stack: LocalStack, curl: Curl, uid: str, end: str) -> None:
    location = get(stack, f"{uid}/pages/1.png").headers["Location"]
    assert get(stack, location).status_code == 200
    began = time.monotonic()
    if end == "closed":
        assert curl(f"{SEND}/{NUMBER}", "-X", "PUT", "-d", '{"action": "RevokePage"}').status == 200
    elif end == "ended":
        put(stack, createdAt=text(datetime.now(UTC) - timedelta(days=30)))
    else:
        assert erase.main(["--fax", uid]) == 0
    assert seen(get(stack, uid)) == nobodys(stack)
    if end == "erased":
        # There is nothing any more that the address could open.
        assert get(stack, location).status_code in (403, 404)
    while get(stack, location).status_code == 200:
        assert time.monotonic() - began < 61
        time.sleep(1)


def test_nothing_of_an_address_is_in_the_functions_log(stack: LocalStack, uid: str) -> None:
    get(stack, uid)
    get(stack, f"{uid}/pages/1.png")
    logs = stack.client("logs")
    [group] = [
        each["logGroupName"]
        for each in logs.describe_log_groups()["logGroups"]
        if "FaxPageLogGroup" in each["logGroupName"] or "FaxPageFunction" in each["logGroupName"]
    ]
    events = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in events for event in page["events"]]
    assert any('"outcome":"page_shown"' in line for line in lines), json.dumps(lines[-3:])
    assert not [line for line in lines if uid in line]
