"""openapi.yaml against the real handlers: its examples are answers that they give, and no answer is outside it.

`OPENAPI_REQUESTS` says how many requests are generated from it, 340 by default; always the same ones.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from faxes.adapters.dynamodb.credentials import token_item
from faxes.adapters.dynamodb.items import wire
from faxes.errors import DeploymentFault, Effect, OutcomeUnknown, StorageFailed, StorageFault
from faxes.model import Context, Principal
from faxes.tokens import Token, digest_of
from tests.data.requests import make
from tests.support import gateway, openapi, stored, template
from tests.support import requests as kept
from tests.support.cloud import Cloud, cloud
from tests.support.gateway import HOST, Answer, Gateway, seen_by_a_client
from tests.support.lambda_context import CONTEXT
from tools.client import answers

URL = f"https://{HOST}"
ANSWERS = template.ROOT / "events" / "answers"


def knowing_the_example(deployed: Cloud) -> Cloud:
    """The deployment, which knows directory.example.yaml, and the kept events' token and app."""
    deployed.import_example(draw=lambda: kept.EXAMPLE.secret)
    alice = Principal("alice", "0003", Context.USER)
    deployed.add_credential(token_item(Token(digest_of(kept.EXAMPLE.token), alice, datetime(2999, 1, 1, tzinfo=UTC))))
    return deployed


@pytest.fixture(name="given", scope="module")
def _given() -> "list[Given]":
    """All answers that are brought about, on a deployment of their own."""
    with cloud() as made:
        return given_answers(knowing_the_example(made), CONTEXT)


@pytest.fixture(name="elsewhere", scope="module")
def _elsewhere() -> Iterator[requests.Session]:
    """One deployment for all requests that lead to no operation: none of them leaves anything there."""
    with cloud() as made, requests.Session() as session:
        session.mount("https://", Gateway(made))
        yield session
        assert (made.items("FaxTable"), made.objects()) == ([], {})


type Given = tuple[str, Answer]


def events_answers() -> Iterator[Given]:
    """What the kept events are answered."""
    for name in kept.names():
        expected = answers.read(ANSWERS / f"{name}.json")
        # Any will do.
        headers = {
            name: '"' + "0" * 32 + '"' if text == "<etag>" else text for name, text in expected["headers"].items()
        }
        answer = seen_by_a_client({**expected, "headers": headers, "body": json.dumps(expected["body"])})
        match kept.read(name).route.function:
            case "create_fax":
                yield from ((where, answer) for where in openapi.FAX)
            case "read_faxes":
                of = openapi.HISTORY if kept.read(name).route.resource.endswith("/events") else openapi.READ
                yield from ((where, answer) for where in of)
            case "change_faxes":
                yield from ((where, answer) for where in openapi.CHANGE)
            case "issue_token":
                yield "issueToken", answer
            case _:
                yield ("x-other-methods" if answer.status == 501 else "x-other-paths"), answer


def gateways_answers() -> Iterator[Given]:
    guarded = (*openapi.FAX, *openapi.READ, *openapi.HISTORY, *openapi.CHANGE)
    for kinds, places in (
        (gateway.ANYWHERE, (*guarded, *openapi.PAGES, "issueToken")),
        (gateway.WITH_A_TOKEN, guarded),
        (gateway.ELSEWHERE, ("x-other-paths",)),
    ):
        yield from ((where, answer) for kind in kinds for answer in gateway.answers_of(kind) for where in places)


