"""The page of docs/api that uploads from a browser: its origin is neither the API's nor the bucket's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.support import browsing, pdfs, pipeline
from tests.support.curl import SEND, Curl
from tests.support.origins import serving
from tests.support.samples import API
from tools.local.stack_file import LocalStack

PAGE = "upload.html"
MOST = 60_000
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "3600",
    "Vary": "Origin",
}


@pytest.fixture(scope="module", autouse=True)
def at_work(stack: LocalStack) -> Iterator[None]:
    with pipeline.looking_into_uploads(stack):
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium("the page that uploads is not opened") as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # The certificate of the local stack is its own.
    with browser.new_context(ignore_https_errors=True) as context:
        yield context.new_page()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """More than a form can have."""
    path = tmp_path / "photo.pdf"
    path.write_bytes(pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(range(1, 256)) * 24_000)]))
    return path


def send(page: Page, origin: str, stack: LocalStack, token: str, *files: Path) -> None:
    page.goto(f"{origin}/{PAGE}")
    page.evaluate(
        """() => {
            const bar = document.querySelector("progress");
            window.seen = [];
            new MutationObserver(() => window.seen.push(bar.value)).observe(bar, {attributeFilter: ["value"]});
        }"""
    )
    page.get_by_label("Address of the API").fill(stack.apiUrl)
    page.get_by_label("Token").fill(token)
    page.set_input_files("[name=files]", files)
    page.get_by_role("button", name="Send").click()


def test_it_announces_uploads_and_tells_the_end(
    page: Page, page_origin: str, stack: LocalStack, curl: Curl, photo: Path
) -> None:
    heard = browsing.listen(page)
    send(page, page_origin, stack, stack.token, photo, API.parents[1] / "tests/data/documents/note.txt")
    said = page.get_by_role("status")
    expect(said).to_have_text("Uploading")
    expect(said).to_contain_text(": accepted", timeout=MOST)
    fax_id = (said.text_content() or "").removeprefix("Fax ").partition(":")[0]
    assert [file["name"] for file in curl(f"{SEND}/{fax_id}").body["files"]] == ["photo.pdf", "note.txt"]
    seen = page.evaluate("window.seen")
    assert (seen, seen[-1]) == (sorted(seen), photo.stat().st_size + 15)
    # Nothing but what its tag asks the own server for.
    assert [each for each in heard.complaints if "favicon" not in each and "404" not in each] == []
    # What a page needs beside the body, it may read.
    told: Any = page.evaluate(
        """async ([url, token]) => {
            const headers = { Authorization: `Bearer ${token}` };
            const first = await fetch(url, { headers });
            const tag = first.headers.get("ETag");
            const again = await fetch(url, { headers: { ...headers, "If-None-Match": tag }, cache: "no-store" });
            return [first.status, Boolean(tag), again.status];
        }""",
        [f"{stack.apiUrl}{SEND}/{fax_id}", stack.token],
    )
    assert told == [200, True, 304]


def test_a_refused_file_says_why(page: Page, page_origin: str, stack: LocalStack, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7\n")
    send(page, page_origin, stack, stack.token, tmp_path / "scan.pdf")
    expect(page.get_by_role("status")).to_contain_text("File 1 of 1, scan.pdf, ", timeout=MOST)


def test_what_the_gateway_refuses_by_itself_is_read(
    page: Page, page_origin: str, stack: LocalStack, photo: Path
) -> None:
    send(page, page_origin, stack, "a-token-that-is-over", photo)
    expect(page.get_by_role("status")).to_contain_text("Access is denied. ", timeout=MOST)


def test_a_page_of_an_origin_that_is_not_named_is_refused(
    page: Page, stack: LocalStack, curl: Curl, photo: Path
) -> None:
    """By the API, and by the bucket even where it has got an address."""
    made = curl(SEND, "-H", "Content-Type: application/json", "--data", announcement(photo)).body
    with serving(API) as elsewhere:
        heard = browsing.listen(page)
        send(page, elsewhere, stack, stack.token, photo)
        expect(page.get_by_role("status")).to_have_text("Failed to fetch", timeout=MOST)
        put = "([url, headers]) => fetch(url, {method: 'PUT', headers, body: 'x'}).then(() => 'sent', () => 'refused')"
        [file] = made["files"]
        assert page.evaluate(put, [file["redirectUri"], file["redirectHeaders"]]) == "refused"
        assert len([said for said in heard.complaints if "blocked by CORS policy" in said]) == 2


def test_what_a_browser_asks_before_it_sends(stack: LocalStack, curl: Curl, page_origin: str, photo: Path) -> None:
    """Of the API, and of the bucket; each answers the origins that are named, and no other."""
    url = f"{stack.apiUrl}{SEND}"

    def asked(url: str, origin: str, **other: str) -> requests.Response:
        headers = {"Origin": origin, **PREFLIGHT, **other}
        return requests.options(url, headers=headers, verify=stack.caBundle, timeout=60)

    for origin in (page_origin, "https://fax.example.com"):
        for path in (url, f"{url}/1159"):
            answer = asked(path, origin)
            assert (answer.status_code, answer.content) == (204, b"")
            wanted = ALLOWED | {"Access-Control-Allow-Origin": origin}
            assert {name: answer.headers.get(name) for name in wanted} == wanted
    for path, origin, status in (
        (url, "https://fax.example.org", 501),
        (f"{stack.apiUrl}/oauth/token.php", page_origin, 501),
        (f"{stack.apiUrl}/uapi", page_origin, 404),
    ):
        answer = asked(path, origin)
        assert (answer.status_code, cross_origin(answer)) == (status, [])
    made = curl(SEND, "-H", "Content-Type: application/json", "--data", announcement(photo)).body
    bucket = made["files"][0]["redirectUri"]
    putting = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,if-none-match"}
    assert asked(bucket, page_origin, **putting).headers["Access-Control-Allow-Origin"] == page_origin
    assert asked(bucket, "https://fax.example.org", **putting).status_code == 403
    assert asked(bucket, page_origin, **{"Access-Control-Request-Method": "GET"}).status_code == 403


def cross_origin(answer: requests.Response) -> list[str]:
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


def announcement(path: Path) -> str:
    return f'{{"recipients": ["7778888"], "files": [{{"name": "{path.name}", "size": {path.stat().st_size}}}]}}'
