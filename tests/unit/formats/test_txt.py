"""What a text file says, whichever way it is encoded, and how it falls into rows and pages."""

import codecs
import re
from contextlib import suppress
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.formats import Unfaxable, txt
from tests.support.peak_memory import peak_memory

LE, BE = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
BLANK = ("txt_blank", "is blank")
CUT_OFF = ("txt_cut_off", "is cut off in the middle of its last character")
UNKNOWN = (
    "txt_encoding",
    "is text in an unknown encoding; it must be UTF-8, UTF-16 with a byte order mark, or Windows-1252",
)


def refusal(content: bytes) -> tuple[str, str]:
    """Why a text is refused: the reason and the whole sentence's end."""
    with pytest.raises(Unfaxable) as caught:
        txt.count_pages(content)
    return caught.value.reason, caught.value.text


def laid_out(text: str) -> list[list[str]]:
    return list(txt.pages(text.encode()))


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x", "x"),
        ("Grüße, 5 € \u2013 传真 😀".encode(), "Grüße, 5 € \u2013 传真 😀"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        (LE + "Grüße 传真 😀".encode("utf-16-le"), "Grüße 传真 😀"),
        (BE + "Grüße 传真 😀".encode("utf-16-be"), "Grüße 传真 😀"),
        ("Grüße, 5 € \u2013 „so“".encode("cp1252"), "Grüße, 5 € \u2013 „so“"),
        ("no-break\u00a0space, soft\u00adhyphen".encode("latin-1"), "no-break\u00a0space, soft\u00adhyphen"),
        # Not UTF-8, so Windows-1252, where 0x85 is an ellipsis, and not a control character.
        (b"and so on\x85", "and so on…"),
        # An incomplete character of UTF-8 at the end, which it is not: there is no complete one before.
        (b"caf\xe9", "café"),
        (b"caf\xc3", "cafÃ"),
        (b"\xe9", "é"),
        # Two bytes that are no UTF-8 anywhere else.
        (b"Gr\xc3\xbc\xdfe \xe9", "GrÃ¼ße é"),
        (b"\xe9t\xc3\xa9", "étÃ©"),
        # A byte order mark within a text is a character without a shape, as it always was.
        ("a\ufeffb".encode(), "a\ufeffb"),
    ],
)
def test_encoding(content: bytes, text: str) -> None:
    assert txt.count_pages(content) == 1
    assert list(txt.pages(content)) == [[text]]


@pytest.mark.parametrize(
    "content",
    [
        LE + b"x",
        LE + b"x\0y",
        BE + b"\0x\0",
        LE + b"\x00\xd8",
        LE + b"\x00\xd8x\0",
        LE + b"\x00\xdcx\0",
        BE + b"\xdc\x00",
    ],
)
def test_utf_16_that_is_none(content: bytes) -> None:
    assert refusal(content) == ("txt_encoding", "is not the UTF-16 that its first bytes announce")


@pytest.mark.parametrize("content", [b"Gr\xfc\xdfe", b"\xffx", b"\xed\xa0\x80", b"\xc0\x80"])
def test_utf_8_that_is_none(content: bytes) -> None:
    """With a byte order mark, it is not Windows-1252 either, as it would be without."""
    assert refusal(codecs.BOM_UTF8 + content) == ("txt_encoding", "is not the UTF-8 that its first bytes announce")


@pytest.mark.parametrize("undefined", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
@pytest.mark.parametrize("around", [b"", b"\0", b"\xff" * 20_000])
def test_byte_that_stands_for_nothing_in_windows_1252(undefined: int, around: bytes) -> None:
    assert refusal(around + b"\xfcx" + bytes([undefined]) + around) == UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        "Grüße".encode() + b"\xc3",
        "Grüße 传真".encode()[:-1],
        "Grüße 传真".encode()[:-2],
        "ü😀".encode()[:-1],
        codecs.BOM_UTF8 + b"x\xc3",
        ("ü" + "x" * 20_000 + "ü").encode()[:-1],
        # Half a byte order mark.
        codecs.BOM_UTF8[:1],
        codecs.BOM_UTF8[:2],
        LE[:1],
        BE[:1],
    ],
)
def test_text_that_is_cut_within_its_last_character(content: bytes) -> None:
    assert refusal(content) == CUT_OFF


