"""How well letters can still be read after they were made black and white: `make bench-rendering`.

Known text is drawn in greys as documents have it, made black and white by the service's own code, and read by
tesseract. What is counted is how many characters it reads wrongly, of a hundred: over a whole page of one background,
and over a block of it on a white page, with the same settings. It is harder on dots than people are: read it as a
ranking. The same pages are read as pdf-fax-optimizer makes them.
"""

import math
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from benchmarks import pdf_fax_optimizer
from faxes.rendering import Mode, raster

FONT = Path(__file__).resolve().parents[1] / "layers" / "imaging" / "fonts" / "DejaVuSansMono.ttf"
WIDTH, HEIGHT = 1728, 1_100
PAGE = (0, 0, WIDTH, HEIGHT)
BLOCK = (164, 240, 1564, 840)
_DOTS_PER_POINT = 2.83
_TEXT = (
    "The invoice of 14 March names 27 parts at 318.50 each",
    "Please call Mr. Quigley at extension 7702 before noon",
    "Order 90165: six boxes of grade B paper, white, A4",
    "Jackdaws love my big sphinx of quartz, wrote Zelda",
    "Total 4,821.36 is due within 30 days of this notice",
    "Ship to 55 Wharf Street, dock 8, gate K, by Friday",
)


@dataclass(frozen=True, slots=True)
class Case:
    """Text of a size in points, in a grey on a grey; ``noise`` and ``shade`` as a scanner adds them. ``on_photo``: on
    what changes from dark to light, as a photograph does, and not on one grey."""

    name: str
    points: float
    ink: int
    paper: int
    noise: int = 0
    shade: int = 0
    on_photo: bool = False


CASES = (
    Case("black, 10 pt", 10, 0, 255),
    Case("black, 5.5 pt", 5.5, 0, 255),
    Case("grey #777", 10, 0x77, 255),
    Case("grey #999", 10, 0x99, 255),
    Case("grey #bbb", 10, 0xBB, 255),
    Case("black on #ddd", 10, 0, 0xDD),
    Case("black on #aaa", 10, 0, 0xAA),
    Case("black on #777", 10, 0, 0x77),
    Case("white on blue", 10, 255, 0x33),
    Case("white on #888", 10, 255, 0x88),
    Case("red on yellow", 10, 0x4C, 0xE2),
    Case("orange on white", 10, 0xAC, 255),
    Case("scan, 12 pt", 12, 40, 225, noise=10, shade=60),
    Case("scan, 10 pt", 10, 40, 225, noise=10, shade=60),
    Case("scan, 8 pt", 8, 40, 225, noise=10, shade=60),
    Case("scan, 7 pt", 7, 40, 225, noise=10, shade=60),
    Case("scan, pencil, 10 pt", 10, 120, 225, noise=10, shade=60),
    Case("black on a photograph, 12 pt", 12, 0, 128, on_photo=True),
    Case("white on a photograph, 12 pt", 12, 255, 128, on_photo=True),
)


def drawn(case: Case, box: tuple[int, int, int, int]) -> Image.Image:
    """A page that is white but for the box, which the case fills."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    part = _photograph(width, height) if case.on_photo else Image.new("L", (width, height), case.paper)
    font = ImageFont.truetype(str(FONT), round(case.points * _DOTS_PER_POINT))
    pen = ImageDraw.Draw(part)
    for number in range(_lines(case, height)):
        pen.text((60, 50 + number * _pitch(case)), _line(case, number, width), font=font, fill=case.ink)
    if case.noise:
        part = part.filter(ImageFilter.GaussianBlur(0.6))
        shade = Image.linear_gradient("L").rotate(90).resize((width, height)).point(lambda v: v * case.shade // 255)
        grain = Image.frombytes("L", (width, height), _grain(case, width * height))
        part = ImageChops.subtract(
            ImageChops.add(ImageChops.subtract(part, shade), grain, 1, -128), Image.new("L", part.size)
        )
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    page.paste(part, (left, top))
    return page


def expected(case: Case, box: tuple[int, int, int, int]) -> str:
    left, top, right, bottom = box
    return "\n".join(_line(case, number, right - left) for number in range(_lines(case, bottom - top)))


def read(page: Image.Image) -> str:
    """What tesseract makes of a page of black and white."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.save(file.name)
        command = ["tesseract", file.name, "-", "--psm", "6", "--dpi", "204"]
        return subprocess.run(command, capture_output=True, check=True, text=True, env={"OMP_THREAD_LIMIT": "1"}).stdout


def errors(said: str, text: str) -> float:
    """How many edits make what was read into the text, of a hundred of its characters; at most 100."""
    a, b = "".join(said.split()), "".join(text.split())
    row = list(range(len(b) + 1))
    for i, have in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, want in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (have != want))
    return min(100.0, 100 * row[-1] / len(b))


def measured(make: Callable[[Image.Image], Image.Image]) -> Iterator[tuple[Case, float, float]]:
    """Each case with its errors as a whole page and as a block on a white one."""
    for case in CASES:
        found = []
        for box in (PAGE, BLOCK):
            # Where the text ends, the page does: reading takes longer than all else.
            result = make(drawn(case, box)).crop((0, 0, WIDTH, box[3] + 100))
            found.append(errors(read(result), expected(case, box)))
        yield case, found[0], found[1]


def _photograph(width: int, height: int) -> Image.Image:
    """Hills of grey, from 40 to 215, with some grain: the same every time."""
    source = random.Random("photograph")
    coarse = Image.frombytes("L", (12, 8), bytes(source.randint(40, 215) for _ in range(96)))
    hills = coarse.resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (256, 256), bytes(round(source.gauss(128, 5)) for _ in range(1 << 16)))
    tiled = Image.new("L", (width, height))
    for left in range(0, width, 256):
        for top in range(0, height, 256):
            tiled.paste(grain, (left, top))
    return ImageChops.add(hills, tiled, 1, -128)


def _pitch(case: Case) -> int:
    return math.ceil(case.points * _DOTS_PER_POINT * 1.5)


def _lines(case: Case, height: int) -> int:
    return (height - 100) // _pitch(case)


def _line(case: Case, number: int, width: int) -> str:
    fits = int((width - 120) / (case.points * _DOTS_PER_POINT * 0.602))
    return _TEXT[number % len(_TEXT)][:fits].strip()


def _grain(case: Case, count: int) -> bytes:
    """Noise around 128, the same every time."""
    source = random.Random(case.name)
    kernel = bytes(min(max(round(source.gauss(128, case.noise)), 0), 255) for _ in range(1 << 16))
    return (kernel * (count // len(kernel) + 1))[:count]


def made(page: Image.Image) -> Image.Image:
    """As the service makes it."""
    return Image.frombytes("1", page.size, raster.black_and_white(page, Mode.AUTO), "raw", "1;I")


def main() -> int:
    if shutil.which("tesseract") is None:
        print("tesseract is not installed: no page was read", file=sys.stderr)
        return 1
    pdf_fax_optimizer.install()
    print("| text | page | block | its page | its block |\n| --- | --- | --- | --- | --- |")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        theirs = measured(lambda page: pdf_fax_optimizer.made(page, Path(folder)))
        for (case, *own), (_, *others) in zip(measured(made), theirs, strict=True):
            if not case.on_photo:
                rows.append([*own, *others])
            print(_row(case.name, [*own, *others]), flush=True)
    print(_row("mean of all but the photographs", [sum(each) / len(rows) for each in zip(*rows, strict=True)]))
    return 0


def _row(name: str, found: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{each:.1f} %' for each in found)} |"


if __name__ == "__main__":
    sys.exit(main())
