"""The use case: every check in the contract's order, and what is stored when they pass, or when storing fails."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.errors import (
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ServiceFault,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
)
from faxes.intake.submission import ID_EPOCH, MAX_REQUEST_BYTES, Submission, Timing, WriteConflict, new_id
from faxes.model import (
    Acceptance,
    Claim,
    Context,
    Document,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Form,
    Kind,
    Limits,
    Principal,
    Receipt,
    Status,
    StoredFile,
    Upload,
    User,
)
from tests.support.images import Page, tiff
from tests.support.memory import MemoryDirectory, MemoryFaxStore, MemoryFileStore

NOW = datetime(2026, 11, 23, 12, 30, 15, 123_000, tzinfo=UTC)
ALICE = Principal("alice", "0003")
OFFICE = Principal("alice", "0003", Context.ORGANIZATION, "office-app")
PROVIDER = Principal("alice", "0003", Context.GLOBAL, "provider-app")
UID = "0123456789abcdef0123456789abcdef"
OTHER_UID = "1123456789abcdef0123456789abcdef"
THIRD_UID = "2123456789abcdef0123456789abcdef"
POOL = ThreadPoolExecutor(1)
NOTE = Upload("note.txt", b"This is my fax")
SCAN = Upload("scan.tif", tiff(Page(), Page(), Page()))


def extension(number: str, owner: str = "alice", **other: Any) -> Extension:
    organization, digits = number.split("*")
    values: dict[str, Any] = {"type": ExtensionType.PHONE_TERMINAL, "fax_enabled": True} | other
    return Extension(ExtensionNumber(organization, digits), owner, **values)


class Service:
    """A submission on memory stores. ``bits`` are drawn in turn for the ids; the uid is always the same."""

    def __init__(
        self,
        limits: Limits | None = None,
        now: datetime = NOW,
        bits: tuple[int, ...] = (7,),
        repetition: timedelta = timedelta(0),
    ) -> None:
        self.now = now
        self.waits: list[float] = []
        self.remaining: Callable[[], float] = lambda: 28
        uids = [UID, OTHER_UID, THIRD_UID]
        self.directory = MemoryDirectory(
            [
                extension("0003*210"),
                extension("0003*211", "bob"),
                extension("0003*220", fax_enabled=False),
                *(
                    extension(f"0003*3{n:02}", type=kind, fax_enabled=False)
                    for n, kind in enumerate(ExtensionType)
                    if kind is not ExtensionType.PHONE_TERMINAL
                ),
                extension("0004*210", "carol"),
                extension("0004*500", "carol"),
            ],
            [User("alice", "0003"), User("bob", "0003"), User("carol", "0004")],
        )
        self.files = MemoryFileStore()
        self.faxes = MemoryFaxStore()
        draws = iter(bits)
        self.submission = Submission(
            directory=self.directory,
            files=self.files,
            faxes=self.faxes,
            limits=limits or Limits(),
            timing=Timing(
                put_all=12,
                write=5,
                retention=timedelta(days=30),
                claim=timedelta(hours=24),
                repetition=repetition,
            ),
            now=lambda: self.now,
            random_bits=lambda n: int(uids.pop(0), 16) if n == 128 else next(draws),
            wait=self.waits.append,
            pool=POOL,
        )

    def submit(
        self,
        request: object = None,
        *uploads: Upload,
        user: str = "@me",
        number: str = "0003*210",
        principal: Principal = ALICE,
    ) -> Fax | None:
        """Submit a form with ``request``: bytes as they are, None for no request part, else the value's JSON."""
        receipt = self.receipt(request, *uploads, user=user, number=number, principal=principal)
        if receipt is None:
            return None
        assert receipt.fax is not None
        assert (receipt.id, receipt.uid) == (receipt.fax.id, receipt.fax.uid)
        return receipt.fax

    def receipt(
        self,
        request: object = None,
        *uploads: Upload,
        user: str = "@me",
        number: str = "0003*210",
        principal: Principal = ALICE,
        key: str | None = None,
    ) -> Receipt | None:
        content = request if isinstance(request, bytes | None) else json.dumps(request).encode()
        return self.submission.submit(Form(content, uploads), principal, user, number, key, self.remaining)

    def refusal(self, *arguments: Any, **named: Any) -> tuple[type[FaxError], str, str]:
        """Why a form is refused: the error, its reason and its whole message. Nothing is stored."""
        with pytest.raises(FaxError) as caught:
            self.submit(*arguments, **named)
        assert (self.files.objects, self.faxes.faxes) == ({}, {})
        return type(caught.value), caught.value.reason, caught.value.message