class Failing:
    """A store each call of which fails in one way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object) -> None:
            raise self._error

        return fail


def functions_answers(deployed: Cloud, context: Any) -> Iterator[Given]:
    """What no kept event leads to: too large a body, a key that is sent again, and faults."""

    def fax(file: bytes = b"A fax.", key: str | None = None) -> Iterator[Given]:
        raw = make.curl(make.request_part(), make.file_part("fax.txt", file), key=key)
        event = kept.proxy_event(kept.parse(raw), "fax")
        answer = seen_by_a_client(create_fax.handler(event, context))
        yield from ((where, answer) for where in openapi.FAX)

    create_fax: Any = deployed.function("create_fax")
    empty = len(kept.parse(make.curl(make.request_part(), make.file_part("fax.txt", b""))).body)
    yield from fax(b"x" * (create_fax.submission.limits.body_bytes + 1 - empty))
    for file in (b"One.", b"One.", b"Another."):
        yield from fax(file, key="k")
    # One of the kept faxes waits already.
    stored.keep(deployed)
    for taken in range(49):
        item = {"pk": "UPLOADS#app:example-app", "sk": str(taken), "expiresAt": 4_102_444_800}
        deployed.dynamodb.put_item(TableName=deployed.names["FaxTable"], Item=wire(item))
    one_more = seen_by_a_client(create_fax.handler(kept.proxy_event(kept.read("upload"), "upload"), context))
    yield from ((where, one_more) for where in openapi.FAX)
    submission = create_fax.submission
    for fault in (StorageFailed, OutcomeUnknown, DeploymentFault):
        create_fax.submission = replace(submission, directory=Failing(fault(reason="why", cause="how")))
        yield from fax()
    create_fax.submission = replace(submission, directory=Failing(LookupError()))
    yield from fax()
    # Of a path with a value that is none; the gateway hands it on as it was sent.
    unrouted = kept.proxy_event(kept.read("curl"), "curl") | {"path": "/uapi/faxes/@me/a`b"}
    yield from ((where, seen_by_a_client(create_fax.handler(unrouted, context))) for where in openapi.FAX)
    issue_token: Any = deployed.function("issue_token")
    issue_token.login = replace(issue_token.login, credentials=Failing(StorageFault("get", Effect.NONE, "how")))
    login = kept.proxy_event(kept.read("token-urlencoded"), "login")
    yield "issueToken", seen_by_a_client(issue_token.handler(login, context))


def status_answers(deployed: Cloud, context: Any) -> Iterator[Given]:
    """Likewise of what is read and changed: 304, too large a body, and faults."""
    stored.keep(deployed)
    for function, place, name, where in (
        ("read_faxes", "reading", "read-fax", openapi.READ),
        ("read_faxes", "reading", "read-history", openapi.HISTORY),
        ("change_faxes", "control", "change-cancel", openapi.CHANGE),
    ):
        app: Any = deployed.function(function)
        event = kept.proxy_event(kept.read(name), name)
        others = [("0003*210", "a`b"), ("@me", "@everyone"), ("0003*210", "0003*210*1")]
        sent = [event | {"path": event["path"].replace(*other)} for other in others]
        if function == "change_faxes":
            stored.keep(deployed, stored.announced(datetime(2020, 1, 1, tzinfo=UTC)))
            late = kept.proxy_event(kept.read("change-renew-uploads"), "change-renew-uploads")
            sent += [event | {"body": " " * 16_385}, late]
        else:
            sent.append(event | {"multiValueHeaders": {"If-None-Match": ["*"]}})
        answered = [app.handler(each, context) for each in sent]
        use_case = getattr(app, place)
        errors = [fault(reason="why", cause="how") for fault in (StorageFailed, OutcomeUnknown, DeploymentFault)]
        errors = errors if function == "change_faxes" else [errors[0], errors[2]]
        for error in (*errors, LookupError()):
            setattr(app, place, replace(use_case, faxes=Failing(error)))
            answered.append(app.handler(event, context))
        yield from ((each, seen_by_a_client(answer)) for answer in answered for each in where)


def page_answers(deployed: Cloud, context: Any) -> Iterator[Given]:
    """What a page and its files are answered: shown, and not for a fault."""
    ended, accepted = (
        next(item["uid"] for item in stored.items() if item["pk"] == f"FAX#{fax_id}" and item["sk"] == "FAX")
        for fax_id in ("115937093837901", "115937093837905")
    )
    show, document, picture = openapi.PAGES
    app: Any = deployed.function("fax_page", PUBLIC_PAGE="true", PUBLIC_PAGE_DAYS="3650")
    read = app.showing
    for where, path in (
        (show, ended),
        (show, accepted),
        (document, f"{ended}/document.pdf"),
        (picture, f"{ended}/pages/1.png"),
    ):
        nobodys = path.replace(path[:32], "0" * 32)
        asked = [(path, read), (nobodys, read)]
        asked.append((path, replace(read, faxes=Failing(StorageFault("query", Effect.NONE, "how")))))
        for each, showing in asked:
            app.showing = showing
            raw = f"GET /fax/{each} HTTP/1.1\r\nHost: HOST\r\n\r\n".encode("ascii")
            yield where, seen_by_a_client(app.handler(kept.proxy_event(kept.parse(raw), "page"), context))


def given_answers(deployed: Cloud, context: Any) -> list[Given]:
    status = [*status_answers(deployed, context), *page_answers(deployed, context)]
    return [*events_answers(), *gateways_answers(), *functions_answers(deployed, context), *status]


# What is drawn anew stands in the kept answers as a word, beside what is not an answer's own.
ADDRESS = {"uploadsExpireAt": "<second>", "redirectUri": "<address>"}
ACCEPTED = {"id": "<id>", "uid": "<uid>", "access_token": "<token>", **ADDRESS}
CANCELED = {"cancelRequestedAt": "<time>", "completedAt": "<time>"}
RENEWED = {"closesAt": "<time>", **ADDRESS}


def drawn_anew(value: Any, drawn: dict[str, str]) -> Any:
    """A value with the words that stand in it for what is drawn anew."""
    if isinstance(value, list):
        return [drawn_anew(each, drawn) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: drawn.get(name) or drawn_anew(each, drawn) for name, each in value.items()}


def test_every_example_is_an_answer_that_is_given_there(given: list[Given]) -> None:
    bodies = [(where, answer.status, answer.body) for where, answer in given]
    made_up = []
    for each in openapi.answers(openapi.load()):
        for media in each.answer.get("content", {}).values():
            for name, example in media.get("examples", {}).items():
                shown = example["value"]
                if each.status == "200":
                    drawn = ACCEPTED if each.where in (*openapi.FAX, "issueToken") else {}
                    if each.where in openapi.CHANGE:
                        drawn = RENEWED if name == "renewed" else CANCELED
                    shown = drawn_anew(shown, drawn)
                if (each.where, int(each.status), shown) not in bodies:
                    made_up.append((each.where, each.status, name))
    assert made_up == []


def test_every_header_of_an_answer_is_documented_and_every_documented_one_is_sent(given: list[Given]) -> None:
    document = openapi.load()
    for each in openapi.answers(document):
        declared = {name: openapi.resolved(document, header) for name, header in each.answer.get("headers", {}).items()}
        here = [answer for where, answer in given if (where, answer.status) == (each.where, int(each.status))]
        assert here, f"{each.where} never answers {each.status}"
        assert {name for answer in here for name in answer.headers} == set(declared)
        for name, header in declared.items():
            values = [answer.headers.get(name) for answer in here]
            # The emulator, which is held against the document as well, does not rename the challenge.
            if name != "x-amzn-Remapped-WWW-Authenticate":
                assert (None not in values) == header.get("required", False)
            # A number's text is the number.
            read = int if header["schema"].get("type") == "integer" else str
            is_valid = openapi.is_valid(document, header["schema"])
            assert all(is_valid(read(value)) for value in values if value is not None)


def test_no_answer_is_outside_the_document(cloud: Cloud) -> None:
    # It takes seconds to import, and the other tests go without.
    from schemathesis.specs.openapi.checks import ignored_auth

    with requests.Session() as session:
        session.mount("https://", Gateway(knowing_the_example(cloud)))

        # It sends again on a connection of its own, which leads nowhere; tests/e2e has it.
        seen = openapi.exchange(session, URL, kept.EXAMPLE, openapi.scale(), [ignored_auth])

    assert seen.total() >= 10 * openapi.scale()
    # They reach far: what is accepted, and nearly every way to be refused that a request alone can have.
    of_a_fax = {
        (200, ""),
        (204, ""),
        (400, "extension_invalid"),
        (400, "fx_file_invalid"),
        (400, "fx_recipients_invalid"),
        (400, "request_invalid"),
        (400, "user_invalid"),
        (401, "access_denied"),
    }
    of_a_login = {(200, ""), (400, "invalid_request"), (400, "unsupported_grant_type"), (401, "invalid_client")}
    expected = {(where, *answer) for where in openapi.FAX for answer in of_a_fax}
    expected |= {("issueToken", *answer) for answer in of_a_login}
    assert set(seen) >= expected


OTHER_METHODS = [
    (method, path)
    for path, methods in openapi.load()["paths"].items()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    if method.lower() not in methods
]


@pytest.mark.parametrize(("method", "path"), OTHER_METHODS)
def test_another_method_is_answered_as_the_document_says(elsewhere: requests.Session, method: str, path: str) -> None:
    filled = path.format(
        userId="@me", extension="210", faxId="1", uid="0" * 32, document="document.pdf", picture="1.png"
    )
    assert_answers_as_elsewhere(elsewhere, method, filled, "x-other-methods")


@pytest.mark.parametrize("path", ["/", "/uapi/faxes", "/uapi/faxes/@me/210/1/files", "/oauth"])
def test_another_path_is_answered_as_the_document_says(elsewhere: requests.Session, path: str) -> None:
    assert_answers_as_elsewhere(elsewhere, "POST", path, "x-other-paths")


def assert_answers_as_elsewhere(session: requests.Session, method: str, path: str, member: str) -> None:
    document = openapi.load()
    [documented] = [each for each in openapi.answers(document) if each.where == member]
    answer = session.request(method, f"{URL}{path}")
    media = documented.answer["content"]["application/json"]
    [example] = media["examples"].values()
    assert (str(answer.status_code), answer.headers["content-type"]) == (documented.status, "application/json")
    assert openapi.is_valid(document, media["schema"])(answer.json())
    # The examples are without the request's id, which every answer has.
    assert answer.json()["error"]["requestId"]
    assert answers.without_request_id(answer.json()) == example["value"]
