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
_UTF_8 = re.compile(rb"[\xc2\xc3](?:[\x80-\xbf]|\Z)")
# Behind a low quotation mark comes another one that ends it.
_LOW_QUOTES, _END_QUOTES = re.compile(rb"[\x82\x84]"), re.compile(rb"[\x91-\x94\"']")
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
_ROWS = (frozenset("äöüõå"), frozenset("ÄÖÜÕÅ"), frozenset("äöüß"), frozenset("æøå"), frozenset("ÆØÅ"))


def is_western(content: bytes) -> bool:
    """Whether it is a text in Windows-1252. ``content`` has a byte that is not ASCII."""
    if _LOW_QUOTES.search(content) and not _END_QUOTES.search(content):
        return False
    count = wrong = 0
    letters: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    for before, run, behind in _places(content):
        try:
            text = _UTF_8.sub(b"", run).decode("cp1252")
        except UnicodeDecodeError:
            return False
        count += 1
        around = f" {before}{text}{behind} "
        if _is_wrong(around, 1 + len(before), len(text)):
            wrong += 1
            # However many places there are.
            if wrong * _ONE_IN > _PLACES * _PARTS:
                return False
            continue
        for at in range(1 + len(before), 1 + len(before) + len(text)):
            if around[at] in _LETTERS:
                left, letter, right = tuple(around[at - 1 : at + 2].lower())
                letters[letter] += 1
                doubtful[_doubt(letter, left, right)] += 1
    return (wrong + _doubts(letters, doubtful)) * _ONE_IN <= count


def _places(content: bytes) -> Iterator[tuple[str, bytes, str]]:
    """Bytes beyond ASCII that stand together, and up to three characters of ASCII before and behind them."""
    end = 0
    for part in range(_PARTS):
        for found in islice(_HIGH.finditer(content, max(end, len(content) * part // _PARTS)), _PLACES):
            start, end = found.span()
            before, behind = content[max(start - _AROUND, 0) : start], content[end : end + _AROUND]
            yield before.decode("ascii", "replace"), found[0], behind.decode("ascii", "replace")


def _is_wrong(around: str, start: int, length: int) -> bool:
    """Whether characters beyond ASCII stand together, or beside others, as in no Western text."""
    text = around[start : start + length]
    if length > 3 and not _LETTERS.issuperset(text) and not (_JOINING | _QUOTES | {text[0]}).issuperset(text):
        return True
    row = 0
    for at in range(start, start + length):
        left, character, right = tuple(around[at - 1 : at + 2])
        row = row + 1 if character in _LETTERS else 0
        if row >= 3 and not any(allowed.issuperset(around[at + 1 - row : at + 1]) for allowed in _ROWS):
            return True
        if _is_wrong_capital(character, left, right) if row else _is_wrong_sign(around, at):
            return True
    return False


def _is_wrong_capital(letter: str, left: str, right: str) -> bool:
    if letter not in _UPPER:
        return False
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
