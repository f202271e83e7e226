"""The grammar of extensions, users and recipients: text in, the normal form out, or None where it is not one.

An extension is ``digits`` or ``digits*digits`` (organization, number), at most 32 characters. A phone number has 1 to
20 digits, ``+`` only in front; spaces, dots, dashes and round brackets between digits are taken out.
"""

import re

MAX_EXTENSION_CHARACTERS = 32
MAX_PHONE_DIGITS = 20

_EXTENSION = re.compile(r"(?:([0-9]+)\*)?([0-9]+)")
_PHONE = re.compile(r"\+?[0-9](?:[ .()-]*[0-9])*")
_SEPARATORS = str.maketrans("", "", " .()-")
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
    """An extended extension as it is, a phone number without its separators, anything else -> None."""
    if "*" in text:
        return text if parse_extension(text) else None
    if _PHONE.fullmatch(text) is None:
        return None
    number = text.translate(_SEPARATORS)
    return number if len(number.removeprefix("+")) <= MAX_PHONE_DIGITS else None
