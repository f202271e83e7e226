"""The token endpoint's real handler on moto, with every kept event of a login: what is answered, stored and logged."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.exceptions import ReadTimeoutError

from faxes.adapters.dynamodb.credentials import app_item
from faxes.adapters.dynamodb.items import plain
from faxes.model import Context
from faxes.tokens import App, digest_of
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud
from tests.support.faults import Fate, Faults, dynamodb_answers, raises
from tools.client.answers import differences
from tools.operations import app_secrets

ROOT = template.ROOT
NAMES = requests.names("issue_token")
LIFETIME = timedelta(hours=1)
KEY, SECRET = requests.EXAMPLE.key, requests.EXAMPLE.secret
OTHER_SECRET = "another-example-secret-that-opens-nothing"  # noqa: S105
DISABLED = App("a-disabled-app", digest_of(SECRET), "alice", "0003", Context.USER, enabled=False)

type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(name="faults")
def _faults(cloud: Cloud) -> Faults:
    """The fates of the function's calls."""
    assert boto3.DEFAULT_SESSION is not None
    return Faults(boto3.DEFAULT_SESSION)


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud, faults: Faults) -> Cloud:
    """A deployment that knows directory.example.yaml, whose apps all have the events' secret, and a disabled app."""
    cloud.import_example(draw=lambda: SECRET)
    cloud.add_credential(app_item(DISABLED))
    return cloud


@pytest.fixture(name="issue_token")
def _issue_token(deployed: Cloud, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    # The SDK's waits between its tries pass at once.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
    return deployed.function("issue_token")


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_bytes())
    return loaded


def answer(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "events" / "answers" / f"{name}.json").read_bytes())
    return loaded


def login_event(key: str, secret: str) -> dict[str, Any]:
    body = f"{make.GRANT}&client_id={key}&client_secret={secret}"
    return requests.proxy_event(requests.parse(make.login(body)), "login")


def form_event(key: str, secret: str) -> dict[str, Any]:
    fields = ("grant_type", "client_credentials"), ("client_id", key), ("client_secret", secret)
    return requests.proxy_event(requests.parse(make.login_form(*fields)), "login")


def json_event(key: str, secret: str) -> dict[str, Any]:
    body = json.dumps({"grant_type": "client_credentials", "client_id": key, "client_secret": secret})
    return requests.proxy_event(requests.parse(make.login(body, content_type="application/json")), "login")


def basic_event(key: str, secret: str) -> dict[str, Any]:
    shown = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return requests.proxy_event(requests.parse(make.login(make.GRANT, f"Authorization: Basic {shown}")), "login")


def assert_answers(expected: dict[str, Any], actual: dict[str, Any]) -> None:
    """Status, body and headers, and no header beside."""
    assert differences(expected, actual) == []
    assert set(actual["multiValueHeaders"]) == set(expected["headers"])
    assert set(actual) == {"statusCode", "body", "isBase64Encoded", "multiValueHeaders"}
    assert actual["isBase64Encoded"] is False


def stored(cloud: Cloud) -> dict[str, Any]:
    """Every item of every table, by table and key, and the bucket's objects."""
    tables = ("FaxTable", "DirectoryTable", "CredentialTable")
    items = {(table, item["pk"]["S"]): plain(item) for table in tables for item in cloud.items(table)}
    return {"objects": cloud.objects(), **{f"{table} {key}": item for (table, key), item in items.items()}}


def assert_logged(log: Log, level: str, outcome: str, **more: object) -> None:
    """One line says what came of it, and holds nothing that opens anything."""
    [line] = log()
    assert (line["level"], line["outcome"]) == (level, outcome)
    assert {name: line[name] for name in more} == more
    written = json.dumps(line)
    assert [text for text in (SECRET, digest_of(SECRET), OTHER_SECRET) if text in written] == []


