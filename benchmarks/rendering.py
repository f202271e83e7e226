"""`make bench-rendering`: what drawing a fax costs, against Ghostscript's fax device.

Each document is drawn by a fresh process of either: ours is the one that a worker starts for each document, and what
the worker does with its rows; Ghostscript's is `gs -sDEVICE=tiffg4 -r204x196`. Processor time, in turns, on one
processor, which is what the function has; the bytes are T.6's. Ghostscript is AGPL and measured alone, never shipped:
Debian's package `ghostscript` brings it.
"""

import io
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks.measure import Row, against
from faxes.model import Kind
from faxes.pages import FaxPage, Resolution
from faxes.rendering import Mode, group4
from faxes.rendering.child import Rows, draw, pdfium_library
from faxes.rendering.plan import Plan
from faxes.rendering.render import MEMORY, NARROW_FONT, WIDE_FONT
from tools.local.render import FONTS

_TIMES = 5
_WORDS = "the fax page invoice total of number and date please find enclosed order delivery signed by".split()  # noqa: SIM905
_SECONDS_PER_BYTE = 8 / 14_400


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    content: bytes
    pages: int


def text(pages: int) -> Document:
    """A letter, or a report of many pages: 54 lines of Times a page."""
    source = random.Random(pages)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    for _ in range(pages):
        canvas.setFont("Times-Roman", 11)
        for line in range(54):
            words = " ".join(source.choice(_WORDS) for _ in range(14))
            canvas.drawString(60, 780 - 13.5 * line, words[:92])
        canvas.showPage()
    canvas.save()
    return Document("text, A4, 1 page" if pages == 1 else f"report, {pages} pages", file.getvalue(), pages)


def scan() -> Document:
    """A page of text from a colour scanner, 300 dpi, with its noise and shade."""
    source = random.Random(1)
    width, height = 2480, 3508
    page = Image.new("RGB", (width, height), (236, 232, 220))
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONTS / NARROW_FONT), 42)
    for line in range(58):
        words = " ".join(source.choice(_WORDS) for _ in range(12))
        pen.text((200, 200 + 54 * line), words[:80], font=font, fill=(50, 50, 60))
    noise = Image.effect_noise((width // 2, height // 2), 20).resize((width, height)).convert("RGB")
    page = Image.blend(page, noise, 0.06).filter(ImageFilter.GaussianBlur(0.7))
    return _picture("scan, 300 dpi, colour", page)


def photo() -> Document:
    """A picture of 12 megapixels with much that is smooth and some that is fine."""
    width, height = 3000, 4000
    soft = Image.radial_gradient("L").resize((width, height))
    other = Image.linear_gradient("L").rotate(90).resize((width, height))
    fine = Image.effect_noise((width // 8, height // 8), 60).resize((width, height), Image.Resampling.BICUBIC)
    return _picture(
        "photo, 12 megapixels", Image.merge("RGB", (Image.blend(soft, fine, 0.3), Image.blend(other, fine, 0.25), soft))
    )


def _picture(name: str, image: Image.Image) -> Document:
    """A PDF of one page that a JPEG fills."""
    jpeg, file = io.BytesIO(), io.BytesIO()
    image.save(jpeg, "JPEG", quality=85)
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(jpeg), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return Document(name, file.getvalue(), 1)


def ours(document: Document, mode: Mode) -> list[FaxPage]:
    plan = Plan(
        kind=Kind.PDF,
        mode=mode,
        resolution=Resolution.FINE,
        size=len(document.content),
        pages=document.pages,
        encoding="utf-8",
        pdfium=pdfium_library(),
        narrow_font=str(FONTS / NARROW_FONT),
        wide_font=str(FONTS / WIDE_FONT),
        memory=MEMORY,
        seconds=60,
    )
    return [group4.page(each.bits, each.resolution) for each in draw(plan, document.content) if isinstance(each, Rows)]


def ghostscript(path: Path, out: Path) -> int:
    """Draws it, and says how many bytes of T.6 that makes."""
    command = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=tiffg4", "-r204x196", f"-sOutputFile={out}"]
    subprocess.run([*command, str(path)], check=True)
    total = 0
    with Image.open(out) as image:
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            total += sum(image.tag_v2[279])  # type: ignore[attr-defined]
    return total


def processor() -> float:
    """This process's and its children's."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def on_one_processor() -> None:
    """Stay on one. Where two share a core's caches, what two processes do at once takes either longer: the report's two
    take 490 to 610 ms together, and 410 in turns."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def peak(document: Document, mode: Mode) -> int:
    """The most memory that the drawing process has at once, in bytes."""
    code = (
        "import resource, sys; from benchmarks import rendering as r; from faxes.rendering import Mode; "
        "r.ours(r.Document('', sys.stdin.buffer.read(), 0), Mode(sys.argv[1])); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, mode]
    done = subprocess.run(command, input=document.content, capture_output=True, check=True)
    return int(done.stdout) * 1024


def rows() -> list[Row]:
    """The table."""
    letter, report, scanned, photograph = text(1), text(20), scan(), photo()
    times: list[tuple[Document, Mode, float]] = [
        (letter, Mode.TEXT, 2.0),
        (report, Mode.TEXT, 1.8),
        (report, Mode.AUTO, 3.0),
        (scanned, Mode.AUTO, 0.9),
        (photograph, Mode.AUTO, 1.3),
    ]
    sizes = [(letter, Mode.TEXT, 1.0), (photograph, Mode.AUTO, 0.7), (scanned, Mode.AUTO, 0.15)]
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "in.pdf", Path(folder) / "out.tif"

        def call(document: Document) -> Callable[[], int]:
            path.write_bytes(document.content)
            return lambda: ghostscript(path, out)

        for document, mode, most in times:
            own, of, ratio = against(lambda: ours(document, mode), call(document), _TIMES, processor)  # noqa: B023
            measured.append(Row("Processor time", f"{document.name}, {mode}", own * 1e3, of * 1e3, ratio, most))
        for document, mode, most in sizes:
            size, theirs = sum(len(page.t6) for page in ours(document, mode)), call(document)()
            measured.append(
                Row("Bytes of T.6", f"{document.name}, {mode}", size / 1e3, theirs / 1e3, size / theirs, most, "kB")
            )
    for document, mode, most in ((photograph, Mode.AUTO, 200), (scanned, Mode.AUTO, 60)):
        seconds = sum(page.seconds for page in ours(document, mode))
        measured.append(Row("On the line at 14,400 bit/s", f"{document.name}, {mode}", seconds, 0, seconds, most, "s"))
    for document, mode in ((letter, Mode.AUTO), (photograph, Mode.AUTO)):
        megabytes = peak(document, mode) / 1e6
        measured.append(Row("Memory", f"{document.name}, {mode}", megabytes, 0, megabytes, 100, "MB"))
    return measured


def main() -> int:
    if shutil.which("gs") is None:
        print("Ghostscript is not installed: there is nothing to measure against", file=sys.stderr)
        return 1
    on_one_processor()
    group = ""
    print("| what | own | gs | ratio | target | |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows():
        if row.group != group:
            group = row.group
            print(f"| **{group}** | | | | | |")
        of = f"{row.of:.3g} {row.unit}" if row.of else ""
        ratio = f"{row.ratio:.2f}" if row.of else ""
        verdict = "met" if row.met else "**missed**"
        print(f"| {row.name} | {row.own:.3g} {row.unit} | {of} | {ratio} | <= {row.most:g} | {verdict} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
