"""The page of `make run` in a real browser: a document is dropped, and comes out of the machine.

All of it is put into one picture, .local/contact-sheets/local-page.png, to be looked at by a person."""

import io
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support import browsing, desk, pdfs, seen_pages
from tests.support.curl import SEND, Curl
from tests.support.samples import DOCUMENTS
from tests.support.seen_pages import SIZES
from tools import places
from tools.local.stack_file import LocalStack

pytestmark = pytest.mark.full

PICTURES = places.LOCAL / "pictures"
# The picture of README: `cp .local/pictures/readme.png docs/local-page.png` renews it.
README, README_COPY = PICTURES / "readme.png", places.ROOT / "docs" / "local-page.png"
SHEET = places.LOCAL / "contact-sheets" / "local-page.png"
DESK = SIZES["desk"]
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
        '  -F \'request={"recipients":["7778888"]}\' \\\n'
        "  -F files=@letter.pdf \\\n"
        '  "https://$HOST/uapi/faxes/@me/0003*210"'
    )


def test_what_no_form_holds_is_uploaded(page: Page, curl: Curl, told: dict[str, str], tmp_path: Path) -> None:
    """And the lines that stand there for curl do the same."""
    photo = tmp_path / "photo (1).pdf"
    photo.write_bytes(pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(range(1, 256)) * 24_000)]))
    size = photo.stat().st_size
    shutil.copy(DOCUMENTS / "note.txt", tmp_path)
    page.set_input_files("#files", [photo, tmp_path / "note.txt"])
    page.select_option("#outcome", "7778888")
    said = page.locator("#curl").text_content() or ""
    first, _, lines = said.partition("\n")
    assert (first, str(size) in lines) == ('eval "$(make -s env)"', True)
    page.get_by_role("button", name="Send", exact=True).click()
    fax = page.locator(".fax").filter(has_text="photo (1).pdf, note.txt")
    expect(fax.locator("h3 .pill")).to_have_text("sent", timeout=MOST)
    expect(fax.locator(".sheets img")).to_have_count(2, timeout=MOST)
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.get_by_role("list", name="Documents of the fax")).to_be_empty()
    done = subprocess.run(["sh", "-ec", lines], env=told, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    asked = json.loads(done.stdout[done.stdout.index("{") :])
    assert [file["name"] for file in asked["files"]] == ["photo (1).pdf", "note.txt"]
    deadline = time.monotonic() + MOST / 1000
    while curl(f"{SEND}/{asked['id']}").body["status"] == "uploading":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert curl(f"{SEND}/{asked['id']}").body["pages"] == 2


def test_what_is_uploaded_and_cannot_be_faxed_says_why(page: Page, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7\n" + bytes(5_000_000))
    page.set_input_files("#files", [scan])
    page.get_by_role("button", name="Send", exact=True).click()
    sentence = page.get_by_role("alert")
    expect(sentence).to_contain_text("File 1 of 1, scan.pdf, ", timeout=MOST)
    fax = page.locator(".fax").filter(has_text="scan.pdf")
    expect(fax.locator("h3 .pill")).to_have_text("refused", timeout=MOST)
    expect(fax.locator(".failure")).to_have_text(sentence.text_content() or "")


def test_it_has_no_barriers_fits_and_stays_where_it_is(browser: Browser, address: str) -> None:
    """In each size and scheme of colours, with what was sent before. All are put into one picture, to be looked at."""
    shots, found = [], {}
    with browser.new_context(reduced_motion="reduce") as context:
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                seen = context.new_page()
                seen.set_viewport_size({"width": width, "height": height})
                seen.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                seen.goto(f"{address}/")
                expect(seen.locator(".sheets img")).not_to_have_count(0, timeout=MOST)
                seen.wait_for_load_state("networkidle")
                fits = seen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                found[f"{size} {scheme}"] = (browsing.barriers(seen), fits, seen_pages.shift(seen))
                shots.append((f"{scheme} {size}", seen.screenshot(full_page=True)))
                if size == "desk":
                    with pymupdf.open(stream=seen.pdf(format="A4", print_background=True), filetype="pdf") as sheets:
                        shots.append((f"{scheme} print", sheets[0].get_pixmap(dpi=60).tobytes("png")))
                seen.close()
    seen_pages.contact_sheet([("make run", shots)], SHEET)
    assert found == dict.fromkeys(found, ([], True, 0))