TO_ONE = {"recipients": ["0003*211"]}


def test_an_accepted_fax_is_stored_whole() -> None:
    service = Service()
    fax = service.submit({"recipients": ["+49 (30) 123-456", "0003*211"]}, NOTE, SCAN)
    assert fax == Fax(
        id=str(28_211_415_123 << 12 | 7),
        uid=UID,
        user_id="alice",
        organization_id="0003",
        extension="0003*210",
        recipients=("+4930123456", "0003*211"),
        files=(
            StoredFile(1, "note.txt", Kind.TXT, 14, hashlib.sha256(NOTE.content).hexdigest(), f"faxes/{UID}/1.txt", 1),
            StoredFile(
                2,
                "scan.tif",
                Kind.TIF,
                len(SCAN.content),
                hashlib.sha256(SCAN.content).hexdigest(),
                f"faxes/{UID}/2.tif",
                3,
            ),
        ),
        pages=4,
        status=Status.ACCEPTED,
        created_at=NOW,
        # In whole seconds, as the table's time to live is.
        expires_at=datetime(2026, 12, 23, 12, 30, 15, tzinfo=UTC),
        version=1,
    )
    assert service.files.objects == {f"faxes/{UID}/1.txt": NOTE.content, f"faxes/{UID}/2.tif": SCAN.content}
    assert service.faxes.faxes == {fax.id: fax}


def test_nothing_of_what_the_client_sent_is_in_a_key() -> None:
    service = Service()
    service.submit(TO_ONE, Upload("../../secret.exe", b"x"))
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]


def test_a_valid_request_without_a_file_stores_nothing() -> None:
    service = Service()
    assert service.submit(TO_ONE) is None
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


# --- user and extension ----------------------------------------------------------------------------------------------

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
    service.directory.failure = StorageFailed(reason="record_not_read", cause="memory")
    assert service.refusal(TO_ONE, NOTE, user=user, principal=OFFICE) == (
        StorageFailed,
        "record_not_read",
        "The fax could not be stored because of a fault on our side. Nothing was accepted; sending it again is safe.",
    )


# --- recipients ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "recipients"),
    [
        (["7778888", "0003*211", "+4930123456"], ("7778888", "0003*211", "+4930123456")),
        (["3", "1", "2"], ("3", "1", "2")),
        (["211", "0003*211"], ("211", "0003*211")),
        (["1", "1", "1", "1", "1", "1"], ("1",)),
        (["+49 30 1", "2", "+49301", "+49-(30)-1", "49301"], ("+49301", "2", "49301")),
        (["0211", "211"], ("0211", "211")),
    ],
)
def test_recipients_keep_their_order_and_come_once(sent: list[str], recipients: tuple[str, ...]) -> None:
    fax = Service().submit({"recipients": sent}, NOTE)
    assert fax is not None
    assert fax.recipients == recipients


@pytest.mark.parametrize(
    "request_part",
    [
        b'{"recipients": ["0003*211"], "recipients": ["1"], "other": {"a": [null]}}',
        b' \r\n{"recipients":["1"]}\n',
        b'\xef\xbb\xbf{"recipients": ["1"]}',
        b'{"recipients": ["\\u0031"]}',
    ],
)
def test_a_request_part_may_have_other_members_and_white_space_and_a_byte_order_mark(request_part: bytes) -> None:
    fax = Service().submit(request_part, NOTE)
    assert fax is not None
    assert fax.recipients == ("1",)


@pytest.mark.parametrize("limit", [1, 5, 999])
def test_as_many_recipients_as_the_limit_are_taken_and_one_more_is_refused(limit: int) -> None:
    service = Service(Limits(recipients_per_fax=limit))
    # The longest there are.
    numbers = [f"{n:016}*{n:015}" for n in range(limit + 1)]
    assert service.refusal({"recipients": numbers}, NOTE) == (
        RecipientsInvalid,
        "too_many_recipients",
        f"The fax has {limit + 1} recipients; the limit is {limit}.",
    )
    fax = service.submit({"recipients": [*numbers[:limit], numbers[0]]}, NOTE)
    assert fax is not None
    assert fax.recipients == tuple(numbers[:limit])


_MUST_HOLD = 'it must hold {"recipients": [...]}.'
_OBJECT = 'it must be an object such as {"recipients": ["0003*211"]}.'


