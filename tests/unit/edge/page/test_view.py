"""What the page of a fax says, in each state and language, and how values become its markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge.page import view, words
from faxes.edge.page.markup import Template
from faxes.edge.page.words import Words, zone
from faxes.lifecycle import FINAL
from faxes.model import RecipientStatus, Status
from faxes.showing import Page, Picture, PublicRecipient
from tests.support.html import Reader
from tests.support.pages import ENGLISH, GERMAN, NOW, UID, of_each_kind, page, public

FOLDER = Path(view.__file__).parent
CSS = (FOLDER / "page.css").read_text(encoding="utf-8")
PAGE = Template((FOLDER / "page.html").read_text(encoding="utf-8"), CSS)
KINDS = of_each_kind()


def made(shown: Page, of: Words = ENGLISH) -> str:
    return PAGE.fill(view.values(shown, of, f"{UID}/"))


def said(name: str, of: Words = ENGLISH) -> list[str]:
    return Reader(made(KINDS[name], of)).texts[1:]


UNTIL = "Whoever has this address can see this fax until 29 December 2026, 19:41 UTC."
ACCEPTED = ["Accepted", "29 November 2026, 19:38 UTC"]
ENDED = [*ACCEPTED, "Ended", "29 November 2026, 19:41 UTC"]
FROM = ["From", "extension ending in 210"]
NUMBERS = ["number ending in 888", "number ending in 456"]
PAGES = ["Pages", "Page 1 of 2", "Page 2 of 2"]
FILES = ["Download PDF (1.2 MB)", "Download TIFF (62 KB)", UNTIL]


def recipients(*sentences: str, numbers: list[str] = NUMBERS) -> list[str]:
    return ["To", *(text for pair in zip(numbers, sentences, strict=True) for text in pair)]


SAID = {
    "accepted": ["The fax is being prepared.", *ACCEPTED, *FROM, *recipients(*["Waiting to be sent."] * 2), UNTIL],
    "rendering": ["The fax is being prepared.", *ACCEPTED, *FROM, *recipients(*["Waiting to be sent."] * 2), UNTIL],
    "not drawn": [
        "The fax could not be sent.",
        "Its documents could not be made into fax pages.",
        *ENDED,
        *FROM,
        *recipients("Not sent.", "Not sent."),
        UNTIL,
    ],
    "queued": [
        "The fax is waiting to be sent.",
        *ACCEPTED,
        *FROM,
        *recipients(*["Waiting to be sent."] * 2, numbers=[NUMBERS[0], "extension ending in 211"]),
        *FILES,
        *PAGES,
    ],
    "no carrier": [
        "The fax is waiting to be sent.",
        "There is no carrier that could send it.",
        *ACCEPTED,
        *FROM,
        *recipients(*["Waiting to be sent."] * 2),
        *FILES,
        *PAGES,
    ],
    "sending": [
        "The fax is being sent.",
        "0 of 2 recipients have all of it.",
        *ACCEPTED,
        *FROM,
        *recipients(
            "Being sent, attempt 2.", "The line was busy. It is tried again from 29 November 2026, 19:43 UTC on."
        ),
        *FILES,
        *PAGES,
    ],
    "in doubt": [
        "The fax is being sent.",
        "1 of 2 recipients has all of it.",
        *ACCEPTED,
        *FROM,
        *recipients(
            "Sent, all 2 pages.",
            "The carrier is being asked whether it has the fax.",
            numbers=[NUMBERS[0], "extension ending in 211"],
        ),
        *FILES,
        *PAGES,
    ],
    "canceling": [
        "The fax is being canceled.",
        "0 of 2 recipients have all of it.",
        *ACCEPTED,
        *FROM,
        *recipients("Waiting to be sent.", "The line was busy. It is tried again from 29 November 2026, 19:43 UTC on."),
        *FILES,
        *PAGES,
    ],
    "sent": ["The fax was sent.", *ENDED, *FROM, *recipients(*["Sent, all 2 pages."] * 2), *FILES, *PAGES],
    "partially sent": [
        "The fax was sent in part.",
        "1 of 2 recipients has all of it.",
        *ENDED,
        *FROM,
        *recipients("Sent, all 2 pages.", "Not sent. There is no such number."),
        *FILES,
        *PAGES,
    ],
    "last page": [
        "The fax was sent in part.",
        *ENDED,
        *FROM,
        *recipients(
            "Sent in part, 2 of 2 pages. The other machine did not confirm the last page.", numbers=[NUMBERS[1]]
        ),
        *FILES,
        *PAGES,
    ],
    "failed": [
        "The fax could not be sent.",
        *ENDED,
        *FROM,
        *recipients(*["Not sent. There is no such number."] * 2),
        *FILES,
        *PAGES,
    ],
    "canceled": [
        "The fax was canceled.",
        *ENDED,
        *FROM,
        *recipients(*["Canceled, and not sent."] * 2, numbers=[NUMBERS[1]] * 2),
        *FILES,
        *PAGES,
    ],
    "received": [
        "A fax was received.",
        "Received",
        "29 November 2026, 19:38 UTC",
        "To",
        "extension ending in 211",
        *FILES,
        *PAGES,
    ],
}


@pytest.mark.parametrize("name", SAID)
def test_each_state_is_said_in_sentences(name: str) -> None:
    assert said(name) == ["Fax, 2 pages", *SAID[name]]


def test_a_simulated_fax_says_so_first() -> None:
    sentence = "No carrier carried this fax. A simulated network did, and no machine printed it."
    assert said("simulated") == ["SIMULATED", sentence, *said("sent")]


def test_german_is_german() -> None:
    assert said("partially sent", GERMAN) == [
        "Fax, 2 Seiten",
        "Das Fax wurde teilweise gesendet.",
        "1 von 2 Empfängern hat es vollständig.",
        "Angenommen",
        "29. November 2026, 19:38 Uhr (UTC)",
        "Beendet",
        "29. November 2026, 19:41 Uhr (UTC)",
        "Von",
        "Nebenstelle mit der Endung 210",
        "An",
        "Nummer mit der Endung 888",
        "Gesendet, alle 2 Seiten.",
        "Nummer mit der Endung 456",
        "Nicht gesendet. Diese Nummer gibt es nicht.",
        "PDF herunterladen (1,2 MB)",
        "TIFF herunterladen (62 KB)",
        "Wer diese Adresse hat, kann dieses Fax bis 29. Dezember 2026, 19:41 Uhr (UTC) sehen.",
        "Seiten",
        "Seite 1 von 2",
        "Seite 2 von 2",
    ]


def test_more_than_twenty_are_shown_in_parts_with_the_way_to_the_others() -> None:
    shown = Reader(made(KINDS["many"]))
    pictures = [attributes["src"] for tag, attributes in shown.elements if tag == "img"]
    assert pictures == [f"{UID}/pages/{n}.png" for n in range(21, 41)]
    assert shown.texts.count("Sent, all 45 pages.") == 10
    assert shown.texts[-2:] == ["Numbers 1 to 20", "Numbers 41 to 45"]
    assert [attributes["href"] for tag, attributes in shown.elements if tag == "a"][-2:] == ["?from=1", "?from=41"]


def test_a_part_that_begins_anywhere_leads_back_to_what_is_before_it() -> None:
    shown = replace(KINDS["many"], first=5)
    assert view.values(shown, ENGLISH, "")["more"] == [
        {"href": "?from=1", "name": "Numbers 1 to 4"},
        {"href": "?from=25", "name": "Numbers 25 to 44"},
    ]


def test_pictures_have_their_sizes_and_are_fetched_when_they_are_seen() -> None:
    first = next(attributes for tag, attributes in Reader(made(KINDS["sent"])).elements if tag == "img")
    assert first == {
        "src": f"{UID}/pages/1.png",
        "width": "864",
        "height": "1144",
        "alt": "Page 1 of 2 of the fax, as an image",
        "loading": "lazy",
        "decoding": "async",
    }


# --- what is not said ------------------------------------------------------------------------------------------------


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True) | st.from_regex(r"[0-9]{1,8}\*[0-9]{1,8}", fullmatch=True))
def test_at_most_half_of_a_numbers_digits_are_shown(number: str) -> None:
    digits = [char for char in number if char.isdigit()]
    for of in (ENGLISH, GERMAN):
        for kind in ("number", "extension"):
            shown = [char for char in of.number(kind, number) if char.isdigit()]
            assert len(shown) <= len(digits) // 2
            assert shown == digits[len(digits) - len(shown) :]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("of", [ENGLISH, GERMAN])
def test_a_title_says_nothing_and_the_page_is_small(name: str, of: Words) -> None:
    html = made(KINDS[name], of)
    assert Reader(html).texts[0] == "Fax"
    assert "<script" not in html
    # The name of a kind of drawing, which nobody fetches.
    assert not re.search(r"[a-z]+://", html.replace("http://www.w3.org/2000/svg", ""))
    assert len(html.encode()) < 15_000
    for number in KINDS[name].fax.recipients:
        assert number.lstrip("+") not in html


def test_the_largest_page_is_small() -> None:
    """20 pages, and 20 recipients with the longest sentences."""
    longest = max(words._TEXTS["de"]["reason"], key=lambda reason: len(GERMAN.reason(reason)))
    numbers = tuple(str(10**19 + n) for n in range(999))
    shown = [
        PublicRecipient(each, RecipientStatus.WAITING, longest, 9, due_at=NOW + timedelta(days=1)) for each in numbers
    ]
    fax = public(
        pages=999, pictures=(Picture(864, 14_000),) * 999, recipients=numbers, status=Status.SENDING, sandbox=True
    )
    assert len(made(page(fax, *shown[960:980], first=961), GERMAN).encode()) < 15_000


# --- asking again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 5), (0.5, 5), (1, 10), (10, 100), (30, 300), (9_999, 300)])
def test_an_open_page_asks_again_less_and_less_often(minutes: float, seconds: int) -> None:
    shown = page(public(status=Status.SENDING, created_at=NOW - timedelta(minutes=minutes)))
    assert view.seconds_to_refresh(shown) == seconds


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_page_of_what_has_ended_does_not(status: str) -> None:
    assert view.seconds_to_refresh(page(public(status=status))) is None


def test_a_time_is_told_in_its_zone() -> None:
    moment = datetime(2026, 3, 1, 23, 5, 59, tzinfo=UTC)
    assert ENGLISH.time(moment) == "1 March 2026, 23:05 UTC"
    assert Words("de", zone("Europe/Berlin")).time(moment) == "2. März 2026, 00:05 Uhr (CET)"
    # What is not known here, or is none.
    assert zone(None) is zone("Mars/Olympus") is zone("../etc") is UTC
