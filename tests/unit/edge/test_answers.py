"""The answer to every error, in the contract's shape, with its log line and its count."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response

from faxes.edge import answers, fax_answers
from faxes.errors import (
    BodyTooLarge,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ResourceNotFound,
    ServiceFault,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
)
from faxes.observability import metrics
from tests.support.answering import answer, counted, counted_by, entry, event, line, resolved

type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _no_metrics_of_another_test() -> None:
    metrics.clear_metrics()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BodyTooLarge("The cause.", reason="the_reason"), 413, "request_too_large"),
        (FormInvalid("The cause.", reason="the_reason"), 400, "request_invalid"),
        (UserInvalid("The cause.", reason="the_reason"), 400, "user_invalid"),
        (ExtensionInvalid("The cause.", reason="the_reason"), 400, "extension_invalid"),
        (RecipientsInvalid("The cause.", reason="the_reason"), 400, "fx_recipients_invalid"),
        (TooManyFiles("The cause.", reason="the_reason"), 400, "fx_max_files_reached"),
        (FileInvalid("The cause.", reason="the_reason"), 400, "fx_file_invalid"),
        (KeyReused("The cause.", reason="the_reason"), 409, "idempotency_key_reused"),
        (ResourceNotFound("The cause.", reason="the_reason"), 404, "resource_not_found"),
    ],
)
def test_a_refusal_becomes_its_answer_a_log_line_and_a_count(log: Log, error: FaxError, status: int, code: str) -> None:
    def route() -> Response[str]:
        raise error

    assert resolved(route) == answer(status, {"error": {"code": code, "message": "The cause."}})
    assert [entry(each) for each in log()] == [line("INFO", status, outcome=code, reason="the_reason")]
    assert counted() == {"FaxRefused": [1.0]}
    by_code = {"service": "fax-api", "code": code}
    assert counted_by() == [by_code, by_code | {"reason": "the_reason"}]


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (
            StorageFailed(reason="the_reason", cause="the cause"),
            400,
            "The fax could not be stored because of a fault on our side. Nothing was accepted; "
            "sending it again is safe.",
        ),
        (
            OutcomeUnknown(reason="the_reason", cause="the cause"),
            500,
            "It is not known whether the fax was accepted, because of a fault on our side. "
            "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice.",
        ),
        (
            DeploymentFault(reason="the_reason", cause="the cause"),
            500,
            "The service is not set up correctly; its operator has been told. Nothing was accepted.",
        ),
    ],
)
def test_a_fault_of_ours_becomes_its_answer_a_log_line_with_the_cause_and_a_count(
    log: Log, error: FaxError, status: int, message: str
) -> None:
    def route() -> Response[str]:
        raise error

    code = "internal_server_error"
    assert resolved(route) == answer(status, {"error": {"code": code, "message": message}})
    assert [entry(each) for each in log()] == [
        line("ERROR", status, outcome=code, reason="the_reason", cause="the cause")
    ]
    assert counted() == {type(error).__name__: [1.0]}
    by_code = {"service": "fax-api", "code": code}
    assert counted_by() == [by_code, by_code | {"reason": "the_reason"}]


READ = answers.ErrorTable(
    rows={**answers.REFUSALS, ServiceFault: answers.Row(503, "The fax could not be read; try again.")},
    unexpected=answers.Row(500, "The service failed; nothing was changed."),
    refused="ReadRefused",
)


@pytest.mark.parametrize("kind", [StorageFailed, OutcomeUnknown, DeploymentFault])
def test_what_a_fault_means_is_the_operations(log: Log, kind: type[ServiceFault]) -> None:
    """Of a read that fails, it is never said that nothing was accepted."""

    def route() -> Response[str]:
        raise kind(reason="the_reason", cause="the cause")

    code = "internal_server_error"
    assert resolved(route, READ) == answer(
        503, {"error": {"code": code, "message": "The fax could not be read; try again."}}
    )
    assert [entry(each) for each in log()] == [line("ERROR", 503, outcome=code, reason="the_reason", cause="the cause")]
    assert counted() == {kind.__name__: [1.0]}


def test_what_an_unexpected_fault_means_is_the_operations() -> None:
    def route() -> Response[str]:
        raise KeyError

    assert resolved(route, READ) == answer(
        500, {"error": {"code": "internal_server_error", "message": "The service failed; nothing was changed."}}
    )


def test_an_operations_refusals_are_counted_by_its_own_metric() -> None:
    def route() -> Response[str]:
        raise UserInvalid("The cause.", reason="the_reason")

    assert resolved(route, READ) == answer(400, {"error": {"code": "user_invalid", "message": "The cause."}})
    assert counted() == {"ReadRefused": [1.0]}


def test_a_fault_is_no_longer_one_with_the_next_request(log: Log, context: Any) -> None:
    """The level is that of this request, in a function that is warm."""
    app = answers.Resolver(READ)
    ways = iter([StorageFailed(reason="why", cause="how"), UserInvalid("Why.", reason="why")])

    @app.post("/x")
    def route() -> Response[str]:
        raise next(ways)

    for _ in range(2):
        answers.respond(app, event().raw_event, context)
    assert [each["level"] for each in log()] == ["ERROR", "INFO"]


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, RecursionError, MemoryError, UnicodeError])
def test_an_unexpected_fault_repeats_nothing_of_its_message(log: Log, kind: type[Exception]) -> None:
    def route() -> Response[str]:
        try:
            raise ValueError("the first secret")
        except ValueError as error:
            raise kind("the second secret") from error

    assert resolved(route) == answer(
        500,
        {
            "error": {
                "code": "internal_server_error",
                "message": "The service failed; it is not known whether the fax was accepted.",
            }
        },
    )
    [written] = log()
    places = written.pop("where")
    assert entry(written) == line("ERROR", 500, outcome="internal_server_error", reason=kind.__name__)
    assert places[-1].startswith(__file__)
    assert places[-1].endswith(" route")
    assert "secret" not in json.dumps([written, places])
    assert counted() == {"UnexpectedFault": [1.0]}


@pytest.mark.parametrize("members", [{"path": "/y"}, {"path": "/x/y"}, {"httpMethod": "GET"}])
def test_what_is_not_routed_is_not_found(log: Log, members: dict[str, str]) -> None:
    assert resolved(fax_answers.nothing_to_send, **members) == answer(
        404, {"error": {"code": "resource_not_found", "message": "There is no such path."}}
    )


@pytest.mark.parametrize("error", [UserInvalid("The cause.", reason="why"), RuntimeError("secret")])
def test_an_error_names_the_request_as_the_log_does(error: Exception) -> None:
    """A caller can choose the other id."""

    def route() -> Response[str]:
        raise error

    refused = resolved(route, requestContext={"requestId": "chosen", "extendedRequestId": "drawn"})
    assert json.loads(refused["body"])["error"].pop("requestId") == "drawn"


def test_an_errors_body_is_of_the_contracts_shape() -> None:
    assert answers.error_body("request_invalid", 'Übersicht "a"') == (
        '{"error": {"code": "request_invalid", "message": "\\u00dcbersicht \\"a\\""}}'
    )
