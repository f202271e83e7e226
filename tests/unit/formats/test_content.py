"""Documents that are files: what is said of one in memory is said of it, and it is not held in memory."""

import codecs
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faxes.errors import FileInvalid
from faxes.formats import Unfaxable, jpg, pdf, tif_strips, txt
from faxes.formats.budget import BYTES, BYTES_PER_SECOND, KEPT, SECONDS, Budget
from faxes.formats.content import WINDOW, Content, Mapped
from faxes.intake import documents
from tests.support import pdfs
from tests.support.corpus import SAMPLES, Sample
from tests.support.images import jpeg, scan
from tests.support.jpgs import START
from tests.support.mapped import mapped
from tests.support.pdf_reading import ONE_PAGE, reader
from tests.support.peak_memory import peak_memory
from tools.limits import default_limits

LIMITS = replace(default_limits(), file_bytes=10**9)
# An empty file cannot be mapped.
NOT_EMPTY = [sample for sample in SAMPLES if sample.content]
MB = 1_000_000
# A file of more than a form can have.
LONG = 5 * MB


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)  # noqa: S311  # the same each time


def verdict(name: str, content: Content) -> documents.Found | tuple[str, str]:
    try:
        return documents.look(name, content, 2, 3, LIMITS, 0, Budget(10**12, 30))
    except FileInvalid as refused:
        return refused.reason, refused.message


# --- bytes of a file -------------------------------------------------------------------------------------------------


def test_what_is_asked_of_bytes_is_told_of_a_file() -> None:
    content = noise(WINDOW - 1) + b"\xff\0" * 4 + bytes(WINDOW)
    file = mapped(content)
    for sub in (b"\xff", b"\xff\0"):
        assert file.count(sub) == content.count(sub)
        assert [file.count(sub, WINDOW - n, WINDOW + n) for n in range(9)] == [
            content.count(sub, WINDOW - n, WINDOW + n) for n in range(9)
        ]
    assert file.startswith(content[:4])
    assert file.startswith(content[7:9], 7)
    assert not file.startswith(content[7:9], 7, 8)
    assert not file.startswith(content + b"x")
    assert not file.isascii()
    assert mapped(b"a" * (WINDOW + 1)).isascii()
    assert not mapped(b"a" * WINDOW + b"\x80").isascii()