@pytest.mark.parametrize(
    ("request_part", "reason", "message"),
    [
        (None, "request_missing", f"The form has no part named request; {_MUST_HOLD}"),
        (b"", "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b"recipients=1", "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["1"]} x', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["1",]}', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"recipients": ["\xff"]}', "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b"[" * 100_000, "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (b'{"a":' * 20_000, "request_not_json", f"The request part is not JSON; {_MUST_HOLD}"),
        (
            b" " * (MAX_REQUEST_BYTES + 1),
            "request_too_long",
            "The request part has 131073 bytes; the limit is 131072.",
        ),
        (["1"], "request_not_object", f"The request part is an array; {_OBJECT}"),
        (b"null", "request_not_object", f"The request part is null; {_OBJECT}"),
        (True, "request_not_object", f"The request part is a boolean; {_OBJECT}"),
        (1, "request_not_object", f"The request part is a number; {_OBJECT}"),
        (1.5, "request_not_object", f"The request part is a number; {_OBJECT}"),
        ("1", "request_not_object", f"The request part is a string; {_OBJECT}"),
        ({}, "recipients_missing", 'The request part has no member recipients; it must hold {"recipients": [...]}.'),
        (
            {"Recipients": ["1"]},
            "recipients_missing",
            'The request part has no member recipients; it must hold {"recipients": [...]}.',
        ),
        ({"recipients": None}, "recipients_not_array", "recipients is null; it must be an array of strings."),
        ({"recipients": "1"}, "recipients_not_array", "recipients is a string; it must be an array of strings."),
        (
            {"recipients": {"0": "1"}},
            "recipients_not_array",
            "recipients is an object; it must be an array of strings.",
        ),
        ({"recipients": []}, "recipients_empty", "recipients is empty; it must name at least one recipient."),
        ({"recipients": ["1", 2]}, "recipient_not_string", "Recipient 2 of 2 is a number; it must be a string."),
        ({"recipients": [None]}, "recipient_not_string", "Recipient 1 of 1 is null; it must be a string."),
        ({"recipients": [True]}, "recipient_not_string", "Recipient 1 of 1 is a boolean; it must be a string."),
        ({"recipients": [["1"]]}, "recipient_not_string", "Recipient 1 of 1 is an array; it must be a string."),
        ({"recipients": [{}]}, "recipient_not_string", "Recipient 1 of 1 is an object; it must be a string."),
        *(
            (
                {"recipients": ["1", recipient, "also wrong"]},
                "recipient_malformed",
                f"Recipient 2 of 3, {shown}, is neither an extension, such as 210 or 0003*210, nor a phone number of "
                "1 to 20 digits.",
            )
            for recipient, shown in (
                ("", "empty"),
                ("@self", "@self"),
                ("+", "+"),
                ("1" * 21, "1" * 21),
                ("1\n", "1\\n"),
                ("\ud800", "\\ud800"),
                ("x" * 81, "x" * 77 + "..."),
            )
        ),
    ],
)
def test_a_request_part_without_proper_recipients_is_refused(request_part: object, reason: str, message: str) -> None:
    assert Service().refusal(request_part, NOTE) == (RecipientsInvalid, reason, message)


def test_a_request_part_as_long_as_the_limit_is_read() -> None:
    longest = b'{"recipients": ["1"]}'.ljust(MAX_REQUEST_BYTES)
    assert Service().submit(longest, NOTE) is not None


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 5, 10])
def test_as_many_files_as_the_limit_are_taken_and_one_more_is_refused(limit: int) -> None:
    service = Service(Limits(files_per_fax=limit))
    assert service.refusal(TO_ONE, *[NOTE] * (limit + 1)) == (
        TooManyFiles,
        "too_many_files",
        f"The fax has {limit + 1} files; the limit is {limit}.",
    )
    fax = service.submit(TO_ONE, *[NOTE] * limit)
    assert fax is not None
    assert [file.position for file in fax.files] == list(range(1, limit + 1))


def test_as_many_pages_as_the_limit_are_taken_and_one_more_is_refused() -> None:
    """Over all files, in their order: here the third has one too many."""
    files = [NOTE, SCAN, SCAN, Upload("two.txt", b"x" * 10_000)]
    assert Service(Limits(pages_per_fax=6)).refusal(TO_ONE, *files) == (
        FileInvalid,
        "too_many_pages",
        "File 3 of 4, scan.tif, makes the fax at least 7 pages long; the limit is 6.",
    )
    fax = Service(Limits(pages_per_fax=10)).submit(TO_ONE, *files)
    assert fax is not None
    assert ([file.pages for file in fax.files], fax.pages) == ([1, 3, 3, 3], 10)


