"""The error tree: every leaf has a code of the contract and a status, and says what it may say and no more."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge import change_answers, fax_answers, oauth, read_answers, report_answers
from faxes.errors import (
    BodyTooLarge,
    ChangeInvalid,
    ClientInvalid,
    CountInvalid,
    CursorInvalid,
    DeploymentFault,
    Effect,
    ExtensionInvalid,
    FaxError,
    FaxNotFound,
    FileInvalid,
    FormInvalid,
    GrantUnsupported,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ReportInvalid,
    ResourceNotFound,
    ServiceFault,
    StateInvalid,
    StorageFailed,
    StorageFault,
    TokenRefused,
    TokenRequestInvalid,
    TooManyFiles,
    TooManyUploads,
    UserInvalid,
    shown,
    storage_faults_as,
)


def leaves(error: type[FaxError]) -> Iterator[type[FaxError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for each in below:
        yield from leaves(each)


def test_every_leaf_has_the_contracts_code_and_status() -> None:
    histories = read_answers.OF_ENDINGS["/events"]
    # A fault of ours means something else to each; what is asserted is what it means to who sends a fax.
    rows = {
        **histories.rows,
        **change_answers.ERRORS.rows,
        **oauth.ERRORS.rows,
        **report_answers.ERRORS.rows,
        **fax_answers.ERRORS.rows,
    }
    assert {leaf: (leaf.code, rows[leaf].status) for leaf in leaves(FaxError)} == {
        BodyTooLarge: ("request_too_large", 413),
        FormInvalid: ("request_invalid", 400),
        UserInvalid: ("user_invalid", 400),
        ExtensionInvalid: ("extension_invalid", 400),
        RecipientsInvalid: ("fx_recipients_invalid", 400),
        TooManyFiles: ("fx_max_files_reached", 400),
        FileInvalid: ("fx_file_invalid", 400),
        KeyReused: ("idempotency_key_reused", 409),
        FaxNotFound: ("fax_not_found", 404),
        StateInvalid: ("fax_state_invalid", 409),
        ChangeInvalid: ("request_invalid", 400),
        TooManyUploads: ("too_many_requests", 429),
        CountInvalid: ("count_invalid", 400),
        CursorInvalid: ("cursor_invalid", 400),
        ReportInvalid: ("report_invalid", 403),
        ResourceNotFound: ("resource_not_found", 404),
        StorageFailed: ("internal_server_error", 400),
        OutcomeUnknown: ("internal_server_error", 500),
        DeploymentFault: ("internal_server_error", 500),
        # OAuth's own codes, RFC 6749, section 5.2.
        TokenRequestInvalid: ("invalid_request", 400),
        ClientInvalid: ("invalid_client", 401),
        GrantUnsupported: ("unsupported_grant_type", 400),
    }


def test_the_table_of_a_fax_holds_the_leaves_and_nothing_else() -> None:
    of_tokens = set(leaves(TokenRefused))
    of_status = {FaxNotFound, StateInvalid, ChangeInvalid, CountInvalid, CursorInvalid}
    assert set(fax_answers.ERRORS.rows) == set(leaves(FaxError)) - of_tokens - of_status - {ReportInvalid}


def test_the_tables_of_status_hold_what_their_operations_raise_and_nothing_else() -> None:
    read = {UserInvalid, ExtensionInvalid, FaxNotFound, ResourceNotFound, StorageFailed, DeploymentFault}
    changed = {BodyTooLarge, FormInvalid, ChangeInvalid, StateInvalid, OutcomeUnknown}
    assert set(read_answers.ERRORS.rows) == read
    assert set(read_answers.OF_ENDINGS["/events"].rows) == read | {CountInvalid, CursorInvalid}
    assert set(change_answers.ERRORS.rows) == read | changed


def test_the_table_of_a_login_has_a_row_for_every_leaf_and_no_other_code_than_oauths() -> None:
    rows = oauth.ERRORS.rows
    for leaf in leaves(FaxError):
        nearest = next(kind for kind in leaf.__mro__ if kind in rows)
        code = rows[nearest].code or leaf.code
        assert code in {"invalid_request", "invalid_client", "unsupported_grant_type", "server_error"}


def test_an_error_holds_its_message_and_its_reason() -> None:
    error = FormInvalid("The body is empty.", reason="body_empty")
    assert (error.message, error.reason, str(error)) == ("The body is empty.", "body_empty", "The body is empty.")


@pytest.mark.parametrize("kind", [StorageFailed, OutcomeUnknown, DeploymentFault])
def test_a_fault_of_ours_has_no_sentence_that_several_operations_would_share(kind: type[ServiceFault]) -> None:
    fault = kind(reason="why", cause="PutItem: AccessDeniedException (400)")
    assert (fault.message, fault.reason, fault.cause) == ("", "why", "PutItem: AccessDeniedException (400)")


def test_a_storage_faults_text_leaves_out_what_the_service_said() -> None:
    fault = StorageFault("PutItem", Effect.UNKNOWN, "ReadTimeoutError", said="no answer to +4930123456")
    assert (fault.operation, fault.effect, fault.cause) == ("PutItem", Effect.UNKNOWN, "ReadTimeoutError")
    assert (str(fault), fault.said) == ("PutItem: ReadTimeoutError", "no answer to +4930123456")
    assert StorageFault("PutLogEvents", Effect.NONE, "too old").said == "too old"


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("kind", [StorageFailed, OutcomeUnknown])
def test_a_storage_fault_becomes_the_use_cases_own(kind: type[ServiceFault], effect: Effect) -> None:
    with pytest.raises(ServiceFault) as caught, storage_faults_as(kind, reason="why"):
        raise StorageFault("GetItem", effect, "ReadTimeoutError", said="what was asked")
    assert type(caught.value) is kind
    assert (caught.value.reason, caught.value.cause) == ("why", "GetItem: ReadTimeoutError")


def test_no_other_error_becomes_a_storage_failure() -> None:
    with pytest.raises(KeyError), storage_faults_as(StorageFailed, reason="why"):
        raise KeyError


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("", ""),
        ("scan.pdf", "scan.pdf"),
        ("two words", "two words"),
        ('back\\slash "quoted"', 'back\\slash "quoted"'),
        ("传真 😀 é", "传真 😀 é"),
        ("\0\t\r\n\x1b\x7f", "\\x00\\t\\r\\n\\x1b\\x7f"),
        ("\x85\xa0\xad", "\\x85\\xa0\\xad"),
        ("\u2028\u202e\u200b\ufeff", "\\u2028\\u202e\\u200b\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 77 + "..."),
        ("x" * 100_000, "x" * 77 + "..."),
        ("x" * 79 + "\n", "x" * 77 + "..."),
        ("x" * 78 + "\n", "x" * 78 + "\\n"),
    ],
)
def test_shown(text: str, visible: str) -> None:
    assert shown(text) == visible


@given(st.text(st.characters(), max_size=200))
def test_what_is_shown_is_short_and_printable(text: str) -> None:
    visible = shown(text)
    assert len(visible) <= 80
    assert visible.isprintable()
    assert visible == text or not text.isprintable() or len(text) > 80
