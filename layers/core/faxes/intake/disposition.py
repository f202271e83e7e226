"""Header values of a form -> parameters and names: what a part is called, however its client writes that.

Every header that comes here has at most 4,096 characters, one for each byte (Latin-1). Rules: RFC 7578, RFC 6266, and
what real clients send (docs/api/form.md).
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from faxes.errors import FormInvalid

# name, filename, filename*, boundary, charset: no client sends more.
MAX_PARAMETERS = 8

# RFC 9110's token.
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# A value in quotes ends at the first quote that is not escaped; where that leaves junk (a name that ends in a
# backslash, sent unescaped), at the next quote. Every quantifier is possessive: no header can make it backtrack.
_PARAMETER = re.compile(
    rf""";[ \t]*+({NAME})[ \t]*+=[ \t]*+(?:
        "([^"\\]*+(?:\\.[^"\\]*+)*+)"(?=[ \t]*+(?:;|\Z))
      | "([^"]*+)"(?=[ \t]*+(?:;|\Z))
      | ([^";]*+)(?=;|\Z)
    )[ \t]*+""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r'\\(["\\])')
# As one client writes it: UTF-8''"a.pdf". It is not read, but it must not hide the file name beside it.
_QUOTE_IN_EXTENDED = re.compile(r";[ \t]*+(filename\*)[ \t]*+=[ \t]*+()()([^;]*+)", re.IGNORECASE)
_EMPTY_PARAMETERS = re.compile(r"(?:;[ \t]*+(?=;|\Z))++")
_RAW = {name: re.compile(rf';[ \t]*+{name}[ \t]*+=[ \t]*+"', re.IGNORECASE) for name in ("filename", "name")}
_PARAMETER_END = re.compile(r"[ \t]*+(?:;|\Z)")

# Both are taken: servers do not look at it, and some clients say attachment of a file.
_KINDS = frozenset({"form-data", "attachment"})
# RFC 5987 names just these two; Python knows charsets that decode into what no database stores.
_EXTENDED_VALUE = re.compile(r"(utf-8|iso-8859-1)'[^']*'([^\"]*)", re.IGNORECASE)
# Browsers escape just these three (WHATWG HTML, multipart/form-data encoding); a lone "%" stays as it is.
_BROWSER_ESCAPES = {"%22": '"', "%0d": "\r", "%0a": "\n"}
_BROWSER_ESCAPE = re.compile("%22|%0[da]", re.IGNORECASE)
# A name that holds nothing else was encoded as a whole: by aiohttp, or with JavaScript's encodeURIComponent.
_PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9._~!'()*\[\]-]|%[0-9A-Fa-f]{2})++")
# RFC 2047, as mail libraries and .NET write names.
# White space between two of them does not count.
_ENCODED_WORD = re.compile(
    r"=\?([A-Za-z0-9_-]++)(?:\*[A-Za-z0-9-]*+)?\?([BQ])\?([^?]*+)\?=(?:[ \t]++(?==\?))?", re.IGNORECASE
)
# Each has up to 75 characters: more than enough for the longest file name.
_MAX_ENCODED_WORDS = 8
_MAIL_CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-(?:1|2|15)|windows-125[0-2]|koi8-r|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr)|"
    r"iso-2022-jp"
)


class Disposition(NamedTuple):
    """What a part is called: its kind (``form-data``), its field's name, its file's name (None: it has none)."""

    kind: str
    field: str
    filename: str | None


def read(header: str, part: int) -> Disposition:
    """Read a Content-Disposition. Raises FormInvalid, with the part's number, where a name cannot be told."""
    kind = header.partition(";")[0].strip().lower()
    pairs = _pairs(header)
    found = _once(_pairs_with_raw_names(header) if pairs is None else pairs)
    if kind not in _KINDS or found is None:
        raise _invalid(
            f"The Content-Disposition of part {part} cannot be read; it must be form-data; name=...; filename=..."
        )
    return Disposition(kind, _text(found.get("name", "")), _filename(found, part))


