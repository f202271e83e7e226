"""The callers and the apps' logins with canaries, and exceptions that nobody expects."""

import base64
import json
from typing import Any

from faxes.tokens import Denial
from tests.data.requests import make
from tests.support import requests
from tests.support.canaries.cases import DYNAMODB_FATES, FILE, NOTE, REQUEST, Case, fax, raw
from tests.support.canaries.texts import (
    BASIC,
    CONTENT,
    EXTENSION,
    FIELD,
    HEADER,
    KEY,
    KEYS,
    QUERY,
    SECRET,
    TOKENS,
    USER,
    fails,
)
from tests.support.faults import where


def callers() -> list[Case]:
    """The authorizer: who may come in, who may not, and what it cannot tell."""
    values = {
        "users-token": ([f"Bearer {TOKENS['users']}"], "allowed"),
        "apps-token": ([TOKENS["apps"]], "allowed"),
        "none": ([], Denial.MISSING),
        "two": ([f"Bearer {TOKENS['users']}", f"Bearer {TOKENS['apps']}"], Denial.REPEATED),
        "malformed": ([f"Bearer {TOKENS['users']} {SECRET}!"], Denial.MALFORMED),
        "basic": ([f"Basic {BASIC}"], Denial.OTHER_SCHEME),
        "unknown": ([f"Bearer {TOKENS['unknown']}"], Denial.UNKNOWN),
        "expired": ([f"Bearer {TOKENS['expired']}"], Denial.EXPIRED),
        "app-deleted": ([f"Bearer {TOKENS['deleted']}"], Denial.APP_UNKNOWN),
        "app-disabled": ([f"Bearer {TOKENS['disabled']}"], Denial.APP_DISABLED),
        "secret-rotated": ([f"Bearer {TOKENS['rotated']}"], Denial.SECRET_ROTATED),
    }
    cases = [Case(name, "authorize", caller(*sent), str(says)) for name, (sent, says) in values.items()]
    shown = caller(f"Bearer {TOKENS['apps']}")
    for name, fate in DYNAMODB_FATES.items():
        for item in ("TOKEN#", "APP#"):
            faults = {"dynamodb.GetItem": where(item, fate)}
            cases.append(Case(f"{item}-{name}", "authorize", shown, "failed", faults))
    return cases


def caller(*authorization: str) -> dict[str, Any]:
    lines = [f"Authorization: {value}" for value in authorization]
    return requests.authorizer_event(raw(f"/uapi/faxes/{USER}/{EXTENSION}", lines, b""), "canary")


def logins() -> list[Case]:
    """The token endpoint: apps that log in, that may not, and what fails."""
    key, grant = KEYS["enabled"], make.GRANT
    app = f"client_id={key}&client_secret={SECRET}"
    more = f"{FIELD}={FIELD}&state={QUERY}&redirect_uri={HEADER}"
    whole = login(f"{grant}&{app}&{more}")
    form = login(
        make.form(make.CURL, *(make.part(f'name="{n}"', v.encode()) for n, v in LOGIN_FIELDS)).decode(),
        content_type=f"multipart/form-data; boundary={make.CURL}",
    )
    events = {
        ("form", "token_issued"): whole,
        ("multipart", "token_issued"): form,
        ("basic", "token_issued"): login(grant, f"Authorization: Basic {with_basic(key, SECRET)}"),
        ("other-type", "content_type_wrong"): login(f'{{"client_secret":"{SECRET}"}}', content_type=f"text/{HEADER}"),
        ("many-fields", "body_unreadable"): login("&".join([f"{FIELD}={SECRET}"] * 65)),
        ("no-text", "field_not_text"): login(f'{{"client_secret": ["{SECRET}"]}}', content_type="application/json"),
        ("as-json", "token_issued"): login(
            json.dumps({"grant_type": "client_credentials", "client_id": key, "client_secret": SECRET}),
            content_type="application/json",
        ),
        ("no-grant", "grant_missing"): login(app),
        ("other-grant", "grant_unsupported"): login(f"grant_type={FIELD}&{app}"),
        ("secret-for-a-grant", "grant_unsupported"): login(f"grant_type={SECRET}&{app}"),
        ("twice", "field_repeated"): login(f"{grant}&{app}&client_secret={SECRET}"),
        ("no-app", "client_missing"): login(f"{grant}&client_id={key}&{more}"),
        ("two-apps", "clients_differ"): login(
            f"{grant}&client_id={KEY}", f"Authorization: Basic {with_basic(key, SECRET)}"
        ),
        ("basic-unreadable", "basic_unreadable"): login(grant, f"Authorization: Basic {with_basic(SECRET)}"),
        ("unknown", "app_unknown"): login(f"{grant}&client_id={KEY}&client_secret={SECRET}"),
        ("wrong", "secret_wrong"): login(f"{grant}&client_id={key}&client_secret={SECRET}x"),
        ("not-ascii", "secret_wrong"): login(f"{grant}&client_id={key}&client_secret={SECRET}%C3%A4"),
        ("disabled", "app_disabled"): login(f"{grant}&client_id={KEYS['disabled']}&client_secret={SECRET}"),
        ("too-large", "body_too_large"): login(f"{grant}&{app}&state=".ljust(16 * 1024 + 1, "x")),
        ("form-cut-off", "closing_delimiter_missing"): form | {"body": form["body"][:-12]},
        ("not-binary", "body_not_binary"): form | {"body": CONTENT.decode() + app, "isBase64Encoded": False},
        ("other-path", "no_such_path"): whole | {"path": f"/oauth/{KEY}"},
    }
    cases = [Case(name, "issue_token", event, says) for (name, says), event in events.items()]
    for name, fate in DYNAMODB_FATES.items():
        cases.append(Case(f"app-{name}", "issue_token", whole, "record_not_read", {"dynamodb.GetItem": fate}))
        cases.append(Case(f"token-{name}", "issue_token", whole, "token_not_written", {"dynamodb.PutItem": fate}))
    return cases


