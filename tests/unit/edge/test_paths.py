"""What a path says, and the addresses of faxes."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes import numbers
from faxes.edge import paths
from faxes.edge.addresses import Addresses
from faxes.showing import Publication
from tests.support.answering import event
from tests.support.faxes import NOW, fax


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("@me", "@me"),
        ("%40me", "@me"),
        ("0003*210", "0003*210"),
        ("0003%2A210", "0003*210"),
        ("0003%2a210", "0003*210"),
        ("%30%33", "03"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("a%2Bb", "a+b"),
        ("%C3%BC", "ü"),
        ("ü", "ü"),
        ("%F0%9F%98%80", "😀"),
        # Once, and never twice.
        ("%2540me", "%40me"),
        ("%25", "%"),
        ("a%2Fb", "a/b"),
        ("%00", "\0"),
        ("", ""),
    ],
)
def test_a_path_value_is_decoded_exactly_once(raw: str, value: str) -> None:
    assert paths.path_value(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "%",
        "a%",
        "%2",
        "a%2",
        "%zz",
        "%2z",
        "%z2",
        "%%",
        "%%20",
        "%+1",
        "%-1",
        "% 1",
        "%1 ",
        "%1_",
        "%_1",
        "%0x",
        "%u0040",
        "%٣٣",
        "%FF",
        "%C3",
        "%C3%28",
        "%C0%AF",
        "%ED%A0%80",
        "%F5%80%80%80",
        "a%C3",
        "\ud800",
    ],
)
def test_a_path_value_that_is_not_percent_encoded_utf_8_stays_and_is_no_user_and_no_extension(raw: str) -> None:
    assert paths.path_value(raw) == raw
    assert not numbers.is_user_id(raw)
    assert numbers.parse_extension(raw) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_every_text_survives_the_path(text: str) -> None:
    assert paths.path_value(quote(text, safe="")) == text


@given(st.text(st.characters(), max_size=50) | st.text("%0123456789abcdefABCDEF+ _", max_size=20))
def test_no_path_raises(raw: str) -> None:
    paths.path_value(raw)


STAGED = {"path": "/v1/uapi/faxes/@me/210/1", "stage": "v1", "domainName": "a1.execute-api.eu-west-1.amazonaws.com"}


@pytest.mark.parametrize(
    ("context", "public_url", "url"),
    [
        (STAGED, "", "https://a1.execute-api.eu-west-1.amazonaws.com/v1"),
        ({**STAGED, "path": "/v1/unifiedapi/faxes/@me/210/1"}, "", "https://a1.execute-api.eu-west-1.amazonaws.com/v1"),
        # A domain of one's own hides the stage, or has a path in its place.
        ({"path": "/uapi/faxes/@me/210/1", "domainName": "fax.example.org"}, "", "https://fax.example.org"),
        ({"path": "/a/b/uapi/faxes/@me/210/1", "domainName": "fax.example.org"}, "", "https://fax.example.org/a/b"),
        # What looks like the beginning again is the caller's, and a stage may be called so.
        ({"path": "/uapi/faxes/uapi/faxes/1", "domainName": "fax.example.org"}, "", "https://fax.example.org"),
        ({"path": "/uapi/uapi/faxes/@me/210/1", "domainName": "fax.example.org"}, "", "https://fax.example.org/uapi"),
        (STAGED, "https://127.0.0.1:4566/restapis/a1/", "https://127.0.0.1:4566/restapis/a1"),
    ],
)
def test_the_apis_address_is_the_one_that_was_called(context: dict[str, Any], public_url: str, url: str) -> None:
    assert paths.api_url(event(requestContext=context), public_url) == url


def test_a_faxs_addresses_are_its_own_and_not_the_callers_words_for_it() -> None:
    sent = fax(1, user_id="a.b-c_d")
    addresses = Addresses("https://h/v1", Publication(on=True, days=7), lambda: NOW)
    assert addresses.fax(event(), sent) == "https://h/v1/uapi/faxes/a.b-c_d/0003*210/1001"
    assert addresses.page(event(), sent) == f"https://h/v1/fax/{sent.uid}"


@pytest.mark.parametrize(
    ("on", "now", "other"),
    [
        (False, NOW, {}),
        (True, NOW + timedelta(days=7, seconds=1), {}),
        (True, NOW, {"page_revoked_at": NOW}),
        (True, NOW, {"status": "uploading"}),
    ],
)
def test_a_fax_that_is_not_shown_has_no_page(on: bool, now: datetime, other: dict[str, Any]) -> None:
    addresses = Addresses("https://h/v1", Publication(on, days=7), lambda: now)
    assert addresses.page(event(), fax(1, **other)) is None
