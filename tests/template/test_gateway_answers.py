"""The answers that API Gateway makes by itself are the contract's."""

import json

import botocore.session
import pytest

from faxes.edge.authorizer import SENTENCES
from faxes.tokens import Denial
from tests.support import template

TEMPLATE = template.load()

API = TEMPLATE["Resources"]["Api"]["Properties"]

# By the contract, written by hand: status (None: the gateway's own), code, message.
DENIED = (401, "access_denied", "Access is denied. $context.authorizer.denial")
NO_TOKEN = (401, "access_denied", f"Access is denied. {SENTENCES[Denial.MISSING]}")
NO_API_KEY = (401, "access_denied", "Access is denied. The app was removed, or the operator must import it again.")
NO_SUCH_PATH = (404, "resource_not_found", "There is no such path.")
INVALID = (400, "request_invalid", "The request is not valid.")
TOO_MANY = (
    429,
    "too_many_requests",
    "There are too many requests at a time, of this app's or of all together; wait 5 seconds.",
)
TOO_MANY_OF_THE_DAY = (
    429,
    "too_many_requests",
    "The app has used its requests of this day; it has new ones from midnight UTC. Ask the operator for more, or try "
    "again in an hour.",
)
CALLER_NOT_TOLD = (
    500,
    "internal_server_error",
    "It could not be told who is calling, because of a fault on our side. The request took no effect; sending it again "
    "is safe.",
)
FAILED = "The service failed; whether the request took effect is not known."
GATEWAY_ANSWERS: dict[str, tuple[int | None, str, str]] = {
    "ACCESS_DENIED": DENIED,
    "UNAUTHORIZED": NO_TOKEN,
    "INVALID_API_KEY": NO_API_KEY,
    "WAF_FILTERED": (403, "access_denied", "A firewall in front of the service refused the request."),
    "RESOURCE_NOT_FOUND": NO_SUCH_PATH,
    # The gateway asks for AWS's own signature where no method matches, and nowhere else.
    "MISSING_AUTHENTICATION_TOKEN": NO_SUCH_PATH,
    "INVALID_SIGNATURE": NO_SUCH_PATH,
    "EXPIRED_TOKEN": NO_SUCH_PATH,
    "REQUEST_TOO_LARGE": (
        413,
        "request_too_large",
        "The body is too large; the limit is 4613734 bytes (at most 4.6 MB). Send smaller scans, or several faxes: a "
        "page at 200 dpi is enough, 1,654 x 2,339 pixels. "
        "Or announce the files as JSON and upload them, up to 250 MiB.",
    ),
    "BAD_REQUEST_BODY": INVALID,
    "BAD_REQUEST_PARAMETERS": INVALID,
    "UNSUPPORTED_MEDIA_TYPE": INVALID,
    "DEFAULT_4XX": (None, *INVALID[1:]),
    "THROTTLED": TOO_MANY,
    "QUOTA_EXCEEDED": TOO_MANY_OF_THE_DAY,
    "AUTHORIZER_FAILURE": CALLER_NOT_TOLD,
    "AUTHORIZER_CONFIGURATION_ERROR": CALLER_NOT_TOLD,
    "API_CONFIGURATION_ERROR": (500, "internal_server_error", FAILED),
    "INTEGRATION_FAILURE": (504, "internal_server_error", FAILED),
    "INTEGRATION_TIMEOUT": (
        504,
        "internal_server_error",
        "The service took too long; whether the request took effect is not known.",
    ),
    "DEFAULT_5XX": (None, "internal_server_error", FAILED),
}


def test_every_answer_that_the_gateway_can_make_is_ours() -> None:
    known = botocore.session.get_session().get_service_model("apigateway").shape_for("GatewayResponseType")
    assert sorted(API["GatewayResponses"]) == sorted(known.metadata["enum"])
    assert sorted(API["GatewayResponses"]) == sorted(GATEWAY_ANSWERS)


@pytest.mark.parametrize("kind", GATEWAY_ANSWERS)
def test_an_answer_of_the_gateways_own_is_the_contracts(kind: str) -> None:
    status, code, message = GATEWAY_ANSWERS[kind]
    seconds = "'3600'" if kind == "QUOTA_EXCEEDED" else "'5'"
    of_its_status = {401: {"WWW-Authenticate": "'Bearer'"}, 429: {"Retry-After": seconds}}
    own = of_its_status.get(status or 0, {})
    answer = template.chosen(API["GatewayResponses"][kind], ())
    assert answer.pop("ResponseParameters") == {"Headers": own}
    # Pages of other origins may read it where any may call.
    exposed = {"Access-Control-Expose-Headers": "'Retry-After'"} if status == 429 else {}
    assert template.chosen(API["GatewayResponses"][kind]["ResponseParameters"], ("HasUploadOrigins",)) == {
        "Headers": own | {"Access-Control-Allow-Origin": "'*'"} | exposed
    }
    # The gateway makes the template's type the answer's Content-Type, and takes the only one there is.
    (content_type,) = answer.pop("ResponseTemplates")
    assert content_type == "application/json"
    # A status of the default would be every other answer's as well.
    assert answer == ({} if status is None else {"StatusCode": status})
    body = API["GatewayResponses"][kind]["ResponseTemplates"]["application/json"]
    assert json.loads(template.resolved(TEMPLATE, body, {})) == {
        # What the logs have the request under; a caller can choose $context.requestId.
        "error": {"code": code, "message": message, "requestId": "$context.extendedRequestId"}
    }


@pytest.mark.parametrize("kind", GATEWAY_ANSWERS)
def test_an_answer_of_the_gateways_own_repeats_nothing(kind: str) -> None:
    body = API["GatewayResponses"][kind]["ResponseTemplates"]["application/json"]
    # Where there is no $, there is no variable of the gateway's. Of these, the first is drawn by the gateway, the other
    # of a closed list of the authorizer's.
    text = template.resolved(TEMPLATE, body, {})
    for variable in ("$context.extendedRequestId", "$context.authorizer.denial"):
        text = text.replace(f'{variable}"', '"')
    assert "$" not in text
    chosen = template.chosen(API["GatewayResponses"][kind]["ResponseParameters"], ("HasUploadOrigins",))
    values = chosen["Headers"].values()
    # In single quotes, a value is what it says.
    assert [value for value in values if not (value[0] == value[-1] == "'")] == []