def test_a_files_limits_are_the_services() -> None:
    assert Service(Limits(file_bytes=13)).refusal(TO_ONE, NOTE)[1] == "file_too_large"
    assert Service(Limits(pixels_per_page=63)).refusal(TO_ONE, SCAN)[1] == "tif_size"


def test_the_first_bad_file_answers_and_no_file_is_stored() -> None:
    assert Service().refusal(TO_ONE, NOTE, Upload("two.txt", b""), Upload(None, b"")) == (
        FileInvalid,
        "file_empty",
        "File 2 of 3, two.txt, is empty.",
    )


# --- the order of checks ---------------------------------------------------------------------------------------------

_BAD_FILE = Upload("bad.txt", b"")
# Each mistake by the code that it is answered with, in the contract's order.
_MISTAKES: dict[str, dict[str, Any]] = {
    "user_invalid": {"user": "@nobody"},
    "extension_invalid": {"number": "@self"},
    "fx_recipients_invalid": {"request": {"recipients": ["@self"]}},
    "fx_max_files_reached": {"uploads": [NOTE] * 4 + [_BAD_FILE] * 2},
    "fx_file_invalid": {"uploads": [NOTE, _BAD_FILE]},
}


@pytest.mark.parametrize("first", range(len(_MISTAKES)))
def test_of_several_mistakes_the_first_in_the_contracts_order_answers(first: int) -> None:
    sent: dict[str, Any] = {"request": TO_ONE, "uploads": [NOTE]}
    for code, mistake in reversed(list(_MISTAKES.items())[first:]):
        sent |= mistake
        service = Service()
        uploads = sent["uploads"]
        named = {name: value for name, value in sent.items() if name in ("user", "number")}
        error, _, _ = service.refusal(sent["request"], *uploads, **named)
        assert error.code == code


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ({"user": "@nobody"}, UserInvalid),
        ({"number": "999"}, ExtensionInvalid),
        ({"request": {"recipients": []}}, RecipientsInvalid),
        ({"request": None}, RecipientsInvalid),
    ],
)
def test_a_form_without_a_file_is_checked_before_it_is_nothing_to_send(
    mistake: dict[str, Any], expected: type[FaxError]
) -> None:
    sent: dict[str, Any] = {"request": TO_ONE} | mistake
    assert Service().refusal(sent.pop("request"), **sent)[0] is expected


# --- storing ---------------------------------------------------------------------------------------------------------

DEFINITE = StorageFailed(reason="record_not_written", cause="memory")
UNKNOWN = OutcomeUnknown(reason="record_not_written", cause="memory")


@pytest.mark.parametrize("position", [1, 2, 3])
def test_where_one_file_cannot_be_stored_neither_record_nor_files_stay(position: int) -> None:
    service = Service()
    service.files.failing_position = position
    assert service.refusal(TO_ONE, NOTE, SCAN, NOTE) == (
        StorageFailed,
        "file_not_stored",
        "The fax could not be stored because of a fault on our side. Nothing was accepted; sending it again is safe.",
    )


def test_where_the_record_is_surely_not_written_no_files_stay() -> None:
    service = Service()
    service.faxes.failure = DEFINITE
    assert service.refusal(TO_ONE, NOTE, SCAN) == (
        StorageFailed,
        "record_not_written",
        "The fax could not be stored because of a fault on our side. Nothing was accepted; sending it again is safe.",
    )


def test_where_the_records_fate_is_unknown_its_files_stay() -> None:
    service = Service()
    service.faxes.failure = UNKNOWN
    with pytest.raises(OutcomeUnknown) as caught:
        service.submit(TO_ONE, NOTE, SCAN)
    assert caught.value.message == (
        "It is not known whether the fax was accepted, because of a fault on our side. "
        "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice."
    )
    assert service.files.objects == {f"faxes/{UID}/1.txt": NOTE.content, f"faxes/{UID}/2.tif": SCAN.content}


