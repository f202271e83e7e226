"""openapi.yaml against the code and the template: neither has an error, a limit or a grammar that the other has not.

docs/api, whose tables tell the same to people, is held against both in test_api_pages.py.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from faxes import numbers, tokens
from faxes.appearance import Mode, Resolution
from faxes.edge import answers, change_answers, fax_answers, oauth, read_answers
from faxes.intake import idempotency, multipart
from faxes.intake.request import MAX_REQUEST_BYTES
from functions.refuse import app as refuse
from tests.support import gateway, openapi, routes, template

DOCUMENT = openapi.load()
CODE, SERVED = routes.sources(), routes.of_template(template.load())


def of_the_gateway(kinds: Iterable[str]) -> set[tuple[int, str]]:
    """Statuses and codes of some of the gateway's own answers."""
    return {error for kind in kinds for error in _of_the_gateway(kind)}


@cache
def _of_the_gateway(kind: str) -> set[tuple[int, str]]:
    # Read once: the tests below ask hundreds of times.
    return {(answer.status, answer.body["error"]["code"]) for answer in gateway.answers_of(kind)}


def refused(resource: str) -> tuple[int, str]:
    answer = refuse.handler({"resource": resource}, None)
    return answer["statusCode"], re.findall(r'"code": "([a-z_]+)"', answer["body"])[0]


def in_the_table(errors: answers.ErrorTable) -> dict[type[Any], tuple[int, str]]:
    """The status and the code of each row of an operation's table."""
    return {kind: (row.status, row.code or kind.code) for kind, row in errors.rows.items()}


def answers_people(function: str) -> bool:
    """Whether a function answers with pages for people, which have no codes."""
    return "bootstrap.showing" in CODE[function]


def errors_of_the_code(
    document: Mapping[str, Any] = DOCUMENT, served: Mapping[routes.Route, routes.Served] = SERVED
) -> set[tuple[str, int, str]]:
    """Every error that a client can get: where, status and code. An operation's are those of the table that the code of
    its function names, and those of the gateway's."""
    found = {("x-other-methods", *refused(path)) for path in document["paths"]}
    found |= {("x-other-paths", *refused(path)) for path in routes.ELSEWHERE}
    found |= {("x-other-paths", *error) for error in of_the_gateway(gateway.ELSEWHERE)}
    for route, guarded in routes.of_document(document).items():
        name = document["paths"][route[1]][route[0].lower()]["operationId"]
        kinds = gateway.ANYWHERE | (gateway.WITH_A_TOKEN if guarded else set())
        function = served[route].function
        own = {} if answers_people(function) else in_the_table(errors_of(function, route[1]))
        answered = {*own.values(), *of_the_gateway(kinds)}
        found |= {(name, *error) for error in answered}
    return found


def errors_of(function: str, path: str) -> answers.ErrorTable:
    """The table by which a function answers errors of a path."""
    [(module, more)] = re.findall(r"answers\.Resolver\((\w+)\.ERRORS(, \w+\.OF_ENDINGS)?[,)]", CODE[function])
    edge = import_module(f"faxes.edge.{module}")
    endings = edge.OF_ENDINGS if more else {}
    table = next((table for end, table in endings.items() if path.endswith(end)), edge.ERRORS)
    assert isinstance(table, answers.ErrorTable)
    return table


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1.")


def test_the_template_has_no_gateway_response_that_is_forgotten_here() -> None:
    api = template.resources(template.load(), "AWS::Serverless::Api")["Api"]
    every = gateway.ANYWHERE | gateway.WITH_A_TOKEN | gateway.ELSEWHERE | gateway.NEVER
    assert set(api["Properties"]["GatewayResponses"]) == every


def test_the_document_has_every_error_of_the_code_and_no_other() -> None:
    assert openapi.errors(DOCUMENT) == errors_of_the_code()


def test_a_new_operation_has_the_errors_of_its_functions_table() -> None:
    document = copy.deepcopy(DOCUMENT)
    [path] = [
        path for path, methods in document["paths"].items() if methods.get("post", {}).get("operationId") == "createFax"
    ]
    another = document["paths"][path]["post"] | {"operationId": "anotherOperation"}
    document["paths"][f"{path}/another"] = {"get": another}
    served = {**SERVED, ("GET", f"{path}/another"): SERVED["POST", path]}
    assert openapi.errors(document) == errors_of_the_code(document, served)
    assert {code for where, _, code in openapi.errors(document) if where == "anotherOperation"} > {"access_denied"}


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
    for each in schema.get("oneOf", ()):
        _take_out(document, each, code)
    error = schema.get("properties", {}).get("error", {})
    for allowed in (error, error.get("properties", {}).get("code", {})):
        if code in allowed.get("enum", ()):
            allowed["enum"].remove(code)


