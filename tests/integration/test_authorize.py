"""The authorizer's real handler on moto, with a REQUEST authorizer's events: whole answers, and no token in the log."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.credentials import app_item, token_item
from faxes.adapters.dynamodb.items import wire
from faxes.edge.authorizer import SENTENCES, AuthorizerFailed
from faxes.model import Context, Principal
from faxes.tokens import App, AppLogin, Denial, Token, UsageKey, digest_of
from tests.support import template
from tests.support.cloud import API_ID, Cloud

EVENTS = template.ROOT / "tests" / "data" / "authorizer"
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))

KNOWN = "the-token.of_alice-1234567890"
UNKNOWN = "the-token.of_nobody-123456789"
EXPIRED = "the-token.of_alice-last-month"
TOKENS = (KNOWN, UNKNOWN, EXPIRED)

STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1"
# Every route of the stage: the answer is reused for other methods and paths of the same token.
ALLOW = {
    "principalId": "alice",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Action": "execute-api:Invoke",
                "Effect": "Allow",
                "Resource": [f"{STAGE}/*/*"],
            }
        ],
    },
    "context": {"userId": "alice", "organizationId": "0003", "context": "user"},
    # Of all users without an app.
    "usageIdentifierKey": "51af3dc0da7711e4872e1234567db123users",
}
NEW_APPS = "51af3dc0da7711e4872e1234567db123apps"
HOW = "at /oauth/token.php, and send Authorization: Bearer and the token that it issues."
UNKNOWN_OR_EXPIRED = f"The access token is unknown or has expired: log in again {HOW}"
# What is told who sent it, by what the log is told.
TOLD = {
    "token_missing": f"No access token was sent: log in {HOW}",
    "scheme_unknown": (
        f"The Authorization header has another scheme than Bearer: log in with the app's key and secret {HOW}"
    ),
    "token_malformed": f"What the Authorization header holds is no access token: log in {HOW}",
    "token_repeated": f"The Authorization header was sent more than once: log in {HOW}",
    "token_unknown": UNKNOWN_OR_EXPIRED,
    "token_expired": UNKNOWN_OR_EXPIRED,
}


def deny(reason: str) -> dict[str, Any]:
    return {
        "principalId": "unknown",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [f"{STAGE}/*/*"]}],
        },
        "context": {"denial": TOLD[reason]},
    }


type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Cloud:
    """A deployment that knows directory.example.yaml, whose token is KNOWN, and a token that expired."""
    cloud.import_example(draw=lambda: KNOWN)
    # The table removes it up to days later.
    ended = datetime.now(UTC) - timedelta(seconds=1)
    cloud.add_credential(token_item(Token(digest_of(EXPIRED), Principal("alice", "0003"), ended)))
    return cloud


def event(name: str = "mcp-server") -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return loaded


def with_authorization(*values: str, header: str = "Authorization", name: str = "mcp-server") -> dict[str, Any]:
    """An event with these values for its Authorization header, none for no values."""
    changed = event(name)
    del changed["headers"]["Authorization"], changed["multiValueHeaders"]["Authorization"]
    if values:
        changed["headers"][header] = values[-1]
        changed["multiValueHeaders"][header] = list(values)
    return changed


def assert_logged(log: Log, outcome: str, reason: str | None = None) -> None:
    """One line says what came of it, and nothing of any token."""
    lines = log()
    assert [(line["outcome"], line.get("reason")) for line in lines] == [(outcome, reason)]
    assert lines[0]["correlation_id"] == event()["requestContext"]["extendedRequestId"]
    written = json.dumps(lines)
    assert [token for token in TOKENS if token in written or digest_of(token) in written] == []


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(f"Bearer {KNOWN}", id="bearer"),
        pytest.param(KNOWN, id="bare-token"),
        pytest.param(f"bearer {KNOWN}", id="lower-case"),
        pytest.param(f"BEARER {KNOWN}", id="upper-case"),
        pytest.param(f"Bearer  {KNOWN} ", id="more-spaces"),
    ],
)
def test_known_token(authorization: str, deployed: Cloud, context: Any, log: Log) -> None:
    answer = deployed.function("authorize").handler(with_authorization(authorization), context)

    assert answer == ALLOW
    assert_logged(log, "allowed")


@pytest.mark.parametrize("header", ["authorization", "AUTHORIZATION"])
def test_header_name_in_any_case(header: str, deployed: Cloud, context: Any, log: Log) -> None:
    sent = with_authorization(f"Bearer {KNOWN}", header=header)

    assert deployed.function("authorize").handler(sent, context) == ALLOW
    assert_logged(log, "allowed")


@pytest.mark.parametrize("name", NAMES)
def test_answer_is_the_same_for_every_path(name: str, deployed: Cloud, context: Any) -> None:
    """The path's own ``*`` is a wildcard in a policy, so nothing of the path may get into one."""
    assert "0003*210" in event(name)["methodArn"]

    assert deployed.function("authorize").handler(with_authorization(KNOWN, name=name), context) == ALLOW


