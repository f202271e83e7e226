"""openapi.yaml against the real handlers: its examples are answers that they give, and no answer is outside it.

`OPENAPI_REQUESTS` says how many requests are generated from it, 2,200 by default; always the same ones.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from schemathesis.specs.openapi.checks import ignored_auth

from faxes.adapters.dynamodb import token_item, wire
from faxes.errors import DeploymentFault, FaxError, OutcomeUnknown, StorageFailed
from faxes.model import Context, Principal
from faxes.tokens import Token, digest_of
from tests.data.requests import make
from tests.support import openapi, template
from tests.support import requests as kept
from tests.support.cloud import Cloud
from tests.support.gateway import HOST, Gateway, gateway_response
from tools import directory

URL = f"https://{HOST}"
ANSWERS = template.ROOT / "events" / "answers"
ANY_FAX = {"id": "<id>", "uid": "<uid>"}


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Cloud:
    """A deployment that knows directory.example.yaml, and the token of the kept events as alice's."""
    entries = directory.parse((template.ROOT / "directory.example.yaml").read_text())
    tables = cloud.names["DirectoryTable"], cloud.names["CredentialTable"]
    now = datetime.now(UTC)
    directory.write(entries, cloud.dynamodb, *tables, now)
    alice = Token(digest_of(kept.EXAMPLE.token), Principal("alice", "0003", Context.USER), now.replace(year=2999))
    cloud.dynamodb.put_item(TableName=tables[1], Item=wire(token_item(alice)))
    return cloud


def events_answers() -> Iterator[tuple[int, Any]]:
    for path in ANSWERS.glob("*.json"):
        answer = json.loads(path.read_bytes())
        yield answer["statusCode"], answer["body"]


def gateways_answers() -> Iterator[tuple[int, Any]]:
    api = template.resources(template.load(), "AWS::Serverless::Api")["Api"]
    for kind in api["Properties"]["GatewayResponses"]:
        answer = gateway_response(kind)
        for status in (answer["statusCode"],) if answer["statusCode"] else (500, 502, 503):
            yield status, json.loads(answer["body"])


class Failing:
    """A store, and a parser, each call of which fails in one way."""

    def __init__(self, error: FaxError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object) -> None:
            raise self._error

        return fail


def functions_answers(deployed: Cloud, context: Any) -> Iterator[tuple[int, Any]]:
    """What no kept event leads to: too large a body, a key sent twice, and faults."""

    def fax(file: bytes = b"A fax.", key: str | None = None) -> dict[str, Any]:
        raw = make.curl(make.request_part(), make.file_part("fax.txt", file), key=key)
        return kept.proxy_event(kept.parse(raw), "fax")

    def answer(function: Any, event: dict[str, Any]) -> tuple[int, Any]:
        answered = function.handler(event, context)
        return answered["statusCode"], json.loads(answered["body"])

    create_fax: Any = deployed.function("create_fax")
    empty = len(kept.parse(make.curl(make.request_part(), make.file_part("fax.txt", b""))).body)
    yield answer(create_fax, fax(b"x" * (create_fax.submission.limits.body_bytes + 1 - empty)))
    yield answer(create_fax, fax(b"One.", key="k"))
    yield answer(create_fax, fax(b"Another.", key="k"))
    faults = StorageFailed, OutcomeUnknown, DeploymentFault
    for fault in faults:
        create_fax.submission = replace(create_fax.submission, directory=Failing(fault(reason="why", cause="how")))
        yield answer(create_fax, fax())
    issue_token: Any = deployed.function("issue_token")
    issue_token.login = replace(issue_token.login, credentials=Failing(StorageFailed(reason="why", cause="how")))
    yield answer(issue_token, kept.proxy_event(kept.read("token-urlencoded"), "login"))


def test_every_example_is_an_answer_that_is_given(deployed: Cloud, context: Any) -> None:
    given = [*events_answers(), *gateways_answers(), *functions_answers(deployed, context)]
    made_up = []
    for each in openapi.answers(openapi.load()):
        for media in each.answer.get("content", {}).values():
            for name, example in media["examples"].items():
                shown = example["value"]
                if each.status == "200":
                    # What is drawn anew stands in the kept answers as a word.
                    drawn = {"id": "<id>", "uid": "<uid>", "access_token": "<token>"}
                    shown = {member: drawn.get(member, value) for member, value in shown.items()}
                if (int(each.status), shown) not in given:
                    made_up.append((each.where, each.status, name))
    assert made_up == []


def test_no_answer_is_outside_the_document(deployed: Cloud) -> None:
    with requests.Session() as session:
        session.mount("https://", Gateway(deployed))

        # It sends again on a connection of its own, which leads nowhere; tests/e2e has it.
        exchanged = openapi.exchange(session, URL, kept.EXAMPLE.token, openapi.scale(), [ignored_auth])

    assert exchanged.requests >= 10 * openapi.scale()
    # They reach far: accepted faxes, and every way to be refused that a request alone can have.
    assert exchanged.of(200) == exchanged.of(204) == {""}
    assert exchanged.of(400) == {
        "extension_invalid",
        "fx_file_invalid",
        "fx_max_files_reached",
        "fx_recipients_invalid",
        "invalid_request",
        "request_invalid",
        "unsupported_grant_type",
        "user_invalid",
    }
    assert exchanged.of(401) == {"access_denied", "invalid_client"}


@pytest.mark.parametrize("path", list(openapi.load()["paths"]))
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_answered_as_the_document_says(deployed: Cloud, method: str, path: str) -> None:
    assert_answers_as_elsewhere(deployed, method, path.format(userId="@me", extension="210"), "x-other-methods")


@pytest.mark.parametrize("path", ["/", "/uapi/faxes", "/uapi/faxes/@me/210/1", "/oauth"])
def test_another_path_is_answered_as_the_document_says(deployed: Cloud, path: str) -> None:
    assert_answers_as_elsewhere(deployed, "POST", path, "x-other-paths")


def assert_answers_as_elsewhere(deployed: Cloud, method: str, path: str, member: str) -> None:
    [documented] = [each for each in openapi.answers(openapi.load()) if each.where == member]
    with requests.Session() as session:
        session.mount("https://", Gateway(deployed))
        answer = session.request(method, f"{URL}{path}")
    [example] = documented.answer["content"]["application/json"]["examples"].values()
    assert (str(answer.status_code), answer.headers["content-type"]) == (documented.status, "application/json")
    assert answer.json() == example["value"]
