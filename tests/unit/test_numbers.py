"""The grammar of users, extensions and recipients."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.numbers import (
    MAX_RECIPIENT_CHARACTERS,
    is_user_id,
    parse_extension,
    parse_recipient,
    why_no_recipient,
)


@pytest.mark.parametrize("text", ["a", "241", "0241", "alice", "A.b-c_d", ".", "..", "-", "_", "a" * 64])
def test_a_users_id(text: str) -> None:
    assert is_user_id(text)


@pytest.mark.parametrize(
    "text", ["", "a" * 65, "@me", "@self", "a b", "alice@example.com", "a/b", "a*b", "a%20", "ä", "a\n", " a", "a\0"]
)
def test_no_users_id(text: str) -> None:
    assert not is_user_id(text)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("210", (None, "210")),
        ("0", (None, "0")),
        ("007", (None, "007")),
        ("0003*210", ("0003", "210")),
        ("0*0", ("0", "0")),
        ("1" * 32, (None, "1" * 32)),
        ("1" * 16 + "*" + "2" * 15, ("1" * 16, "2" * 15)),
    ],
)
def test_an_extension(text: str, parsed: tuple[str | None, str]) -> None:
    assert parse_extension(text) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "*210",
        "0003*",
        "0003**210",
        "0003*210*1",
        "0003*210 ",
        " 210",
        "21 0",
        "21-0",
        "+210",
        "@self",
        "a",
        "210\n",
        "\uff12\uff11\uff10",
        "٢١٠",
        "²",
        "1" * 33,
        "1" * 16 + "*" + "2" * 16,
    ],
)
def test_no_extension(text: str) -> None:
    assert parse_extension(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("211", "211"),
        ("0003*211", "0003*211"),
        ("7778888", "7778888"),
        ("+4930123456", "+4930123456"),
        ("1", "1"),
        ("+1", "+1"),
        ("0049 30 123456", "004930123456"),
        ("+49 (30) 123-456", "+4930123456"),
        ("+49.30.123.456", "+4930123456"),
        ("030) - (1", "0301"),
        ("(555) 123-4567", "5551234567"),
        (" 7778888", "7778888"),
        ("7778888\r\n", "7778888"),
        ("\t777\v888\f8\x85", "7778888"),
        ("555\u00a0123\u202f4567\u3000", "5551234567"),
        ("555\u2011123\u20134567", "5551234567"),
        ("030\u2010123\u2012456\u2014789\u20150\u22121", "03012345678901"),
        ("\u202a+15551234567\u202c", "+15551234567"),
        ("\u200e\u2066+1\u2069 555\u200f", "+1555"),
        ("030/123456", "030123456"),
        ("+(1)5551234567", "+15551234567"),
        ("(+49) 30", "+4930"),
        ("+ 4930", "+4930"),
        ("-1", "1"),
        ("1.", "1"),
        ("0003*211\n", "0003*211"),
        ("\u202d 0003*211\u202c", "0003*211"),
        ("1" + " " * (MAX_RECIPIENT_CHARACTERS - 1), "1"),
        ("1" * 20, "1" * 20),
        ("+" + "1" * 20, "+" + "1" * 20),
        (" ".join("1" * 20), "1" * 20),
        ("1" * 16 + "*" + "2" * 15, "1" * 16 + "*" + "2" * 15),
    ],
)
def test_a_recipient(text: str, number: str) -> None:
    assert parse_recipient(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "+",
        "@self",
        "@me",
        "*",
        "*211",
        "0003*",
        "0003*211*1",
        "0003 * 211",
        "+0003*211",
        "a",
        "211a",
        "1;2",
        "()",
        # The plus stands in front alone.
        "++49",
        "49+30",
        "49+",
        "(0)+49",
        "1,2",
        "1\\2",
        "1\x1c2",
        "1\u200b2",
        "1\u00ad2",
        "1\u30fc2",
        "\ufeff1",
        "0003*2-1",
        "1" + " " * MAX_RECIPIENT_CHARACTERS,
        "\uff12\uff11\uff11",
        "٢١١",
        "1" * 21,
        "+" + "1" * 21,
        "1 " * 20 + "1",
        "1" * 16 + "*" + "2" * 16,
    ],
)
def test_no_recipient(text: str) -> None:
    assert parse_recipient(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("555A123", "the character at position 4, U+0041, cannot be part of a number"),
        ("call me", "the character at position 1, U+0063, cannot be part of a number"),
        ("@self", "the character at position 1, U+0040, cannot be part of a number"),
        (" (555) 1 x", "the character at position 10, U+0078, cannot be part of a number"),
        ("0003*21O", "the character at position 8, U+004F, cannot be part of a number"),
        ("1\u200b2", "the character at position 2, U+200B, cannot be part of a number"),
        ("1\U0001f4e02", "the character at position 2, U+1F4E0, cannot be part of a number"),
        ("\ud800", "the character at position 1, U+D800, cannot be part of a number"),
        ("+49+30", "the character at position 4, U+002B, cannot stand there"),
        ("0003 * 211", "the character at position 5, U+0020, cannot stand there"),
        ("0003*211*1", "the character at position 9, U+002A, cannot stand there"),
        ("*211", "the character at position 1, U+002A, cannot stand there"),
        ("0003* ", "no digit stands behind its *"),
        ("", "it has no digit"),
        ("+", "it has no digit"),
        (" () ", "it has no digit"),
        ("1" * 21, "it has 21 digits"),
        ("+1 " + "1" * 20 + " ", "it has 21 digits"),
        ("1" * 16 + "*" + "2" * 16, "it has 32 digits"),
        (" " * 257, "it has 257 characters; the limit is 256"),
    ],
)
def test_why_a_text_is_no_recipient(text: str, why: str) -> None:
    assert parse_recipient(text) is None
    assert why_no_recipient(text) == why


# Unicode's own property, so that none is forgotten; "\x1c" to "\x1f" are white space to Python alone.
WHITE_SPACE = [chr(code) for code in range(0x110000) if chr(code).isspace() and not 0x1C <= code <= 0x1F]
MARKS = [chr(code) for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
OTHER_SEPARATORS = [*"./()-", *(chr(code) for code in (*range(0x2010, 0x2016), 0x2212))]
SEPARATORS = [*WHITE_SPACE, *MARKS, *OTHER_SEPARATORS]
_written = st.text(SEPARATORS, max_size=5)


@given(st.from_regex(r"\A\+?[0-9]{1,20}\Z"), st.data())
def test_a_number_is_taken_however_it_is_written(number: str, data: st.DataObject) -> None:
    written = "".join(data.draw(_written) + character for character in number) + data.draw(_written)
    assert parse_recipient(written) == number


@pytest.mark.parametrize("character", SEPARATORS, ids=ascii)
def test_every_separator_is_taken_out(character: str) -> None:
    assert parse_recipient(f"{character}+{character}1{character}{character}2{character}") == "+12"


_strangers = st.characters(exclude_characters=[*SEPARATORS, *"+*0123456789"])


@given(_strangers, st.from_regex(r"\A\+?[0-9]{1,10}\Z"), st.data())
def test_a_character_that_is_part_of_no_number_is_named(character: str, number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number)))
    text = number[:at] + character + number[at:]
    assert parse_recipient(text) is None
    named = f"the character at position {at + 1}, U+{ord(character):04X}, cannot be part of a number"
    assert why_no_recipient(text) == named


@given(st.text(max_size=40) | st.text([*"0123456789+*", *SEPARATORS], max_size=40))
def test_a_recipients_normal_form_is_final(text: str) -> None:
    number = parse_recipient(text)
    if number is not None:
        assert re.fullmatch(r"[0-9]+\*[0-9]+|\+?[0-9]{1,20}", number)
        assert re.sub("[^0-9]", "", number) == re.sub("[^0-9]", "", text)
        assert parse_recipient(number) == number
    else:
        assert why_no_recipient(text)


@given(st.text("0123456789*", max_size=40))
def test_an_extension_is_its_two_numbers(text: str) -> None:
    parsed = parse_extension(text)
    if parsed is not None:
        organization, number = parsed
        assert text == (number if organization is None else f"{organization}*{number}")
        assert parse_recipient(text) == text or len(number) > 20


def test_a_long_recipient_is_looked_at_in_no_time() -> None:
    """Nothing in the grammar can be read in two ways, so nothing is tried twice."""
    assert parse_recipient("1 (" * 40_000) is None