def test_example_secret_is_one_that_the_importer_takes() -> None:
    assert app_secrets.weakness(SECRET) is None
    assert "example-app" in (ROOT / "directory.example.yaml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_event(name: str, deployed: Cloud, issue_token: ModuleType, context: Any, log: Log) -> None:
    expected = answer(name)
    before, now = stored(deployed), datetime.now(UTC)
    actual = issue_token.handler(event(name), context)
    then = datetime.now(UTC)

    assert_answers(expected, actual)
    after = stored(deployed)
    assert log()[0]["correlation_id"] == event(name)["requestContext"]["extendedRequestId"]
    if expected["statusCode"] != 200:
        assert after == before
        assert_logged(log, "INFO", expected["body"]["error"])
        return

    token = json.loads(actual["body"])["access_token"]
    item = after.pop(f"CredentialTable TOKEN#{digest_of(token)}")
    assert after == before
    # As long as the client is told, in whole seconds, and never shorter.
    ends = datetime.fromtimestamp(int(item["expiresAt"]), UTC)
    assert now + LIFETIME < ends <= then + LIFETIME + timedelta(seconds=1)
    assert item == {
        "pk": f"TOKEN#{digest_of(token)}",
        "sk": "TOKEN",
        "appKey": KEY,
        "secretDigest": digest_of(SECRET),
        "expiresAt": item["expiresAt"],
    }
    assert_logged(log, "INFO", "token_issued", app=KEY)
    assert token not in json.dumps(log())
    assert digest_of(token) not in json.dumps(log())


def test_each_outcome_has_an_event() -> None:
    found = {(answer(name)["statusCode"], answer(name)["body"].get("error")) for name in NAMES}
    assert found == {(200, None), (400, "invalid_request"), (400, "unsupported_grant_type"), (401, "invalid_client")}


def test_token_that_is_issued_sends_a_fax(deployed: Cloud, issue_token: ModuleType, context: Any) -> None:
    token = json.loads(issue_token.handler(event("token-basic"), context)["body"])["access_token"]

    request = requests.read("curl")
    sent = requests.authorizer_event(request, "curl")
    sent["multiValueHeaders"]["Authorization"] = [f"Bearer {token}"]
    caller = deployed.function("authorize").handler(sent, context)["context"]
    assert caller == {"userId": "alice", "organizationId": "0003", "context": "user", "appKey": KEY}
    accepted = deployed.function("create_fax").handler(requests.proxy_event(request, "curl", caller), context)
    assert differences(answer("curl"), accepted) == []


def test_each_login_draws_another_token_and_none_ends_another(
    deployed: Cloud, issue_token: ModuleType, context: Any
) -> None:
    names = ["token-basic", "token-urlencoded", "token-multipart", "token-basic"]
    tokens = [json.loads(issue_token.handler(event(name), context)["body"])["access_token"] for name in names]

    assert len(set(tokens)) == 4
    assert {f"CredentialTable TOKEN#{digest_of(token)}" for token in tokens} <= set(stored(deployed))


@pytest.mark.parametrize("shown", [login_event, form_event, json_event, basic_event])
def test_what_may_not_log_in_is_answered_alike(
    shown: Callable[[str, str], dict[str, Any]],
    deployed: Cloud,
    issue_token: ModuleType,
    context: Any,
    log: Log,
) -> None:
    """To the byte, whether there is such an app, whether its secret was right, and whether it is disabled."""
    before = stored(deployed)
    sent = {
        "app_unknown": ("nobody", SECRET),
        "secret_wrong": (KEY, OTHER_SECRET),
        "app_disabled": (DISABLED.key, SECRET),
    }
    answers = [issue_token.handler(shown(*app), context) for app in sent.values()]
    answers.append(issue_token.handler(shown(DISABLED.key, OTHER_SECRET), context))

    assert_answers(answer("token-secret-wrong"), answers[0])
    assert answers == [answers[0]] * 4
    assert stored(deployed) == before
    # The operator is told which.
    assert [(line["reason"], line.get("app")) for line in log()] == [
        ("app_unknown", None),
        ("secret_wrong", KEY),
        ("app_disabled", DISABLED.key),
        ("secret_wrong", DISABLED.key),
    ]


def test_app_whose_key_and_secret_hold_tildes(deployed: Cloud, issue_token: ModuleType, context: Any, log: Log) -> None:
    """As VoipNow draws them, as they are and percent-encoded: its own app of 2018 encodes them within a form."""
    app = App("q7~ZxWAN~F6p.0x5EO13R~f5t", digest_of("Z_tstR~WknKn~"), "alice", "0003", Context.USER, enabled=True)
    deployed.add_credential(app_item(app))
    pairs = (app.key, "Z_tstR~WknKn~"), (app.key.replace("~", "%7E"), "Z_tstR%7EWknKn%7E")
    sent = [shown(*pair) for shown in (login_event, form_event, json_event, basic_event) for pair in pairs]

    answers = [differences(answer("token-multipart"), issue_token.handler(each, context)) for each in sent]
    assert answers == [[]] * len(sent)
    assert [(line["outcome"], line["app"]) for line in log()] == [("token_issued", app.key)] * len(sent)


FAILED = {
    "statusCode": 503,
    "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"},
    "body": {
        "error": "server_error",
        "error_description": "The token could not be issued because of a fault on our side; try again.",
    },
}


