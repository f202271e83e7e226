"""The table of who may send (tests/data/access.txt), and what stands between a caller and a fax: the real authorizer
and function, and API Gateway between the two, as far as it decides."""

import dataclasses
import json
import re
from types import ModuleType
from typing import Any

from faxes.adapters.dynamodb.items import plain, wire
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud
from tools.client.answers import differences

TABLE = template.ROOT / "tests" / "data" / "access.txt"

CONTEXTS = ["user", "organization", "global"]

# --- what they stand for ---------------------------------------------------------------------------------------------

ORGANIZATIONS = {"alice": "0003", "bob": "0003", "dave": "0004"}
OWNERS = {
    "alice": ["0003*210", "0003*300", "0003*310"],
    "bob": ["0003*211", "0003*301", "0003*311"],
    "dave": ["0004*210", "0004*410", "0004*430", "0004*431"],
}
QUEUES = {"0003*300", "0003*301", "0004*430"}
FAX_OFF = {"0003*310", "0003*311", "0004*431"}

# Why not: the status, the code, and the sentence, with what the path had for USER and EXTENSION.
REFUSALS = {
    "user-malformed": (
        400,
        "user_invalid",
        "User USER is not valid; it must be @me, @viewer, @owner, or an id of 1 to 64 letters, digits, dots, dashes "
        "and underscores.",
    ),
    "user-unreached": (400, "user_invalid", "User USER does not exist, or is out of reach of this token."),
    "ext-malformed": (
        400,
        "extension_invalid",
        "Extension EXTENSION is not valid; it must be a number, such as 210, or one with its organization, such as "
        "0003*210, of at most 32 characters.",
    ),
    "not-theirs": (
        400,
        "extension_invalid",
        "Extension EXTENSION does not exist, or does not belong to user USER.",
    ),
    "ext-unreached": (
        400,
        "extension_invalid",
        "Extension EXTENSION does not exist, or is out of reach of this token.",
    ),
    "no-phone": (
        400,
        "extension_invalid",
        "Extension EXTENSION is not a phone terminal; only a phone terminal can send faxes.",
    ),
    "no-fax": (400, "extension_invalid", "Extension EXTENSION is not enabled for fax."),
}

type Row = tuple[str, str, str]
type Answer = dict[str, Any]
type Contents = tuple[dict[str, list[dict[str, Any]]], dict[str, bytes]]


def read_table() -> list[tuple[str, dict[str, str]]]:
    """The table's lines in their order: a block's heading, or a row and its cells by context."""
    lines = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, *cells = re.split(" {2,}", line) if line.startswith("=") else [line[:38].rstrip(), *line[38:].split()]
            lines.append((head, dict(zip(CONTEXTS, cells, strict=True))))
    return lines


@dataclasses.dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment with the directory above. ``headers`` has the Authorization header of a credential in a context."""

    cloud: Cloud
    authorize: ModuleType
    create_fax: ModuleType
    headers: dict[tuple[str, str], str | None]


def put(deployed: Cloud, table: str, item: dict[str, Any]) -> None:
    deployed.dynamodb.put_item(TableName=deployed.names[table], Item=wire(item))


def contents(deployed: Cloud) -> Contents:
    """All that is stored: each table's items, and the bucket's objects."""
    tables = [name for name in deployed.names if name.endswith("Table")]
    return {deployed.names[name]: deployed.items(name) for name in tables}, deployed.objects()


# --- API Gateway, as far as it decides -------------------------------------------------------------------------------


def allows(policy: dict[str, Any], arn: str) -> bool:
    """Whether an authorizer's policy lets a request to ``arn`` in: as IAM matches, a deny before any allow."""
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        for resource in statement["Resource"]
        if statement["Action"] == "execute-api:Invoke" and _matches(resource, arn)
    }
    return effects == {"Allow"}


def _matches(pattern: str, arn: str) -> bool:
    """``*`` is any number of characters, slashes too, ``?`` is one; neither spans the parts between an ARN's colons."""
    pairs = zip(pattern.split(":", 5), arn.split(":", 5), strict=True)
    return all(
        re.fullmatch(re.escape(one).replace(r"\*", ".*").replace(r"\?", "."), other, re.DOTALL) for one, other in pairs
    )


