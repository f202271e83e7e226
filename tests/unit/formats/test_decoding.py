"""Pictures as their decoders find them, and what becomes of a document whose decoder does anything else.

The processes here are the real one, of which one part at most is replaced.
"""

import io
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, repeat
from typing import Any

import pytest
from PIL import Image, TiffImagePlugin

from faxes.errors import DeploymentFault
from faxes.formats import Unfaxable, decoding, tif
from faxes.formats.budget import Budget
from tests.support.corpus import accepted
from tests.support.pdf_reading import children, open_files

JPG = accepted("jpg")[0].content
TIF = accepted("tif")[0].content


def check(kind: str, content: bytes, budget: Budget | None = None, **how: Any) -> None:
    budget = budget or Budget(10**9)
    if kind == "jpg":
        decoding.check_jpg(content, budget, **how)
    else:
        decoding.check_tif(content, [at for _, at in tif.pages(content)], budget, **how)


def refusal(kind: str, content: bytes, **how: Any) -> tuple[str, str]:
    with pytest.raises(Unfaxable) as caught:
        check(kind, content, **how)
    return caught.value.reason, caught.value.text


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    with io.BytesIO() as file:
        image.save(file, form, **options)
        return file.getvalue()


def noise(width: int, height: int, mode: str = "L") -> Image.Image:
    """The same every time."""
    grain = random.Random(1).randbytes(width * height)  # noqa: S311  # texts and pictures need no secrecy
    return Image.frombytes("L", (width, height), grain).convert(mode)


def child(does: str) -> list[str]:
    """The command of a process that does this first, with the module that it is of in hand."""
    command = decoding.child()
    at = command.index("-c") + 1
    return [*command[:at], command[at].replace("picture_check.main", f"{does}; picture_check.main"), *command[at + 1 :]]


def instead(does: str) -> list[str]:
    """The command of a process that takes the document and then does this."""
    return [sys.executable, "-I", "-S", "-c", f"import os, signal, time; os.write(1, b'R'); os.read(0, 9); {does}"]


# --- pictures --------------------------------------------------------------------------------------------------------


def cut(content: bytes, share: float) -> bytes:
    """A TIFF of one strip of which 400 bytes are others, from there on."""
    end = int(len(content) * share)
    return content[:end] + b"\xff" * 400 + content[end + 400 :]


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_a_large_strip_is_decoded_row_by_row(compression: str) -> None:
    image = Image.linear_gradient("L").resize((1_700, 2_600)).convert("RGB")
    content = saved(image, "TIFF", compression=compression, tiffinfo={278: 2_600})
    check("tif", content)
    if compression != "packbits":
        # Whose bytes mean something whatever they are.
        assert refusal("tif", cut(content, 0.5)) == ("tif_undecodable", "is damaged: its image cannot be decoded")


def test_the_page_that_cannot_be_decoded_is_named() -> None:
    pages = [noise(64, 64), noise(64, 65), noise(64, 66)]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    check("tif", content)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(content)) as image:
        image.seek(1)
        (at,) = image.tag_v2[273]
    broken = content[:at] + b"\xff" * 99 + content[at + 99 :]
    assert refusal("tif", broken) == ("tif_undecodable", "is damaged: page 2 cannot be decoded")


