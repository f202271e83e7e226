"""Who may send from which extension: every cell of tests/data/access.txt, through the real authorizer and function.

API Gateway stands between the two, as far as it decides: the authorizer's policy is held against the request's ARN as
IAM does it, a caller whom it does not let in gets the template's own answer, and the function gets what the authorizer
said of the caller.

Longer than 350 lines: one table, and all that walks through its cells.
"""

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore, app_item
from faxes.adapters.dynamodb.directory import extension_item, user_item
from faxes.adapters.dynamodb.items import wire
from faxes.edge.authorizer import SENTENCES
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal
from faxes.tokens import App, Denial, Login, Token, digest_of
from tests.support.access import (
    ACCEPTED,
    CONTEXTS,
    FAX_OFF,
    ORGANIZATIONS,
    OWNERS,
    QUEUES,
    REFUSALS,
    Deployed,
    Row,
    allows,
    authorized,
    contents,
    integrated,
    put,
    raw,
    read_table,
    refusal,
    send,
    wrong,
)
from tests.support.cloud import Cloud, cloud
from tests.support.full import size
from tests.support.memory import name_no_app
from tools.client.answers import differences

# --- the table's axes, from the contract: the table must have each combination of them once --------------------------

USERS = ["@me", "@viewer", "alice", "@owner", "bob", "dave", "nobody", "@everyone"]
EXTENSIONS = [
    # Whose it is, what it is, and its short and its extended form.
    *itertools.product(["own"], ["terminal"], ["210", "0003*210"]),
    *itertools.product(["own"], ["queue"], ["300", "0003*300"]),
    *itertools.product(["own"], ["fax-off"], ["310", "0003*310"]),
    *itertools.product(["colleague's"], ["terminal"], ["211", "0003*211"]),
    *itertools.product(["colleague's"], ["queue"], ["301", "0003*301"]),
    *itertools.product(["colleague's"], ["fax-off"], ["311", "0003*311"]),
    *itertools.product(["stranger's"], ["terminal"], ["410", "0004*410"]),
    *itertools.product(["stranger's"], ["queue"], ["430", "0004*430"]),
    *itertools.product(["stranger's"], ["fax-off"], ["431", "0004*431"]),
    # In short it is alice's, in her organization.
    ("stranger's", "namesake", "0004*210"),
    # In short, in both organizations, and in one that does not exist.
    *itertools.product(["nobody's"], ["unknown"], ["999", "0003*999", "0004*999", "0005*210"]),
    ("nobody's", "malformed", "0003*210*1"),
    ("nobody's", "self", "@self"),
]
# So many of the cells of a credential that lets nobody in are sent.
DENIED_EVERY = size(check=4, full=1)
CREDENTIALS = [
    "app's token",
    "app's token, expired",
    "app's token, secret rotated",
    "app's token, app disabled",
    "app's token, app deleted",
    "user's token",
    "user's token, expired",
    "unknown token",
    "no token",
]


# --- the table -------------------------------------------------------------------------------------------------------


def credential_cells() -> list[tuple[tuple[str, str], str]]:
    """(credential, context) and what it may do, once for each time that the table says it."""
    cells, block = [], ""
    for head, by_context in read_table():
        if head.startswith("="):
            block = head
        elif block == "= credential":
            cells += [((head, context), word) for context, word in by_context.items()]
    return cells


def path_cells() -> list[tuple[tuple[str, Row, str], str]]:
    """(user, extension, context) and what comes of it, once for each time that the table says it."""
    cells, users = [], [""]
    for head, by_context in read_table():
        if head.startswith("="):
            users = head.removeprefix("= ").split()
        elif users not in (["credential"], ["removed"]):
            owner, kind, number = head.split()
            cells += [((user, (owner, kind, number), c), word) for user in users for c, word in by_context.items()]
    return cells


def test_table_has_every_combination_once() -> None:
    credentials = [key for key, _ in credential_cells()]
    assert sorted(credentials) == sorted(itertools.product(CREDENTIALS, CONTEXTS))
    paths = [key for key, _ in path_cells()]
    assert sorted(paths) == sorted(itertools.product(USERS, EXTENSIONS, CONTEXTS))
    assert [by_context for head, by_context in read_table() if head.startswith("=")] == [
        {context: context for context in CONTEXTS}
    ] * 8