def test_the_record_is_written_when_every_file_lies_there() -> None:
    """The record is the acceptance, so it never points at bytes that are not there."""
    service = Service()
    found: list[set[str]] = []

    class Watching(MemoryFaxStore):
        def add(self, fax: Fax, claim: Claim | None = None) -> None:
            found.append(set(service.files.objects))
            super().add(fax, claim)

    service.submission = dataclasses.replace(service.submission, faxes=Watching())
    fax = service.submit(TO_ONE, NOTE, SCAN)
    assert fax is not None
    assert found == [{file.key for file in fax.files}]


def others(*bits: int) -> dict[str, Fax]:
    """Faxes of this same millisecond that were given these bits."""
    fax = Service(bits=bits).submit(TO_ONE, NOTE)
    assert fax is not None
    ids = [new_id(NOW, bit) for bit in bits]
    return {fax_id: dataclasses.replace(fax, id=fax_id, uid="f" * 32) for fax_id in ids}


def test_an_id_that_is_taken_is_drawn_anew() -> None:
    service = Service(bits=(1, 2, 3, 4, 5))
    service.faxes.faxes = taken = others(1, 2, 3, 4)
    receipt = service.receipt(TO_ONE, NOTE)
    assert receipt is not None
    assert receipt.fax is not None
    assert (receipt.id, receipt.uid, receipt.ids_redrawn) == (new_id(NOW, 5), UID, 4)
    assert service.faxes.faxes == taken | {receipt.id: receipt.fax}


def test_after_five_ids_that_are_taken_the_fax_is_surely_not_stored() -> None:
    service = Service(bits=(1, 2, 3, 4, 5, 6))
    service.faxes.faxes = dict(taken := others(1, 2, 3, 4, 5))
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert (caught.value.reason, caught.value.cause) == ("writes_in_vain", "5 writes, 5 ids were taken")
    assert service.files.objects == {}
    assert service.faxes.faxes == taken


_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2095, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_BITS = st.integers(0, 2**12 - 1)


@given(_MOMENTS, _BITS)
def test_an_id_is_a_decimal_number_that_every_json_client_holds_exactly(moment: datetime, bits: int) -> None:
    fax_id = new_id(moment, bits)
    assert fax_id == str(int(fax_id))
    assert 0 <= int(fax_id) < 2**53
    assert json.loads(fax_id, parse_int=float) == int(fax_id)


@given(_MOMENTS, _BITS, _BITS)
def test_an_id_grows_with_time(moment: datetime, earlier: int, later: int) -> None:
    assert int(new_id(moment, earlier)) < int(new_id(moment + timedelta(milliseconds=1), later))


def test_ids_of_one_millisecond_differ_by_their_bits() -> None:
    assert len({new_id(NOW, bits) for bits in range(2**12)}) == 2**12


def test_the_first_id_of_all() -> None:
    assert new_id(ID_EPOCH, 0) == "0"
    assert new_id(ID_EPOCH + timedelta(milliseconds=1), 5) == "4101"


@pytest.mark.parametrize(("drawn", "uid"), [(0, "0" * 32), (2**128 - 1, "f" * 32), (0xAB, "ab".rjust(32, "0"))])
def test_a_uid_is_32_lower_case_hex_digits(drawn: int, uid: str) -> None:
    bits: Callable[[int], int] = lambda n: drawn if n == 128 else 0  # noqa: E731
    service = Service()
    service.submission = dataclasses.replace(service.submission, random_bits=bits)
    fax = service.submit(TO_ONE, NOTE)
    assert fax is not None
    assert fax.uid == uid


# --- sending again ---------------------------------------------------------------------------------------------------

REUSED = (
    KeyReused,
    "idempotency_key_reused",
    "This Idempotency-Key was sent before with another fax: another user, extension, recipients or files. "
    "Use a new key for a new fax.",
)


def again(service: Service, **other: Any) -> Receipt | None:
    """The same request a second time, or one that differs as said."""
    sent: dict[str, Any] = {"request": TO_ONE, "uploads": (NOTE,), "key": "a-key", "principal": ALICE} | other
    return service.receipt(sent.pop("request"), *sent.pop("uploads"), **sent)


def test_a_request_that_comes_again_with_its_key_is_the_same_fax() -> None:
    service = Service()
    first = again(service)
    assert first is not None
    assert first.fax is not None
    stored = dict(service.files.objects)
    service.now += timedelta(hours=24) - timedelta(seconds=1)
    assert again(service) == Receipt(first.id, first.uid, None)
    assert (service.files.objects, list(service.faxes.faxes)) == (stored, [first.id])


