"""The request part: whom a fax goes to, and why it goes to nobody."""

import pytest

from faxes.errors import RecipientsInvalid
from faxes.intake.request import MAX_REQUEST_BYTES
from tests.support.submitting import NOTE, Service
from tools.limits import default_limits


@pytest.mark.parametrize(
    ("sent", "recipients"),
    [
        (["7778888", "0003*211", "+4930123456"], ("7778888", "0003*211", "+4930123456")),
        (["3", "1", "2"], ("3", "1", "2")),
        (["211", "0003*211"], ("211", "0003*211")),
        (["1", "1", "1", "1", "1", "1"], ("1",)),
        (["+49 30 1", "2", "+49301", "+49-(30)-1", "49301"], ("+49301", "2", "49301")),
        (["(555) 123-4567\n", "\u202a555\u2011123\u00a04567\u202c"], ("5551234567",)),
        ([" 0003*211", "0003*211"], ("0003*211",)),
        (["1"] * 1998, ("1",)),
        (["0211", "211"], ("0211", "211")),
    ],
)
def test_recipients_keep_their_order_and_come_once(sent: list[str], recipients: tuple[str, ...]) -> None:
    fax = Service().submit({"recipients": sent}, NOTE)
    assert fax is not None
    assert fax.recipients == recipients


@pytest.mark.parametrize(
    "request_part",
    [
        b'{"recipients": ["1"], "other": {"a": [null], "recipients": ["2"]}, "other": {}}',
        b'{"recipients": ["1"], "other": {"recipients": ["2"], "recipients": ["3"]}}',
        b' \r\n{"recipients":["1"]}\n',
        b'\xef\xbb\xbf{"recipients": ["1"]}',
        b'{"recipients": ["\\u0031"]}',
    ],
)
def test_a_request_part_may_have_other_members_and_white_space_and_a_byte_order_mark(request_part: bytes) -> None:
    fax = Service().submit(request_part, NOTE)
    assert fax is not None
    assert fax.recipients == ("1",)


@pytest.mark.parametrize("limit", [1, 5, 999])
def test_as_many_recipients_as_the_limit_are_taken_and_one_more_is_refused(limit: int) -> None:
    service = Service(default_limits(recipients_per_fax=limit))
    # The longest there are.
    numbers = [f"{n:016}*{n:015}" for n in range(limit + 1)]
    assert service.refusal({"recipients": numbers}, NOTE) == (
        RecipientsInvalid,
        "too_many_recipients",
        f"The fax has {limit + 1} recipients; the limit is {limit}.",
    )
    fax = service.submit({"recipients": [*numbers[:limit], numbers[0]]}, NOTE)
    assert fax is not None
    assert fax.recipients == tuple(numbers[:limit])


_MUST_HOLD = 'it must hold {"recipients": [...]}.'
_OBJECT = 'it must be an object such as {"recipients": ["0003*211"]}.'


@pytest.mark.parametrize(
    ("request_part", "reason", "message"),
    [
        (None, "request_missing", f"The form has no part named request; {_MUST_HOLD}"),
        (b"", "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b"recipients=1", "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["1"]} x', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["1",]}', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["\xff"]}', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b"[" * 100_000, "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"a":' * 20_000, "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (
            b" " * (MAX_REQUEST_BYTES + 1),
            "request_too_long",
            "The request part has 131073 bytes; the limit is 131072.",
        ),
        (["1"], "request_not_object", f"The request part is an array; {_OBJECT}"),
        (b"null", "request_not_object", f"The request part is null; {_OBJECT}"),
        (True, "request_not_object", f"The request part is a boolean; {_OBJECT}"),
        (1, "request_not_object", f"The request part is a number; {_OBJECT}"),
        (1.5, "request_not_object", f"The request part is a number; {_OBJECT}"),
        ("1", "request_not_object", f"The request part is a string; {_OBJECT}"),
        ({}, "recipients_missing", 'The request part has no member recipients; it must hold {"recipients": [...]}.'),
        (
            {"Recipients": ["1"]},
            "recipients_missing",
            'The request part has no member recipients; it must hold {"recipients": [...]}.',
        ),
        (
            b'{"recipients": ["1"], "cover": true, "recipients": ["1"]}',
            "recipients_members",
            "The request part has 2 members recipients; it must have one.",
        ),
        (
            b'{"recipients": [], "\\u0072ecipients": ["1"]}',
            "recipients_members",
            "The request part has 2 members recipients; it must have one.",
        ),
        (
            {"recipients": ["1"] * 1999},
            "too_many_recipients",
            "recipients has 1999 members, each of which is looked at; the limit is 1998.",
        ),
        (
            {"recipients": ["1", "+1 500 555-0099"]},
            "recipient_refused",
            "Recipient +15005550099 is refused.",
        ),
        ({"recipients": None}, "recipients_not_array", "recipients is null; it must be an array of strings."),
        ({"recipients": "1"}, "recipients_not_array", "recipients is a string; it must be an array of strings."),
        (
            {"recipients": {"0": "1"}},
            "recipients_not_array",
            "recipients is an object; it must be an array of strings.",
        ),
        ({"recipients": []}, "recipients_empty", "recipients is empty; it must name at least one recipient."),
        ({"recipients": ["1", 2]}, "recipient_not_string", "Recipient 2 of 2 is a number; it must be a string."),
        ({"recipients": [None]}, "recipient_not_string", "Recipient 1 of 1 is null; it must be a string."),
        ({"recipients": [True]}, "recipient_not_string", "Recipient 1 of 1 is a boolean; it must be a string."),
        ({"recipients": [["1"]]}, "recipient_not_string", "Recipient 1 of 1 is an array; it must be a string."),
        ({"recipients": [{}]}, "recipient_not_string", "Recipient 1 of 1 is an object; it must be a string."),
        *(
            (
                {"recipients": ["1", recipient, "also wrong"]},
                "recipient_malformed",
                f"Recipient 2 of 3, {shown}, is neither an extension, such as 210 or 0003*210, nor a phone number of "
                f"1 to 20 digits: {why}.",
            )
            for recipient, shown, why in (
                ("", "empty", "it has no digit"),
                ("@self", "@self", "the character at position 1, U+0040, cannot be part of a number"),
                ("+", "+", "it has no digit"),
                ("1" * 21, "1" * 21, "it has 21 digits"),
                ("1\0", "1\\x00", "the character at position 2, U+0000, cannot be part of a number"),
                ("\ud800", "\\ud800", "the character at position 1, U+D800, cannot be part of a number"),
                ("x" * 81, "x" * 77 + "...", "the character at position 1, U+0078, cannot be part of a number"),
            )
        ),
    ],
)
def test_a_request_part_without_proper_recipients_is_refused(request_part: object, reason: str, message: str) -> None:
    assert Service().refusal(request_part, NOTE) == (RecipientsInvalid, reason, message)


def test_a_request_part_as_long_as_the_limit_is_read() -> None:
    longest = b'{"recipients": ["1"]}'.ljust(MAX_REQUEST_BYTES)
    assert Service().submit(longest, NOTE) is not None
