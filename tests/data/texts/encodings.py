"""Texts in the encodings that people still save them in: `texts` cuts the excerpts into pieces and encodes them.

Of each piece it is known what it says, so that a test can tell whether it arrived as that.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.data.texts import excerpts

_CENTRAL = [*excerpts.CENTRAL.values()]
_CYRILLIC = [*excerpts.CYRILLIC.values()]
_RUSSIAN = [excerpts.CYRILLIC["Russian"]]
_WEST = [excerpts.WESTERN[language] for language in ("German", "French", "Spanish", "Portuguese", "Danish", "Swedish")]

# What is neither UTF-8, UTF-16 nor Windows-1252, and what is written in it.
OTHERS: Mapping[str, list[str]] = {
    "gbk": [excerpts.CHINESE_SIMPLIFIED],
    "gb18030": [excerpts.CHINESE_SIMPLIFIED],
    "big5": [excerpts.CHINESE_TRADITIONAL],
    "euc_jp": [excerpts.JAPANESE],
    "cp932": [excerpts.JAPANESE],
    "euc_kr": [excerpts.KOREAN],
    "johab": [excerpts.KOREAN],
    "koi8_r": _RUSSIAN,
    "koi8_u": [excerpts.CYRILLIC["Ukrainian"]],
    "cp1251": _CYRILLIC,
    "cp866": _RUSSIAN,
    "iso8859_5": _CYRILLIC,
    "mac_cyrillic": _CYRILLIC,
    "cp1253": [excerpts.GREEK],
    "iso8859_7": [excerpts.GREEK],
    "cp737": [excerpts.GREEK],
    "cp1255": [excerpts.HEBREW],
    "cp862": [excerpts.HEBREW],
    "cp1256": [excerpts.ARABIC],
    "iso8859_6": [excerpts.ARABIC],
    "cp874": [excerpts.THAI],
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp852": _CENTRAL,
    "cp1254": [excerpts.TURKISH],
    "cp857": [excerpts.TURKISH],
    "cp1257": [*excerpts.BALTIC.values()],
    "cp437": _WEST,
    "cp850": _WEST,
    "mac_roman": _WEST,
    "cp037": [*_WEST, excerpts.WESTERN["English"]],
    "cp500": _WEST,
    "cp273": [excerpts.WESTERN["German"]],
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text: what it says, how it is encoded, and as which bytes."""

    says: str
    encoding: str
    content: bytes


def others(rng: random.Random, count: int, least: int = 60, most: int = 400) -> Iterator[Text]:
    """``count`` texts of the other encodings in turn, cut anywhere, between so many characters long."""
    names = list(OTHERS)
    for n in range(count):
        encoding = names[n % len(names)]
        yield _cut(rng, rng.choice(OTHERS[encoding]), encoding, least, most)


def western(rng: random.Random, count: int, least: int = 60, most: int = 400) -> Iterator[Text]:
    """``count`` texts in Windows-1252, of each language in turn."""
    languages = list(excerpts.WESTERN.values())
    for n in range(count):
        yield _cut(rng, languages[n % len(languages)], "cp1252", least, most)


def _cut(rng: random.Random, source: str, encoding: str, least: int, most: int) -> Text:
    """A piece of ``source`` that the encoding has characters for beyond ASCII."""
    while True:
        length = rng.randint(least, most)
        start = rng.randrange(max(len(source) - length, 1))
        says = source[start : start + length]
        content = says.encode(encoding, "ignore")
        says = content.decode(encoding)
        # In ASCII alone, it would be right whatever it is taken for.
        if not content.isascii():
            return Text(says, encoding, content)