@pytest.mark.parametrize(
    "other",
    [
        {"number": "210", "user": "alice"},
        {"request": {"recipients": ["0003*211", "0003*211"], "cover": True}},
        {"request": b' {"recipients":["0003*211"]}'},
    ],
)
def test_what_is_the_same_in_other_words_is_the_same_fax(other: dict[str, Any]) -> None:
    service = Service()
    first, second = again(service), again(service, **other)
    assert first is not None
    assert second == Receipt(first.id, first.uid, None)


@pytest.mark.parametrize(
    "other",
    [
        {"request": {"recipients": ["0003*212"]}},
        {"request": {"recipients": ["0003*211", "1"]}},
        {"uploads": (NOTE, NOTE)},
        {"uploads": (Upload("note.txt", b"This is my fax."),)},
        {"uploads": (Upload("other.txt", NOTE.content),)},
        {"principal": OFFICE, "user": "bob", "number": "211"},
    ],
)
def test_a_key_that_comes_again_with_another_fax_is_refused(other: dict[str, Any]) -> None:
    service = Service(bits=(7, 8))
    again(service, principal=other.get("principal", ALICE))
    stored = dict(service.files.objects), dict(service.faxes.faxes)
    with pytest.raises(KeyReused) as caught:
        again(service, **other)
    assert (type(caught.value), caught.value.reason, caught.value.message) == REUSED
    assert (service.files.objects, service.faxes.faxes) == stored


def test_the_order_of_recipients_and_of_files_is_part_of_a_fax() -> None:
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"request": {"recipients": ["1", "2"]}}, {"request": {"recipients": ["2", "1"]}}),
        ({"uploads": (NOTE, SCAN)}, {"uploads": (SCAN, NOTE)}),
    ]
    for first, second in pairs:
        service = Service()
        again(service, **first)
        with pytest.raises(KeyReused):
            again(service, **second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ALICE, Principal("bob", "0003")),
        # An app and a user of the same name; two apps of one user; a user with and without an app.
        (Principal("alice", "0003", app_key="one"), Principal("alice", "0003", app_key="two")),
        (ALICE, Principal("alice", "0003", app_key="alice")),
    ],
)
def test_a_key_is_its_callers_alone(first: Principal, second: Principal) -> None:
    service = Service(bits=(7, 8))
    one = again(service, principal=first, user="@me", number="210" if first.user_id == "alice" else "211")
    two = again(service, principal=second, user="@me", number="210" if second.user_id == "alice" else "211")
    assert one is not None
    assert two is not None
    assert one.id != two.id
    assert len(service.faxes.faxes) == 2


def test_a_key_is_the_apps_whoever_the_app_acts_for_and_whatever_its_token() -> None:
    service = Service()
    first = again(service, principal=OFFICE)
    assert first is not None
    assert again(service, principal=dataclasses.replace(OFFICE, context=Context.USER)) == Receipt(
        first.id, first.uid, None
    )


def test_a_key_lives_for_its_time() -> None:
    service = Service(bits=(7, 7))
    first = again(service)
    service.now += timedelta(hours=24)
    second = again(service)
    assert first is not None
    assert second is not None
    assert second.fax is not None
    assert first.id != second.id


def test_without_a_key_each_request_is_another_fax() -> None:
    service = Service(bits=(7, 8))
    faxes = [again(service, key=None) for _ in range(2)]
    assert [receipt.fax is not None for receipt in faxes if receipt] == [True, True]
    assert (len(service.faxes.faxes), service.faxes.claims) == (2, {})


def test_where_it_is_set_up_the_same_content_is_the_same_fax_for_a_while() -> None:
    service = Service(bits=(7, 8, 9), repetition=timedelta(minutes=10))
    first = again(service, key=None)
    assert first is not None
    assert first.fax is not None
    service.now += timedelta(minutes=10) - timedelta(seconds=1)
    assert again(service, key=None) == Receipt(first.id, first.uid, None)
    # What was put for nothing is gone.
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
    service.now += timedelta(seconds=1)
    second = again(service, key=None)
    assert second is not None
    assert second.fax is not None
    assert len(service.faxes.faxes) == 2


def test_a_client_that_sends_keys_decides_by_itself_what_is_the_same_fax() -> None:
    service = Service(bits=(7, 8, 9), repetition=timedelta(minutes=10))
    for key in ("one", "two", None):
        receipt = again(service, key=key)
        assert receipt is not None
        assert receipt.fax is not None
    assert len(service.faxes.faxes) == 3


