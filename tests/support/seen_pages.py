"""The pages of faxes in a real browser: what they look like, and what is wrong with them."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page

# As a phone and a desk have them, in pixels of CSS.
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
# In the contact sheet, a page is so wide and high at most.
_WIDTH, _HEIGHT = {"phone": 195, "desk": 480}, 620
_LABEL = 18


def window(browser: Browser, *, script: bool, language: str = "en") -> BrowserContext:
    """A window that trusts the stack's certificate, with or without JavaScript."""
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=script, locale=language)
    # On a machine that has other work, the emulator takes seconds for twenty pictures.
    context.set_default_timeout(180_000)
    return context


def shot(page: Page, size: str, scheme: str) -> bytes:
    """A PNG of all of a page, in a size of a window and a scheme of colours."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    return page.screenshot(full_page=True)


def shift(page: Page) -> float:
    """How far what is seen has moved while the page was loading: 0 where nothing has."""
    moved: float = page.evaluate(
        """() => new Promise(done => {
            let moved = 0;
            new PerformanceObserver(list => { for (const each of list.getEntries()) moved += each.value; })
                .observe({type: "layout-shift", buffered: true});
            requestAnimationFrame(() => requestAnimationFrame(() => done(moved)));
        })"""
    )
    return moved


def contact_sheet(rows: Sequence[tuple[str, Sequence[tuple[str, bytes]]]], path: Path) -> None:
    """One picture of all: a row for each state, with its name, and a column for each way to look at it."""
    strips = []
    for name, shots in rows:
        cells = []
        for label, png in shots:
            with Image.open(io.BytesIO(png)) as whole:
                width = _WIDTH["phone" if "phone" in label else "desk"] if "print" not in label else 160
                small = whole.convert("RGB")
                small = small.resize((width, round(small.height * width / small.width)), Image.Resampling.LANCZOS)
                cells.append((label, small.crop((0, 0, width, min(small.height, _HEIGHT)))))
        high = max(cell.height for _, cell in cells)
        strip = Image.new("RGB", (sum(cell.width + 8 for _, cell in cells), high + _LABEL), "#c9ced6")
        at = 0
        for label, cell in cells:
            ImageDraw.Draw(strip).text((at + 2, 3), f"{name}, {label}", fill="#000000")
            strip.paste(cell, (at, _LABEL))
            at += cell.width + 8
        strips.append(strip)
    sheet = Image.new("RGB", (max(each.width for each in strips), sum(each.height + 6 for each in strips)), "#c9ced6")
    at = 0
    for strip in strips:
        sheet.paste(strip, (0, at))
        at += strip.height + 6
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, optimize=True)