@pytest.mark.parametrize(
    "content",
    [
        *(b"x" + bytes([control]) + b"x" for control in (*range(9), 0x0B, *range(0x0E, 0x20), 0x7F)),
        b"x" * 20_000 + b"\0",
        "ü\0".encode(),
        "Grüße\0".encode("cp1252"),
        # The control characters beyond ASCII, where the encoding has them.
        *(f"x{chr(control)}x".encode() for control in range(0x80, 0xA0) if control != 0x85),
        ("x" * 8_191 + "\x86").encode(),
        ("µ" * 20_000 + "\x9f").encode(),
        LE + b"x\0\0\0",
        BE + b"\0\x84",
        LE + "x\x1b".encode("utf-16-le"),
        codecs.BOM_UTF8 + b"\x01x",
        "no byte order mark".encode("utf-16-le"),
        codecs.BOM_UTF32_LE + "x".encode("utf-32-le"),
    ],
)
def test_control_characters(content: bytes) -> None:
    reason, message = refusal(content)
    assert reason == "txt_binary"
    assert re.fullmatch(
        r"holds the control character U\+00([0189][0-9A-F]|7F) in line 1(, as UTF-16 without a byte order mark does)?; "
        "text may hold tabs, line ends and form feeds alone",
        message,
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x1b[1mbold", "U+001B in line 1"),
        (b"one\ntwo\r\nthree \x07", "U+0007 in line 3"),
        (b"one\rtwo\x7f", "U+007F in line 2"),
        (("x" * 79 + "\n").encode() * 1000 + b"\0", "U+0000 in line 1001"),
        ("\u00fc\n\x86".encode(), "U+0086 in line 2"),
        (LE + "a\nb\x1b".encode("utf-16-le"), "U+001B in line 2"),
        ("a text".encode("utf-16-le"), "U+0000 in line 1, as UTF-16 without a byte order mark does"),
        ("a text".encode("utf-16-be"), "U+0000 in line 1, as UTF-16 without a byte order mark does"),
        (b"a text\0", "U+0000 in line 1"),
    ],
)
def test_a_control_character_is_named_with_its_line(content: bytes, found: str) -> None:
    message = f"holds the control character {found}; text may hold tabs, line ends and form feeds alone"
    assert refusal(content) == ("txt_binary", message)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"\n",
        b" \t\r\n\f" * 5_000,
        codecs.BOM_UTF8,
        codecs.BOM_UTF8 + b"\r\n",
        LE,
        BE,
        LE + "\u3000\r\n".encode("utf-16-le"),
        "\u00a0\u2003\u200b\u2060\ufeff\u00ad\u2800\n\u2028".encode(),
        "\u00a0".encode("cp1252"),
        ("\u00a0" * 20_000).encode(),
    ],
)
def test_blank_text(content: bytes) -> None:
    assert refusal(content) == BLANK


@pytest.mark.parametrize("ink", [".", "\u0301", "传", "😀", "\ue000", "\u2588"])
def test_text_with_a_single_mark(ink: str) -> None:
    for spaces in (" ", " \n" * 10_000):
        assert txt.count_pages((spaces + ink).encode(), 1_000) == -(-(spaces.count("\n") + 1) // txt.ROWS)


# --- layout ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("one", [["one"]]),
        ("one\n", [["one"]]),
        ("one\ntwo\rthree\r\nfour", [["one", "two", "three", "four"]]),
        ("one\n\rtwo\n\n\r\rthree", [["one", "", "two", "", "", "", "three"]]),
        ("\r\none", [["", "one"]]),
        # The next line of mainframes.
        ("one\x85two\x85\x85ü", [["one", "two", "", "ü"]]),
        ("one\x85" * 70, [["one"] * 60, ["one"] * 10]),
        ("one\x85 \r\n\x85\f\x85\x85", [["one"]]),
        # A row more only where there is a character more.
        ("x" * 80, [["x" * 80]]),
        ("x" * 80 + "\ny", [["x" * 80, "y"]]),
        ("x" * 81 + "\ny", [["x" * 80, "x", "y"]]),
        ("x" * 160 + "\r\ny", [["x" * 80, "x" * 80, "y"]]),
        ("传" * 81, [["传" * 80, "传"]]),
        # Tabs.
        ("\tx", [[" " * 8 + "x"]]),
        ("1234567\tx\n12345678\tx", [["1234567 x", "12345678        x"]]),
        ("ü\tx", [["ü       x"]]),
        ("x" * 79 + "\ty", [["x" * 79 + " ", "y"]]),
        ("x" * 80 + "\ty", [["x" * 80, " " * 8 + "y"]]),
        ("\t" * 10 + "x", [[" " * 80, "x"]]),
        ("x\f\tx", [["x"], [" " * 8 + "x"]]),
        # Form feeds.
        ("one\ftwo", [["one"], ["two"]]),
        ("one\n\f\ntwo", [["one"], ["", "two"]]),
        ("one\r\n\ftwo", [["one"], ["two"]]),
        ("one\f\ftwo", [["one"], [], ["two"]]),
        ("\fone", [[], ["one"]]),
        # White space at the end makes no page.
        ("one\f", [["one"]]),
        ("one\f\f \n\f", [["one"]]),
        ("one" + "\n" * 100, [["one"]]),
        ("one\n  \t ", [["one"]]),
        # A page is full with 60 rows.
        ("x\n" * 60, [["x"] * 60]),
        ("x\n" * 61, [["x"] * 60, ["x"]]),
        ("x\n" * 60 + "\fy", [["x"] * 60, ["y"]]),
        ("x\n" * 60 + "\n\fy", [["x"] * 60, [""], ["y"]]),
        ("x" * 80 * 61, [["x" * 80] * 60, ["x" * 80]]),
        ("\n" * 60 + "x", [[""] * 60, ["x"]]),
    ],
)
def test_layout(text: str, pages: list[list[str]]) -> None:
    assert laid_out(text) == pages
    assert txt.count_pages(text.encode()) == len(pages)
    for mark, encoding in ((LE, "utf-16-le"), (BE, "utf-16-be"), (codecs.BOM_UTF8, "utf-8")):
        assert list(txt.pages(mark + text.encode(encoding))) == pages