def parameters(header: str) -> dict[str, str] | None:
    """The parameters of a header's value, names in lower case, or None where it is not well-formed.

    A trailing or doubled ``;`` is fine; the same name with two values is not, since either could be meant. At most 8 of
    them.
    """
    return _once(_pairs(header))


def _invalid(message: str) -> FormInvalid:
    return FormInvalid(message, reason="disposition_invalid")


def _once(pairs: list[tuple[str, str]] | None) -> dict[str, str] | None:
    """Each name with its one value; None where one has two, or where there are too many."""
    if pairs is None or len(pairs) > MAX_PARAMETERS:
        return None
    found: dict[str, str] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            return None
    return found


def _pairs(header: str) -> list[tuple[str, str]] | None:
    """Every parameter as it comes, one more than may be at most, or None where one cannot be read."""
    position = header.find(";")
    found: list[tuple[str, str]] = []
    while 0 <= position < len(header) and len(found) <= MAX_PARAMETERS:
        if match := _EMPTY_PARAMETERS.match(header, position):
            position = match.end()
            continue
        match = _PARAMETER.match(header, position) or _QUOTE_IN_EXTENDED.match(header, position)
        if match is None:
            return None
        name, escaped, raw, bare = match.groups()
        # Only these two are escapes: the backslash in "C:\fax.txt" is a separator.
        value = (
            _ESCAPED.sub(r"\1", escaped)
            if escaped and "\\" in escaped
            else escaped or raw or (bare or "").rstrip(" \t")
        )
        found.append((name.lower(), value))
        position = match.end()
    return found


def _pairs_with_raw_names(header: str) -> list[tuple[str, str]] | None:
    """The parameters of a client that does not escape quotation marks: a file name goes up to the header's last one,
    and the field's name before it, which may be the same, up to the last one that is left."""
    raw = []
    for parameter, start_of in _RAW.items():
        start, end = start_of.search(header), header.rfind('"')
        if start is None or end < start.end() or not _PARAMETER_END.match(header, end + 1):
            return None
        value = header[start.end() : end]
        # The field's name behind the file's: which quotation mark ends the first cannot be told.
        if _RAW["name"].search(value):
            return None
        raw.append((parameter, value))
        header = header[: start.start()] + header[end + 1 :]
        if (others := _pairs(header)) is not None:
            return [*others, *raw]
    return None


def _filename(found: dict[str, str], part: int) -> str | None:
    """The file name as sent, its escapes undone; ``filename*`` (RFC 5987) wins over ``filename`` if it can be read."""
    extended = _EXTENDED_VALUE.fullmatch(found.get("filename*", ""))
    if extended:
        try:
            return unquote_to_bytes(extended[2]).decode(extended[1])
        except UnicodeDecodeError:
            pass
    if (plain := found.get("filename")) is not None:
        return _text(plain)
    if "filename*" in found:
        raise _invalid(f"The filename* of part {part} cannot be read; it must be UTF-8''name.")
    if any(name.startswith("filename*") for name in found):
        raise _invalid(f"Part {part} splits its file name over several parameters; send it as one.")
    return None


def _text(latin: str) -> str:
    """A header's value, read as Latin-1, as the text that was meant: UTF-8, else Latin-1, the client's way to write
    what is not ASCII undone."""
    try:
        if "%" in latin and _PERCENT_ENCODED.fullmatch(latin):
            return unquote_to_bytes(latin).decode("utf-8")
        text = latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        text = latin
    if "=?" in text:
        return _ENCODED_WORD.sub(_decoded_word, text, count=_MAX_ENCODED_WORDS)
    if "%" not in text:
        return text
    return _BROWSER_ESCAPE.sub(lambda escape: _BROWSER_ESCAPES[escape[0].lower()], text)


def _decoded_word(word: re.Match[str]) -> str:
    """An encoded word's text, or the word itself where it cannot be decoded."""
    charset, encoding, encoded = word[1].lower(), word[2].upper(), word[3].encode()
    if not _MAIL_CHARSETS.fullmatch(charset):
        return word[0]
    try:
        return (a2b_base64(encoded) if encoding == "B" else a2b_qp(encoded, header=True)).decode(charset)
    except (Base64Error, UnicodeDecodeError):
        return word[0]
