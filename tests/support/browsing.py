"""A real browser, headless: what it complains of, whom it asks, and what axe finds in a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools import npm, places

_FOUND = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
CHROMIUM = next(filter(None, _FOUND), "")
# As root, it has no sandbox; and it asks nobody for updates.
QUIETLY = ["--no-sandbox", "--disable-gpu"]
QUIETLY += [f"--disable-{what}" for what in ("background-networking", "component-update", "sync")]
_AXE = places.ROOT / "requirements" / "axe.txt"


@contextmanager
def chromium(without: str) -> Iterator[Browser]:
    """A browser. Where there is none, the test is skipped, and ``without`` says what is not seen then."""
    if not CHROMIUM:
        pytest.skip(f"Chromium is not installed: {without}")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield launched
        launched.close()


@dataclass(slots=True)
class Heard:
    """What a page said on its console as a warning or an error, and the addresses that it asked."""

    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def asked_elsewhere(self, *own: str) -> list[str]:
        """The addresses that do not begin with one of its own; what a page makes itself is its own."""
        return [url for url in self.asked if not url.startswith((*own, "data:", "blob:"))]


def listen(page: Page) -> Heard:
    """From now on."""
    heard = Heard()
    page.on("console", lambda said: heard.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    page.on("request", lambda sent: heard.asked.append(sent.url))
    return heard


def barriers(page: Page) -> list[str]:
    """What axe finds in a page as it is shown: its rule, and where. In a context that does not bypass the page's
    Content-Security-Policy, axe is no script of the page's, so it is let in by the browser itself."""
    try:
        script = npm.file(npm.package(_AXE), "package/axe.min.js").decode()
    except npm.PackageMissing as error:
        pytest.skip(f"axe is not here: {error}")
    # Evaluated by the debugger, which no policy of the page's forbids.
    page.evaluate(script)
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{each['id']}: {node['target']}" for each in found["violations"] for node in each["nodes"]]