@pytest.mark.parametrize("path", ["uapi/faxes/*/*", "uapi/faxes/a:b/0003*210", "uapi/faxes/%2F..%2F/210", ""])
def test_answer_does_not_follow_the_method_arn(path: str, deployed: Cloud, context: Any) -> None:
    sent = with_authorization(KNOWN) | {"methodArn": f"{STAGE}/POST/{path}"}

    assert deployed.function("authorize").handler(sent, context) == ALLOW


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        pytest.param([f"Bearer {UNKNOWN}"], "token_unknown", id="unknown"),
        pytest.param([f"Bearer {EXPIRED}"], "token_expired", id="expired"),
        pytest.param([f"Bearer {digest_of(KNOWN)}"], "token_unknown", id="digest-in-place-of-the-token"),
        pytest.param([f"Bearer {KNOWN[:-1]}"], "token_unknown", id="cut"),
        pytest.param([f"Bearer {KNOWN.upper()}"], "token_unknown", id="other-case"),
        pytest.param([], "token_missing", id="missing"),
        pytest.param([""], "token_malformed", id="empty"),
        pytest.param(["Bearer"], "token_malformed", id="scheme-alone"),
        pytest.param(["Bearer short"], "token_malformed", id="too-short"),
        pytest.param([f"Bearer{KNOWN}"], "token_unknown", id="no-space"),
        pytest.param([f"Basic {KNOWN}"], "scheme_unknown", id="other-scheme"),
        pytest.param(["Basic ZXhhbXBsZS1hcHA6c2VjcmV0"], "scheme_unknown", id="key-and-secret"),
        pytest.param(["AWS4-HMAC-SHA256 Credential=x, SignedHeaders=y"], "scheme_unknown", id="signature"),
        pytest.param(["Basic"], "token_malformed", id="other-scheme-alone"),
        pytest.param([f"Bearer {KNOWN} {KNOWN}"], "token_malformed", id="two-tokens"),
        pytest.param([f"Bearer {KNOWN}, Bearer {KNOWN}"], "token_malformed", id="joined"),
        pytest.param([f"Bearer {KNOWN}\u0000"], "token_malformed", id="control-character"),
        pytest.param([f"Bearer {KNOWN[:-1]}ß"], "token_malformed", id="not-ascii"),
        pytest.param([f'Bearer "{KNOWN}"'], "token_malformed", id="in-quotes"),
        # Which of them another part of the way looks at, and which one the answer is reused for, is not known.
        pytest.param([f"Bearer {UNKNOWN}", f"Bearer {KNOWN}"], "token_repeated", id="two-values-known-last"),
        pytest.param([f"Bearer {KNOWN}", f"Bearer {UNKNOWN}"], "token_repeated", id="two-values-known-first"),
        pytest.param([f"Bearer {KNOWN}", f"Bearer {KNOWN}"], "token_repeated", id="two-values-the-same"),
    ],
)
def test_no_known_token(authorization: list[str], reason: str, deployed: Cloud, context: Any, log: Log) -> None:
    answer = deployed.function("authorize").handler(with_authorization(*authorization), context)

    assert answer == deny(reason)
    assert_logged(log, "access_denied", reason)


def test_each_denial_has_a_sentence_that_json_takes_as_it_is() -> None:
    """The gateway puts it between quotation marks, whatever it is."""
    assert set(SENTENCES) == set(Denial)
    assert [text for text in SENTENCES.values() if json.dumps(text) != f'"{text}"'] == []
    of_what_is_looked_up = {
        Denial.UNKNOWN,
        Denial.EXPIRED,
        Denial.APP_UNKNOWN,
        Denial.APP_DISABLED,
        Denial.SECRET_ROTATED,
    }
    assert {SENTENCES[denial] for denial in of_what_is_looked_up} == {UNKNOWN_OR_EXPIRED}


