"""A rendered fax goes through a whole call, and arrives as it was drawn: not a pixel differs."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from faxes.model import Kind
from faxes.pages import WIDTH, Resolution, t6
from faxes.rendering.render import Source, render
from tests.support import corpus, t30
from tests.support.troublesome import PAGES
from tools.local.render import FONTS

SPANDSP = t30.library()
pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(SPANDSP is None, reason="spandsp is not installed (Debian: libspandsp2)"),
]
# Points a metre: 204 an inch, and 196 or 98.
FINE, STANDARD = (8_031, 7_700), (8_031, 3_850)


def ten_pages() -> Source:
    return Source(Kind.TXT, b"\f".join(b"page %d of ten" % number for number in range(10)), 10)


def standard() -> Source:
    sample = next(each for each in corpus.ACCEPTED if each.file == "ghostscript-g3-204x98.tif")
    return Source(Kind.TIF, sample.content, sample.pages)


@pytest.mark.parametrize(
    ("source", "resolution"),
    [
        (lambda: PAGES["small-letters"].source, FINE),
        (standard, STANDARD),
        (lambda: PAGES["photo-and-text"].source, FINE),
        (lambda: PAGES["sixteen-bits"].source, FINE),
        (ten_pages, FINE),
    ],
    ids=["text", "98 rows an inch", "photo", "dots", "ten pages"],
)
def test_pages_arrive(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], source: Callable[[], Source], resolution: tuple[int, int]
) -> None:
    assert SPANDSP is not None
    pages = render([source()], fonts=FONTS)
    sent, received = tmp_path / "sent.tif", tmp_path / "received.tif"
    sent.write_bytes(pages.tiff())
    seconds = sum(page.seconds for page in pages.pages)
    call = t30.call(SPANDSP, sent, received, longest=60 + 2 * seconds + 20 * len(pages.pages))
    assert call == t30.Call(0, 0, len(pages.pages), 0, True, (resolution,) * len(pages.pages), call.seconds)
    # Its own libtiff writes there what it finds wrong with the file.
    assert capfd.readouterr().err == ""
    with Image.open(io.BytesIO(received.read_bytes()), formats=["TIFF"]) as image:
        for number, page in enumerate(pages.pages):
            image.seek(number)
            assert image.size == (WIDTH, page.rows)
            # What arrives is held to the codes in plain Python, and not to what another libtiff makes of them.
            assert image.convert("1").tobytes() == bytes(byte ^ 0xFF for byte in t6.decode(page.t6, page.rows))
    assert {page.resolution.rows_per_inch for page in pages.pages} == {196 if resolution == FINE else 98}
    assert isinstance(pages.pages[0].resolution, Resolution)