def test_table_has_every_outcome() -> None:
    assert {word for _, word in credential_cells()} == {"path", "denied"}
    senders = set().union(*OWNERS.values()) - QUEUES - FAX_OFF
    assert {word for _, word in path_cells()} == senders | set(REFUSALS)


# --- the deployment --------------------------------------------------------------------------------------------------


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Iterator[Deployed]:
    with cloud() as running:
        for owner, numbers in OWNERS.items():
            put(running, "DirectoryTable", user_item(owner, ORGANIZATIONS[owner]))
            for number in numbers:
                kind = ExtensionType.QUEUE if number in QUEUES else ExtensionType.PHONE_TERMINAL
                extension = Extension(ExtensionNumber(*number.split("*")), owner, kind, number not in FAX_OFF)
                put(running, "DirectoryTable", extension_item(extension))
        headers = {key: issue(running, *key) for key in itertools.product(CREDENTIALS, CONTEXTS)}
        yield Deployed(running, running.function("authorize"), running.function("create_fax"), headers)


def issue(deployed: Cloud, credential: str, context: str) -> str | None:
    """Bring one credential of alice's about: by a real login where it is an app's. Returns the header that shows it."""
    if credential == "no token":
        return None
    token = re.sub("[^a-z]+", "-", f"{credential} of alice in context {context}")
    ended = timedelta(hours=2 if "expired" in credential else 0)
    now = datetime.now(UTC) - ended
    store = DynamoDBCredentialStore(deployed.dynamodb, deployed.names["CredentialTable"])
    if credential.startswith("user's token"):
        store.insert(Token(digest_of(token), Principal("alice", "0003", Context(context)), now + timedelta(hours=1)))
    elif credential.startswith("app's token"):
        secret = f"the-secret-of-{token}"
        app = App(f"app.{token}", digest_of(secret), "alice", "0003", Context(context), enabled=True)
        put(deployed, "CredentialTable", app_item(app))
        Login(store, timedelta(hours=1), now=lambda: now, draw=lambda: token, name_app=name_no_app).log_in(
            app.key, secret
        )
        after(deployed, credential, app)
    return f"Bearer {token}"


def after(deployed: Cloud, credential: str, app: App) -> None:
    """What happens to an app once its token is issued."""
    match credential.removeprefix("app's token").removeprefix(", "):
        case "secret rotated":
            rotated = dataclasses.replace(app, secret_digest=digest_of("another-secret"))
            put(deployed, "CredentialTable", app_item(rotated))
        case "app disabled":
            put(deployed, "CredentialTable", app_item(dataclasses.replace(app, enabled=False)))
        case "app deleted":
            key = {name: value for name, value in app_item(app).items() if name in ("pk", "sk")}
            deployed.dynamodb.delete_item(TableName=deployed.names["CredentialTable"], Key=wire(key))


# --- every cell ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_every_cell(credential: str, user: str, deployed: Deployed, context: Any) -> None:
    before = contents(deployed.cloud)
    by_credential = dict(credential_cells())
    found: dict[tuple[str, str], list[str]] = {}
    cells = [(row, reach, word) for (of, row, reach), word in path_cells() if of == user]
    for number, (row, reach, word) in enumerate(cells, CREDENTIALS.index(credential)):
        lets_in = by_credential[credential, reach] == "path"
        # Whom the authorizer does not let in, it tells before there is a path: the other cells are for check-full, and
        # one by one the credentials that are refused go through all of them.
        if lets_in or number % DENIED_EVERY == 0:
            outcome = word if lets_in else by_credential[credential, reach]
            answer = send(deployed, user, row[2], deployed.headers[credential, reach], context)
            found[row[2], reach] = wrong(outcome, user, row[2], answer, deployed.cloud, before)
    assert {cell: lines for cell, lines in found.items() if lines} == {}
    assert len(cells) == len(EXTENSIONS) * len(CONTEXTS)
    assert len(found) >= len(cells) // DENIED_EVERY


