"""A TIFF's pixels are of a form that renderers read, or it is refused: one thing at a time is wrong here."""

import struct
import zlib

import pytest

from faxes.formats import tif
from tests.support.images import (
    ASCII,
    BITS,
    COMPRESSION,
    EXTRA,
    FILL_ORDER,
    LONG,
    PHOTOMETRIC,
    PREDICTOR,
    RATIONAL,
    SAMPLE_FORMAT,
    SAMPLES,
    SHORT,
    Value,
    tiff,
)
from tests.support.tifs import (
    BIG,
    FORMS,
    LITTLE,
    MAX_PIXELS,
    is_accepted,
    one,
    page,
    pixels,
    refusal,
    renders,
)

READABLE = "only none, CCITT (RLE, Group 3 and 4), LZW, JPEG, Deflate and PackBits can be faxed"


@pytest.mark.parametrize(
    ("compression", "name"),
    [
        (0, "number 0"),
        (6, "old-style JPEG"),
        (9, "JBIG"),
        (34661, "JBIG"),
        (34712, "JPEG 2000"),
        (34887, "LERC"),
        (34925, "LZMA"),
        (50000, "Zstandard"),
        (50001, "WebP"),
        (65535, "number 65535"),
    ],
)
def test_compression_that_cannot_be_read(compression: int, name: str) -> None:
    assert refusal(one({COMPRESSION: (SHORT, [compression])})) == (
        "tif_compression",
        f"is compressed with a method ({name}) that cannot be read; {READABLE}",
    )


@pytest.mark.parametrize("compression", [1, 2, 3, 4, 5, 8, 32773, 32946])
def test_compression_of_one_bit(compression: int) -> None:
    assert tif.count_pages(one({COMPRESSION: (SHORT, [compression])}), MAX_PIXELS) == 1


@pytest.mark.parametrize("compression", [5, 8, 32946])
@pytest.mark.parametrize(("bits", "predictor"), [(1, 2), (8, 3), (8, 0)])
def test_predictor_that_cannot_be_read(compression: int, bits: int, predictor: int) -> None:
    entries: dict[int, Value | None] = {BITS: (SHORT, [bits]), COMPRESSION: (SHORT, [compression])}
    content = one(entries | {PREDICTOR: (SHORT, [predictor])}, bytes(16))
    assert refusal(content) == ("tif_compression", "is compressed with a predictor that cannot be read")
    assert is_accepted(one(entries | {PREDICTOR: (SHORT, [1])}, bytes(16)))


def test_predictor_that_nothing_uses() -> None:
    assert tif.count_pages(one({PREDICTOR: (SHORT, [7])}), MAX_PIXELS) == 1


_READABLE_FORMS = [
    *((0, bits, 1) for bits in (1, 2, 4, 8)),
    *((1, bits, 1) for bits in (1, 2, 4, 8, 16)),
    (1, 8, 2),
    *((2, 8, samples) for samples in (3, 4, 5)),
    *((2, 16, samples) for samples in (3, 4)),
    *((3, bits, 1) for bits in (1, 2, 4, 8)),
    (5, 8, 4),
    (5, 8, 5),
    (5, 16, 4),
    (8, 8, 3),
]


@pytest.mark.parametrize("compression", [1, 8])
def test_forms_of_pixels_that_are_taken_are_ones_that_pillow_reads(compression: int) -> None:
    taken = [form for form in FORMS if is_accepted(pixels(*form, compression))]
    assert taken == sorted(_READABLE_FORMS)
    assert [form for form in taken if not renders(pixels(*form, compression))] == []
    # Each colour in a plane of its own.
    planes = [form for form in taken if form[2] > 1]
    assert [form for form in planes if not is_accepted(pixels(*form, compression, planes=2))] == []
    several = [form for form in planes if form not in {(1, 8, 2), (2, 8, 4), (2, 8, 5), (2, 16, 4), (5, 8, 5)}]
    assert [form for form in several if not renders(pixels(*form, compression, planes=2))] == []


@pytest.mark.parametrize("compression", [2, 3, 4])
def test_fax_compressions_are_of_one_bit(compression: int) -> None:
    assert [form for form in FORMS if is_accepted(pixels(*form, compression))] == [(0, 1, 1), (1, 1, 1)]


