"""The error tree: every leaf has a code of the contract and a status, and says what it may say and no more."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge import answers, oauth
from faxes.errors import (
    BodyTooLarge,
    ClientInvalid,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    GrantUnsupported,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ResourceNotFound,
    ServiceFault,
    StorageFailed,
    TokenRefused,
    TokenRequestInvalid,
    TooManyFiles,
    UserInvalid,
    shown,
)


def leaves(error: type[FaxError]) -> Iterator[type[FaxError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for each in below:
        yield from leaves(each)


def test_every_leaf_has_the_contracts_code_and_status() -> None:
    statuses: dict[type[FaxError], int] = {**answers.STATUS, **oauth.STATUS}
    assert {leaf: (leaf.code, statuses[leaf]) for leaf in leaves(FaxError)} == {
        BodyTooLarge: ("request_too_large", 413),
        FormInvalid: ("request_invalid", 400),
        UserInvalid: ("user_invalid", 400),
        ExtensionInvalid: ("extension_invalid", 400),
        RecipientsInvalid: ("fx_recipients_invalid", 400),
        TooManyFiles: ("fx_max_files_reached", 400),
        FileInvalid: ("fx_file_invalid", 400),
        KeyReused: ("idempotency_key_reused", 409),
        ResourceNotFound: ("resource_not_found", 404),
        StorageFailed: ("internal_server_error", 400),
        OutcomeUnknown: ("internal_server_error", 500),
        DeploymentFault: ("internal_server_error", 500),
        # OAuth's own codes, RFC 6749, section 5.2.
        TokenRequestInvalid: ("invalid_request", 400),
        ClientInvalid: ("invalid_client", 401),
        GrantUnsupported: ("unsupported_grant_type", 400),
    }


def test_the_tables_of_statuses_hold_the_leaves_and_nothing_else() -> None:
    of_tokens = set(leaves(TokenRefused))
    assert set(oauth.STATUS) == of_tokens
    assert set(answers.STATUS) == set(leaves(FaxError)) - of_tokens


def test_an_error_holds_its_message_and_its_reason() -> None:
    error = FormInvalid("The body is empty.", reason="body_empty")
    assert (error.message, error.reason, str(error)) == ("The body is empty.", "body_empty", "The body is empty.")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            StorageFailed,
            "The fax could not be stored because of a fault on our side. Nothing was accepted; "
            "sending it again is safe.",
        ),
        (
            OutcomeUnknown,
            "It is not known whether the fax was accepted, because of a fault on our side. "
            "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice.",
        ),
        (
            DeploymentFault,
            "The service is not set up correctly; its operator has been told. Nothing was accepted.",
        ),
    ],
)
def test_a_fault_of_ours_keeps_its_cause_out_of_its_message(
    error: type[StorageFailed | OutcomeUnknown | DeploymentFault], message: str
) -> None:
    fault: ServiceFault = error(reason="why", cause="PutItem: AccessDeniedException (400)")
    assert (fault.message, fault.reason, fault.cause) == (message, "why", "PutItem: AccessDeniedException (400)")


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
