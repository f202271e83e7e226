"""The header line: what it says, how it is drawn, and that nothing else of a page changes."""

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from faxes.pages import HEADER_ROWS, WIDTH, FaxPage, PagesInvalid, Resolution, header_font, t6, tiff
from faxes.pages.header import COLUMNS, Header, drawn, stamped
from tools import header_font as source

ROW_BYTES = WIDTH // 8
AT = datetime(2026, 11, 30, 9, 22, 41, tzinfo=UTC)
BERLIN = AT.astimezone(ZoneInfo("Europe/Berlin"))
HEADER = Header(BERLIN, "Example Ltd", "+493023125000", "+12125550001", pages=3)


def rows_of(bits: bytes) -> list[str]:
    """Packed rows as a text each, # for black."""
    columns = [f"{int.from_bytes(bits[at : at + ROW_BYTES]):0{WIDTH}b}" for at in range(0, len(bits), ROW_BYTES)]
    return [row.replace("0", ".").replace("1", "#") for row in columns]


# --- what it says ----------------------------------------------------------------------------------------------------


def test_who_sends_it_when_to_whom_and_which_page() -> None:
    assert HEADER.line(2) == (
        "2026-11-30 10:22 +0100  Example Ltd  +493023125000  to +12125550001".ljust(COLUMNS - 11) + "page 2 of 3"
    )


def test_a_call_that_is_resumed_on_the_simulated_network() -> None:
    header = replace(HEADER, first=3, simulated=True)
    assert header.line(3) == (
        "2026-11-30 10:22 +0100  Example Ltd  +493023125000  to +12125550001".ljust(COLUMNS - 31)
        + "page 3 of 3  resumed  SIMULATED"
    )


def test_a_name_that_is_too_long_is_shortened_and_nothing_else() -> None:
    assert replace(HEADER, name="Example Society for the Study of Names That Do Not End", first=2).line(2) == (
        "2026-11-30 10:22 +0100  Example Society for the Study of Names…  +493023125000  to +12125550001  "
        " page 2 of 3  resumed"
    )


def test_the_longest_of_all_leaves_date_number_and_page_whole() -> None:
    header = Header(AT, "N" * 60, "1" * 32, "2" * 26 + "345678", pages=200, first=200, simulated=True)
    assert header.line(200) == (
        "2026-11-30 09:22 +0000  NNNNNNN…  11111111111111111111111111111111  to …222345678  "
        "page 200 of 200  resumed  SIMULATED"
    )


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    st.from_regex(r"\+[1-9][0-9]{6,14}|[0-9]{1,16}\*[0-9]{1,15}", fullmatch=True),
    st.from_regex(r"\+?[0-9]{1,16}|[0-9]{1,16}\*[0-9]{1,15}", fullmatch=True),
    st.integers(1, 999),
    st.booleans(),
)
@settings(max_examples=60)
def test_every_line_has_its_room(name: str, number: str, recipient: str, pages: int, simulated: bool) -> None:
    header = Header(BERLIN, name, number, recipient, pages, min(2, pages), simulated)
    line = header.line(pages)
    assert len(line) == COLUMNS
    assert line.startswith("2026-11-30 10:22 +0100  ")
    assert f"  {number}  to " in line
    assert f"  page {pages} of {pages}" in line


def test_letters_and_their_marks_are_one_character() -> None:
    assert replace(HEADER, name="A\u030angstro\u0308m\u00a0&\nSo\u0308hne").line(1)[24:41] == "Ångström & Söhne "


# --- how it is drawn -------------------------------------------------------------------------------------------------

# "Ág": what is black of it, from its first row to its last.
FINE = """
.......##...................
......##....................
.....##.....................
............................
.....###....................
.....###....................
.....###....................
....#####...................
....##.##..........####..##.
....##.##.........#########.
....##.##........###...####.
...##...##......###.....###.
...##...##......##.......##.
...##...##......##.......##.
...##...##......##.......##.
..#########.....##.......##.
..#########.....##.......##.
..##.....##.....###.....###.
..##.....##......###...####.
.##.......##......#########.
.##.......##.......####..##.
.........................##.
.........................##.
.................#......##..
.................########...
..................######....
"""
STANDARD = """
.......##...................
......##....................
............................
.....####...................
....##.##...................
....##..##.......###.#####..
...##...###.....##.....###..
...##....##....###......##..
..##########...###.....###..
.###......###...##.....###..
.##........##....#########..
.......................###..
.................###.####...
"""
TOP = {Resolution.FINE: 6, Resolution.STANDARD: 11}


