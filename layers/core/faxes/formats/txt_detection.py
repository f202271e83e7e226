"""In which encoding a text of another script is: what charset-normalizer says, where there is no doubt.

A text that arrives as other letters is worse than one that is refused, so each of these must be met: letters enough, no
chaos, a language that the letters fit and no second one that they fit nearly as well, and one script throughout, used
as that script is. Alphabets of Latin letters are left out: a few letters of a text tell nobody which of them it is.
"""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

# So much is shown to the detector, which takes some two milliseconds for it.
_SHOWN = 1_024
_HIGH = re.compile(rb"[\x80-\xff]")
_LINE_ENDS = (b"\n", b"\r", b" ")
# Characters of the script that there must be at least, of alphabets and of others.
_FEWEST_LETTERS, _FEWEST_SIGNS = 60, 40
# The detector's own numbers: what is not like a text, how much its letters are those of a language, and by how much no
# other language may come near.
_MOST_CHAOS, _LEAST_COHERENCE, _LEAST_LEAD = 0.08, 0.4, 0.15
# Chinese, Japanese and Korean are told by less, so that less may be in the way.
_MOST_CHAOS_OF_SIGNS = 0.02
# Kazakh ones, which are Windows-1251 but for its Ukrainian letters.
_RARE = frozenset({"kz1048", "ptcp154"})
_LANGUAGES = {
    "CYRILLIC": frozenset({"Russian", "Ukrainian", "Bulgarian", "Serbian", "Macedonian", "Belarusian"}),
    "GREEK": frozenset({"Greek"}),
    "HEBREW": frozenset({"Hebrew"}),
    "ARABIC": frozenset({"Arabic", "Farsi"}),
    "THAI": frozenset({"Thai"}),
}
# Signs that are no punctuation: of currencies, of mathematics, others.
_SIGNS = frozenset({"Sc", "Sm", "So"})
_HAN, _HANGUL, _KANA = "CJK", "HANGUL", frozenset({"HIRAGANA", "KATAKANA"})
# What is beside the letters in such texts: less than a third is ASCII's letters, and nearly none are others.
_MOST_LATIN, _MOST_OTHERS = 1 / 3, 1 / 50


def detected(content: bytes) -> str | None:
    """Python's name of the encoding, or None where it cannot be told."""
    # It is in memory already: what parses forms brings it along.
    from charset_normalizer import from_bytes

    shown = _shown(content)
    matches = list(from_bytes(shown))
    if not matches:
        return None
    best, *others = matches
    if best.chaos > _MOST_CHAOS or best.encoding in _RARE:
        return None
    text = str(best)
    scripts: Counter[str] = Counter()
    for letter, times in Counter(_letters(text)).items():
        scripts[_script(letter)] += times
    latin, count = scripts.pop("LATIN", 0), scripts.total()
    if latin > _MOST_LATIN * (latin + count):
        return None
    if scripts[_HAN] + scripts[_HANGUL] + sum(scripts[kana] for kana in _KANA) > count // 2:
        known = best.chaos <= _MOST_CHAOS_OF_SIGNS and _is_east_asian(text, scripts, best.language)
    else:
        [(script, most)] = scripts.most_common(1) or [("", 0)]
        known = (
            most >= _FEWEST_LETTERS
            and count - most <= _MOST_OTHERS * count
            and best.language in _LANGUAGES.get(script, ())
            and best.coherence >= _LEAST_COHERENCE
            and _reads_well(text)
            and all(best.coherence - other.coherence >= _LEAST_LEAD or not _rivals(other, text) for other in others)
        )
    return best.encoding if known and _decodes(content, best.encoding) else None


def _shown(content: bytes) -> bytes:
    """The part that begins with the line in which a byte is not ASCII, and ends behind a character."""
    found = _HIGH.search(content)
    high = found.start() if found else 0
    start = max(content.rfind(b"\n", max(high - _SHOWN // 2, 0), high) + 1, high - _SHOWN // 2, 0)
    shown = content[start : start + _SHOWN]
    if start + _SHOWN < len(content):
        end = max(shown.rfind(each) for each in _LINE_ENDS) + 1
        shown = shown[:end] if end > _SHOWN // 2 else shown
    return shown


def _script(letter: str) -> str:
    """The first word of the letter's name: its script, "CJK" for Chinese characters."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _rivals(other: "CharsetMatch", text: str) -> bool:
    """Whether another reading says something else, and could be meant."""
    return other.encoding not in _RARE and _letters(str(other)) != _letters(text) and _reads_well(str(other))


def _reads_well(text: str) -> bool:
    """Whether capitals begin words, and signs stand beside none. Read in a wrong encoding, capitals and small letters
    change places, and letters become signs."""
    for left, right in set(pairwise(text)):
        if left.isalpha() and right.isalpha():
            if left.islower() and right.isupper():
                return False
        elif (left.isalpha() and unicodedata.category(right) in _SIGNS) or (
            right.isalpha() and unicodedata.category(left) in _SIGNS
        ):
            return False
    capitals, small = sum(map(str.isupper, text)), sum(map(str.islower, text))
    return capitals * 3 <= small or capitals + small < len(_letters(text)) / 2


def _is_east_asian(text: str, scripts: Counter[str], language: str) -> bool:
    """Whether a language uses its signs so: Japanese has kana, Korean has spaces, Chinese has neither."""
    han, hangul = scripts[_HAN], scripts[_HANGUL]
    kana = sum(scripts[each] for each in _KANA)
    count = han + hangul + kana
    others = scripts.total() - count
    narrow = sum("\uff61" <= character <= "\uff9f" for character in text)
    if count < _FEWEST_SIGNS or others + narrow > _MOST_OTHERS * count:
        return False
    spaces = text.count(" ")
    if language == "Korean":
        return hangul >= 0.9 * count and spaces * 10 >= count
    if language == "Japanese":
        return kana >= 0.25 * count and hangul == 0
    return language == "Chinese" and han >= 0.98 * count and spaces * 10 <= count


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether all of it is text in this encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\ufffd" not in text
