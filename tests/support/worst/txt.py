"""Texts that attack the decoding, the layout, the look for control characters, and what tells encodings apart."""

import random
from collections.abc import Callable, Iterator

from tests.data.texts import excerpts
from tests.support.worst import Maker, attacks


def cases(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    return attacks(rng, _MAKERS, times=16)


def _repeated(*parts: bytes) -> Callable[[random.Random, int], bytes]:
    def make(rng: random.Random, size: int) -> bytes:
        part = rng.choice(parts)
        return part * (size // len(part) + 1)

    return make


def _layout(rng: random.Random, size: int) -> bytes:
    """Line ends, tabs and page breaks, and then a letter."""
    return _repeated(b"\n", b"\r", b"\t", b"\f", b"\r\n\t", b"\x0c\t", b"\xc2\x85", b" \xc2\x85")(rng, size) + b"x"


def _white_space_at_the_end(rng: random.Random, size: int) -> bytes:
    return b"x" + _repeated(b"\n", b"\r\n", b"\xc2\x85", b" \xc2\x85\n", b"\f")(rng, size)


def _letters_without_ink(rng: random.Random, size: int) -> bytes:
    return _repeated(
        "\u200b".encode(), "\u3000".encode(), "\u00ad".encode(), b"\xff\xfe" + "\u2800".encode("utf-16-le")
    )(rng, size)


def _nearly_control_characters(rng: random.Random, size: int) -> bytes:
    return _repeated("µ".encode(), "\u00c2\u00a0".encode(), "\u00ff\u0100".encode())(rng, size)


def _utf_8_up_to_its_end(rng: random.Random, size: int) -> bytes:
    return _repeated("Grüße ".encode(), "传真".encode())(rng, size) + rng.choice(
        [b"\xff", b"\xc3", b"\xe4\xbc", b"\x81"]
    )


def _western(rng: random.Random, size: int) -> bytes:
    return _repeated(*(text.encode("cp1252") for text in excerpts.WESTERN.values()))(rng, size)


def _letters_and_signs(rng: random.Random, size: int) -> bytes:
    return _repeated(b"\xe9 ", b"a\xe9", b"\x96a\xa0", b"\x92", b"\xe4\xe4\xe4 ", b"\xc3\xa9x\xe9", b"\x84")(rng, size)


def _places_that_differ(rng: random.Random, size: int) -> bytes:
    """Letters and signs that could be a Western text's, hardly two of them between the same ones."""
    row, accents, quotes = b"\xe4\xf6\xfc\xf5\xe5", b"\xe9\xe0\xe2\xf4\xfb", b"\x82\x84\x8b\x91\x92\x93\x94\x9b\xab\xbb"
    beyond = rng.choice([row, accents, quotes, b"\x85\x96\x97", b"\xe9\xc9\xdf\xab\xbb\x92\x85"])
    most = rng.choice([1, 3, 8])

    def place() -> bytes:
        return bytes(rng.choices(beyond, k=rng.randint(1, most)) + rng.choices(b"aeiounrst ,.\n", k=rng.randint(1, 4)))

    part = b"".join(place() for _ in range(2_000))
    return part * (size // len(part) + 1)


def _other_scripts(rng: random.Random, size: int) -> bytes:
    return _repeated(
        excerpts.CYRILLIC["Russian"].encode("koi8-r", "ignore"),
        excerpts.GREEK.encode("cp1253", "ignore"),
        excerpts.CHINESE_SIMPLIFIED.encode("gbk"),
        excerpts.JAPANESE.encode("euc_jp"),
        excerpts.THAI.encode("cp874"),
    )(rng, size)


def _bytes_of_no_encoding(rng: random.Random, size: int) -> bytes:
    part = bytes(rng.choice([32, *range(0x80, 0x100)]) for _ in range(1_000))
    return part * (size // 1_000 + 1)


def _high_bytes_without_a_line(rng: random.Random, size: int) -> bytes:
    return _repeated(bytes(range(0xC0, 0x100)), b"\xb0\xa1", b"\x81\x40", b"\xd0\xd0\xd0a")(rng, size)


_MAKERS: tuple[Maker, ...] = (
    _layout,
    _white_space_at_the_end,
    _letters_without_ink,
    _nearly_control_characters,
    _utf_8_up_to_its_end,
    _western,
    _letters_and_signs,
    _places_that_differ,
    _other_scripts,
    _bytes_of_no_encoding,
    _high_bytes_without_a_line,
)
