"""The request part of a form -> what it asks for, or why that cannot be done.

It is a JSON object. ``recipients`` is for recipients.py; ``rendering`` and ``resolution``, which it need not have, are
words of short lists (``appearance``). Its other members are ignored.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from faxes.appearance import Mode, Resolution
from faxes.errors import FormInvalid, RecipientsInvalid, shown
from faxes.intake import recipients
from faxes.intake.recipients import json_type

# 999 recipients of 33 characters fit three times; parsing JSON takes up to 25 times its length in memory.
MAX_REQUEST_BYTES = 128 * 1024

# An object's members in their order, with those that are there twice.
type Members = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """``recipients`` in the order sent, each once, in their normal form, at least one; ``rendering`` and
    ``resolution``, None where nothing is said of them."""

    recipients: tuple[str, ...]
    rendering: Mode | None = None
    resolution: Resolution | None = None


def asked(request: bytes | None) -> Request:
    """What the request part's content asks for; ``request`` is None where the form has none.

    Raises RecipientsInvalid where there is no such object, or its recipients are wrong; then FormInvalid where
    another member is.
    """
    return asked_of(_members(request), "The request part")


def asked_of(members: Members, where: str) -> Request:
    """What the members of the request ask for, which stand ``where``. Raises likewise."""
    return Request(
        recipients.requested([value for name, value in members if name == "recipients"], where),
        _word(members, "rendering", Mode, where),
        _word(members, "resolution", Resolution, where),
    )


def _members(request: bytes | None) -> Members:
    if request is None:
        raise RecipientsInvalid(
            'The form has no part named request; it must hold {"recipients": [...]}.', reason="request_missing"
        )
    if len(request) > MAX_REQUEST_BYTES:
        raise RecipientsInvalid(
            f"The request part has {len(request)} bytes; the limit is {MAX_REQUEST_BYTES}.", reason="request_too_long"
        )
    try:
        # An object becomes its pairs, so that a member that is there twice is seen.
        value = json.loads(request, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise RecipientsInvalid(
            'The request part is not JSON; it must hold {"recipients": [...]}.', reason="request_not_json"
        ) from None
    if not isinstance(value, tuple):
        raise RecipientsInvalid(
            f'The request part is {json_type(value)}; it must be an object such as {{"recipients": ["0003*211"]}}.',
            reason="request_not_object",
        )
    return value


def _word[Words: StrEnum](members: Members, name: str, words: type[Words], where: str) -> Words | None:
    """The member of this name, None where there is none. Raises FormInvalid where it is none of the words."""
    sent = [value for each, value in members if each == name]
    if not sent:
        return None
    if len(sent) > 1:
        raise FormInvalid(f"{where} has {len(sent)} members {name}; it may have one.", reason="request_member_twice")
    [word] = sent
    if not isinstance(word, str) or word not in words:
        is_what = (shown(word) or "empty") if isinstance(word, str) else json_type(word)
        *others, last = words
        raise FormInvalid(
            f"{name} is {is_what}; it must be {', '.join(others)} or {last}.", reason="request_word_unknown"
        )
    return words(word)