@pytest.mark.parametrize("samples", [1, 3])
def test_compression_that_is_stated_for_each_sample(samples: int) -> None:
    """As TIFF 5.0 had it; others need not be the same."""
    form: dict[int, Value | None] = {
        BITS: (SHORT, [8] * samples),
        SAMPLES: (SHORT, [samples]),
        PHOTOMETRIC: (SHORT, [1 if samples == 1 else 2]),
    }
    data = bytes(64 * samples)
    assert tif.count_pages(one(form | {COMPRESSION: (SHORT, [1] * 3)}, data), MAX_PIXELS) == 1
    assert is_accepted(one(form | {COMPRESSION: (SHORT, [1] * samples + [5] * 3)}, data))
    assert is_accepted(one(form | {COMPRESSION: (SHORT, [5, 1, 1])}, data)) is (samples == 1)


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_value_outside_the_file(order: str) -> None:
    """A private tag's is of no use for the page; others are read by somebody."""
    for tag, kind, is_needed in (
        (40_000, ASCII, False),
        (32_768, 7, False),
        (282, RATIONAL, True),
        (32_767, ASCII, True),
    ):
        content = tiff(page({tag: (kind, [0] * 8)}), order=order)
        entry = struct.pack(f"{order}HH", tag, kind)
        at = content.index(entry) + 8
        moved = content[:at] + struct.pack(f"{order}I", len(content)) + content[at + 4 :]
        assert is_accepted(moved) is not is_needed


@pytest.mark.parametrize("compression", [1, 8])
def test_forms_with_bits_in_reverse_are_ones_that_pillow_reads(compression: int) -> None:
    order: dict[int, Value | None] = {FILL_ORDER: (SHORT, [2])}
    taken = [form for form in FORMS if is_accepted(pixels(*form, compression, entries=order))]
    several = {0: (1, 2, 4, 8), 1: (1, 2, 4, 8, 16), 3: (1, 2, 4, 8)}
    if compression == 1:
        several |= {0: (1, 2, 4), 3: (8,)}
    assert taken == sorted([*((p, bits, 1) for p, all_bits in several.items() for bits in all_bits), (2, 8, 3)])
    reverse = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
    for photometric, bits, samples in taken:
        content = pixels(photometric, bits, samples, compression, entries=order)
        data = zlib.compress(bytes(8 * bits * samples))
        assert renders(content.replace(data, data.translate(reverse)))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (pixels(1, 32, 1), "has pixels of a form (1 x 32 bits, photometric interpretation 1) that cannot be read"),
        (pixels(6, 8, 3), "has pixels of a form (3 x 8 bits, photometric interpretation 6) that cannot be read"),
        (pixels(2, 8, 7), "has pixels of 7 samples; they cannot have more than 6"),
        (one({SAMPLES: (LONG, [2**32 - 1])}), "has pixels of 4294967295 samples; they cannot have more than 6"),
        (
            pixels(2, 8, 3, entries={BITS: (SHORT, [5, 6, 5])}),
            "has pixels of a form (samples of different sizes) that cannot be read",
        ),
        (
            pixels(1, 16, 1, entries={SAMPLE_FORMAT: (SHORT, [2])}),
            "has pixels of a form (1 x 16 bits, photometric interpretation 1) that cannot be read",
        ),
        (
            pixels(2, 8, 3, entries={SAMPLE_FORMAT: (SHORT, [1, 1, 3])}),
            "has pixels of a form (3 x 8 bits, photometric interpretation 2) that cannot be read",
        ),
        *(
            (
                pixels(*form, entries={EXTRA: extra}),
                f"has pixels of a form ({form[2]} x {form[1]} bits, photometric interpretation {form[0]}) "
                "that cannot be read",
            )
            for form, extra in (
                ((0, 1, 1), (SHORT, [0])),
                ((1, 8, 2), None),
                ((1, 8, 2), (SHORT, [3])),
                ((2, 8, 3), (SHORT, [0])),
                ((2, 8, 4), (SHORT, [3])),
                ((2, 8, 5), None),
                ((2, 8, 5), (SHORT, [0])),
                ((2, 8, 5), (SHORT, [0, 1])),
                ((2, 8, 6), (SHORT, [2, 0, 2])),
                ((5, 8, 4), (SHORT, [0])),
                ((5, 8, 5), (SHORT, [1])),
            )
        ),
        (
            one({FILL_ORDER: (SHORT, [3])}),
            "has pixels of a form (1 x 1 bits, photometric interpretation 1) that cannot be read",
        ),
    ],
)
def test_pixels_that_cannot_be_read(content: bytes, text: str) -> None:
    assert refusal(content) == ("tif_pixels", text)


@pytest.mark.parametrize("form", [(1, 8, 2), (2, 8, 4), (2, 16, 4)])
@pytest.mark.parametrize("extra", [0, 1, 2])
def test_sample_beyond_the_colours(form: tuple[int, int, int], extra: int) -> None:
    content = pixels(*form, entries={EXTRA: (SHORT, [extra])})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)
    # Beside three colours it need not be stated.
    assert is_accepted(pixels(*form, entries={EXTRA: None})) is renders(pixels(*form, entries={EXTRA: None}))


@pytest.mark.parametrize("bits", [(SHORT, [8]), (SHORT, [8, 8, 8]), (LONG, [8, 8, 8])])
@pytest.mark.parametrize("sample_format", [None, (SHORT, [1]), (SHORT, [1, 1, 1])])
def test_number_that_is_stated_once_or_for_each_sample(bits: Value, sample_format: Value | None) -> None:
    content = pixels(2, 8, 3, entries={BITS: bits, SAMPLE_FORMAT: sample_format})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)
