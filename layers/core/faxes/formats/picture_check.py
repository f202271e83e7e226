"""Decodes one JPEG or TIFF and says whether that can be done: what decoding.py runs in a process of its own.

The decoders are libjpeg and libtiff, as Pillow ships them and as they will decode the document when its pages are
drawn. Nothing of what they decode is kept: a JPEG's rows go at an eighth of their size into one buffer, a TIFF's
strips, tiles or rows into another.

It says one answer of ANSWER_BYTES: the outcome in one byte (picture_outcomes.py), in three the number of the page that
is meant, and in one the hundredths of its size that it would have on the paper (TOO_LONG).
"""

from faxes.confinement import inside

ANSWER_BYTES = 5
TIF, JPG = range(2)

# What may be reserved beside the document: a large photograph in several scans is kept as coefficients.
MEMORY = 128 * 1024 * 1024


def main(
    libtiff: str, libjpeg: str, kind: int, length: int, microseconds: int, is_file: int, *directories: int
) -> None:
    """Decode the document of ``length`` bytes that comes in, or that is a file. ``libtiff`` and ``libjpeg`` are the
    libraries' paths; ``directories`` is where a TIFF's pages are told of; ``microseconds`` of processor time are left
    for it."""
    # Imported where they are needed: decoding.py reads this module for its constants alone.
    from faxes.formats import jpg_decoder, tif_decoder

    content = inside.room(length, 0 if is_file else -1)
    if kind == TIF:
        tif = tif_decoder.Decoder(libtiff, content)
    else:
        jpg = jpg_decoder.Decoder(libjpeg, content, _answer)
    comes = memoryview(content).cast("B")
    inside.receive(comes[:0] if is_file else comes, MEMORY, microseconds / 1_000_000)
    _answer(*(tif.check(directories) if kind == TIF else jpg.check()))


def _answer(outcome: int, page: int = 1, percent: int = 0) -> None:
    inside.say(bytes([outcome]) + page.to_bytes(3) + bytes([percent]))
    inside.end()
