"""The order and the forms of characters in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.rendering.script import laid_out


@pytest.mark.parametrize(
    ("row", "shown", "from_right"),
    [
        ("plain text", "plain text", False),
        ("Gru\u0308\u00dfe", "Gr\u00fc\u00dfe", False),
        ("soft\u00adhyphen\u200b", "softhyphen", False),
        ("שלום", "םולש", True),
        ("a שלום b", "a םולש b", False),
        ("שלום 123 abc", "abc 123 םולש", True),
        ("(שלום)", "(םולש)", True),
        ("price: 5 שקל", "price: 5 לקש", False),
        ("שלום 12.50", "12.50 םולש", True),
        # Arabic, joined: each letter in the form that its neighbours ask for.
        ("سلام", "\ufee1\ufefc\ufeb3", True),
        ("بيت", "\ufe96\ufef4\ufe91", True),
        ("دار", "\ufead\ufe8d\ufea9", True),
        ("لا", "\ufefb", True),
        ("ب", "\ufe8f", True),
        ("١٢٣ بيت", "\ufe96\ufef4\ufe91 ١٢٣", True),
    ],
)
def test_rows(row: str, shown: str, from_right: bool) -> None:
    cells, right = laid_out(row)
    assert ("".join(cells), right) == (shown, from_right)


def test_marks_stay_on_their_letter() -> None:
    assert laid_out("ש\u05b8לם") == (["ם", "ל", "ש\u05b8"], True)
    assert laid_out("ที่")[0] == ["ท\u0e35\u0e48"]
    assert laid_out("हि")[0] == ["ह\u093f"]


@given(st.text(st.sampled_from("ab1. (-שם٣لاب\u0651\u200f日"), max_size=24))
def test_any_row_keeps_what_it_shows(row: str) -> None:
    cells, _ = laid_out(row)
    assert len(cells) <= len(row)
    # Letters may take another form or be joined, brackets may turn; what is Latin, Hebrew or Han is all there.
    for character in "ab1שם日":
        assert "".join(cells).count(character) == row.count(character)
