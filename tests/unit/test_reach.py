"""Which faxes that were sent are a caller's: the fax's own record against the caller and the path."""

import itertools
from dataclasses import replace

import pytest

from faxes import access
from faxes.errors import ExtensionInvalid, FaxNotFound, UserInvalid
from faxes.model import Context, Fax, Principal
from tests.support.faxes import fax

ALICE = Principal("alice", "0003", Context.USER)
OFFICE = Principal("alice", "0003", Context.ORGANIZATION)
PROVIDER = Principal("alice", "0003", Context.GLOBAL)
EVERYONE = (ALICE, OFFICE, PROVIDER)

# Whose they are, and from where: hers, her colleague's, and a stranger's of the same short number.
HERS = fax(1, user_id="alice", organization_id="0003", extension="0003*210")
ANOTHER = fax(2, user_id="alice", organization_id="0003", extension="0003*220")
COLLEAGUES = fax(3, user_id="bob", organization_id="0003", extension="0003*211")
STRANGERS = fax(4, user_id="dave", organization_id="0004", extension="0004*210")
ALL = (HERS, ANOTHER, COLLEAGUES, STRANGERS)


def covered(principal: Principal, user: str, extension: str) -> list[Fax]:
    within = access.reach(principal, user, extension)
    return [each for each in ALL if within.covers(each)]


@pytest.mark.parametrize(("principal", "user"), list(itertools.product(EVERYONE, ["@me", "@viewer", "alice"])))
def test_ones_own_are_covered_however_far_the_token_reaches(principal: Principal, user: str) -> None:
    assert covered(principal, user, "0003*210") == [HERS]
    assert covered(principal, user, "210") == [HERS]
    assert covered(principal, user, "220") == [ANOTHER]
    assert covered(principal, user, "@self") == [HERS, ANOTHER]


@pytest.mark.parametrize(("principal", "user"), list(itertools.product(EVERYONE, ["@me", "@viewer", "alice"])))
@pytest.mark.parametrize("extension", ["0003*211", "211", "0004*210", "999", "0003*999"])
def test_anothers_are_not_ones_own(principal: Principal, user: str, extension: str) -> None:
    assert covered(principal, user, extension) == []


@pytest.mark.parametrize(
    ("principal", "user", "extension", "expected"),
    [
        (ALICE, "bob", "0003*211", []),
        (ALICE, "bob", "@self", []),
        (ALICE, "dave", "0004*210", []),
        (OFFICE, "bob", "0003*211", [COLLEAGUES]),
        (OFFICE, "bob", "211", [COLLEAGUES]),
        (OFFICE, "bob", "@self", [COLLEAGUES]),
        (OFFICE, "bob", "0003*210", []),
        (OFFICE, "dave", "0004*210", []),
        (OFFICE, "dave", "210", []),
        (OFFICE, "dave", "@self", []),
        (PROVIDER, "bob", "211", [COLLEAGUES]),
        (PROVIDER, "dave", "0004*210", [STRANGERS]),
        # Read in the organization of the user that the path names.
        (PROVIDER, "dave", "210", [STRANGERS]),
        (PROVIDER, "dave", "@self", [STRANGERS]),
        (PROVIDER, "dave", "0003*210", []),
        (PROVIDER, "nobody", "@self", []),
        # As text: case counts.
        (PROVIDER, "Bob", "211", []),
    ],
)
def test_a_wider_token_covers_what_the_path_names_of_others(
    principal: Principal, user: str, extension: str, expected: list[Fax]
) -> None:
    assert covered(principal, user, extension) == expected


@pytest.mark.parametrize(
    ("principal", "extension", "expected"),
    [
        (ALICE, "0003*210", [HERS]),
        (ALICE, "211", []),
        (ALICE, "0004*210", []),
        (ALICE, "@self", [HERS, ANOTHER]),
        (OFFICE, "211", [COLLEAGUES]),
        (OFFICE, "0004*210", []),
        (OFFICE, "@self", [HERS, ANOTHER, COLLEAGUES]),
        (PROVIDER, "0004*210", [STRANGERS]),
        # Read in the organization of the token's user.
        (PROVIDER, "210", [HERS]),
        (PROVIDER, "@self", list(ALL)),
    ],
)
def test_any_owner_means_any_in_reach(principal: Principal, extension: str, expected: list[Fax]) -> None:
    assert covered(principal, "@owner", extension) == expected


@pytest.mark.parametrize("principal", EVERYONE)
def test_who_has_changed_the_organization_keeps_what_was_sent_before(principal: Principal) -> None:
    moved = Principal("alice", "0004", principal.context)
    assert access.reach(moved, "@me", "@self").covers(HERS)
    assert access.reach(moved, "@me", "0003*210").covers(HERS)
    # A short number is one of the new organization's.
    assert not access.reach(moved, "@me", "210").covers(HERS)
    # Of the colleagues there, nothing more.
    assert access.reach(moved, "bob", "0003*211").covers(COLLEAGUES) == (moved.context is Context.GLOBAL)


@pytest.mark.parametrize("principal", EVERYONE)
@pytest.mark.parametrize("simulated", [False, True])
def test_sandbox_apps_and_all_others_see_nothing_of_each_others(principal: Principal, simulated: bool) -> None:
    """Whatever became of the fax: where the carrier simulates, nothing of a live app's was sent either."""
    live, trying = (replace(HERS, sandbox=simulated, sandbox_app=kind) for kind in (False, True))
    for caller, seen in ((principal, live), (replace(principal, app_key="trying", sandbox=True), trying)):
        within = access.reach(caller, "@me", "0003*210")
        assert [each for each in (live, trying) if within.covers(each)] == [seen]


@pytest.mark.parametrize("user", ["", "@self", "@ME", "@everyone", "al ice", "al%69ce", "a" * 65])
def test_a_malformed_user_is_refused_before_anything_is_read(user: str) -> None:
    with pytest.raises(UserInvalid) as caught:
        access.reach(PROVIDER, user, "malformed*")
    assert caught.value.reason == "user_malformed"


@pytest.mark.parametrize("extension", ["", "@Self", "@me", "0003*", "*210", "+210", "1" * 33])
def test_a_malformed_extension_is_refused_before_anything_is_read(extension: str) -> None:
    with pytest.raises(ExtensionInvalid) as caught:
        access.reach(PROVIDER, "@me", extension)
    assert caught.value.reason == "extension_malformed"


@pytest.mark.parametrize("text", ["1", "115937093837901", "9" * 16])
def test_an_id_that_a_fax_can_have_is_taken_as_it_is(text: str) -> None:
    assert access.fax_id(access.reach(ALICE, "@me", "210"), text) == text


@pytest.mark.parametrize(
    "text", ["", "0", "01", "-1", "1 ", "1.0", "٣", "1#", "a601a53ffbde601d5c4364de92f5bd58", "9" * 17]
)
def test_an_id_that_no_fax_has_is_answered_like_one_that_is_not_there(text: str) -> None:
    with pytest.raises(FaxNotFound) as caught:
        access.fax_id(access.reach(ALICE, "@me", "210"), text)
    assert (caught.value.code, caught.value.reason, caught.value.message) == (
        "fax_not_found",
        "fax_not_found",
        f"Fax {text or 'empty'} does not exist, or was not sent or received by user @me at extension 210, or is "
        "out of reach of this token.",
    )