TABLES = {
    "faxes": fax_answers.ERRORS,
    "reads": read_answers.ERRORS,
    "histories": read_answers.OF_ENDINGS["/events"],
    "changes": change_answers.ERRORS,
    "tokens": oauth.ERRORS,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_an_error_that_is_taken_out_of_the_code_is_missed(
    table: answers.ErrorTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Any = table.rows
    every = in_the_table(table)
    for answer in set(every.values()):
        with monkeypatch.context() as patch:
            # Some stand for others: a code and a status that two errors share stay where one of them does.
            for kind in [each for each, other in every.items() if other == answer]:
                patch.delitem(rows, kind)
            missed = {(status, code) for _, status, code in openapi.errors(DOCUMENT) - errors_of_the_code()}
        of_the_gateway_too = answer in of_the_gateway(gateway.ANYWHERE | gateway.WITH_A_TOKEN)
        assert (answer in missed) != of_the_gateway_too


# --- examples --------------------------------------------------------------------------------------------------------


def test_every_error_has_an_example_and_every_example_is_of_its_schema() -> None:
    shown = set()
    for each in openapi.answers(DOCUMENT):
        for kind, media in each.answer.get("content", {}).items():
            # A page for people is not written down here.
            assert ("examples" in media) != (kind == "text/html")
            if kind == "text/html":
                continue
            for name, shown_as in media["examples"].items():
                assert (name, openapi.is_valid(DOCUMENT, media["schema"])(shown_as["value"])) == (name, True)
                error = shown_as["value"].get("error")
                if error:
                    code = error["code"] if isinstance(error, dict) else error
                    assert code in shown_as["summary"]
                    shown.add((each.where, int(each.status), code))
    assert shown == openapi.errors(DOCUMENT)


def test_every_answer_of_several_codes_tells_them_apart() -> None:
    """In its list, with what to do; where there is one code, the description is of that."""
    for each in openapi.answers(DOCUMENT):
        codes = {
            code
            for media in each.answer.get("content", {}).values()
            for code in openapi.codes(DOCUMENT, media["schema"])
        }
        rows = re.findall(r"^- `([a-z_]+)`: ", each.answer["description"], re.MULTILINE)
        assert sorted(rows) == (sorted(codes) if len(codes) > 1 else [])


@pytest.mark.parametrize(("name", "words"), [("rendering", Mode), ("resolution", Resolution)])
def test_a_requests_words_are_those_of_the_code(name: str, words: type[Mode | Resolution]) -> None:
    assert DOCUMENT["components"]["schemas"]["FaxRequest"]["properties"][name]["enum"] == [*words]
    [row] = re.findall(rf"^\| `{name}` \|.*", (template.ROOT / "docs/api/form.md").read_text(), re.MULTILINE)
    assert set(re.findall(r"`([a-z]+)`", row.split("|")[2])) == {*words}


def test_every_parameters_and_requests_example_is_of_its_schema() -> None:
    components = DOCUMENT["components"]
    for parameter in components["parameters"].values():
        for example_of_it in parameter["examples"].values():
            assert openapi.is_valid(DOCUMENT, parameter["schema"])(example_of_it["value"])
    for shown in components["schemas"]["FaxRequest"]["examples"]:
        assert openapi.is_valid(DOCUMENT, "#/components/schemas/FaxRequest")(shown)
    for media in openapi.operations(DOCUMENT)["issueToken"]["requestBody"]["content"].values():
        for login in media["examples"].values():
            assert openapi.is_valid(DOCUMENT, media["schema"])(login["value"])


# --- limits ----------------------------------------------------------------------------------------------------------


def test_the_documents_limits_are_the_templates_defaults() -> None:
    parameters = template.load()["Parameters"]
    schemas = DOCUMENT["components"]["schemas"]
    default = {name: parameter.get("Default") for name, parameter in parameters.items()}
    recipients = schemas["FaxRequest"]["properties"]["recipients"]["description"]
    assert f"at most {default['MaxRecipientsPerFax']}. " in recipients
    files = schemas["FaxForm"]["properties"]["files"]
    assert files["maxItems"] == default["MaxFilesPerFax"]
    assert f"{default['MaxPagesPerFax']} pages" in files["description"]
    form = DOCUMENT["components"]["requestBodies"]["FaxForm"]["description"]
    assert form.startswith(
        f"At most {default['MaxBodyBytes']:,} bytes in all, {multipart.MAX_PARTS} parts, and "
        f"{MAX_REQUEST_BYTES // 1024} KiB in the `request` part."
    )
    assert f"for {default['IdempotencyHours']} hours" in DOCUMENT["components"]["parameters"]["idempotencyKey"][
        "description"
    ].replace("\n", " ")
    lifetime = schemas["Token"]["properties"]["expires_in"]
    of_tokens = parameters["TokenLifetimeSeconds"]
    assert (lifetime["minimum"], lifetime["maximum"]) == (of_tokens["MinValue"], of_tokens["MaxValue"])
    login = " ".join(openapi.operations(DOCUMENT)["issueToken"]["responses"]["400"]["description"].split())
    assert f"over {oauth.MAX_BODY_BYTES // 1024} KiB, of more than {oauth.MAX_FIELDS} fields" in login


# --- grammars: what the document calls valid, the code takes, and nothing else ---------------------------------------

separators = "\t\r\x85\xa0\u1680\u2000\u200a\u200e\u202a\u202e\u202f\u2066\u2069\u2010\u2015\u2212\u3000./()- "
near_numbers = st.text("0123456789+*. ()-a٣\n" + separators + "\x1c\u2009\u200b\u2016\u206a", max_size=40)
near_ids = st.text("ab0Z._-@é \n", max_size=66) | st.sampled_from(["@me", "@viewer", "@owner", "@self", "@Me"])


@given(
    near_numbers
    | st.from_regex(r"\A\s?\+?[0-9](?:[ /.()\u2010-]{0,2}[0-9]){0,21}\)?\Z")
    | st.from_regex(r"\A\s{0,2}[0-9]+\*[0-9]+\s{0,2}\Z")
)
@example("1" + " " * 255)
@example("1" + " " * 256)
@example(" " * 222 + "0003*" + "1" * 27 + "\n\n")
@example(" " * 223 + "0003*" + "1" * 27 + "\n\n")
@example("1" * 20)
@example("1" * 21)
@example("0003*" + "1" * 27)
@example("0003*" + "1" * 28)
@example("7778888\n")
def test_a_recipient_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = openapi.is_valid(DOCUMENT, "#/components/schemas/Recipient")
    assert valid(text) == (numbers.parse_recipient(text) is not None)


@given(near_numbers | st.from_regex(r"\A(?:[0-9]+\*)?[0-9]+\Z"))
@example("1" * 32)
@example("1" * 33)
def test_an_extension_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = openapi.is_valid(DOCUMENT, DOCUMENT["components"]["parameters"]["extension"]["schema"])
    assert valid(text) == (numbers.parse_extension(text) is not None)


@given(near_ids)
@example("a" * 64)
@example("a" * 65)
def test_a_user_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = openapi.is_valid(DOCUMENT, DOCUMENT["components"]["parameters"]["userId"]["schema"])
    assert valid(text) == (text in {"@me", "@viewer", "@owner"} or numbers.is_user_id(text))


printable = st.text(st.characters(min_codepoint=0x1F, max_codepoint=0x80), max_size=300)


@given(printable)
@example("k" * 255)
@example("k" * 256)
def test_an_idempotency_key_is_valid_where_the_code_takes_it(text: str) -> None:
    valid = openapi.is_valid(DOCUMENT, DOCUMENT["components"]["parameters"]["idempotencyKey"]["schema"])
    # White space around it would not arrive.
    assert valid(text) == (text == text.strip(" ") and idempotency.KEY.fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("member", "grammar", "longest"),
    [("client_id", tokens.APP_KEY, 128), ("client_secret", tokens.APP_SECRET, 512)],
)
def test_a_key_and_a_secret_are_valid_where_the_code_takes_them(
    member: str, grammar: re.Pattern[str], longest: int
) -> None:
    valid = openapi.is_valid(DOCUMENT, DOCUMENT["components"]["schemas"]["TokenRequest"]["properties"][member])
    for text in ("", "a", "A9-._~", "a b", "é", "a\n", "a" * longest, "a" * (longest + 1)):
        assert valid(text) == (grammar.fullmatch(text) is not None)