# --- nothing tells whether somebody exists ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "there", "not_there"),
    [
        # A user of another organization, a user of one's own, and nobody.
        ("user", ("dave", "410"), ("dove", "410")),
        ("user", ("dave", "0004*410"), ("dove", "0004*410")),
        ("user", ("bob", "211"), ("bot", "211")),
        ("organization", ("dave", "410"), ("dove", "410")),
        ("organization", ("dave", "0004*410"), ("dove", "0004*410")),
        # An extension of theirs, and one that does not exist: a terminal, a queue, one without fax.
        ("user", ("@me", "0004*410"), ("@me", "0004*419")),
        ("user", ("@me", "0004*430"), ("@me", "0004*439")),
        ("user", ("@me", "0004*431"), ("@me", "0004*438")),
        ("user", ("@me", "211"), ("@me", "219")),
        ("user", ("@me", "301"), ("@me", "309")),
        ("user", ("@owner", "0004*410"), ("@owner", "0004*419")),
        ("user", ("@owner", "0004*430"), ("@owner", "0004*439")),
        ("user", ("@owner", "0004*431"), ("@owner", "0004*438")),
        ("user", ("@owner", "211"), ("@owner", "219")),
        ("user", ("@owner", "301"), ("@owner", "309")),
        ("organization", ("@me", "0004*410"), ("@me", "0004*419")),
        ("organization", ("bob", "0004*410"), ("bob", "0004*419")),
        ("organization", ("bob", "0004*430"), ("bob", "0004*439")),
        ("organization", ("@owner", "0004*410"), ("@owner", "0004*419")),
        ("organization", ("@owner", "0004*430"), ("@owner", "0004*439")),
        ("organization", ("@owner", "0004*431"), ("@owner", "0004*438")),
        # An organization, and none.
        ("user", ("@owner", "0004*410"), ("@owner", "0005*410")),
        ("organization", ("@owner", "0004*410"), ("@owner", "0005*410")),
        ("organization", ("@me", "0004*210"), ("@me", "0005*210")),
    ],
)
def test_what_is_out_of_reach_is_as_what_does_not_exist(
    reach: str, there: tuple[str, str], not_there: tuple[str, str], deployed: Deployed, context: Any
) -> None:
    """But for the name that was sent, every byte of the answer is the same."""
    authorization = deployed.headers["app's token", reach]
    one, other = (send(deployed, *path, authorization, context) for path in (there, not_there))

    assert one["statusCode"] == 400
    for name, other_name in zip(there, not_there, strict=True):
        one = json.loads(json.dumps(one).replace(name, other_name))
    assert one == other


# --- a cached answer -------------------------------------------------------------------------------------------------

STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1"
# Paths that a caller can have an answer made for: the raw star of an extension, and stars on purpose.
ASKED = [("@me", "0003*210"), ("@me", "*"), ("*", "*"), ("@owner", "0004*"), ("%2A", "%3F")]


@pytest.mark.parametrize("reach", CONTEXTS)
@pytest.mark.parametrize(("user", "extension"), ASKED)
def test_answer_that_is_reused_lets_no_one_in_whom_the_function_refuses(
    user: str, extension: str, reach: str, deployed: Deployed, context: Any
) -> None:
    """The gateway asks once for a token, and holds the answer against the other paths that the token is sent to."""
    before = contents(deployed.cloud)
    header = deployed.headers["app's token", reach]
    cached, arn = authorized(deployed, raw(user, extension, header), context)
    assert allows(cached["policyDocument"], arn)
    refused = {
        ("@me", "0003*211"): "not-theirs",
        ("@me", "0004*410"): "not-theirs",
        ("@viewer", "0004*210"): "not-theirs",
        ("alice", "0003*301"): "not-theirs",
        # The stars themselves name nobody and nothing.
        ("@me", "*"): "ext-malformed",
        ("@me", "0003*"): "ext-malformed",
        ("@me", "0003*21%3F"): "ext-malformed",
        ("@owner", "*"): "ext-malformed",
        ("*", "0003*210"): "user-malformed",
        ("*", "*"): "user-malformed",
        ("%2A", "0003*210"): "user-malformed",
    }
    if reach != "global":
        refused |= {("dave", "0004*410"): "user-unreached", ("@owner", "0004*410"): "ext-unreached"}
    if reach == "user":
        refused |= {("bob", "0003*211"): "user-unreached", ("@owner", "0003*211"): "ext-unreached"}

    for path, outcome in refused.items():
        status, code, message = REFUSALS[outcome]
        named, number = path
        message = message.replace("USER", unquote(named)).replace("EXTENSION", unquote(number))
        # The policy allows every route, whoever's extension: it is not what keeps anybody out.
        assert allows(cached["policyDocument"], f"{STAGE}/POST/uapi/faxes/{named}/{number}")
        answer = integrated(deployed, raw(named, number, header), cached, context)
        assert differences(refusal(status, code, message), answer) == []

    assert contents(deployed.cloud) == before
    accepted = integrated(deployed, raw("@me", "0003*210", header), cached, context)
    assert differences(ACCEPTED, accepted) == []
    deployed.cloud.forget_faxes()