@pytest.mark.parametrize(("operation", "reason"), [("GetItem", "record_not_read"), ("PutItem", "token_not_written")])
@pytest.mark.parametrize(
    ("fate", "cause"),
    [
        pytest.param(
            dynamodb_answers(400, "AccessDeniedException", SECRET), "AccessDeniedException (400)", id="not-allowed"
        ),
        pytest.param(dynamodb_answers(500, "InternalServerError", SECRET), "InternalServerError (500)", id="fault"),
        pytest.param(raises(ReadTimeoutError(endpoint_url=SECRET)), "ReadTimeoutError", id="no-answer"),
    ],
)
def test_store_that_fails(
    operation: str,
    reason: str,
    fate: Fate,
    cause: str,
    deployed: Cloud,
    faults: Faults,
    issue_token: ModuleType,
    context: Any,
    log: Log,
) -> None:
    before = stored(deployed)
    with faults.of(f"dynamodb.{operation}", fate):
        actual = issue_token.handler(event("token-urlencoded"), context)

    assert_answers(FAILED, actual)
    assert stored(deployed) == before
    assert_logged(log, "ERROR", "server_error", reason=reason, cause=f"{operation}: {cause}")


def test_answer_that_is_lost_is_asked_for_again(
    deployed: Cloud, faults: Faults, issue_token: ModuleType, context: Any
) -> None:
    """What the first try has stored, the second one writes again: one token, and the client has it."""
    before = set(stored(deployed))
    tries = 0

    def loses_the_first(request: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ReadTimeoutError(endpoint_url="https://nowhere.invalid/")

    with faults.of("dynamodb.PutItem", loses_the_first):
        actual = issue_token.handler(event("token-urlencoded"), context)

    assert_answers(answer("token-urlencoded"), actual)
    token = json.loads(actual["body"])["access_token"]
    assert set(stored(deployed)) - before == {f"CredentialTable TOKEN#{digest_of(token)}"}
    assert tries == 2


@pytest.mark.parametrize("place", ["faxes.edge.oauth.client", "faxes.tokens.Login.log_in", "faxes.edge.oauth.issued"])
def test_fault_in_the_code(
    place: str,
    issue_token: ModuleType,
    context: Any,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(place, fail)
    actual = issue_token.handler(event("token-urlencoded"), context)

    assert_answers(FAILED, actual)
    assert_logged(log, "ERROR", "server_error", reason="LookupError")


def test_record_that_cannot_be_read(deployed: Cloud, issue_token: ModuleType, context: Any, log: Log) -> None:
    table = deployed.names["CredentialTable"]
    deployed.dynamodb.put_item(TableName=table, Item={"pk": {"S": f"APP#{KEY}"}, "sk": {"S": "APP"}})

    assert_answers(FAILED, issue_token.handler(event("token-urlencoded"), context))
    assert_logged(log, "ERROR", "server_error", reason="KeyError")


def test_form_that_the_gateway_took_for_text(deployed: Cloud, issue_token: ModuleType, context: Any, log: Log) -> None:
    damaged = event("token-multipart")
    damaged["body"] = base64.b64decode(damaged["body"]).decode()
    damaged["isBase64Encoded"] = False

    assert_answers(FAILED, issue_token.handler(damaged, context))
    assert_logged(log, "ERROR", "server_error", reason="body_not_binary")


def test_body_that_the_gateway_took_for_bytes(deployed: Cloud, issue_token: ModuleType, context: Any) -> None:
    """An API with other binary types hands a form over in base64."""
    sent = event("token-urlencoded")
    sent |= {"body": base64.b64encode(sent["body"].encode()).decode(), "isBase64Encoded": True}

    assert_answers(answer("token-urlencoded"), issue_token.handler(sent, context))


@pytest.mark.parametrize("path", ["/oauth/token.php/", "/oauth/token.php"])
def test_path_may_end_in_a_slash(path: str, issue_token: ModuleType, context: Any) -> None:
    sent = event("token-urlencoded") | {"path": path}

    assert_answers(answer("token-urlencoded"), issue_token.handler(sent, context))
