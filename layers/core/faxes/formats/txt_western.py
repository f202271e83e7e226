"""Whether bytes that are no UTF-8 read as a Western text in Windows-1252, or are noise in it.

Each of the other encodings gives itself away: those of other scripts make long rows of letters beyond ASCII, those of
DOS and the Macintosh put signs and capitals inside words, and those of Central Europe, the Baltic and Turkey put
letters where no Western language has them. One such place is enough in a short text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

# What is looked at: so many places where bytes are not ASCII, in each of so many parts of the text.
_PLACES, _PARTS = 100, 4
_AROUND = 3
_HIGH = re.compile(rb"[\x80-\xff]{1,8}+")
# Of a text that is UTF-8 in parts: letters of Western languages, the last one perhaps cut off.
_UTF_8 = re.compile(rb"[\xc2\xc3](?:[\x80-\xbf]|(?![\x80-\xff]))")
# What stands in no such run, and what others become that stand beside it.
_BETWEEN, _ASCII_ALONE = b"\n", bytes(range(128)) + b"\x7f" * 128
# Behind a low quotation mark comes another one that ends it.
_LOW_QUOTES, _END_QUOTES = (b"\x82", b"\x84"), (b"\x91", b"\x92", b"\x93", b"\x94", b'"', b"'")
# One place in so many may be wrong for another reason.
_ONE_IN = 50

_LOWER = frozenset("šœžßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ")
_UPPER = frozenset("ŠŒŽŸÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ")
_LETTERS = _LOWER | _UPPER
_ASCII_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_ANY_LOWER = _LOWER | _ASCII_LOWER
_ANY_LETTER = _LETTERS | _ASCII_LOWER | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# What stands between letters in Western texts: apostrophes, dashes, an ellipsis, spaces and hyphens, Catalan's dot.
_JOINING = frozenset("’´–—…\u00a0\u00ad·")
_QUOTES = frozenset("‘’‚“”„«»‹›")
_WORDS_OF_ONE, _CONSONANTS = frozenset("aAeEIoOyYàÀéÉ"), frozenset("bcdfghjklmnpqrstvwxz")
# What never stands before a letter, what never behind one, and what never beside one.
_NOT_BEFORE, _NOT_BEHIND = frozenset("²³¹ªº¼½¾†‡§¢"), frozenset("¿¡¼½¾£¢¥§†‡©‹µ")
_NOT_BESIDE = frozenset("¤¦¨¸¯¬ˆ˜¶ƒ")
# Rows of three letters or more are Finnish and Estonian ones, or an alphabet's.
_ROWS = ("äöüõå", "ÄÖÜÕÅ", "äöüß", "æøå", "ÆØÅ")
_LETTER = f"[{''.join(sorted(_LETTERS))}]"
_WRONG_ROW = re.compile(rf"(?<!{_LETTER})(?!(?:{'|'.join(f'[{row}]++' for row in _ROWS)})(?!{_LETTER})){_LETTER}{{3,}}")


def is_western(content: bytes) -> bool:
    """Whether it is a text in Windows-1252. ``content`` has a byte that is not ASCII."""
    if any(each in content for each in _LOW_QUOTES) and not any(each in content for each in _END_QUOTES):
        return False
    count = wrong = 0
    # Letters with the characters beside them. Few are different, however many there are.
    found: Counter[str] = Counter()
    try:
        for places in _places(content):
            for place, times in Counter(places).items():
                count += times
                if _is_wrong(place):
                    wrong += times
                    continue
                for at in range(_AROUND, len(place) - _AROUND):
                    if place[at] in _LETTERS:
                        found[place[at - 1 : at + 2]] += times
            # However many places there are.
            if wrong * _ONE_IN > _PLACES * _PARTS:
                return False
    except UnicodeDecodeError:
        return False
    letters: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    for three, times in found.items():
        left, letter, right = tuple(three.lower())
        letters[letter] += times
        doubtful[_doubt(letter, left, right)] += times
    return (wrong + _doubts(letters, doubtful)) * _ONE_IN <= count


def _places(content: bytes) -> Iterator[list[str]]:
    """Characters beyond ASCII that stand together, with three others before and behind them; those of each part.

    Raises UnicodeDecodeError. All of a part are decoded at once: one by one, that takes as long as all the rest.
    """
    end = 0
    for part in range(_PARTS):
        runs, beside = [], []
        for found in islice(_HIGH.finditer(content, max(end, len(content) * part // _PARTS)), _PLACES):
            start, end = found.span()
            runs.append(found[0])
            beside.append(content[max(start - _AROUND, 0) : start].rjust(_AROUND))
            beside.append(content[end : end + _AROUND].ljust(_AROUND))
        texts = _UTF_8.sub(b"", _BETWEEN.join(runs)).decode("cp1252").split(_BETWEEN.decode())
        around = b"".join(beside).translate(_ASCII_ALONE).decode("ascii")
        before, behind = range(0, len(around), 2 * _AROUND), range(_AROUND, len(around), 2 * _AROUND)
        yield [
            around[left : left + _AROUND] + text + around[right : right + _AROUND]
            for left, text, right in zip(before, texts, behind, strict=False)
        ]


def _is_wrong(place: str) -> bool:
    """Whether characters beyond ASCII stand together, or beside others, as in no Western text."""
    text = place[_AROUND:-_AROUND]
    if len(text) > 3 and not _LETTERS.issuperset(text) and not (_JOINING | _QUOTES | {text[0]}).issuperset(text):
        return True
    if len(text) >= 3 and _WRONG_ROW.search(text):
        return True
    for at, character in enumerate(text, start=_AROUND):
        if character in _LETTERS:
            if character in _UPPER and _is_wrong_capital(character, place[at - 1], place[at + 1]):
                return True
        elif (place[at - 1] in _ANY_LETTER or place[at + 1] in _ANY_LETTER) and _is_wrong_sign(place, at):
            return True
    return False


def _is_wrong_capital(letter: str, left: str, right: str) -> bool:
    # French has Ÿ in capitals alone. The Macintosh has Ž for é, which is a word in Portuguese.
    return (
        left in _ANY_LOWER
        or (left in _ANY_LETTER and right in _ANY_LOWER)
        or (letter == "Ÿ" and not (left + right).isupper())
        or (letter == "Ž" and left not in _ANY_LETTER and right not in _ANY_LETTER)
    )


def _is_wrong_sign(around: str, at: int) -> bool:
    left, sign, right = tuple(around[at - 1 : at + 2])
    is_behind, is_before = left in _ANY_LETTER, right in _ANY_LETTER
    if sign in _JOINING:
        return is_behind and is_before and _divides(sign, _piece(around[:at][::-1]), _piece(around[at + 1 :]))
    return (
        (is_behind and is_before)
        or ((is_behind or is_before) and sign in _NOT_BESIDE)
        or (is_before and sign in _NOT_BEFORE)
        or (is_behind and sign in _NOT_BEHIND)
        # DOS has it for a capital: Çatma.
        or (sign == "€" and right in _ANY_LOWER and not left.isdigit())
    )


def _piece(text: str) -> str:
    """The letters that ``text`` begins with: up to three, which is more than is asked for."""
    return next((text[:length] for length in range(min(len(text), 3), 0, -1) if text[:length].isalpha()), "")


def _divides(sign: str, left: str, right: str) -> bool:
    """Whether what joins words stands within one, where DOS or the Macintosh has it for a letter: señor, más, vivía."""
    if sign == "–":
        return min(len(left), len(right)) < 3
    if sign == "—":
        return any(len(piece) == 1 and piece not in _WORDS_OF_ONE for piece in (left, right))
    if sign == "’":
        return len(left) == 3 and right in ("a", "e", "o", "n")
    return sign == "\u00a0" and any(len(piece) == 1 and piece in _CONSONANTS for piece in (left, right))


def _doubt(letter: str, left: str, right: str) -> str:
    """The letter, where it stands as another language has its own in that place; else nothing."""
    follows = right in _ANY_LETTER
    match letter:
        # Italian has these at a word's end; Czech has its own within.
        case "ì" | "ù":
            doubtful = follows
        # Portuguese: não, mãe, manhã, irmãs. Romanian has its own before any letter.
        case "ã":
            doubtful = follows and right not in "oeisz"
        # Portuguese: põe. Estonian and Hungarian have them before any.
        case "õ":
            doubtful = right != "e"
        # French: mère, très, ère; Italian: caffè. Slovene, Croatian and Czech have theirs before vowels and first.
        case "è":
            begins = left not in _ANY_LETTER and left not in _JOINING and (follows or right == "'") and right != "r"
            doubtful = right in "aeioukj" or begins
        # In French, no word ends in one. Latvian has its own there, and the next one as well, which Catalan has: feliç.
        case "â":
            doubtful = not follows
        case "ç" if not follows:
            return "ç."
        # Portuguese: você; Danish: træ. Polish has its own there, where the others of these languages are missing.
        case "ê" | "æ" if not follows:
            return f"{letter}."
        case "î":
            doubtful = right in "jvkiaogzbd"
        # French: façon. Latvian has its own before others.
        case "ç":
            doubtful = right not in "aousãáâóôõúûüäåàíîéê"
        # French: cœur, œil, fœtus. Polish has its own before others.
        case "œ":
            doubtful = right not in "uidstncl"
        # Dutch and French have it behind a vowel: België, Noël. Lithuanian has its own behind others.
        case "ë":
            doubtful = left not in "aeiouéy"
        case "ï":
            doubtful = left not in "aeiouéy" or not follows
        # DOS has it for ß: Straße, groß.
        case "á":
            doubtful = right == "e" or left in "ao"
        # Spanish: año. Polish has its own before consonants and at a word's end.
        case "ñ":
            doubtful = right not in "aeiouáéíóúü"
        # DOS has it for õ: barões.
        case "ä":
            doubtful = right == "e"
        case "ð" | "þ" | "ý":
            doubtful = True
        case _:
            doubtful = False
    return letter if doubtful else ""


def _doubts(letters: Counter[str], doubtful: Counter[str]) -> int:
    """How many letters are another language's, by which others there are."""
    acute = _sum(letters, "áéíóú")
    count = _sum(doubtful, "ìùãèçâáœëïîñ")
    if _sum(letters, "âîû"):
        count += doubtful["ç."]
    # Finnish has it before others as well.
    if doubtful["ä"] == letters["ä"]:
        count += doubtful["ä"]
    if not _sum(letters, "ãçáíõé"):
        count += doubtful["ê."]
    if not _sum(letters, "øåðþ"):
        count += doubtful["æ."]
    # Estonian has no acute accents, and Hungarian many.
    if acute or not letters["ä"]:
        count += doubtful["õ"]
    # Icelandic and Faroese have acute accents and æ with these; Turkish has none, Lithuanian has others.
    icelandic = _sum(doubtful, "ðþý")
    if (acute + letters["æ"]) * 3 < icelandic or _sum(letters, "àèëûêãç"):
        count += icelandic
    # Danish and Norwegian have æ and å beside it, Faroese ð; Czech and Lithuanian have these.
    if _sum(letters, "íýìùèëûšž") and not _sum(letters, "æåð"):
        count += letters["ø"]
    carons = _sum(letters, "šž")
    # The Macintosh has š for ö. No Western language has it alone.
    if letters.keys() <= {"š", "ž"}:
        count += carons
    # Slavic languages, whose own letters these are. No Western one has both.
    if carons and not _sum(letters, "éàê"):
        count += _sum(letters, "èæøðåïòì")
    return count


def _sum(counted: Counter[str], letters: str) -> int:
    return sum(counted[letter] for letter in letters)
