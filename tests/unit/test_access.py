"""Who may send, and from which extension: what the caller and the path say of it."""

import dataclasses

import pytest

from faxes.errors import Effect, ExtensionInvalid, StorageFailed, StorageFault, UserInvalid
from faxes.model import ExtensionType, Principal, User
from tests.support.memory import MemoryDirectory
from tests.support.submitting import ALICE, NOTE, OFFICE, PROVIDER, TO_ONE, Service, extension

_USER_RULE = "it must be @me, @viewer, @owner, or an id of 1 to 64 letters, digits, dots, dashes and underscores."
_NUMBER_RULE = (
    "it must be a number, such as 210, or one with its organization, such as 0003*210, of at most 32 characters."
)


@pytest.mark.parametrize("user", ["@me", "@viewer", "@owner", "alice"])
@pytest.mark.parametrize("number", ["0003*210", "210"])
@pytest.mark.parametrize("principal", [ALICE, OFFICE, PROVIDER])
def test_a_user_sends_from_an_extension_of_their_own(user: str, number: str, principal: Principal) -> None:
    fax = Service().submit(TO_ONE, NOTE, user=user, number=number, principal=principal)
    assert fax is not None
    assert (fax.user_id, fax.organization_id, fax.extension) == ("alice", "0003", "0003*210")


@pytest.mark.parametrize(
    ("principal", "user", "number", "sender"),
    [
        (OFFICE, "bob", "211", ("bob", "0003", "0003*211")),
        (OFFICE, "bob", "0003*211", ("bob", "0003", "0003*211")),
        (OFFICE, "@owner", "211", ("bob", "0003", "0003*211")),
        (OFFICE, "@owner", "0003*211", ("bob", "0003", "0003*211")),
        (PROVIDER, "bob", "211", ("bob", "0003", "0003*211")),
        # The same short number is another extension in another organization: the named user's counts.
        (PROVIDER, "carol", "210", ("carol", "0004", "0004*210")),
        (PROVIDER, "carol", "0004*210", ("carol", "0004", "0004*210")),
        (PROVIDER, "@owner", "0004*210", ("carol", "0004", "0004*210")),
        # With @owner, the token's user's organization counts.
        (PROVIDER, "@owner", "210", ("alice", "0003", "0003*210")),
    ],
)
def test_a_wider_token_sends_as_others(
    principal: Principal, user: str, number: str, sender: tuple[str, str, str]
) -> None:
    fax = Service().submit(TO_ONE, NOTE, user=user, number=number, principal=principal)
    assert fax is not None
    assert (fax.user_id, fax.organization_id, fax.extension) == sender


@pytest.mark.parametrize(("principal", "user"), [(OFFICE, "carol"), (OFFICE, "nobody"), (PROVIDER, "nobody")])
@pytest.mark.parametrize("number", ["210", "0004*210", "malformed*"])
def test_a_wider_token_ends_somewhere(principal: Principal, user: str, number: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user, number=number, principal=principal) == (
        UserInvalid,
        "user_out_of_reach",
        f"User {user} does not exist, or is out of reach of this token.",
    )


@pytest.mark.parametrize(
    ("principal", "user", "number"),
    [
        (OFFICE, "bob", "210"),
        (OFFICE, "bob", "0004*210"),
        (OFFICE, "@me", "211"),
        (PROVIDER, "carol", "0003*210"),
        (PROVIDER, "carol", "211"),
        (PROVIDER, "@me", "0004*210"),
    ],
)
def test_an_extension_must_be_the_named_users_however_far_the_token_reaches(
    principal: Principal, user: str, number: str
) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user, number=number, principal=principal) == (
        ExtensionInvalid,
        "extension_unknown",
        f"Extension {number} does not exist, or does not belong to user {user}.",
    )


@pytest.mark.parametrize(
    ("principal", "number"),
    [
        (ALICE, "211"),
        (ALICE, "0003*211"),
        (ALICE, "0003*999"),
        (ALICE, "0004*210"),
        (OFFICE, "0004*210"),
        (OFFICE, "0004*999"),
        (OFFICE, "999"),
        (PROVIDER, "999"),
        (PROVIDER, "0004*999"),
    ],
)
def test_any_owner_means_any_in_reach(principal: Principal, number: str) -> None:
    """One message, whether it exists or not."""
    assert Service().refusal(TO_ONE, NOTE, user="@owner", number=number, principal=principal) == (
        ExtensionInvalid,
        "extension_out_of_reach",
        f"Extension {number} does not exist, or is out of reach of this token.",
    )


# The organization of the number, whom it belongs to, and who may send from it as @owner.
MOVED = [
    ("0003*400", "carol", {PROVIDER}),
    ("0004*400", "bob", {OFFICE, PROVIDER}),
    ("0004*400", "alice", {ALICE, OFFICE, PROVIDER}),
    # Of somebody who has left the directory, though the extension has not.
    ("0003*400", "nobody", set()),
    ("0004*400", "nobody", set()),
]


