"""What is written as a number, and what is dialed of it."""

import pytest

from faxes.dialing import Dialing, NotDialed, in_full, is_country
from faxes.errors import Effect, StorageFault
from faxes.model import DialPlan, Extension, ExtensionNumber, ExtensionType

NOBODY = DialPlan()
BERLIN = DialPlan("DE", "30")
GERMANY = DialPlan("DE")
BEHIND_ZERO = DialPlan("DE", "30", "0")
NEW_YORK = DialPlan("US", "212", "9")
AMERICA = DialPlan("US")
NO_COUNTRY = (
    "has no country's code, and the directory has no country for the sender's organization; write it with + and its "
    "country's code"
)
NO_AREA = (
    "has no area code, and the directory has no areaCode for the sender's organization; write it with its area code"
)


@pytest.mark.parametrize(
    ("number", "plan", "dialed"),
    [
        ("+493023125000", NOBODY, "+493023125000"),
        ("+12125550001", BERLIN, "+12125550001"),
        # People write the 0 of home behind the country's code.
        ("+4903023125000", NOBODY, "+493023125000"),
        ("03023125000", BERLIN, "+493023125000"),
        ("03023125000", GERMANY, "+493023125000"),
        ("0012125550001", GERMANY, "+12125550001"),
        ("23125000", BERLIN, "+493023125000"),
        # 0 for a line, then as without it.
        ("003023125000", BEHIND_ZERO, "+493023125000"),
        ("00012125550001", BEHIND_ZERO, "+12125550001"),
        ("023125000", BEHIND_ZERO, "+493023125000"),
        ("12125550001", AMERICA, "+12125550001"),
        ("2125550001", AMERICA, "+12125550001"),
        ("011493023125000", AMERICA, "+493023125000"),
        ("5550001", NEW_YORK, "+12125550001"),
        ("95550001", NEW_YORK, "+12125550001"),
        ("912125550001", NEW_YORK, "+12125550001"),
        ("9011493023125000", NEW_YORK, "+493023125000"),
        # It only looks as if 9 were dialed for a line.
        ("9125550001", NEW_YORK, "+19125550001"),
        # A country whose numbers keep their 0 abroad.
        ("0612345678", DialPlan("IT"), "+390612345678"),
        ("5512345678", DialPlan("MX"), "+525512345678"),
    ],
)
def test_a_number_in_full(number: str, plan: DialPlan, dialed: str) -> None:
    assert in_full(number, plan) == dialed


@pytest.mark.parametrize(
    ("number", "plan", "why"),
    [
        ("03023125000", NOBODY, NO_COUNTRY),
        ("112", NOBODY, NO_COUNTRY),
        ("23125000", GERMANY, NO_AREA),
        ("5550001", AMERICA, NO_AREA),
        ("+4930", NOBODY, "is too short for a number of +49: it has no area code"),
        ("+4930231250001234567", NOBODY, "is too long for a number of +49"),
        ("+1212555000", NOBODY, "is too short for a number of +1"),
        ("+121255500011", NOBODY, "is too long for a number of +1"),
        ("+0493023125000", NOBODY, "begins with no country's code"),
        ("+999123456789", NOBODY, "begins with no country's code"),
        ("+4", NOBODY, "is too short to be dialed"),
        ("911", AMERICA, "is too short for a number of +1"),
        ("0", GERMANY, "is too short to be dialed"),
        ("030", BERLIN, "is too short for a number of +49: it has no area code"),
        ("1", NEW_YORK, "is too short to be dialed"),
    ],
)
def test_a_number_that_cannot_be_dialed(number: str, plan: DialPlan, why: str) -> None:
    with pytest.raises(NotDialed) as caught:
        in_full(number, plan)
    assert str(caught.value) == why


class Directory:
    """How an organization dials, and its one extension; ``read`` is what was read."""

    def __init__(self, plan: DialPlan) -> None:
        self.plan, self.read = plan, list[str]()

    def dial_plan(self, organization_id: str) -> DialPlan:
        self.read.append(organization_id)
        return self.plan

    def extension(self, number: ExtensionNumber) -> Extension | None:
        self.read.append(str(number))
        here = number == ExtensionNumber("0003", "211")
        return Extension(number, "bob", ExtensionType.PHONE_TERMINAL, True) if here else None

    def dialing(self) -> Dialing:
        return Dialing("0003", self.dial_plan, self.extension)


def test_an_extension_is_no_number_to_dial() -> None:
    directory = Directory(NOBODY)
    assert directory.dialing().why_refused("0004*210") is None
    assert directory.read == []


def test_a_short_number_may_be_an_extension() -> None:
    directory = Directory(NOBODY)
    dialing = directory.dialing()
    assert [dialing.why_refused(number) for number in ("211", "212", "+493")] == [
        None,
        NO_COUNTRY,
        "is too short to be dialed",
    ]
    assert directory.read == ["0003", "0003*211", "0003*212"]


def test_an_organization_is_read_once_for_all_numbers() -> None:
    directory = Directory(BERLIN)
    dialing = directory.dialing()
    assert [dialing.dialed(number) for number in ("23125000", "03023125001", "+12125550001")] == [
        "+493023125000",
        "+493023125001",
        "+12125550001",
    ]
    assert directory.read == ["0003"]


def test_what_cannot_be_dialed_any_more_stays_as_it_is() -> None:
    assert Directory(NOBODY).dialing().dialed("23125000") == "23125000"


def test_a_directory_that_is_not_read_says_nothing_of_a_number() -> None:
    def unread(organization_id: str) -> DialPlan:
        raise StorageFault("GetItem", Effect.NONE, "memory")

    with pytest.raises(StorageFault):
        Dialing("0003", unread, Directory(NOBODY).extension).why_refused("+12125550001")


def test_a_country_is_one_of_iso_3166() -> None:
    assert [is_country(code) for code in ("DE", "US", "de", "XX", "001", "")] == [True, True] + [False] * 4
