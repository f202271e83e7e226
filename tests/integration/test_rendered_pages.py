"""Rendered pages against others: pictures that were looked at, the corpus, and poppler's drawing of it."""

import io
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from faxes.formats import txt
from faxes.model import Kind
from faxes.pages import WIDTH, Resolution
from faxes.rendering import Mode, geometry, raster, regions
from faxes.rendering.pdf import Pdf
from faxes.rendering.render import NARROW_FONT, Source, render
from tests.support import corpus
from tests.support.drawing import picture, plan
from tests.support.mapped import own
from tests.support.template import ROOT
from tests.support.troublesome import PAGES
from tools.local.render import FONTS

KEPT = ROOT / "tests" / "data" / "pages"
# Cells of 8 x 8 pixels, and how far they may be from poppler's, of 255: in the mean of a page, and each.
CELL, MEAN, EACH = 8, 2.0, 40
# ReportLab embeds no Helvetica: each draws it with a font of its own that stands in for it.
STOOD_IN, EACH_OF_THEM = "ReportLab", 60
# Poppler does not open these; their startxref leads a few bytes beside the cross-reference.
UNREAD = frozenset({"qpdf-stream-pointer-off.pdf"})


@pytest.mark.full
@pytest.mark.parametrize("name", PAGES)
def test_pages_that_were_looked_at(name: str) -> None:
    """Another version of a library may draw an edge otherwise: half a percent of the pixels."""
    page = PAGES[name]
    made = render([page.source], wanted=page.resolution, fonts=FONTS)
    with Image.open(io.BytesIO(made.tiff())) as found, Image.open(KEPT / f"{name}.tif") as kept:
        assert found.size == kept.size
        differing = ImageChops.logical_xor(found.convert("1"), kept.convert("1")).convert("L").histogram()[255]
        assert differing <= 0.005 * found.width * found.height


def test_every_page_that_was_looked_at_is_kept() -> None:
    assert {path.stem for path in KEPT.glob("*.tif")} == set(PAGES)


@pytest.mark.full
@pytest.mark.parametrize("sample", corpus.ACCEPTED, ids=str)
def test_what_is_accepted_has_its_pages(sample: corpus.Sample) -> None:
    encoding = txt.examine(sample.content)[1] if sample.kind == "txt" else None
    made = render([Source(Kind(sample.kind), sample.content, sample.pages, encoding)], fonts=FONTS)
    assert len(made.pages) == sample.pages


@cache
def pdfium() -> Pdf:
    """PDFium in this process, which keeps its fonts from the first document on."""
    return Pdf(plan(kind=Kind.PDF, pages=0, seconds=0))


def by_poppler(path: Path, number: int, place: geometry.Place) -> Image.Image:
    """The page where PDFium draws it, by poppler."""
    width, height = (place.height, place.width) if place.turned else (place.width, place.height)
    with pymupdf.open(path) as document:
        # Of a page that is turned it mistakes one side for the other, so that it is scaled afterwards.
        is_turned = document[number - 1].rotation % 180 != 0
    scale = ["-r", "408"] if is_turned else ["-scale-to-x", str(width), "-scale-to-y", str(height)]
    command = ["pdftoppm", "-gray", "-f", str(number), "-l", str(number), *scale, "-cropbox", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as image:
        page = image.convert("L").resize((width, height), Image.Resampling.BOX)
    if place.turned:
        page = page.transpose(Image.Transpose.ROTATE_270)
    whole = Image.new("L", (WIDTH, place.height), 255)
    whole.paste(page, (place.left, 0))
    return whole


@pytest.mark.full
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed (Debian: poppler-utils)")
@pytest.mark.parametrize("sample", [each for each in corpus.accepted("pdf") if each.file not in UNREAD], ids=str)
def test_pdfs_as_poppler_draws_them(sample: corpus.Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[geometry.Place] = []
    place = geometry.place

    def noted(width: float, height: float, resolution: Resolution, page: int) -> geometry.Place:
        places.append(place(width, height, resolution, page))
        return places[-1]

    monkeypatch.setattr(geometry, "place", noted)
    for number, drawing in enumerate(pdfium().pages(own(sample.content)), start=1):
        # The first pages and the last: forty alike show nothing more.
        if 3 < number < sample.pages:
            continue
        other = by_poppler(sample.path, number, places[-1])
        cells = ImageChops.difference(drawing.image.reduce(CELL), other.reduce(CELL)).tobytes()
        assert sum(cells) / len(cells) <= MEAN, number
        assert max(cells) <= (EACH_OF_THEM if sample.program == STOOD_IN else EACH), number


def scan(number: int) -> Image.Image:
    """Text as a scanner sees it: shade, noise, a dark edge, none of it twice the same."""
    source = random.Random(number)  # noqa: S311  # the same every time
    paper = source.randint(190, 252)
    page = Image.new("L", (WIDTH, 1_120), paper)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONTS / NARROW_FONT), source.randint(18, 36))
    for line in range(source.randint(3, 22)):
        words = "".join(source.choice("abcdefghij klmno pqrst uvwxyz 0123456789") for _ in range(70))
        pen.text((source.randint(60, 120), 60 + 44 * line), words, font=font, fill=source.randint(10, 110))
    shade = Image.linear_gradient("L").rotate(source.choice((0, 90, 180))).resize(page.size)
    depth = source.randint(0, 60)
    page = ImageChops.subtract(page, shade.point([grey * depth // 255 for grey in range(256)]))
    grain = bytes(min(max(round(source.gauss(128, source.randint(2, 12))), 0), 255) for _ in range(1 << 14))
    noise = Image.frombytes("L", page.size, (grain * (WIDTH * 1_120 // len(grain) + 1))[: WIDTH * 1_120])
    return ImageChops.add(page.filter(ImageFilter.GaussianBlur(0.7)), noise, 1, -128)


def dotted(page: Image.Image) -> float:
    """The share of a page that `auto` draws otherwise than `text`."""
    made = [picture(raster.black_and_white(page, mode)) for mode in (Mode.AUTO, Mode.TEXT)]
    return ImageChops.logical_xor(*made).convert("L").histogram()[255] / (page.width * page.height)


def has_fills(page: Image.Image) -> bool:
    """Whether anything on a page is taken for a chart's bar, which gets dots."""
    found = raster._Surfaces(raster._padded(page))
    return regions.fills(found.background, found.foreground, found.lowest, found.highest).getbbox() is not None


SCANS = pytest.mark.parametrize(
    "numbers", [range(8), pytest.param(range(8, 200), marks=pytest.mark.full)], ids=["8", "192"]
)


@SCANS
def test_scans_are_no_photographs(numbers: range) -> None:
    assert [number for number in numbers if dotted(scan(number))] == []


@SCANS
def test_paper_between_the_lines_of_a_scan_is_no_fill(numbers: range) -> None:
    assert [number for number in numbers if has_fills(scan(number))] == []