def denied() -> Answer:
    """What the gateway answers a caller whom the authorizer does not let in: the template says it."""
    answer = template.load()["Resources"]["Api"]["Properties"]["GatewayResponses"]["ACCESS_DENIED"]
    return {"statusCode": answer["StatusCode"], "body": answer["ResponseTemplates"]["application/json"]}


DENIED = denied()


def raw(user: str, extension: str, authorization: str | None) -> requests.RawRequest:
    sent = make.curl(make.request_part(), make.file_part(), target=f"/uapi/faxes/{user}/{extension}")
    line = b"" if authorization is None else f"Authorization: {authorization}\r\n".encode()
    return requests.parse(sent.replace(b"Authorization: Bearer TOKEN\r\n", line))


def authorized(deployed: Deployed, request: requests.RawRequest, context: Any) -> tuple[dict[str, Any], str]:
    """The authorizer's answer to a request, and the request's ARN."""
    event = requests.authorizer_event(request, "access")
    answer: dict[str, Any] = deployed.authorize.handler(event, context)
    return answer, event["methodArn"]


def integrated(deployed: Deployed, request: requests.RawRequest, authorization: dict[str, Any], context: Any) -> Answer:
    """The function's answer to a request whose caller is ``authorization``, an authorizer's answer."""
    event = requests.proxy_event(request, "access")
    event["requestContext"]["authorizer"] = {
        "principalId": authorization["principalId"],
        **authorization["context"],
        "integrationLatency": 41,
    }
    answer: Answer = deployed.create_fax.handler(event, context)
    return answer


def send(deployed: Deployed, user: str, extension: str, authorization: str | None, context: Any) -> Answer:
    """A request's answer, whoever answers."""
    request = raw(user, extension, authorization)
    answer, arn = authorized(deployed, request, context)
    return integrated(deployed, request, answer, context) if allows(answer["policyDocument"], arn) else DENIED


def wrong(outcome: str, user: str, extension: str, answer: Answer, deployed: Cloud, before: Contents) -> list[str]:
    """What of an answer, and of what is stored behind it, is not as the cell has it; leaves nothing stored behind."""
    now = contents(deployed)
    if outcome == "denied":
        code = json.loads(answer["body"])["error"]["code"]
        lines = [] if (answer["statusCode"], code) == (401, "access_denied") else [f"answered with {answer}"]
    elif outcome in REFUSALS:
        status, code, message = REFUSALS[outcome]
        message = message.replace("USER", user).replace("EXTENSION", extension)
        lines = differences(refusal(status, code, message), answer)
    else:
        lines = differences(ACCEPTED, answer) or wrongly_stored(outcome, json.loads(answer["body"]), before, now)
        deployed.forget_faxes()
        now = contents(deployed)
    return lines if now == before else [*lines, "something is stored that should not be"]


ACCEPTED = {
    "statusCode": 200,
    "headers": {"Content-Type": "application/json"},
    "body": {"id": "<id>", "uid": "<uid>"},
}


def refusal(status: int, code: str, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": {"error": {"code": code, "message": message}},
    }


def wrongly_stored(sender: str, accepted: dict[str, str], before: Contents, now: Contents) -> list[str]:
    """How what is stored differs from one fax that ``sender`` sent for its owner, and nothing beside."""
    tables, objects = now
    owner = next(name for name, numbers in OWNERS.items() if sender in numbers)
    expected = {**accepted, "userId": owner, "organizationId": ORGANIZATIONS[owner], "extension": sender}
    faxes = [plain(item) for item in tables["FaxTable"]]
    actual = [{name: fax[name] for name in expected} for fax in faxes]
    lines = [] if actual == [expected] else [f"expected one fax, {expected}, got {actual}"]
    if objects != {f"faxes/{accepted['uid']}/1.txt": make.FAX_TEXT}:
        lines.append(f"the bucket holds {sorted(objects)}")
    if {**tables, "FaxTable": []} != before[0]:
        lines.append("another table has changed")
    return lines