def ends(rows: int, height: int = 800) -> bytes:
    """A baseline JPEG of so many rows whose data ends after some of them, and an end marker."""
    restarts = saved(noise(320, height), "JPEG", restart_marker_rows=1)
    parts = restarts.split(b"\xff\xda", 1)
    at = [n for n in range(len(parts[1]) - 1) if parts[1][n] == 0xFF and 0xD0 <= parts[1][n + 1] <= 0xD7]
    return parts[0] + b"\xff\xda" + parts[1][: at[rows // 8 - 1] + 40] + b"\xff\xd9"


def test_a_jpeg_may_lack_its_last_rows_and_no_more() -> None:
    check("jpg", ends(760))
    assert refusal("jpg", ends(600)) == (
        "jpg_data_ends",
        "is damaged: its image data ends long before the image does",
    )


def fax_page(rows: int) -> bytes:
    """A page of Group 4 that says it has 800 rows, and has so many."""
    page = Image.linear_gradient("L").resize((1_728, rows)).convert("1")
    content = bytearray(saved(page, "TIFF", compression="group4", tiffinfo={278: rows}))
    directory = int.from_bytes(content[4:8], "little")
    for at in range(
        directory + 2, directory + 2 + 12 * int.from_bytes(content[directory : directory + 2], "little"), 12
    ):
        if int.from_bytes(content[at : at + 2], "little") in (257, 278):
            content[at + 8 : at + 12] = (800).to_bytes(4, "little")
    return bytes(content)


def test_a_fax_page_may_lack_its_last_rows_and_no_more() -> None:
    check("tif", fax_page(760))
    assert refusal("tif", fax_page(600))[0] == "tif_undecodable"


@pytest.mark.parametrize(
    ("size", "options", "percent"),
    [
        ((1_080, 20_000), {}, 14),
        ((600, 4_000), {}, None),
        ((2_480, 3_508), {}, None),
        # As many columns an inch as it may have, which makes each row as high as five.
        ((1_728, 2_744), {"dpi": (1_000, 200)}, 20),
        ((1_728, 2_744), {"dpi": (1_000, 199)}, None),
    ],
)
@pytest.mark.parametrize("kind", ["jpg", "tif"])
def test_a_picture_that_would_be_less_than_half_as_large_is_refused(
    kind: str, size: tuple[int, int], options: dict[str, Any], percent: int | None
) -> None:
    form = {"jpg": "JPEG", "tif": "TIFF"}[kind]
    content = saved(Image.new("L", size), form, **options, **({"compression": "tiff_lzw"} if kind == "tif" else {}))
    if percent is None:
        check(kind, content)
    else:
        assert refusal(kind, content) == (
            "page_too_long",
            f"has a page, number 1, that would be faxed at {percent} % of its size; the limit is 50 %",
        )


def test_what_takes_more_memory_than_there_is_is_left_for_drawing() -> None:
    """A JPEG in several scans is kept as coefficients."""
    content = saved(noise(2_000, 2_000), "JPEG", progressive=True, quality=20)
    check("jpg", content, start=child("picture_check.MEMORY = 4 << 20"))
    large = saved(Image.new("L", (9_000, 9_000)), "TIFF", compression="jpeg", tiffinfo={278: 9_000})
    check("tif", large)


# --- what it may take ------------------------------------------------------------------------------------------------


def test_it_takes_of_the_budget_what_other_files_do_not_need() -> None:
    budget = Budget(10**9)
    assert budget.for_decoding == pytest.approx(0.6)
    check("jpg", JPG, budget)
    # However slow the processor is.
    assert 0.4 < budget.left < 1.0
    budget.charge(budget.left - 0.4)
    # It would fail.
    check("jpg", JPG, budget, start=["/nowhere"])
    assert budget.left == pytest.approx(0.4)


@pytest.mark.parametrize("endless", ["_answer", "inside.sandbox.confine"])
def test_what_would_take_longer_is_left_for_drawing(endless: str) -> None:
    """Be it with the document, or on the way to it."""
    budget = Budget(10**9, 0.1)
    check("jpg", JPG, budget, start=child(f"picture_check.{endless} = lambda *_: [0 for _ in iter(int, 1)]"))
    # What is kept for other files is still there.
    assert budget.left == pytest.approx(0.04)


def test_of_a_jpeg_that_is_too_long_to_be_decoded_only_the_header_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_LONGEST_JPG", len(JPG) - 1)
    budget = Budget(10**9)
    check("jpg", JPG, budget, start=child("picture_check._answer = lambda *_: [0 for _ in iter(int, 1)]"))
    assert budget.left == pytest.approx(0.98)
    # What that says is said.
    narrow = saved(Image.new("L", (1_080, 20_000)), "JPEG")
    monkeypatch.setattr(decoding, "_LONGEST_JPG", 0)
    assert refusal("jpg", narrow)[0] == "page_too_long"


def clock(*moments: float) -> Callable[[], float]:
    """Tells these moments, and then the last one."""
    return chain(moments, repeat(moments[-1])).__next__


def test_what_waits_is_left_for_drawing() -> None:
    check("jpg", JPG, start=instead("signal.pause()"), seconds=60, monotonic=clock(0, 0, 0, 60))


# --- what it may do --------------------------------------------------------------------------------------------------

CRASHED = "cannot be decoded: it is damaged, or has too many parts; save it anew"


@pytest.mark.parametrize("kind", ["jpg", "tif"])
@pytest.mark.parametrize(
    "does",
    [
        "os.abort()",
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os._exit(0)",
        "raise MemoryError",
        "os.write(1, b'')",
        "os.write(1, bytes(4))",
        "os.write(1, bytes(6))",
        # No such outcome, no such page.
        "os.write(1, bytes((9, 0, 0, 0, 1)))",
        "os.write(1, bytes((0, 0, 0, 0, 0)))",
        "os.write(1, bytes((1, 0, 0, 3, 0)))",
    ],
)
def test_a_decoder_that_fails_refuses_its_document_alone(kind: str, does: str) -> None:
    before = open_files(), children()
    content = JPG if kind == "jpg" else TIF
    assert refusal(kind, content, start=instead(f"os.dup2(os.open(os.devnull, os.O_WRONLY), 2); {does}")) == (
        f"{kind}_crashed_decoder",
        CRASHED,
    )
    check(kind, content)
    assert (open_files(), children()) == before


def test_it_is_confined() -> None:
    """As one that opens a PDF is: tests/unit/confinement has the ways."""
    tries = (
        "import os; receive = inside.receive; "
        "inside.receive = lambda *how: (receive(*how), picture_check._answer(*tried()))"
    )
    tried = """
def tried():
    for way in (lambda: os.open("/dev/null", os.O_RDONLY), os.pipe, lambda: os.kill(os.getppid(), 0), os.uname):
        try:
            way()
        except OSError:
            continue
        return outcomes.BROKEN, 1
    return outcomes.WHOLE, 1
"""
    command = decoding.child()
    at = command.index("-c") + 1
    parts = command[at].split("picture_check.main")
    imports = "from faxes.confinement import inside, sandbox\nfrom faxes.formats import picture_outcomes as outcomes"
    script = f"{parts[0]}\n{imports}{tried}{tries}\npicture_check.main{parts[1]}"
    start = [*command[:at], script, *command[at + 1 :]]
    check("jpg", JPG, start=start)
    at_large = script.replace(tried, f"{tried}inside.limit = lambda *_: None; sandbox.confine = lambda: None\n")
    assert refusal("jpg", JPG, start=[*command[:at], at_large, *command[at + 1 :]])[0] == "jpg_undecodable"


# --- when no document can be decoded ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "does",
    [
        "raise SystemExit(3)",
        # Another version's structures.
        "from faxes.formats import jpg_decoder; jpg_decoder._VERSION = 80",
    ],
)
def test_a_process_that_does_not_begin_is_a_fault_of_ours(does: str) -> None:
    with pytest.raises(DeploymentFault) as caught:
        check("jpg", JPG, start=child(does))
    assert caught.value.reason == "picture_reader_not_started"
    # Its own, or that it was ended.
    assert caught.value.cause.startswith("its status is ")


def test_decoders_that_are_not_installed_are_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(DeploymentFault) as caught:
        check("jpg", JPG)
    assert caught.value.reason == "picture_reader_missing"


@pytest.mark.full
@pytest.mark.parametrize("kind", ["jpg", "tif"])
@pytest.mark.parametrize("number", range(60))
def test_other_bytes_are_decoded_or_refused(kind: str, number: int) -> None:
    source = random.Random(number)  # noqa: S311  # the same every time
    content = bytearray(source.choice(accepted(kind)).content)
    for _ in range(source.randint(1, 20)):
        content[source.randrange(len(content) // 10, len(content))] = source.randrange(256)
    # Any other error is one of ours.
    with suppress(Unfaxable):
        check(kind, bytes(content))
    check(kind, JPG if kind == "jpg" else TIF)
