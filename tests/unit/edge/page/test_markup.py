"""How values become markup, and what a page is said in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge.page import view
from faxes.edge.page.markup import Template
from faxes.edge.page.words import LANGUAGES, Words, language
from faxes.model import Reason, RecipientStatus, Status
from tests.support.html import Reader
from tests.support.pages import ENGLISH, GERMAN

FOLDER = Path(view.__file__).parent


# --- escaping --------------------------------------------------------------------------------------------------------

HOSTILE = [
    '"><svg onload=alert(1)>',
    "'",
    "</title><script>alert(1)</script>",
    "\r\nX: y",
    "\u202efdp.txt",
    "]]>",
    "&lt;",
    "<!--",
]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.sampled_from(HOSTILE))
def test_no_value_becomes_markup(text: str) -> None:
    """Though no value of a page's is a text of anybody's."""
    template = Template(
        '<html><head><link rel="stylesheet"/></head><p data-text="text" data-set="title:text">x</p>'
        '<a data-each="several" data-text="text"/></html>',
        "",
    )
    reader = Reader(template.fill({"text": text, "several": [{"text": text}, {"text": "2"}]}))
    # A parser makes one of the kinds of a line's end; nothing else is changed.
    same = text.replace("\r\n", "\n").replace("\r", "\n")
    assert reader.elements == [("html", {}), ("head", {}), ("style", {}), ("p", {"title": text}), ("a", {}), ("a", {})]
    assert "".join(reader.texts).replace("\r\n", "\n").replace("\r", "\n") == f"{same}{same}2"


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Template('<p data-text="text"/>', "").fill({})


def test_an_attribute_without_a_value_and_an_element_that_is_not_wanted_are_left_out() -> None:
    template = Template('<p class="x" data-set="class:mood"><b data-if="b">b</b><i data-if="i" data-text="i"/></p>', "")
    assert template.fill({"mood": None, "b": [], "i": "i"}) == "<!DOCTYPE html><p><i>i</i></p>"


def test_the_style_is_one_line_without_comments() -> None:
    style = Template("<p/>", "/* a */\np > a:hover,\n.b { color: red; margin: 0 auto; }\n").style
    assert style == "p>a:hover,.b{color:red;margin:0 auto;}"


# --- languages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.5, de;q=0.7, *;q=0.5", "de"),
        ("en;q=0.1,de;q=0", "en"),
        ("DE", "de"),
        ("en-US,en;q=0.9,de;q=0.9", "en"),
        ("pl", "en"),
        ("de;q=x", "en"),
        (",".join(["fr"] * 20 + ["de"]), "en"),
        ("\u0661" * 10_000, "en"),
    ],
)
def test_the_language_is_what_the_browser_likes_best(accepted: str, chosen: str) -> None:
    assert language(accepted) == chosen


def shape(node: Any) -> Any:
    """The names of a text's places and of what is filled in."""
    if isinstance(node, dict):
        return {name: shape(each) for name, each in node.items()}
    if isinstance(node, list):
        return len(node)
    return set(re.findall(r"\{(\w+)\}", node))


def test_every_language_has_every_text_and_fills_in_the_same() -> None:
    texts = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    assert LANGUAGES == ("en", "de") == tuple(texts)
    assert shape(texts["en"]) == shape(texts["de"])


# What is still uploaded, or ended without its files, has no record, by which a page is found.
SHOWN = set(Status) - {Status.UPLOADING, Status.REFUSED, Status.EXPIRED}


@pytest.mark.parametrize("of", [ENGLISH, GERMAN])
def test_every_state_and_reason_has_its_sentence(of: Words) -> None:
    assert all(of.reason(reason) for reason in Reason)
    assert of.reason("of_a_later_release") == of.reason(None) == ""
    assert all(of.text("status", status) for status in SHOWN)
    assert set(view._SAID) == set(RecipientStatus)


@pytest.mark.parametrize(("size", "text"), [(1, "1 KB"), (1_499, "1 KB"), (999_999, "1000 KB"), (1_250_000, "1.2 MB")])
def test_a_size_is_said_as_people_do(size: int, text: str) -> None:
    assert ENGLISH.size(size) == text