@pytest.mark.parametrize("reach", CONTEXTS)
def test_answer_holds_nothing_of_the_path_or_of_the_callers_text(reach: str, deployed: Deployed, context: Any) -> None:
    """So it is the same for each request of a token, and a star in a path gets into no policy."""
    header = deployed.headers["app's token", reach]
    answers = [authorized(deployed, raw(*path, header), context)[0] for path in ASKED]
    loud = raw("canary", "0003*77", header)
    loud = dataclasses.replace(
        loud,
        head=loud.head.replace(b" HTTP/1.1", b"?canary=canary HTTP/1.1").replace(b"curl/7.88.1", b"canary"),
    )
    answers.append(authorized(deployed, loud, context)[0])

    assert answers == [
        {
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
            "usageIdentifierKey": "51af3dc0da7711e4872e1234567db123apps",
            "context": {
                "userId": "alice",
                "organizationId": "0003",
                "context": reach,
                "appKey": f"app.app-s-token-of-alice-in-context-{reach}",
            },
        }
    ] * len(answers)


@pytest.mark.parametrize(
    ("arn", "allowed"),
    [
        (f"{STAGE}/POST/uapi/faxes/@me/0003*210", True),
        (f"{STAGE}/POST/unifiedapi/faxes/@me/0003*210", True),
        (f"{STAGE}/POST/uapi/faxes/a:b/210", True),
        (f"{STAGE}/GET/uapi/faxes/@me/0003*210", True),
        (f"{STAGE}/DELETE/uapi/faxes/@me/0003*210/1", True),
        (f"{STAGE}2/POST/uapi/faxes/@me/0003*210", False),
        (STAGE.replace("a1b2c3d4e5", "z9y8x7w6v5") + "/POST/uapi/faxes/@me/0003*210", False),
    ],
)
def test_policy_is_for_every_route_of_its_stage(arn: str, allowed: bool, deployed: Deployed, context: Any) -> None:
    answer, _ = authorized(deployed, raw("*", "*", deployed.headers["app's token", "global"]), context)

    assert allows(answer["policyDocument"], arn) is allowed


def test_denial_is_for_everything(deployed: Deployed, context: Any) -> None:
    answer, _ = authorized(deployed, raw("*", "*", deployed.headers["unknown token", "user"]), context)

    assert answer == {
        "principalId": "unknown",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [f"{STAGE}/*/*"]}],
        },
        "context": {"denial": SENTENCES[Denial.UNKNOWN]},
    }
    assert not allows(answer["policyDocument"], f"{STAGE}/POST/uapi/faxes/@me/0003*210")


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param([("Allow", "arn:aws:execute-api:eu-west-1:123456789012:*/v1/GET/*")], id="other-method"),
        pytest.param([("Allow", "arn:aws:execute-api:*/*")], id="wildcard-over-the-parts"),
        pytest.param([("Allow", f"{STAGE}/*"), ("Deny", f"{STAGE}/POST/uapi/*/@me/*")], id="deny-wins"),
        pytest.param([("Allow", f"{STAGE}/POST/uapi/faxes/@me/000?")], id="question-mark-is-one"),
        pytest.param([], id="nothing"),
    ],
)
def test_matcher_lets_in_whom_iam_does(policy: list[tuple[str, str]]) -> None:
    statements = [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": [arn]} for effect, arn in policy]
    assert not allows({"Statement": statements}, f"{STAGE}/POST/uapi/faxes/@me/0003*210")
    statements = [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [f"{STAGE}/POST/uapi/*/@m?/*210"]}]
    assert allows({"Statement": statements}, f"{STAGE}/POST/uapi/faxes/@me/0003*210")
