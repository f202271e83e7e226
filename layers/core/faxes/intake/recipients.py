"""What a request names as recipients -> the fax's recipients, or why it has none."""

from collections.abc import Callable, Sequence

from faxes import numbers
from faxes.errors import RecipientsInvalid, shown
from faxes.model import Extension, ExtensionNumber, Limits

# As many as a fax may have at the very most, each of them twice: what is looked at, whatever the limit of a fax is.
MAX_RECIPIENTS_SENT = 1998


def requested(members: Sequence[object], where_asked: str) -> tuple[str, ...]:
    """The recipients in the order sent, each once, in their normal form. Raises RecipientsInvalid.

    ``members`` are the request's members of the name recipients, of which there must be one; they stand in
    ``where_asked``.
    """
    sent = _sent(members, where_asked)
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
                f"{where} is {json_type(value)}; it must be a string.", reason="recipient_not_string"
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


def check_each(recipients: Sequence[str], refused: Callable[[str], str | None]) -> None:
    """Raises RecipientsInvalid for the first that whoever has the lines refuses: ``refused`` says why."""
    for number in recipients:
        if why := refused(number):
            raise RecipientsInvalid(f"Recipient {number} {why}.", reason="recipient_refused")


def check_extensions(
    recipients: Sequence[str], organization_id: str, read: Callable[[ExtensionNumber], Extension | None]
) -> None:
    """Raises RecipientsInvalid for the first extended number of this organization, the sender's own, at which no fax
    can come in. Another organization's are not looked up: whether they exist is not for the sender to learn."""
    for number in recipients:
        parsed = numbers.parse_extension(number) if "*" in number else None
        if parsed is None or parsed[0] != organization_id:
            continue
        extension = read(ExtensionNumber(organization_id, parsed[1]))
        if why := extension.why_no_fax if extension else "does not exist":
            raise RecipientsInvalid(f"Recipient {number} {why}.", reason="recipient_takes_no_fax")


def _sent(members: Sequence[object], where: str) -> list[object]:
    """The one member, a non-empty array."""
    if not members:
        raise RecipientsInvalid(
            f'{where} has no member recipients; it must hold {{"recipients": [...]}}.',
            reason="recipients_missing",
        )
    if len(members) > 1:
        raise RecipientsInvalid(
            f"{where} has {len(members)} members recipients; it must have one.",
            reason="recipients_members",
        )
    [recipients] = members
    if not isinstance(recipients, list):
        raise RecipientsInvalid(
            f"recipients is {json_type(recipients)}; it must be an array of strings.", reason="recipients_not_array"
        )
    if not recipients:
        raise RecipientsInvalid("recipients is empty; it must name at least one recipient.", reason="recipients_empty")
    return recipients


def json_type(value: object) -> str:
    """What a value is called in JSON; an object may be a tuple of its members."""
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
