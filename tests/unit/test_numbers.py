"""The grammar of users, extensions and recipients."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.numbers import is_user_id, parse_extension, parse_recipient


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
        # Separators stand between digits alone, and the plus in front alone.
        " 211",
        "211 ",
        "(030) 123",
        "030 (123)",
        "+ 4930",
        "+(49)30",
        "++49",
        "49+30",
        "49+",
        "-1",
        "1.",
        "1/2",
        "1,2",
        "211\n",
        "1\t2",
        "1\n2",
        "1\u00a02",
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


@given(st.text(max_size=40) | st.text("0123456789+*() .-", max_size=40))
def test_a_recipients_normal_form_is_final(text: str) -> None:
    number = parse_recipient(text)
    if number is not None:
        assert re.fullmatch(r"[0-9]+\*[0-9]+|\+?[0-9]{1,20}", number)
        assert re.sub("[^0-9]", "", number) == re.sub("[^0-9]", "", text)
        assert parse_recipient(number) == number


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
