"""Pages that are hard to fax, made here: the same bytes each time. What became of each lies in tests/data/pages."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image, ImageDraw
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from faxes.model import Kind
from faxes.pages import Resolution
from faxes.rendering.render import Source
from tests.support import corpus

A4, LANDSCAPE = (595.0, 842.0), (842.0, 595.0)
_SENTENCE = "The quick brown fox jumps over 13 lazy dogs."


@dataclass(frozen=True, slots=True)
class Page:
    """A document of one page, and how it is drawn where that is not as by default."""

    source: Source = field(repr=False)
    resolution: Resolution | None = None


def _pdf(draw: Callable[[Canvas], None], size: tuple[float, float] = A4) -> Page:
    with io.BytesIO() as file:
        canvas = Canvas(file, pagesize=size, invariant=1)
        draw(canvas)
        canvas.showPage()
        canvas.save()
        return Page(Source(Kind.PDF, file.getvalue(), 1))


def _kept(name: str) -> Page:
    sample = next(each for each in corpus.ACCEPTED if str(each) == name)
    return Page(Source(Kind(sample.kind), sample.content, sample.pages))


def _hairlines(canvas: Canvas) -> None:
    for number in range(24):
        canvas.setLineWidth(0.05 + number * 0.05)
        angle = number * math.pi / 23
        canvas.line(300, 420, 300 + 250 * math.cos(angle), 420 + 250 * math.sin(angle))
        canvas.line(40, 40 + 12 * number, 560, 40 + 12 * number)


def _small_letters(canvas: Canvas) -> None:
    for number, points in enumerate((3, 4, 5, 6, 7, 8, 10, 12)):
        canvas.setFont("Times-Roman", points)
        canvas.drawString(50, 780 - 30 * number, _SENTENCE)
        canvas.setFont("Helvetica", points)
        canvas.drawString(320, 780 - 30 * number, _SENTENCE)


def _coloured_panels(canvas: Canvas) -> None:
    pairs = (
        "#000000 #dddddd",
        "#000000 #777777",
        "#ffffff #888888",
        "#ffffff #003399",
        "#cc0000 #ffff66",
        "#999999 #ffffff",
    )
    for number, pair in enumerate((*pairs, "#bbbbbb #ffffff", "#ff9900 #ffffff", "#006600 #ccffcc")):
        ink, paper = (HexColor(each) for each in pair.split())
        canvas.setFillColor(paper)
        canvas.rect(50, 740 - 80 * number, 495, 60, stroke=0, fill=1)
        canvas.setFillColor(ink)
        canvas.setFont("Helvetica", 11)
        for line in range(3):
            canvas.drawString(60, 780 - 80 * number - 16 * line, f"{pair}: {_SENTENCE}")


def _chart(canvas: Canvas) -> None:
    canvas.line(60, 100, 60, 500)
    canvas.line(60, 100, 540, 100)
    for number in range(12):
        canvas.setFillGray(number / 12 + 0.04)
        canvas.rect(70 + 39 * number, 100, 30, 120 + 25 * number, fill=1, stroke=number % 2)
        canvas.setFillGray(0)
        canvas.drawCentredString(85 + 39 * number, 85, str(number + 1))
    for number, share in enumerate((30, 50, 90, 190)):
        canvas.setFillGray(0.2 + 0.2 * number)
        canvas.wedge(380, 560, 540, 720, 90 * number, share / 2, fill=1)


def _shading(canvas: Canvas) -> None:
    canvas.linearGradient(60, 700, 300, 700, (black, white), extend=False)
    canvas.radialGradient(420, 500, 110, (white, Color(0.2, 0.3, 0.5)), extend=False)


def _photograph() -> Image.Image:
    soft, other = Image.radial_gradient("L").resize((600, 450)), Image.linear_gradient("L").resize((600, 450))
    picture = Image.merge("RGB", (soft, other, Image.blend(soft, other, 0.5)))
    pen = ImageDraw.Draw(picture)
    for number in range(12):
        left, top = number * 53 % 500, number * 97 % 350
        pen.ellipse((left, top, left + 90, top + 70), fill=(20 * number, 255 - 20 * number, 90))
    return picture


def _photo_and_text(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 12)
    for line in range(10):
        canvas.drawString(60, 770 - 15 * line, f"{line}. {_SENTENCE} {_SENTENCE}"[:90])
        canvas.drawString(60, 250 - 15 * line, f"{line}. {_SENTENCE} {_SENTENCE}"[:90])
    canvas.drawImage(ImageReader(_photograph()), 120, 300, 340, 255)


def _table(canvas: Canvas) -> None:
    for row in range(20):
        if row % 2:
            canvas.setFillGray(0.9)
            canvas.rect(40, 530 - 24 * row, 760, 24, stroke=0, fill=1)
        canvas.setFillGray(0)
        for column in range(8):
            canvas.rect(40 + 95 * column, 530 - 24 * row, 95, 24)
            canvas.drawString(46 + 95 * column, 537 - 24 * row, f"{row * 8 + column:,} pieces")


def _frame(canvas: Canvas) -> None:
    width, height = canvas._pagesize
    canvas.rect(1, 1, width - 2, height - 2)
    canvas.line(0, 0, width, height)
    canvas.line(0, height, width, 0)
    canvas.setFont("Helvetica", 14)
    canvas.drawCentredString(width / 2, height / 2 + 40, _SENTENCE)


def _other_alphabets(canvas: Canvas) -> None:
    said = {
        "HeiseiMin-W3": "日本語の文章です。",
        "STSong-Light": "这是一份中文传真。",
        "MSung-Light": "這是一份繁體傳真。",
        "HYSMyeongJo-Medium": "한국어 팩스입니다.",
    }
    for number, (name, text) in enumerate(said.items()):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
        canvas.setFont(name, 18)
        canvas.drawString(60, 740 - 40 * number, text)


def _watermark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(120, 250)
    canvas.rotate(45)
    canvas.setFillGray(0.85)
    canvas.setFont("Helvetica-Bold", 90)
    canvas.drawString(0, 0, "DRAFT")
    canvas.restoreState()
    canvas.setFont("Times-Roman", 12)
    for line in range(44):
        canvas.drawString(60, 770 - 16 * line, f"{line}. {_SENTENCE} {_SENTENCE}"[:88])


def _dark(canvas: Canvas) -> None:
    canvas.setFillGray(0.1)
    canvas.rect(0, 0, 595, 842, fill=1)
    canvas.setFillGray(1)
    canvas.setFont("Helvetica", 14)
    for line in range(12):
        canvas.drawString(60, 740 - 30 * line, _SENTENCE)


_SCRIPTS = """Left to right, and some עברית in it (really), 12:30.
שלום עולם, זה פקס (מספר 5).
مرحبا بالعالم، هذا فاكس رقم ١٢٣ لا غير.
日本語 中文 한국어, ไทย สวัสดี, हिन्दी नमस्ते
┌────┬────┐ e\u0301 a\u0308 ½ € “quotes” \u2013 dash … 😀
│ a  │  b │ tabs:\tone\ttwo
└────┴────┘ Ελληνικά Русский Tiếng Việt
"""


def _standard() -> Page:
    return Page(_pdf(_small_letters).source, Resolution.STANDARD)


PAGES: dict[str, Page] = {
    "hairlines": _pdf(_hairlines),
    "small-letters": _pdf(_small_letters),
    "small-letters-standard": _standard(),
    "coloured-panels": _pdf(_coloured_panels),
    "chart": _pdf(_chart),
    "shading": _pdf(_shading),
    "photo-and-text": _pdf(_photo_and_text),
    "table-landscape": _pdf(_table, LANDSCAPE),
    "frame-letter": _pdf(_frame, (612, 792)),
    "frame-a3": _pdf(_frame, (842, 1191)),
    "frame-receipt": _pdf(_frame, (227, 1417)),
    "frame-card": _pdf(_frame, (241, 156)),
    "other-alphabets": _pdf(_other_alphabets),
    "watermark": _pdf(_watermark),
    "dark": _pdf(_dark),
    "scripts": Page(Source(Kind.TXT, _SCRIPTS.encode(), 1)),
    "form": _kept("pdf/accepted/reportlab-form.pdf"),
    "camera": _kept("jpg/accepted/exiftool-rotated.jpg"),
    "cmyk": _kept("tif/accepted/pillow-cmyk.tif"),
    "sixteen-bits": _kept("tif/accepted/pillow-16-bit.tif"),
}