LOGIN_FIELDS = (
    ("grant_type", "client_credentials"),
    ("client_id", KEYS["enabled"]),
    ("client_secret", SECRET),
    (FIELD, FIELD),
)


def with_basic(*shown: str) -> str:
    return base64.b64encode(":".join(shown).encode()).decode()


def login(body: str, *headers: str, content_type: str = make.URLENCODED) -> dict[str, Any]:
    sent = raw(make.TOKEN, [f"Content-Type: {content_type}", *headers], body.encode())
    return requests.proxy_event(sent, "canary")


def unexpected() -> list[Case]:
    """Exceptions that nobody expects, at several depths."""
    form = next(case.event for case in logins() if case.name == "multipart")
    events = {
        "create_fax": fax(REQUEST, FILE, FILE, NOTE),
        "authorize": caller(f"Bearer {TOKENS['apps']}"),
        "issue_token": form,
    }
    places = {
        "create_fax": [
            "faxes.edge.events.body",
            "faxes.edge.events.pybase64.b64decode",
            "faxes.edge.paths.path_value",
            "faxes.edge.caller.from_authorizer_context",
            "faxes.edge.fax_answers.accepted",
            "faxes.intake.multipart.parse",
            "faxes.intake.multipart.MultipartDecoder",
            "faxes.intake.disposition._filename",
            "faxes.access.numbers.parse_extension",
            "faxes.intake.submission.documents.inspect",
            "faxes.intake.request.json.loads",
            "faxes.intake.submission.ids.new_id",
            "faxes.intake.submission.fingerprint_of",
            "faxes.edge.events.idempotency_key",
            "faxes.adapters.dynamodb.directory.DynamoDBDirectory.extension",
            "faxes.adapters.dynamodb.items.plain",
            "faxes.adapters.dynamodb.faxes.fax_item",
            "faxes.adapters.dynamodb.faxes.DynamoDBFaxStore.insert",
            "faxes.adapters.s3.S3FileStore.put_all",
            "faxes.adapters.s3.S3FileStore._put",
            "faxes.adapters.s3.base64.b64encode",
        ],
        "authorize": [
            "faxes.tokens.Authentication.identify",
            "faxes.tokens.digest_of",
            "faxes.tokens.hmac.compare_digest",
            "faxes.edge.authorizer.to_authorizer_context",
            "faxes.adapters.dynamodb.credentials.DynamoDBCredentialStore.token",
            "faxes.adapters.dynamodb.credentials.DynamoDBCredentialStore.app",
            "faxes.adapters.dynamodb.items.plain",
            "faxes.edge.authorizer._authorizations",
            "faxes.edge.authorizer._policy",
        ],
        "issue_token": [
            "faxes.edge.oauth.client",
            "faxes.edge.oauth.events.body",
            "faxes.edge.oauth.multipart.fields",
            "faxes.intake.multipart.MultipartDecoder",
            "faxes.edge.oauth.issued",
            "faxes.tokens.Login.log_in",
            "faxes.tokens.digest_of",
            "faxes.tokens.hmac.compare_digest",
            "faxes.adapters.dynamodb.credentials.DynamoDBCredentialStore.app",
            "faxes.adapters.dynamodb.credentials.DynamoDBCredentialStore.insert",
            "faxes.adapters.dynamodb.credentials.token_item",
        ],
    }
    return [
        Case(f"{function}-{place}", function, events[function], says, patched={place: fails})
        for function, listed in places.items()
        for place in listed
        for says in ["failed" if function == "authorize" else "Unforeseen"]
    ]