def test_two_headers_that_differ_in_case(deployed: Cloud, context: Any, log: Log) -> None:
    sent = with_authorization(f"Bearer {KNOWN}")
    sent["headers"]["authorization"] = f"Bearer {UNKNOWN}"
    sent["multiValueHeaders"] |= {"Authorization": [f"Bearer {UNKNOWN}"], "authorization": [f"Bearer {KNOWN}"]}

    assert deployed.function("authorize").handler(sent, context) == deny("token_repeated")
    assert_logged(log, "access_denied", "token_repeated")


@pytest.mark.parametrize("argument", ["access_token", "token", "Authorization"])
def test_token_in_the_query_string(argument: str, deployed: Cloud, context: Any, log: Log) -> None:
    """Refused on purpose: it would end up in access logs."""
    sent = with_authorization()
    sent["queryStringParameters"] = {argument: KNOWN}
    sent["multiValueQueryStringParameters"] = {argument: [KNOWN]}

    assert deployed.function("authorize").handler(sent, context) == deny("token_missing")
    assert_logged(log, "access_denied", "token_missing")


def test_token_that_ends_between_two_requests(deployed: Cloud, context: Any) -> None:
    function = deployed.function("authorize")
    assert function.handler(with_authorization(KNOWN), context) == ALLOW

    ended = Token(digest_of(KNOWN), Principal("alice", "0003"), datetime.now(UTC))
    table = deployed.names["CredentialTable"]
    deployed.dynamodb.put_item(TableName=table, Item=wire(token_item(ended)))

    assert function.handler(with_authorization(KNOWN), context) == deny("token_expired")


@pytest.mark.parametrize(
    ("own", "counted_by"),
    [
        # Imported before there were budgets.
        (None, NEW_APPS),
        (UsageKey(f"{API_ID}0123456789", datetime(2026, 11, 23, tzinfo=UTC)), f"{API_ID}0123456789"),
        # Not yet known in every part of the gateway.
        (UsageKey(f"{API_ID}0123456789", datetime(2200, 1, 1, tzinfo=UTC)), NEW_APPS),
        # Another API's, whose table this one was restored from.
        (UsageKey("f6g7h8i9j00123456789", datetime(2026, 11, 23, tzinfo=UTC)), NEW_APPS),
    ],
)
def test_what_an_app_is_counted_by(own: UsageKey | None, counted_by: str, deployed: Cloud, context: Any) -> None:
    app = App("office", "ab" * 32, "alice", "0003", Context.ORGANIZATION, True, usage_key=own)
    deployed.add_credential(app_item(app))
    until = datetime.now(UTC) + timedelta(hours=1)
    deployed.add_credential(token_item(Token(digest_of(UNKNOWN), AppLogin("office", "ab" * 32), until)))

    assert deployed.function("authorize").handler(with_authorization(UNKNOWN), context) == ALLOW | {
        # Nothing of it is handed on to the functions.
        "context": {"userId": "alice", "organizationId": "0003", "context": "organization", "appKey": "office"},
        "usageIdentifierKey": counted_by,
    }


def test_tokens_cannot_be_read_from_the_table(deployed: Cloud) -> None:
    stored = json.dumps(deployed.items("CredentialTable"))

    assert digest_of(KNOWN) in stored
    assert [token for token in TOKENS if token in stored] == []


def test_store_that_fails_is_no_denial(deployed: Cloud, context: Any, log: Log) -> None:
    """A 401 would tell clients to throw away a good token; the gateway makes a 500 of the exception."""
    function = deployed.function("authorize")
    deployed.dynamodb.delete_table(TableName=deployed.names["CredentialTable"])

    with pytest.raises(AuthorizerFailed) as failed:
        function.handler(with_authorization(KNOWN), context)

    # The runtime logs its text.
    assert str(failed.value) == ""
    [line] = log()
    assert (line["level"], line["outcome"]) == ("ERROR", "failed")
    assert line["cause"] == "GetItem: ResourceNotFoundException (400)"
    assert KNOWN not in json.dumps(line)


def test_record_that_cannot_be_read_is_no_denial(deployed: Cloud, context: Any, log: Log) -> None:
    function = deployed.function("authorize")
    broken = {"pk": f"TOKEN#{digest_of(KNOWN)}", "sk": "TOKEN", "userId": "alice"}
    deployed.dynamodb.put_item(TableName=deployed.names["CredentialTable"], Item=wire(broken))

    with pytest.raises(AuthorizerFailed) as failed:
        function.handler(with_authorization(KNOWN), context)

    assert str(failed.value) == ""
    [line] = log()
    assert (line["level"], line["outcome"], line["cause"]) == ("ERROR", "failed", "KeyError")
    assert digest_of(KNOWN) not in json.dumps(line)
