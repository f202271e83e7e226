"""The page of a fax as people see it: every state, light and dark, on a phone, at a desk and printed.

All of it is put into one picture, .local/contact-sheets/fax-page.png, to be looked at by a person.
"""

import io
from collections.abc import Iterator

import pymupdf
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support import browsing, kept_pages, seen_pages
from tests.support.pages import of_each_kind
from tests.support.seen_pages import SIZES
from tests.support.template import ROOT
from tools import places
from tools.local.stack_file import LocalStack

pytestmark = pytest.mark.full

SHEET = places.LOCAL / "contact-sheets" / "fax-page.png"
# The picture of README: the same, smaller. `cp .local/contact-sheets/readme.png docs/fax-page.png` renews it.
README, README_COPY = SHEET.with_name("readme.png"), ROOT / "docs" / "fax-page.png"
KINDS = of_each_kind()
FIRST = 5_001


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium("the page of a fax is not looked at") as launched:
        yield launched


@pytest.fixture(scope="module")
def urls(stack: LocalStack) -> Iterator[dict[str, str]]:
    """Where a fax of each kind is shown, and one that is not."""
    uids = {kind: kept_pages.keep(stack, page, FIRST + n) for n, (kind, page) in enumerate(KINDS.items())}
    yield {kind: f"{stack.apiUrl}/fax/{uid}" for kind, uid in uids.items()} | {
        "many": f"{stack.apiUrl}/fax/{uids['many']}?from=21",
        "not shown": f"{stack.apiUrl}/fax/{'0' * 32}",
    }
    for n in range(len(KINDS)):
        kept_pages.gone(stack, FIRST + n)


def test_contact_sheet(browser: Browser, urls: dict[str, str]) -> None:
    """Without JavaScript. Nothing is complained of, and nothing is asked of anybody else."""
    rows = []
    with seen_pages.window(browser, script=False) as context:
        page = context.new_page()
        heard = browsing.listen(page)
        for kind, url in urls.items():
            heard.complaints.clear()
            page.goto(url, wait_until="networkidle")
            # Pictures that are not seen yet are fetched when they are.
            page.set_viewport_size({"width": 1280, "height": 20_000})
            page.wait_for_load_state("networkidle")
            shots = [
                (f"{scheme} {size}", seen_pages.shot(page, size, scheme))
                for size in SIZES
                for scheme in ("light", "dark")
            ]
            wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert wide, f"{kind} is wider than the window"
            assert heard.asked_elsewhere(url.split("/restapis/")[0]) == []
            # That a page is not there, a browser says itself.
            allowed = ["status of 404"] if kind == "not shown" else []
            assert [said for said in heard.complaints if not any(each in said for each in allowed)] == [], kind
            printed = page.pdf(format="A4", print_background=True)
            with pymupdf.open(stream=printed, filetype="pdf") as sheets:
                if kind in KINDS and KINDS[kind].fax.pictures:
                    # A page of the fax on each sheet, and nothing beside it.
                    assert len(sheets) == min(len(KINDS[kind].pictures), 20), kind
                    assert {sheet.get_text().strip() for sheet in sheets} == {""}
                    assert [len(sheet.get_images()) for sheet in sheets] == [1] * len(sheets)
                else:
                    assert len(sheets) == 1
                shots.append(("print", sheets[0].get_pixmap(dpi=40).tobytes("png")))
            rows.append((kind, shots))
            if kind == "simulated":
                _keep_for_readme(page)
    seen_pages.contact_sheet(rows, SHEET)
    with Image.open(SHEET) as made, Image.open(README_COPY) as shown, Image.open(README) as made_now:
        assert made.width > 1_000
        # What README shows looks like what is made now, whatever fonts there are.
        assert shown.size == made_now.size
    assert README_COPY.stat().st_size < 100_000


def _keep_for_readme(page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 760})
    page.emulate_media(color_scheme="light")
    README.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as whole:
        small = whole.convert("RGB").resize((whole.width * 2 // 3, whole.height * 2 // 3), Image.Resampling.LANCZOS)
        small.quantize(64).save(README, optimize=True)


def test_no_barrier_is_found_and_nothing_moves(browser: Browser, urls: dict[str, str]) -> None:
    found, moved = {}, {}
    for language in ("en", "de"):
        with seen_pages.window(browser, script=True, language=language) as context:
            page = context.new_page()
            for kind, url in urls.items():
                for size, (width, height) in SIZES.items():
                    page.set_viewport_size({"width": width, "height": height})
                    for scheme in ("light", "dark") if language == "en" else ("light",):
                        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                        page.goto(url, wait_until="networkidle")
                        where = f"{kind} {language} {size} {scheme}"
                        moved[where] = seen_pages.shift(page)
                        found[where] = browsing.barriers(page)
    assert {where: each for where, each in found.items() if each} == {}
    assert {where: each for where, each in moved.items() if each} == {}
