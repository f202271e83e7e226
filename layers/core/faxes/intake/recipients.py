"""The request part of a form -> the fax's recipients, or why it has none."""

import json
from collections.abc import Sequence

from faxes import numbers
from faxes.errors import RecipientsInvalid, shown
from faxes.model import Limits

# 999 recipients of 33 characters fit three times; parsing JSON takes up to 25 times its length in memory.
MAX_REQUEST_BYTES = 128 * 1024
# As many as a fax may have at the very most, each of them twice: what is looked at, whatever the limit of a fax is.
MAX_RECIPIENTS_SENT = 1998


def requested(request: bytes | None) -> tuple[str, ...]:
    """The recipients in the order sent, each once, in their normal form. Raises RecipientsInvalid.

    ``request`` is the request part's content, None where the form has none.
    """
    sent = _sent(request)
    if len(sent) > MAX_RECIPIENTS_SENT:
        raise RecipientsInvalid(
            f"recipients has {len(sent)} members, each of which is looked at; the limit is {MAX_RECIPIENTS_SENT}.",
            reason="too_many_recipients",
        )
    recipients: dict[str, None] = {}
    for position, value in enumerate(sent, start=1):
        where = f"Recipient {position} of {len(sent)}"
        if not isinstance(value, str):
            raise RecipientsInvalid(
                f"{where} is {_json_type(value)}; it must be a string.", reason="recipient_not_string"
            )
        number = numbers.parse_recipient(value)
        if number is None:
            raise RecipientsInvalid(
                f"{where}, {shown(value) or 'empty'}, is neither an extension, such as 210 or 0003*210, nor a "
                f"phone number of 1 to {numbers.MAX_PHONE_DIGITS} digits: {numbers.why_no_recipient(value)}.",
                reason="recipient_malformed",
            )
        recipients[number] = None
    return tuple(recipients)


def check_number_of(recipients: Sequence[str], limits: Limits) -> None:
    """Raises RecipientsInvalid where there are more than the limit."""
    if len(recipients) > limits.recipients_per_fax:
        raise RecipientsInvalid(
            f"The fax has {len(recipients)} recipients; the limit is {limits.recipients_per_fax}.",
            reason="too_many_recipients",
        )


def _sent(request: bytes | None) -> list[object]:
    """The ``recipients`` member of the request part, a non-empty array."""
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
            f'The request part is {_json_type(value)}; it must be an object such as {{"recipients": ["0003*211"]}}.',
            reason="request_not_object",
        )
    members = [member for name, member in value if name == "recipients"]
    if not members:
        raise RecipientsInvalid(
            'The request part has no member recipients; it must hold {"recipients": [...]}.',
            reason="recipients_missing",
        )
    if len(members) > 1:
        raise RecipientsInvalid(
            f"The request part has {len(members)} members recipients; it must have one.",
            reason="recipients_members",
        )
    [recipients] = members
    if not isinstance(recipients, list):
        raise RecipientsInvalid(
            f"recipients is {_json_type(recipients)}; it must be an array of strings.", reason="recipients_not_array"
        )
    if not recipients:
        raise RecipientsInvalid("recipients is empty; it must name at least one recipient.", reason="recipients_empty")
    return recipients


def _json_type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
