"""Greys made black and white, on pages that are drawn here."""

import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont

from benchmarks import legibility
from faxes.rendering import Mode, raster
from faxes.rendering.render import NARROW_FONT
from tests.support import drawing
from tools.local.render import FONTS

SIZE = (1728, 320)
PAPER = 255


def page(grey: int = PAPER) -> Image.Image:
    return Image.new("L", SIZE, grey)


def black_and_white(drawn: Image.Image, mode: Mode) -> Image.Image:
    return drawing.picture(raster.black_and_white(drawn, mode))


def black(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The share of black pixels in a box."""
    counts = image.crop(box).convert("L").histogram()
    return counts[0] / sum(counts)


def with_bars(*greys: int) -> Image.Image:
    """Bars of 96 x 200 pixels, 144 apart."""
    drawn = page()
    for number, grey in enumerate(greys):
        drawn.paste(grey, (40 + 140 * number, 60, 40 + 140 * number + 96, 260))
    return drawn


def with_strokes(ink: int, paper: int, *, around: int = PAPER) -> Image.Image:
    """Strokes four pixels wide on a block of paper, on a page of another."""
    drawn = page(around)
    drawn.paste(paper, (200, 40, 1400, 280))
    pen = ImageDraw.Draw(drawn)
    for left in range(260, 1340, 24):
        pen.rectangle((left, 100, left + 3, 220), fill=ink)
    return drawn


def test_dots_are_ranked_without_a_gap() -> None:
    assert sorted(rank for row in raster._DOT for rank in row) == list(range(64))


def test_dots_keep_the_mean() -> None:
    for grey in range(0, 256, 15):
        share = black(black_and_white(page(grey), Mode.PHOTO), (0, 0, *SIZE))
        assert share == pytest.approx(1 - grey / 255, abs=0.012)


@pytest.mark.parametrize("mode", list(Mode))
def test_black_and_white_stay(mode: Mode) -> None:
    drawn = Image.new("1", SIZE, 255)
    pen = ImageDraw.Draw(drawn)
    for at in range(0, 1700, 37):
        pen.line((at, 3, 1700 - at, 310), fill=0, width=1 + at % 5)
    made = black_and_white(drawn.convert("L"), mode)
    assert ImageChops.logical_xor(made, drawn).getbbox() is None


@pytest.mark.parametrize(
    ("ink", "paper"),
    [(0, 255), (0x77, 255), (0x99, 255), (0xBB, 255), (0, 0xDD), (0, 0xAA), (0, 0x77), (255, 0x33), (255, 0x88)],
)
@pytest.mark.parametrize("around", [255, None], ids=["block", "page"])
def test_strokes_are_told_from_their_ground(ink: int, paper: int, around: int | None) -> None:
    drawn = with_strokes(ink, paper, around=paper if around is None else around)
    made = black_and_white(drawn, Mode.AUTO)
    is_dark = ink < paper
    for left in range(260, 1340, 24):
        assert black(made, (left + 1, 104, left + 3, 216)) == is_dark
        assert black(made, (left + 8, 104, left + 20, 216)) == (not is_dark)


def test_edges_of_a_shaded_block_have_no_rim() -> None:
    made = black_and_white(with_strokes(0, 0x77), Mode.TEXT)
    for rim in ((190, 30, 250, 290), (1350, 30, 1410, 290), (190, 30, 1410, 90), (190, 230, 1410, 290)):
        assert black(made, rim) == 0


@pytest.mark.parametrize("mode", [Mode.TEXT, Mode.AUTO])
def test_twelve_greys_of_a_chart_stay_twelve(mode: Mode) -> None:
    greys = range(20, 240, 19)
    made = black_and_white(with_bars(*greys), mode)
    shares = [black(made, (48 + 140 * n, 68, 128 + 140 * n, 252)) for n in range(len(greys))]
    assert len(greys) == 12
    assert shares == sorted(shares, reverse=True)
    assert min(a - b for a, b in pairwise(shares)) > 0.04
    # Without a rim that is darker or lighter than they are.
    for number, grey in enumerate(greys):
        left = 40 + 140 * number
        assert black(made, (left, 60, left + 8, 260)) == pytest.approx(1 - grey / 255, abs=0.08)
        assert black(made, (left - 24, 60, left - 1, 260)) == 0


@pytest.mark.parametrize("mode", [Mode.TEXT, Mode.AUTO])
@pytest.mark.parametrize("grey", [0x66, 0x99, 0xCC])
def test_piece_of_a_pie_has_its_grey_up_to_its_tip(mode: Mode, grey: int) -> None:
    drawn = page()
    ImageDraw.Draw(drawn).polygon([(600, 300), (550, 20), (650, 20)], fill=grey, outline=0, width=3)
    made = black_and_white(drawn, mode)
    for top, half in ((40, 32), (120, 16), (160, 8), (208, 4)):
        share = black(made, (600 - half, top, 600 + half, top + 32))
        assert share == pytest.approx(1 - grey / 255, abs=0.08), top


def test_ground_between_white_letters_has_no_dots() -> None:
    case = next(each for each in legibility.CASES if each.name == "white on #888")
    made = black_and_white(legibility.drawn(case, legibility.BLOCK), Mode.AUTO)
    # Between ten lines, beneath their longest letters.
    for top in range(325, 325 + 10 * 43, 43):
        assert black(made, (224, top, 900, top + 7)) == 1


def test_panel_that_is_written_on_has_no_dots() -> None:
    made = black_and_white(with_strokes(0, 0xAA), Mode.AUTO)
    assert black(made, (210, 50, 1390, 96)) == 0


@given(st.integers(0, 99), st.integers(0, 255), st.integers(1, 64))
@settings(max_examples=6, deadline=None)
def test_any_page_has_its_size(height: int, grey: int, step: int) -> None:
    drawn = Image.linear_gradient("L").resize((1728, height + 1)).point(lambda value: (value * step + grey) % 256)
    for mode in Mode:
        made = black_and_white(drawn, mode)
        assert made.size == drawn.size


def test_photograph_keeps_its_greys() -> None:
    """A smooth picture between lines of text: dots in its rectangle, none outside."""
    drawn = Image.new("L", (1728, 1024), PAPER)
    picture = Image.radial_gradient("L").resize((640, 640))
    drawn.paste(picture, (320, 192))
    pen = ImageDraw.Draw(drawn)
    for left in range(1100, 1600, 24):
        pen.rectangle((left, 100, left + 3, 220), fill=0)
    made = black_and_white(drawn, Mode.AUTO)
    want = picture.reduce(40).tobytes()
    have = made.crop((320, 192, 960, 832)).convert("L").reduce(40).tobytes()
    assert statistics.correlation(list(want), list(have)) > 0.98
    assert black(made, (1104, 104, 1600, 216)) == pytest.approx(4 / 24, abs=0.02)


def photograph(grain: int) -> Image.Image:
    """Greys from 60 to 220, with a grain, the same each time."""
    source = random.Random(grain)  # noqa: S311  # the same every time
    noise = (
        bytes(min(max(round(source.gauss(128, grain)), 0), 255) for _ in range(1 << 16)) if grain else b"\x80" * 65536
    )
    hills = Image.radial_gradient("L").resize((1200, 800)).point([60 + grey * 160 // 255 for grey in range(256)])
    tile, whole = Image.frombytes("L", (256, 256), noise), Image.new("L", hills.size)
    for left in range(0, 1200, 256):
        for top in range(0, 800, 256):
            whole.paste(tile, (left, top))
    return ImageChops.add(hills, whole, 1, -128)


@pytest.mark.parametrize(("ink", "grain"), [(0, 0), (0, 6), (255, 0), (255, 6)])
def test_letters_on_a_photograph_stand_on_one_ground(ink: int, grain: int) -> None:
    drawn = Image.new("L", (1728, 1024), PAPER)
    picture = photograph(grain)
    font = ImageFont.truetype(str(FONTS / NARROW_FONT), 34)
    shape = Image.new("1", picture.size)
    ImageDraw.Draw(shape).multiline_text((100, 300), "\n".join(["Letters that people read"] * 3), 1, font)
    written = picture.copy()
    written.paste(ink, mask=shape)
    drawn.paste(written, (264, 112))
    made, dots = (black_and_white(drawn, mode).crop((264, 112, 1464, 912)) for mode in (Mode.AUTO, Mode.PHOTO))
    lines = (100, 300, 590, 410)
    differing = ImageChops.logical_xor(made.crop(lines), shape.crop(lines))
    # All of them, and the ground around them.
    assert black(differing, (0, 0, *differing.size)) == pytest.approx(1.0 if ink else 0.0, abs=0.01)
    # All else is the photograph's.
    for box in ((0, 0, 1200, 250), (0, 500, 1200, 800)):
        assert ImageChops.logical_xor(made.crop(box), dots.crop(box)).getbbox() is None


@pytest.mark.parametrize("grain", [0, 10, 20, 40])
def test_photograph_without_letters_is_dots_alone(grain: int) -> None:
    drawn = Image.new("L", (1728, 1024), PAPER)
    drawn.paste(photograph(grain), (264, 112))
    # The edge's own blocks may lie half outside.
    made, dots = (black_and_white(drawn, mode).crop((288, 136, 1440, 888)) for mode in (Mode.AUTO, Mode.PHOTO))
    assert ImageChops.logical_xor(made, dots).getbbox() is None