@pytest.mark.parametrize("content", ["same", "other"])
def test_of_two_at_once_the_write_decides(content: str) -> None:
    """Neither finds the key when it looks; the other is written first."""
    service = Service(bits=(7, 8))
    rival = again(service)
    assert rival is not None

    class Late(MemoryFaxStore):
        def acceptance(self, claim: str, now: datetime) -> Acceptance | None:
            return None

        def add(self, fax: Fax, claim: Claim | None = None) -> None:
            service.faxes.add(fax, claim)

    service.submission = dataclasses.replace(service.submission, faxes=Late())
    if content == "same":
        assert again(service) == Receipt(rival.id, rival.uid, None)
    else:
        with pytest.raises(KeyReused):
            again(service, request={"recipients": ["1"]})
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
    assert list(service.faxes.faxes) == [rival.id]


def test_a_refused_request_leaves_its_key_free() -> None:
    service = Service()
    with pytest.raises(RecipientsInvalid):
        again(service, request={"recipients": []})
    assert again(service, uploads=()) is None
    receipt = again(service)
    assert receipt is not None
    assert receipt.fax is not None


NOT_READ = OutcomeUnknown(reason="key_not_read", cause="memory")
NOT_FOUND_OUT = StorageFailed(reason="record_not_read", cause="memory")


@pytest.mark.parametrize("directory", [None, NOT_FOUND_OUT])
def test_where_a_key_cannot_be_looked_up_nobody_knows(directory: FaxError | None) -> None:
    """Its fax may have been accepted before: "nothing was accepted" would have the client send it under another key."""
    service = Service()
    service.faxes.read_failure = NOT_READ
    service.directory.failure = directory
    with pytest.raises(OutcomeUnknown) as caught:
        again(service)
    assert caught.value.reason == "key_not_read"
    assert service.files.objects == {}


def test_where_the_directory_cannot_be_read_an_accepted_fax_is_not_denied() -> None:
    service = Service()
    service.directory.failure = NOT_FOUND_OUT
    with pytest.raises(StorageFailed):
        again(service)
    service.directory.failure = None
    again(service)
    service.directory.failure = NOT_FOUND_OUT
    with pytest.raises(OutcomeUnknown) as caught:
        again(service)
    assert (caught.value.reason, caught.value.cause) == ("record_not_read", "memory")
    assert len(service.faxes.faxes) == 1


def test_what_was_accepted_is_not_looked_into_again() -> None:
    """Whatever would be said of it now, with other limits or on a busy machine: it was accepted."""
    service = Service()
    first = again(service, uploads=(NOTE, SCAN))
    assert first is not None
    limits = Limits(files_per_fax=1, pages_per_fax=1, recipients_per_fax=0)
    service.submission = dataclasses.replace(service.submission, limits=limits)
    assert again(service, uploads=(NOTE, SCAN)) == Receipt(first.id, first.uid, None)
    for other in ((Upload(None, NOTE.content),), ()):
        with pytest.raises(KeyReused):
            again(service, uploads=other)


class Contended(MemoryFaxStore):
    """Others are writing the same claim for the first ``conflicts`` writes."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts

    def add(self, fax: Fax, claim: Claim | None = None) -> None:
        self.conflicts -= 1
        if self.conflicts >= 0:
            raise WriteConflict
        super().add(fax, claim)


def test_a_write_that_meets_another_is_tried_again_after_a_while() -> None:
    service = Service(bits=(1, 2, 3, 4, 5))
    service.submission = dataclasses.replace(service.submission, faxes=Contended(4))
    receipt = again(service)
    assert receipt is not None
    assert (receipt.fax is not None, receipt.ids_redrawn) == (True, 0)
    assert service.waits == [0.05, 0.1, 0.2, 0.4]


@pytest.mark.parametrize(("key", "failure"), [("a-key", OutcomeUnknown), (None, StorageFailed)])
def test_where_a_write_meets_others_time_and_again_they_may_be_accepted(
    key: str | None, failure: type[ServiceFault]
) -> None:
    """Nothing of this request is. Without a key, none of theirs is the same fax."""
    service = Service(bits=(1, 2, 3, 4, 5))
    service.submission = dataclasses.replace(service.submission, faxes=Contended(5))
    with pytest.raises(ServiceFault) as caught:
        again(service, key=key)
    assert type(caught.value) is failure
    assert (caught.value.reason, caught.value.cause) == ("writes_in_vain", "5 writes, 0 ids were taken")
    assert service.files.objects == {}


class Overtaken(MemoryFileStore):
    """Fails while another request does ``meanwhile``."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        self.meanwhile()
        raise StorageFailed(reason="file_not_stored", cause="memory")