def test_an_empty_file_is_not_mapped(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as file, pytest.raises(ValueError, match="empty"):
        Mapped(file)


# --- the same verdicts -----------------------------------------------------------------------------------------------


# Each one starts a process. The others are looked at with all that takes long.
@pytest.mark.parametrize("sample", NOT_EMPTY[::8], ids=str)
def test_the_verdict_on_a_kept_document_is_the_same(sample: Sample) -> None:
    assert verdict(sample.name, mapped(sample.content)) == verdict(sample.name, sample.content)


@pytest.mark.full
def test_the_verdict_on_each_kept_document_is_the_same() -> None:
    others = [
        str(sample)
        for sample in NOT_EMPTY
        if verdict(sample.name, mapped(sample.content)) != verdict(sample.name, sample.content)
    ]
    assert others == []


def moved(content: bytes, by: int) -> bytes:
    """A PDF that says its cross-reference stands elsewhere."""
    start = content.rindex(b"startxref\n") + len(b"startxref\n")
    end = content.index(b"\n", start)
    return content[:start] + b"%d" % (int(content[start:end]) + by) + content[end:]


@pytest.mark.parametrize("size", [0, 4_096 - len(ONE_PAGE) % 4_096])
def test_a_pdf_in_a_file_is_read_from_its_header_and_to_its_end(size: int) -> None:
    """Also where it ends with a page of memory, so that what is written at its end stands behind the file."""
    padded = ONE_PAGE.replace(b"%PDF-1.7\n", b"%PDF-1.7\n" + b" " * size) if size else ONE_PAGE
    for content in (
        ONE_PAGE,
        b"HTTP/1.1 200 OK\r\n\r\n" + ONE_PAGE,
        moved(ONE_PAGE, -3),
        moved(padded, 5),
        moved(padded, 5).rstrip(b"\n"),
        b"\r\n" + moved(ONE_PAGE, 900),
    ):
        assert verdict("a.pdf", mapped(content)) == verdict("a.pdf", content)


def test_the_process_that_reads_a_file_cannot_change_it() -> None:
    content = mapped(ONE_PAGE)
    tries = """
def changes():
    import mmap
    bits = 0
    for bit, attempt in enumerate((lambda: os.pwrite(0, b'x', 0), lambda: os.write(0, b'x'), lambda: os.ftruncate(0, 0),
                                   lambda: mmap.mmap(0, 0, access=mmap.ACCESS_WRITE)[0:1])):
        try:
            attempt()
            bits |= 1 << bit
        except (OSError, ValueError):
            pass
    return bits
"""
    before = tries + "import mmap\nsandbox.confine = inside.limit = lambda *_: None"
    check = "return pdf_check.OPENED, 1 + changes(), 1"
    assert pdf.count_pages(content, 200, start=reader(check, before)) == 1
    assert content[:] == ONE_PAGE
    # What it has of it in memory is its own.
    assert pdf.count_pages(content, 200, start=reader("content[0] = b'x'; return pdf_check.OPENED, 1, 1")) == 1
    assert content[:] == ONE_PAGE


# --- long ones -------------------------------------------------------------------------------------------------------


def long_pdf(size: int) -> bytes:
    content = pdfs.stream(noise(size))
    return pdfs.pdf([*pdfs.pages(1), content])


@pytest.mark.parametrize("make", [long_pdf, lambda size: jpeg(START, scan(1, data=b"\x55" * size))], ids=["pdf", "jpg"])
def test_a_long_file_is_not_held_in_memory(make: Callable[[int], bytes]) -> None:
    content = mapped(make(3 * LONG))
    assert peak_memory(lambda: verdict("a", content)) < 400_000


def test_a_text_that_is_longer_than_its_pages_is_not_read_whole() -> None:
    row = b"A line of a long text. " * 4 + b"\n"
    content = mapped(row * (40 * MB // len(row)))
    assert txt.examine(content, 200) == (201, "utf-8")
    assert peak_memory(lambda: txt.examine(content, 200)) < 12 * MB
    # It is refused as others are.
    assert verdict("a.txt", content) == (
        "too_many_pages",
        "File 2 of 3, a.txt, makes the fax at least 201 pages long; the limit is 200.",
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Grüße 传真 ".encode() * (LONG // 8), (3, "utf-8")),
        ("传真".encode() * (LONG // 3), (3, "utf-8")),
        (codecs.BOM_UTF16_LE + "Grüße 😀传真".encode("utf-16-le") * (LONG // 8), (3, "utf-16-le")),
        ("Grüße und Küsse ".encode("cp1252") * (LONG // 8), (3, "cp1252")),
        (b" " * LONG + b"\nx", (3, "utf-8")),
        (b"x" + b"\n" * LONG + b"x", (3, "utf-8")),
        (b"x" + b" \n" * LONG, (1, "utf-8")),
        (codecs.BOM_UTF16_BE + "x\n".encode("utf-16-be") + " ".encode("utf-16-be") * LONG, (1, "utf-16-be")),
    ],
    ids=["UTF-8", "one word", "UTF-16", "Windows-1252", "text at the end", "lines", "white end", "UTF-16 white end"],
)
def test_a_long_text(content: bytes, found: tuple[int, str]) -> None:
    assert txt.examine(mapped(content), 2) == found


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" " * LONG, "txt_blank"),
        (noise(LONG), "txt_encoding"),
        (b"x\0" * LONG, "txt_binary"),
        (codecs.BOM_UTF16_LE + b"\0\xd8" * LONG, "txt_encoding"),
    ],
    ids=["blank", "noise", "zeros", "no UTF-16"],
)
def test_long_files_that_are_no_text(content: bytes, reason: str) -> None:
    with pytest.raises(Unfaxable) as caught:
        txt.examine(mapped(content), 2)
    assert caught.value.reason == reason


def test_a_long_jpg_may_have_more_escapes() -> None:
    def with_escapes(escapes: int) -> bytes:
        return jpeg(START, scan(1, data=b"\x55" * (6 * MB - 2 * escapes) + b"\xff\0" * escapes))

    size = len(with_escapes(0))
    most = size // jpg.BYTES_PER_ESCAPE
    assert most > jpg.MAX_ESCAPES
    assert jpg.count_pages(with_escapes(most), 10**9) == 1
    with pytest.raises(Unfaxable, match=f"more than {most} bytes 0xFF"):
        jpg.count_pages(with_escapes(most + 1), 10**9)


def test_a_long_tif_may_have_more_strips() -> None:
    assert tif_strips.most_strips(BYTES) == tif_strips.MAX_STRIPS
    assert tif_strips.most_strips(10 * MB) == 10 * MB // tif_strips.BYTES_PER_STRIP


def test_long_files_have_more_time_to_be_looked_into_and_none_to_be_decoded() -> None:
    clock = lambda: 0.0  # noqa: E731
    short, long = (Budget(1, clock=clock, size=size) for size in (BYTES, BYTES + 10 * BYTES_PER_SECOND))
    assert (short.left, long.left) == (SECONDS, SECONDS + 10)
    assert [short.for_decoding, long.for_decoding] == pytest.approx([SECONDS * (1 - KEPT)] * 2)


@pytest.mark.parametrize("kind", ["jpg", "tif"])
def test_a_picture_in_a_file_is_decoded(kind: str) -> None:
    sample = Path("tests/data/documents") / {"jpg": "photo.jpg", "tif": "scan.tif"}[kind]
    content = sample.read_bytes()
    broken = content[: len(content) * 2 // 3] + bytes(len(content) // 3)
    for each in (content, broken):
        assert verdict(f"a.{kind}", mapped(each)) == verdict(f"a.{kind}", each)
