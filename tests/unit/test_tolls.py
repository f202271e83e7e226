"""Which numbers are called for whom: those of the organization's countries, and none that pays whoever is called."""

from collections.abc import Iterator
from itertools import product

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from faxes.dialing import Dialing
from faxes.model import DialPlan, Extension, ExtensionNumber
from faxes.tolls import OF_NO_COUNTRY, why_not

AMERICA, GERMANY = DialPlan("US"), DialPlan("DE")
EVERYWHERE = DialPlan("DE", fax_to=("DE", "US", "GB", "JM", "IT"))
US_ALONE = "and the sender's organization may fax to US alone (faxTo)"


@pytest.mark.parametrize(
    ("number", "plan"),
    [
        ("+12025550101", AMERICA),
        ("+18005550199", AMERICA),
        ("+493023125000", GERMANY),
        ("+4915112345678", GERMANY),
        ("+12025550101", EVERYWHERE),
        ("+18765550001", EVERYWHERE),
        ("+442079460018", EVERYWHERE),
        # Its own is not among those that it names.
        ("+12025550101", DialPlan("DE", fax_to=("US",))),
    ],
)
def test_a_number_that_may_be_called(number: str, plan: DialPlan) -> None:
    assert why_not(number, plan) is None


@pytest.mark.parametrize(
    ("number", "plan", "why"),
    [
        ("+493023125000", AMERICA, f"is in DE, {US_ALONE}"),
        # Numbers that look like a call within the country, and cost as much as one to the other end of the world.
        ("+18765550001", AMERICA, f"is in JM, {US_ALONE}"),
        ("+18095550001", AMERICA, f"is in DO, {US_ALONE}"),
        ("+12642351234", AMERICA, f"is in AI, {US_ALONE}"),
        # Of no area that there is.
        ("+12115550001", AMERICA, f"is in no country that is known, {US_ALONE}"),
        ("+493023125000", DialPlan("DE", fax_to=("US",)), f"is in DE, {US_ALONE}"),
        (
            "+12025550101",
            DialPlan(),
            "may not be faxed to: the directory has neither country nor faxTo for the sender's organization",
        ),
        ("+19005550001", EVERYWHERE, "is a premium rate number, to which nobody may fax"),
        ("+499001234567", EVERYWHERE, "is a premium rate number, to which nobody may fax"),
        ("+491801234567", EVERYWHERE, "is a shared cost number, to which nobody may fax"),
        ("+447012345678", EVERYWHERE, "is a personal number, which is forwarded for a price, to which nobody may fax"),
        ("+15005550006", EVERYWHERE, "is a personal number, which is forwarded for a price, to which nobody may fax"),
    ],
)
def test_a_number_that_is_not_called(number: str, plan: DialPlan, why: str) -> None:
    assert why_not(number, plan) == why


@pytest.mark.parametrize("code", OF_NO_COUNTRY)
def test_nobody_faxes_to_what_belongs_to_no_country(code: str) -> None:
    assert why_not(f"+{code}12345678", EVERYWHERE) == f"is of {OF_NO_COUNTRY[code]}, to which nobody may fax"


def test_every_code_that_belongs_to_no_country_is_in_the_table() -> None:
    import phonenumbers

    assert {str(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS} <= {*OF_NO_COUNTRY}


def test_a_short_number_that_is_written_for_another_country_is_refused_with_its_country() -> None:
    def none(number: ExtensionNumber) -> Extension | None:
        return None

    dialing = Dialing("0003", lambda organization: GERMANY, none)
    assert dialing.why_refused("0012025550101") == (
        "is in US, and the sender's organization may fax to DE alone (faxTo)"
    )
    assert [dialing.may_dial(number) for number in ("+493023125000", "+12025550101", "+4930", "112")] == [
        True,
        False,
        True,
        True,
    ]


def _of_a_kind_that_pays() -> Iterator[tuple[str, str]]:
    """An example of each country's numbers of such a kind, and the country."""
    kinds = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER)
    for country, kind in product(sorted(phonenumbers.SUPPORTED_REGIONS), kinds):
        example = phonenumbers.example_number_for_type(country, kind)
        if example is not None and phonenumbers.number_type(example) == kind:
            yield in_e164(example), country


def in_e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def test_digits_behind_such_a_number_or_too_few_of_them_make_it_no_other() -> None:
    """An exchange completes a call with the last digit that it needs, and ignores those behind."""
    tried, called = 0, []
    for number, country in _of_a_kind_that_pays():
        for other in (f"{number}1", f"{number}77", number[:-1]):
            parsed = phonenumbers.parse(other)
            is_dialed = phonenumbers.is_possible_number(parsed) and in_e164(parsed) == other
            # A whole number of another kind is that one.
            if is_dialed and phonenumbers.number_type(parsed) == PhoneNumberType.UNKNOWN:
                tried += 1
                called += [other] if why_not(other, DialPlan(country)) is None else []
    assert tried > 100
    assert called == []


@pytest.mark.parametrize("number", ["+4990012345678", "+49900123456", "+491371234567890"])
def test_what_is_said_of_such_a_number(number: str) -> None:
    assert (why_not(number, DialPlan("DE")) or "").endswith(", to which nobody may fax")
