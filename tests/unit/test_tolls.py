"""Which numbers are called for whom: those of the organization's countries, and none that pays whoever is called."""

import pytest

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