@pytest.mark.parametrize(("number", "owner", "reach"), MOVED)
@pytest.mark.parametrize("principal", [ALICE, OFFICE, PROVIDER])
def test_an_owners_organization_is_the_directorys_and_not_the_numbers(
    number: str, owner: str, reach: set[Principal], principal: Principal
) -> None:
    service = Service()
    users = [User("alice", "0003"), User("bob", "0003"), User("carol", "0004")]
    recipient = extension("0003*211", "alice")
    service.directory = MemoryDirectory([extension(number, owner), recipient], users)
    service.submission = dataclasses.replace(service.submission, directory=service.directory)
    if principal in reach:
        fax = service.submit(TO_ONE, NOTE, user="@owner", number=number, principal=principal)
        assert fax is not None
        assert fax.user_id == owner
    else:
        assert service.refusal(TO_ONE, NOTE, user="@owner", number=number, principal=principal) == (
            ExtensionInvalid,
            "extension_out_of_reach",
            f"Extension {number} does not exist, or is out of reach of this token.",
        )


@pytest.mark.parametrize("user", ["bob", "carol", "nobody", "Alice", "ALICE", "alice2", "0", "a" * 64, "."])
def test_another_user_is_out_of_reach_whether_they_exist_or_not(user: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user, number="0003*211") == (
        UserInvalid,
        "user_out_of_reach",
        f"User {user} does not exist, or is out of reach of this token.",
    )


def test_a_users_id_is_compared_as_text() -> None:
    assert Service().refusal(TO_ONE, NOTE, user="241", principal=Principal("0241", "0003")) == (
        UserInvalid,
        "user_out_of_reach",
        "User 241 does not exist, or is out of reach of this token.",
    )


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("", "empty"),
        ("@self", "@self"),
        ("@ME", "@ME"),
        ("@me ", "@me "),
        ("alice\n", "alice\\n"),
        ("al%69ce", "al%69ce"),
        ("älice", "älice"),
        ("a" * 65, "a" * 65),
        ("a" * 81, "a" * 77 + "..."),
    ],
)
def test_a_malformed_user_is_refused(user: str, shown: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user) == (
        UserInvalid,
        "user_malformed",
        f"User {shown} is not valid; {_USER_RULE}",
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("", "empty"),
        ("@self", "@self"),
        ("0003*", "0003*"),
        ("*210", "*210"),
        ("0003*210*1", "0003*210*1"),
        ("+210", "+210"),
        ("0003%2A210", "0003%2A210"),
        ("210\n", "210\\n"),
        ("1" * 33, "1" * 33),
    ],
)
@pytest.mark.parametrize("user", ["@me", "@owner"])
def test_a_malformed_extension_is_refused(user: str, number: str, shown: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user, number=number) == (
        ExtensionInvalid,
        "extension_malformed",
        f"Extension {shown} is not valid; {_NUMBER_RULE}",
    )


@pytest.mark.parametrize(
    "number",
    [
        "0003*999",
        "999",
        "3*210",
        "00003*210",
        "0003*0210",
        # bob's, carol's of another organization, and a short number that only another organization has.
        "0003*211",
        "211",
        "0004*210",
        "500",
    ],
)
@pytest.mark.parametrize("user", ["@me", "@viewer", "alice"])
def test_an_extension_that_is_unknown_or_anothers_is_refused_in_the_same_words(user: str, number: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, user=user, number=number) == (
        ExtensionInvalid,
        "extension_unknown",
        f"Extension {number} does not exist, or does not belong to user {user}.",
    )


@pytest.mark.parametrize("number", [f"0003*3{n:02}" for n in range(1, len(ExtensionType))])
def test_only_a_phone_terminal_can_send(number: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, number=number) == (
        ExtensionInvalid,
        "extension_not_phone_terminal",
        f"Extension {number} is not a phone terminal; only a phone terminal can send faxes.",
    )


@pytest.mark.parametrize("number", ["0003*220", "220"])
def test_a_phone_terminal_without_fax_is_refused(number: str) -> None:
    assert Service().refusal(TO_ONE, NOTE, number=number) == (
        ExtensionInvalid,
        "extension_fax_disabled",
        f"Extension {number} is not enabled for fax.",
    )


def test_anothers_extension_is_unknown_even_where_it_could_not_send() -> None:
    """What kind of extension another user has is not for the caller to learn."""
    service = Service()
    service.directory = MemoryDirectory([extension("0003*400", "bob", type=ExtensionType.QUEUE)])
    service.submission = dataclasses.replace(service.submission, directory=service.directory)
    assert service.refusal(TO_ONE, NOTE, number="0003*400") == (
        ExtensionInvalid,
        "extension_unknown",
        "Extension 0003*400 does not exist, or does not belong to user @me.",
    )


@pytest.mark.parametrize("user", ["@me", "@owner", "bob"])
def test_a_directory_that_cannot_be_read_is_a_fault_of_ours(user: str) -> None:
    service = Service()
    service.directory.failure = StorageFault("get", Effect.NONE, "memory")
    assert service.refusal(TO_ONE, NOTE, user=user, principal=OFFICE) == (
        StorageFailed,
        "record_not_read",
        "",
    )