@pytest.mark.parametrize(("resolution", "art"), [(Resolution.FINE, FINE), (Resolution.STANDARD, STANDARD)])
def test_two_letters_pixel_by_pixel(resolution: Resolution, art: str) -> None:
    letters = art.split()
    rows = rows_of(drawn("\u00c1g", resolution))
    white = "." * WIDTH
    beneath = HEADER_ROWS - TOP[resolution] - len(letters)
    assert (
        rows
        == [white] * TOP[resolution] + ["." * 38 + row + "." * (WIDTH - 38 - 28) for row in letters] + [white] * beneath
    )
    assert beneath > 0


def test_no_text_is_white() -> None:
    assert drawn("", Resolution.FINE) == drawn(" " * COLUMNS, Resolution.FINE) == bytes(HEADER_ROWS * ROW_BYTES)


@pytest.mark.parametrize("resolution", Resolution)
def test_the_font_has_latin_greek_and_cyrillic(resolution: Resolution) -> None:
    box = header_font.rows(header_font.BOX, resolution)
    texts = "0123456789 +*&@ AÖßŁžŐșț ΑΩάώ ЯжёЇґЎ €№—„“"
    for character in texts.replace(" ", ""):
        own = header_font.rows(character, resolution)
        assert own != box, character
        assert any(own), character
    # What it has not is a box, whatever it is.
    for character in "\u4e2d\u05d0\U0001f600\u0301":
        assert header_font.rows(character, resolution) == box


def test_the_font_is_what_the_tool_draws() -> None:
    assert header_font.FILE.read_bytes() == source.made()


# --- pages -----------------------------------------------------------------------------------------------------------

noise = st.binary(min_size=16, max_size=16).map(lambda some: (some * 14)[:ROW_BYTES])


@given(st.lists(noise, min_size=1, max_size=12), st.sampled_from(Resolution))
@settings(max_examples=20)
def test_the_rows_beneath_are_as_they_were(rows: list[bytes], resolution: Resolution) -> None:
    beneath = b"".join(rows)
    strip = t6.encode(bytes(HEADER_ROWS * ROW_BYTES) + beneath)
    page = FaxPage(HEADER_ROWS + len(rows), resolution, strip)
    (made,) = stamped([page], HEADER)
    assert (made.rows, made.resolution) == (page.rows, page.resolution)
    assert t6.decode(made.t6, made.rows) == drawn(HEADER.line(1), resolution) + beneath
    # Their very codes, behind the header's.
    before, after = (f"{int.from_bytes(b'\1' + each):b}"[1:].rstrip("0") for each in (strip, made.t6))
    assert after.endswith(before[HEADER_ROWS:])


def test_each_page_by_its_number() -> None:
    pages = [FaxPage(40, each, t6.encode(bytes(40 * ROW_BYTES))) for each in Resolution]
    made = tiff.read(tiff.write(list(stamped(pages, replace(HEADER, first=2)))))
    with Image.open(io.BytesIO(tiff.write(made))) as image:
        for number, page in enumerate(made):
            line = drawn(replace(HEADER, first=2).line(2 + number), page.resolution)
            image.seek(number)
            assert image.tobytes() == bytes(byte ^ 0xFF for byte in line.ljust(40 * ROW_BYTES, b"\0"))


def test_a_page_without_room_for_it() -> None:
    with pytest.raises(PagesInvalid, match="the page does not begin with 36 white rows"):
        list(stamped([FaxPage(40, Resolution.FINE, t6.encode(b"\1" * (40 * ROW_BYTES)))], HEADER))


@pytest.mark.full
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed (Debian: tesseract-ocr)")
@pytest.mark.parametrize("resolution", Resolution)
def test_it_is_read_back(resolution: Resolution, tmp_path: Path) -> None:
    header = replace(HEADER, name="Example & Sons Ltd", first=2, simulated=True)
    bits = drawn(header.line(2), resolution)
    image = Image.frombytes("1", (WIDTH, HEADER_ROWS), bytes(byte ^ 0xFF for byte in bits))
    # As it is on paper: rows of standard resolution are twice as high.
    image.resize((WIDTH, HEADER_ROWS * 196 // resolution.rows_per_inch)).save(tmp_path / "line.png", dpi=(204, 196))
    command = ["tesseract", "line.png", "-", "--psm", "7", "--dpi", "204"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True)
    # It takes a speck of a round letter for a stop behind it.
    assert [word.rstrip(".?)") for word in said.stdout.split()] == header.line(2).split()