@pytest.mark.parametrize(("limit", "counted"), [(0, 1), (1, 2), (3, 4), (4, 4), (5, 4)])
def test_pages_are_counted_to_one_more_than_is_asked_for(limit: int, counted: int) -> None:
    assert txt.count_pages(b"x\fx\fx\fx", limit) == counted


def plainly_laid_out(text: str) -> list[list[str]]:
    """The same rules, a character at a time."""
    pages: list[list[str]] = []
    page: list[str] = []
    row: str | None = None

    def end_row(row: str) -> None:
        nonlocal page
        if len(page) == 60:
            pages.append(page)
            page = []
        page.append(row)

    for character in text.rstrip(" \t\r\n\f").replace("\r\n", "\n").replace("\r", "\n"):
        if character == "\n":
            end_row(row or "")
            row = None
        elif character == "\f":
            if row is not None:
                end_row(row)
            row = None
            pages.append(page)
            page = []
        else:
            if row is not None and len(row) == 80:
                end_row(row)
                row = ""
            row = row or ""
            row += " " * (8 - len(row) % 8) if character == "\t" else character
    if row is not None:
        end_row(row)
    return [*pages, page] if page else pages


_TEXTS = st.lists(
    st.sampled_from(
        ["\n", "\r", "\r\n", "\f", "\t", " ", "x", "ü", "传", "😀", "x" * 79, "x" * 80, "ü" * 81, "x\n" * 59]
    )
    | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5),
    max_size=25,
).map("".join)


@given(_TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]), st.integers(1, 40))
@example("x\r\ny", "utf-8", 1)
@example("x" * 80 + "\r", "utf-16-le", 2)
def test_layout_is_the_same_whatever_the_encoding_and_wherever_blocks_end(text: str, encoding: str, block: int) -> None:
    # One that begins with a mark of its own would have two.
    text = "." + text
    mark = {"utf-16-le": LE, "utf-16-be": BE}.get(encoding, b"")
    with patch.object(txt, "_BLOCK", 2 * block):
        assert list(txt.pages(mark + text.encode(encoding))) == plainly_laid_out(text)
        assert txt.count_pages(mark + text.encode(encoding)) == len(plainly_laid_out(text))


@given(
    st.binary(max_size=200) | st.text().map(str.encode) | st.text().map(lambda text: text.encode("cp1252", "replace"))
)
@example(b"\xef\xbb")
@example(b"\xe9\x80")
def test_arbitrary_bytes(content: bytes) -> None:
    try:
        count = txt.count_pages(content)
    except Unfaxable:
        return
    pages = list(txt.pages(content))
    assert len(pages) == count
    assert max(len(row) for page in pages for row in page) <= txt.COLUMNS
    assert max(map(len, pages)) <= txt.ROWS


_LARGE = 1_000_000


@pytest.mark.parametrize(
    "content",
    [
        b"Line of text\n" * (_LARGE // 13),
        b"x" * _LARGE,
        b"x" + b"\n" * _LARGE + b"x",
        b"x" + b"\n" * _LARGE,
        b"x\f" * (_LARGE // 2),
        b"x" + b"\t" * _LARGE + b"x",
        ("😀" + "\t" * _LARGE + "x").encode(),
        b" " * _LARGE,
        "µ".encode() * (_LARGE // 2),
        b"x" * _LARGE + "😀".encode(),
        LE + "😀\n".encode("utf-16-le") * (_LARGE // 6),
        b"\xe9" * _LARGE,
        b"\xe9" * _LARGE + b"\x81",
    ],
)
def test_memory_does_not_grow_with_the_file(content: bytes) -> None:
    def count() -> None:
        with suppress(Unfaxable):
            txt.count_pages(content, 200)

    assert peak_memory(count) < 450_000