def test_a_request_that_fails_is_answered_as_the_same_one_that_was_accepted_meanwhile() -> None:
    service = Service()
    first: list[Receipt | None] = []
    overtaken = dataclasses.replace(service.submission, files=Overtaken(lambda: first.append(again(service))))
    sent = Form(json.dumps(TO_ONE).encode(), (NOTE,))
    receipt = overtaken.submit(sent, ALICE, "@me", "210", "a-key", service.remaining)
    assert first[0] is not None
    assert receipt == Receipt(first[0].id, first[0].uid, None)
    assert len(service.faxes.faxes) == 1


def test_another_fax_that_was_accepted_meanwhile_has_the_key() -> None:
    service = Service()
    overtaken = dataclasses.replace(service.submission, files=Overtaken(lambda: again(service)))
    with pytest.raises(KeyReused):
        overtaken.submit(Form(b'{"recipients":["1"]}', (NOTE,)), ALICE, "@me", "210", "a-key", service.remaining)


def test_where_it_cannot_be_learned_what_became_of_others_nobody_knows() -> None:
    service = Service()

    def breaks() -> None:
        service.faxes.read_failure = NOT_READ

    overtaken = dataclasses.replace(service.submission, files=Overtaken(breaks))
    with pytest.raises(OutcomeUnknown) as caught:
        overtaken.submit(Form(json.dumps(TO_ONE).encode(), (NOTE,)), ALICE, "@me", "210", "a-key", service.remaining)
    assert caught.value.reason == "key_not_read"


@pytest.mark.parametrize(("left", "failure"), [(5.0, StorageFailed), (4.9, OutcomeUnknown)])
def test_it_is_asked_for_as_long_as_there_is_time(left: float, failure: type[ServiceFault]) -> None:
    service = Service()
    moments = iter([28.0, 28.0, left, left])
    service.remaining = lambda: next(moments)
    service.files.failing_position = 1
    with pytest.raises(ServiceFault) as caught:
        again(service)
    assert (type(caught.value), caught.value.reason) == (failure, "file_not_stored")


def test_a_request_that_is_refused_waits_for_its_key_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went on behind the answer would be frozen with the function, and go on within the next request."""
    reading: Future[None] = Future()
    pool = mock.Mock(spec=Executor)
    pool.submit.return_value = reading
    waited: list[Future[None]] = []

    def wait(futures: Iterable[Future[None]]) -> None:
        waited.extend(futures)
        reading.set_result(None)

    monkeypatch.setattr("faxes.intake.submission.wait", wait)
    service = Service()
    service.submission = dataclasses.replace(service.submission, pool=pool)
    with pytest.raises(ExtensionInvalid):
        again(service, number="999")
    assert waited == [reading]


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "stored"), [(17.0, True), (16.9, False), (0.0, False)])
def test_what_may_not_be_stored_in_time_is_not_begun(left: float, stored: bool) -> None:
    service = Service()
    service.remaining = lambda: left
    if stored:
        assert service.submit(TO_ONE, NOTE) is not None
        return
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert (caught.value.reason, caught.value.cause) == (
        "out_of_time",
        f"{left} s are left, 17.0 s may be needed",
    )
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


def test_files_are_not_looked_into_beyond_the_time_that_storing_may_need() -> None:
    service = Service()
    left = iter([28.0, 17.0, 16.9])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE, NOTE, Upload("note.pdf", b"none"))
    assert caught.value.reason == "out_of_time"
    assert list(left) == []


def test_a_record_that_may_not_be_written_in_time_is_not_begun() -> None:
    service = Service()
    left = iter([28.0, 28.0, 4.9, 13.0])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "out_of_time"
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


def test_a_record_that_may_not_be_written_again_in_time_is_not_begun_again() -> None:
    service = Service(bits=(1, 2))
    service.faxes.faxes = others(1)
    left = iter([28.0, 28.0, 5.0, 4.9, 13.0])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "out_of_time"
    assert service.files.objects == {}


def test_where_no_time_is_left_to_clean_up_the_answer_goes_first() -> None:
    service = Service()
    left = iter([28.0, 28.0, 16.0, 12.0])
    service.remaining = lambda: next(left)
    service.faxes.failure = DEFINITE
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "record_not_written"
    # The lifecycle rule removes it.
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
