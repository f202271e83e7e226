"""Texts of one size."""

import random

from benchmarks.shapes.shape import SIZE, shape


def _prose(alphabet: str) -> str:
    drawn = random.Random(3)
    words = ["".join(drawn.choices(alphabet, k=drawn.randrange(2, 10))) for _ in range(5000)]
    return "\n".join(" ".join(drawn.choices(words, k=12)) for _ in range(SIZE // 60))


@shape("txt", "letters", honest=True)
def letters() -> bytes:
    return _prose("etaoinshrdlu").encode()[:SIZE]


@shape("txt", "letters with accents, in UTF-8", honest=True)
def accented() -> bytes:
    return _prose("etaoinshrdlu\u00e9\u00fc").encode()[:SIZE].decode(errors="ignore").encode()


@shape("txt", "letters with accents, in Windows-1252", honest=True)
def windows() -> bytes:
    return _prose("etaoinshrdlu\u00e9\u00fc").encode("cp1252")[:SIZE]


@shape("txt", "letters in UTF-16", honest=True)
def utf_16() -> bytes:
    return b"\xff\xfe" + _prose("etaoinshrdlu").encode("utf-16-le")[: SIZE - 2]


@shape("txt", "Windows-1252 that is UTF-8 up to its last byte")
def late_fallback() -> bytes:
    return "\u00e9".encode() * (SIZE // 2 - 1) + b"a\xe9"


@shape("txt", "the last byte is a control character")
def late_control() -> bytes:
    return "\u00e9".encode() * (SIZE // 2 - 1) + b"\0"


@shape("txt", "one line")
def one_line() -> bytes:
    return b"x" * SIZE


@shape("txt", "line ends")
def line_ends() -> bytes:
    return b"x" + b"\r\n" * (SIZE // 2 - 1) + b"x"


@shape("txt", "form feeds")
def form_feeds() -> bytes:
    return b"x" + b"\f" * (SIZE - 1)


@shape("txt", "tabs")
def tabs() -> bytes:
    return b"\t" * (SIZE - 1) + b"x"


@shape("txt", "blank")
def blank() -> bytes:
    return b" " * SIZE


@shape("txt", "characters that cannot be seen")
def invisible() -> bytes:
    return "\u200b".encode() * (SIZE // 3)


@shape("txt", "marks that stand on the character before")
def combining() -> bytes:
    return b"x" + "\u0301".encode() * (SIZE // 2 - 1)


@shape("txt", "nearly a form")
def markup() -> bytes:
    return b" " * (SIZE - 5) + b"<html"
