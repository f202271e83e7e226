"""The grammar of extensions, users and recipients: text in, the normal form out, or None where it is not one.

An extension is ``digits`` or ``digits*digits`` (organization, number), at most 32 characters. A phone number has 1 to
20 digits, ``+`` only in front; what people write between and around the digits is taken out.
"""

import re

MAX_EXTENSION_CHARACTERS = 32
MAX_PHONE_DIGITS = 20
# With all that stands around and between the digits of a recipient; nobody writes so much.
MAX_RECIPIENT_CHARACTERS = 256

_EXTENSION = re.compile(r"(?:([0-9]+)\*)?([0-9]+)")
# What nobody sees: white space (Unicode's White_Space), and the direction marks that address books put around a number.
_UNSEEN = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f\u3000\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Dots, slashes, round brackets, hyphens and dashes of any kind, and the minus sign.
_SEEN = "./()-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SEPARATOR = f"[{re.escape(_UNSEEN + _SEEN)}]"
_SEPARATORS = re.compile(f"{_SEPARATOR}+")
_PHONE = re.compile(r"\+?[0-9]+")
# As far as a number goes that may go on. Possessive: nothing is tried twice.
_PHONE_SO_FAR = re.compile(rf"{_SEPARATOR}*+\+?(?:[0-9]|{_SEPARATOR})*+")
_EXTENSION_SO_FAR = re.compile(rf"[{re.escape(_UNSEEN)}]*+(?:[0-9]++(?:\*[0-9]*+)?)?")
_ALLOWED = re.compile(rf"[0-9+*]|{_SEPARATOR}")
USER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_user_id(text: str) -> bool:
    """Whether ``text`` can be a user's id: 1 to 64 of letters, digits, ``.``, ``-``, ``_``."""
    return USER_ID.fullmatch(text) is not None


def parse_extension(text: str) -> tuple[str | None, str] | None:
    """``0003*210`` -> ("0003", "210"), ``210`` -> (None, "210"), anything else -> None."""
    if len(text) > MAX_EXTENSION_CHARACTERS:
        return None
    match = _EXTENSION.fullmatch(text)
    return (match[1], match[2]) if match else None


def parse_recipient(text: str) -> str | None:
    """An extended extension or a phone number alone, without what stands around or between; anything else -> None."""
    if len(text) > MAX_RECIPIENT_CHARACTERS:
        return None
    if "*" in text:
        number = text.strip(_UNSEEN)
        return number if parse_extension(number) else None
    number = _SEPARATORS.sub("", text)
    return number if _PHONE.fullmatch(number) and len(number.removeprefix("+")) <= MAX_PHONE_DIGITS else None


def why_no_recipient(text: str) -> str:
    """Why ``parse_recipient`` finds no number in ``text``: half a sentence, which names the first character that fits
    none."""
    if len(text) > MAX_RECIPIENT_CHARACTERS:
        return f"it has {len(text)} characters; the limit is {MAX_RECIPIENT_CHARACTERS}"
    number = text.rstrip(_UNSEEN)
    match = (_EXTENSION_SO_FAR if "*" in number else _PHONE_SO_FAR).match(number)
    position = match.end() if match else 0
    if position < len(number):
        stands = "cannot stand there" if _ALLOWED.match(number, position) else "cannot be part of a number"
        return f"the character at position {position + 1}, U+{ord(number[position]):04X}, {stands}"
    if number.endswith("*"):
        return "no digit stands behind its *"
    digits = sum(character in "0123456789" for character in number)
    return f"it has {digits} digits" if digits else "it has no digit"
