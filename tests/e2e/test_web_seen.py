"""The page of `make run` in a real browser: a document is dropped, and comes out of the machine. Its pictures lie in
.local/pictures afterwards."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support import browsing, desk
from tests.support.curl import Curl
from tests.support.samples import DOCUMENTS
from tools import places
from tools.local.stack_file import LocalStack

pytestmark = pytest.mark.full

PICTURES = places.LOCAL / "pictures"
# The picture of README: `cp .local/pictures/readme.png docs/local-page.png` renews it.
README, README_COPY = PICTURES / "readme.png", places.ROOT / "docs" / "local-page.png"
DESK, PHONE = (1280, 900), (390, 844)
MOST = 60_000


@pytest.fixture(scope="module")
def address(stack: LocalStack, curl: Curl) -> Iterator[str]:
    with desk.at_work(stack, curl) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium("the page of make run is not opened") as launched:
        yield launched


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened anew. Afterwards: it asked nobody else, and complained of nothing."""
    width, height = DESK
    opened = browser.new_page(viewport={"width": width, "height": height})
    heard = browsing.listen(opened)
    opened.goto(f"{address}/")
    yield opened
    assert heard.asked_elsewhere(f"{address}/") == []
    assert heard.complaints == []
    opened.close()


def drop(page: Page, number: str, *files: str) -> None:
    page.set_input_files("#files", [DOCUMENTS / file for file in files])
    page.select_option("#outcome", number)
    page.get_by_role("button", name="Send", exact=True).click()


def keep(page: Page) -> None:
    """The page as README shows it: what is in the window, smaller."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as seen:
        small = seen.convert("RGB").crop((0, 0, seen.width, 740)).resize((960, 555), Image.Resampling.LANCZOS)
        small.quantize(64).save(README, optimize=True)
    with Image.open(README) as made, Image.open(README_COPY) as shown:
        assert made.size == shown.size
    assert README_COPY.stat().st_size < 100_000


def test_a_refusal_is_a_sentence(page: Page) -> None:
    drop(page, "7778888", "picture.png")
    expect(page.get_by_role("alert")).to_have_text(
        "File 1 of 1, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt.", timeout=MOST
    )
    page.get_by_role("button", name="Leave out picture.png").click()
    expect(page.get_by_role("list", name="Documents of the fax")).to_be_empty()


def test_documents_come_out_of_the_machine_that_was_busy(page: Page) -> None:
    drop(page, "+15005550004", "letter.pdf", "note.txt")
    fax = page.locator(".fax").filter(has_text="+15005550004")
    expect(fax.locator("h3")).to_contain_text("letter.pdf, note.txt", timeout=MOST)
    expect(fax.locator("h3 .pill")).to_have_text("sent", timeout=MOST)
    expect(fax.locator(".attempts li").first).to_contain_text("The line was busy.")
    expect(fax.locator(".sheets img")).to_have_count(2, timeout=MOST)
    for sheet in fax.locator(".sheets img").all():
        expect(sheet).to_have_js_property("complete", True)
        assert sheet.evaluate("sheet => sheet.naturalWidth") == 864
    keep(page)
    fax.get_by_text("History").click()
    expect(fax.locator(".history")).to_contain_text("ended sent")


def test_what_fails_says_why(page: Page) -> None:
    drop(page, "+15005550006", "letter.pdf")
    fax = page.locator(".fax").filter(has_text="+15005550006")
    expect(fax.locator("h3 .pill")).to_have_text("failed", timeout=MOST)
    expect(fax.locator(".why")).to_have_text("The carrier did not take the fax.")
    expect(fax.locator(".sheets img")).to_have_count(0)


def test_the_curl_line_is_of_what_is_chosen(page: Page) -> None:
    page.set_input_files("#files", [DOCUMENTS / "letter.pdf"])
    page.get_by_text("The same with curl").first.click()
    assert page.locator("#curl").text_content() == (
        'eval "$(make -s env)"\n'
        'curl -H "Authorization: Bearer $TOKEN" \\\n'
        '  -F \'request={"recipients":["+15005550006"]}\' \\\n'
        "  -F files=@letter.pdf \\\n"
        '  "https://$HOST/uapi/faxes/@me/0003*210"'
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_has_no_barriers_and_fits(browser: Browser, address: str, scheme: str, size: tuple[int, int]) -> None:
    width, height = size
    seen = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    seen.goto(f"{address}/")
    expect(seen.locator(".sheets img")).to_have_count(2, timeout=MOST)
    assert browsing.barriers(seen) == []
    assert seen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = Path(PICTURES / f"local-{'desk' if size == DESK else 'phone'}-{scheme}.png")
    seen.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 10_000
    seen.close()
