"""openapi.yaml against the code and the template: neither has an error, a limit or a grammar that the other has not."""

import copy
import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from faxes import idempotency, numbers, oauth, rest, submission, tokens
from functions.refuse import app as refuse
from tests.support import openapi, template
from tests.support.gateway import gateway_response

DOCUMENT = openapi.load()
FAX = ("createFax", "createFaxAtOlderPath")
PATHS = {
    "/uapi/faxes/{userId}/{extension}",
    "/unifiedapi/faxes/{userId}/{extension}",
    "/oauth/token.php",
}

# The gateway's own answers, by where a client of a documented path can get them.
ANYWHERE = {
    "WAF_FILTERED",
    "REQUEST_TOO_LARGE",
    "THROTTLED",
    "QUOTA_EXCEEDED",
    "API_CONFIGURATION_ERROR",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_5XX",
}
WITH_A_TOKEN = {
    "ACCESS_DENIED",
    "UNAUTHORIZED",
    "INVALID_API_KEY",
    "AUTHORIZER_FAILURE",
    "AUTHORIZER_CONFIGURATION_ERROR",
}
ELSEWHERE = {"RESOURCE_NOT_FOUND", "MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "EXPIRED_TOKEN"}
# Validation by the gateway is off, and every path of ours takes what it gets.
NEVER = {"BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "UNSUPPORTED_MEDIA_TYPE", "DEFAULT_4XX"}
# Their codes, those with a token apart.
GATEWAYS = {"access_denied", "internal_server_error", "request_too_large", "too_many_requests"}
# The statuses of a default, which has none of its own: what a failed, a throttled and a hanging function come to.
OF_THE_DEFAULT = {"DEFAULT_5XX": (500, 502, 503)}


def of_the_gateway(kind: str) -> set[tuple[int, str]]:
    answer = gateway_response(kind)
    code = re.findall(r'"code": "([a-z_]+)"', answer["body"])[0]
    return {(int(status), code) for status in OF_THE_DEFAULT.get(kind, (answer["statusCode"],))}


def refused(resource: str) -> tuple[int, str]:
    answer = refuse.handler({"resource": resource}, None)
    return answer["statusCode"], re.findall(r'"code": "([a-z_]+)"', answer["body"])[0]


def errors_of_the_code() -> set[tuple[str, int, str]]:
    """Every error that a client can get: where, status and code."""
    anywhere = {error for kind in ANYWHERE for error in of_the_gateway(kind)}
    of_a_fax = {(status, error.code) for error, status in rest.STATUS.items()} | anywhere
    of_a_fax |= {error for kind in WITH_A_TOKEN for error in of_the_gateway(kind)}
    of_a_login = {(status, error.code) for error, status in oauth.STATUS.items()} | anywhere
    # A fault of ours has no row: it is answered alike, whatever it is (tests/integration/test_openapi.py gets it).
    of_a_login |= {(503, "server_error")}
    return (
        {(operation, *error) for operation in FAX for error in of_a_fax}
        | {("issueToken", *error) for error in of_a_login}
        | {("x-other-methods", *refused(path)) for path in PATHS}
        | {("x-other-paths", *refused("/{proxy+}"))}
        | {("x-other-paths", *error) for kind in ELSEWHERE for error in of_the_gateway(kind)}
    )


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1.")


def test_the_document_has_the_templates_paths_and_takes_post_alone() -> None:
    functions = template.resources(template.load(), "AWS::Serverless::Function")
    events = [
        event["Properties"] for each in functions.values() for event in each["Properties"].get("Events", {}).values()
    ]
    deployed = {event["Path"] for event in events if event["Method"].lower() == "post"}
    assert set(DOCUMENT["paths"]) == deployed == PATHS
    assert {method for path in DOCUMENT["paths"].values() for method in path if method in openapi.METHODS} == {"post"}


def test_the_template_has_no_gateway_response_that_is_forgotten_here() -> None:
    api = template.resources(template.load(), "AWS::Serverless::Api")["Api"]
    assert set(api["Properties"]["GatewayResponses"]) == ANYWHERE | WITH_A_TOKEN | ELSEWHERE | NEVER


def test_the_document_has_every_error_of_the_code_and_no_other() -> None:
    assert openapi.errors(DOCUMENT) == errors_of_the_code()


@pytest.mark.parametrize("error", sorted(openapi.errors(DOCUMENT)), ids=str)
def test_an_error_that_is_taken_out_of_the_document_is_missed(error: tuple[str, int, str]) -> None:
    """That the test above can fail."""
    where, status, code = error
    less = copy.deepcopy(DOCUMENT)
    [answer] = [each for each in openapi.answers(less) if (each.where, int(each.status)) == (where, status)]
    _take_out(less, answer.answer["content"]["application/json"]["schema"], code)
    assert error in errors_of_the_code() - openapi.errors(less)


def _take_out(document: dict[str, Any], schema: Any, code: str) -> None:
    schema = openapi.resolved(document, schema)
    for each in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        _take_out(document, each, code)
    error = schema.get("properties", {}).get("error", {})
    for allowed in (error, error.get("properties", {}).get("code", {})):
        if code in allowed.get("enum", ()):
            allowed["enum"].remove(code)


@pytest.mark.parametrize("table", [rest.STATUS, oauth.STATUS], ids=["faxes", "tokens"])
def test_an_error_that_is_taken_out_of_the_code_is_missed(
    table: dict[type[Any], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = set(table.items())
    for error, status in every:
        # Some stand for others: a code and a status that two errors share stay where one of them does.
        alike = [other for other, other_status in every if (other.code, other_status) == (error.code, status)]
        with monkeypatch.context() as patch:
            for each in alike:
                patch.delitem(table, each)
            missed = {(status, code) for _, status, code in openapi.errors(DOCUMENT) - errors_of_the_code()}
        of_the_gateway_too = (status, error.code) in {
            found for kind in ANYWHERE | WITH_A_TOKEN for found in of_the_gateway(kind)
        }
        assert ((status, error.code) in missed) != of_the_gateway_too


# --- examples --------------------------------------------------------------------------------------------------------


def is_valid(schema: Any) -> Callable[[Any], bool]:
    """Tells what a schema of the document allows."""
    whole = {"components": DOCUMENT["components"], "$ref": schema} if isinstance(schema, str) else schema
    return jsonschema_rs.Draft202012Validator({"components": DOCUMENT["components"], **whole}).is_valid


def test_every_error_has_an_example_and_every_example_is_of_its_schema() -> None:
    shown = set()
    for each in openapi.answers(DOCUMENT):
        for media in each.answer.get("content", {}).values():
            assert media["examples"]
            for name, shown_as in media["examples"].items():
                assert (name, is_valid(media["schema"])(shown_as["value"])) == (name, True)
                error = shown_as["value"].get("error")
                if error:
                    code = error["code"] if isinstance(error, dict) else error
                    assert code in shown_as["summary"]
                    shown.add((each.where, int(each.status), code))
    assert shown == openapi.errors(DOCUMENT)


def test_every_operation_tells_its_codes_and_what_to_do() -> None:
    """In its list; the older path is the same operation, and each of its codes has its line there."""
    for name in ("createFax", "issueToken"):
        rows = re.findall(r"^- `([a-z_]+)`: ", openapi.operations(DOCUMENT)[name]["description"], re.MULTILINE)
        assert len(rows) == len(set(rows))
        documented = {code for where, _, code in openapi.errors(DOCUMENT) if where == name}
        # What the gateway answers to anybody is told once, with the faxes. Where no path is, nothing can be mended.
        of_the_gateway = {"resource_not_found"} if name == "createFax" else GATEWAYS
        assert set(rows) == documented - of_the_gateway


def test_every_parameters_and_requests_example_is_of_its_schema() -> None:
    components = DOCUMENT["components"]
    for parameter in components["parameters"].values():
        for example_of_it in parameter["examples"].values():
            assert is_valid(parameter["schema"])(example_of_it["value"])
    for shown in components["schemas"]["FaxRequest"]["examples"]:
        assert is_valid("#/components/schemas/FaxRequest")(shown)
    for media in openapi.operations(DOCUMENT)["issueToken"]["requestBody"]["content"].values():
        for login in media["examples"].values():
            assert is_valid(media["schema"])(login["value"])


# --- limits ----------------------------------------------------------------------------------------------------------


def test_the_documents_limits_are_the_templates_defaults() -> None:
    parameters = template.load()["Parameters"]
    schemas = DOCUMENT["components"]["schemas"]
    default = {name: parameter.get("Default") for name, parameter in parameters.items()}
    assert schemas["FaxRequest"]["properties"]["recipients"]["maxItems"] == default["MaxRecipientsPerFax"]
    files = schemas["FaxForm"]["properties"]["files"]
    assert files["maxItems"] == default["MaxFilesPerFax"]
    assert f"{default['MaxPagesPerFax']} pages" in files["description"]
    form = DOCUMENT["components"]["requestBodies"]["FaxForm"]["description"]
    assert form.startswith(
        f"At most {default['MaxBodyBytes']:,} bytes in all, 128 parts, and "
        f"{submission.MAX_REQUEST_BYTES // 1024} KiB in the `request` part."
    )
    assert f"for {default['IdempotencyHours']} hours" in DOCUMENT["components"]["parameters"]["idempotencyKey"][
        "description"
    ].replace("\n", " ")
    lifetime = schemas["Token"]["properties"]["expires_in"]
    of_tokens = parameters["TokenLifetimeSeconds"]
    assert (lifetime["minimum"], lifetime["maximum"]) == (of_tokens["MinValue"], of_tokens["MaxValue"])
    assert f"over {oauth.MAX_BODY_BYTES // 1024} KiB" in openapi.operations(DOCUMENT)["issueToken"]["description"]


# --- grammars: what the document calls valid, the code takes, and nothing else ---------------------------------------

near_numbers = st.text("0123456789+*. ()-a٣\n", max_size=40)
near_ids = st.text("ab0Z._-@é \n", max_size=66) | st.sampled_from(["@me", "@viewer", "@owner", "@self", "@Me"])


@given(near_numbers | st.from_regex(r"\A\+?[0-9](?:[ .()-]{0,2}[0-9]){0,21}\Z") | st.from_regex(r"\A[0-9]+\*[0-9]+\Z"))
@example("1" * 20)
@example("1" * 21)
@example("0003*" + "1" * 27)
@example("0003*" + "1" * 28)
@example("7778888\n")
def test_a_recipient_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = is_valid("#/components/schemas/Recipient")
    assert valid(text) == (numbers.parse_recipient(text) is not None)


@given(near_numbers | st.from_regex(r"\A(?:[0-9]+\*)?[0-9]+\Z"))
@example("1" * 32)
@example("1" * 33)
def test_an_extension_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = is_valid(DOCUMENT["components"]["parameters"]["extension"]["schema"])
    assert valid(text) == (numbers.parse_extension(text) is not None)


@given(near_ids)
@example("a" * 64)
@example("a" * 65)
def test_a_user_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = is_valid(DOCUMENT["components"]["parameters"]["userId"]["schema"])
    assert valid(text) == (text in {"@me", "@viewer", "@owner"} or numbers.is_user_id(text))


printable = st.text(st.characters(min_codepoint=0x1F, max_codepoint=0x80), max_size=300)


@given(printable)
@example("k" * 255)
@example("k" * 256)
def test_an_idempotency_key_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = is_valid(DOCUMENT["components"]["parameters"]["idempotencyKey"]["schema"])
    assert valid(text) == (idempotency.KEY.fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("member", "grammar", "longest"),
    [("client_id", tokens.APP_KEY, 128), ("client_secret", tokens.APP_SECRET, 512)],
)
def test_a_key_and_a_secret_are_valid_where_the_code_takes_them(
    member: str, grammar: re.Pattern[str], longest: int
) -> None:
    valid = is_valid(DOCUMENT["components"]["schemas"]["TokenRequest"]["properties"][member])
    for text in ("", "a", "A9-._~", "a b", "é", "a\n", "a" * longest, "a" * (longest + 1)):
        assert valid(text) == (grammar.fullmatch(text) is not None)
