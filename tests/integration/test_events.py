"""Every kept event of a fax, and of what is refused, through its real handler on moto: what is answered and stored.

A new request in tests/data/requests/make.py is replayed here without another line, or in test_token_endpoint.py where
an app logs in. It needs its answer in events/answers and, where a fax is accepted, what is then stored in
tests/data/requests/stored.

Longer than 350 lines: one replay, and what each kind of event needs beside it.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import plain, text
from faxes.ids import ID_EPOCH
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud
from tools.client.answers import differences

ROOT = template.ROOT
EVENTS = ROOT / "events"
STORED = requests.FOLDER / "stored"
NAMES = requests.names("create_fax")
REFUSED = requests.names("refuse")

# Its fax is not accepted before its files are there: test_uploads.py.
UPLOAD = "upload"
MAX_BODY_BYTES = 4_613_734
RETENTION = timedelta(days=30)
# What is counted of a request, by its answer's status.
COUNTED = {200: {"FaxAccepted", "FaxBytes", "FaxPages"}, 204: {"NothingToSend"}}
BOB = {"userId": "bob", "organizationId": "0003", "context": "user"}

type Log = Callable[[], list[dict[str, Any]]]


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return loaded


def answer(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / "answers" / f"{name}.json").read_bytes())
    return loaded


def assert_answers(expected: dict[str, Any], actual: dict[str, Any]) -> None:
    """Status, body and headers, and no header beside."""
    assert differences(expected, actual) == []
    assert set(actual["multiValueHeaders"]) == set(expected["headers"])
    assert set(actual) == {"statusCode", "body", "isBase64Encoded", "multiValueHeaders"}
    assert actual["isBase64Encoded"] is False


def assert_nothing_stored(cloud: Cloud) -> None:
    assert cloud.objects() == {}
    assert cloud.items("FaxTable") == []


def refusal(status: int, code: str, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": {"error": {"code": code, "message": message}},
    }


def test_kept_files_are_what_the_script_makes() -> None:
    made = make.files()
    kept = {*requests.FOLDER.glob("*.http"), *EVENTS.glob("*.json"), *make.AUTHORIZER.glob("*.json")}
    assert kept == set(made)
    assert [str(path) for path, content in made.items() if path.read_bytes() != content] == []


def test_each_event_has_its_answer_and_each_accepted_fax_what_is_stored() -> None:
    assert sorted(path.stem for path in (EVENTS / "answers").glob("*.json")) == requests.names()
    assert sorted(path.stem for path in STORED.glob("*.json")) == [
        name for name in NAMES if answer(name)["statusCode"] == 200 and name != UPLOAD
    ]


def test_each_event_has_its_line_in_the_readme() -> None:
    """With the status that its answer has."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ([0-9]{3}): ", (EVENTS / "README.md").read_text(), re.MULTILINE)

    assert sorted(rows) == [(name, str(answer(name)["statusCode"])) for name in requests.names()]


def test_each_function_has_events_of_its_own_name() -> None:
    """As events/README.md has it."""
    words = {"issue_token": "token", "read_faxes": "read", "change_faxes": "change", "refuse": "refuse"}
    named = {function: requests.names(function) for function in words}
    assert sorted([*NAMES, *(name for names in named.values() for name in names)]) == requests.names()
    for function, word in words.items():
        assert {name.partition("-")[0] for name in named[function]} == {word}
    assert not {name.partition("-")[0] for name in NAMES} & set(words.values())


@pytest.mark.parametrize("name", requests.names())
def test_event_comes_to_its_function_in_the_template(name: str) -> None:
    """To the method itself where its path has it, else to the one for ANY; with a caller where one is asked for."""
    functions = template.resources(template.load(), "AWS::Serverless::Function")
    routes = {
        (route["Properties"]["Path"], route["Properties"]["Method"].upper()): (
            resource["Properties"]["CodeUri"],
            "Auth" not in route["Properties"],
        )
        for resource in functions.values()
        for route in resource["Properties"].get("Events", {}).values()
    }
    sent = event(name)
    any_method = routes.get((sent["resource"], "ANY"))
    code, guarded = routes.get((sent["resource"], sent["httpMethod"])) or any_method or ("", None)
    assert code == f"functions/{requests.read(name).route.function}"
    assert ("authorizer" in sent["requestContext"]) is guarded
    assert sent["requestContext"]["resourcePath"] == sent["resource"]


@pytest.mark.parametrize("name", NAMES)
def test_event(name: str, deployed: Cloud, context: Any) -> None:
    expected = answer(name)
    before = datetime.now(UTC)
    actual = deployed.function("create_fax").handler(event(name), context)
    after = datetime.now(UTC)

    assert_answers(expected, actual)
    if expected["statusCode"] >= 400:
        assert json.loads(actual["body"])["error"]["requestId"] == event(name)["requestContext"]["extendedRequestId"]
    if expected["statusCode"] != 200:
        assert_nothing_stored(deployed)
        return
    accepted = json.loads(actual["body"])
    if name == UPLOAD:
        kept = sorted((item["pk"], item["sk"]) for item in map(plain, deployed.items("FaxTable")))
        fax_id = accepted["id"]
        assert (deployed.objects(), kept) == (
            {},
            [(f"UPLOAD#{fax_id}", "UPLOAD"), ("UPLOADS#app:example-app", fax_id)],
        )
        return

    stored = json.loads((STORED / f"{name}.json").read_bytes())
    contents = [content(file) for file in stored["files"]]
    keys = [f"faxes/{accepted['uid']}/{n}.{file['kind']}" for n, file in enumerate(stored["files"], start=1)]
    assert deployed.objects() == dict(zip(keys, contents, strict=True))

    [record, *idempotency] = sorted(map(plain, deployed.items("FaxTable")), key=lambda item: str(item["sk"]))
    # What else an idempotency record holds, test_fax_store_items.py says.
    keyed = requests.read(name).header("idempotency-key") is not None
    assert [(item["sk"], item["faxId"]) for item in idempotency] == [("IDEMPOTENCY", accepted["id"])] * keyed
    named = {"idempotency": idempotency[0]["pk"].removeprefix("IDEMPOTENCY#")} if keyed else {}
    # What the clock gives; the id counts the same moment.
    created_at = datetime.strptime(record["createdAt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert len(record["createdAt"]) == len("2026-11-23T09:30:15.123Z")
    assert before - timedelta(milliseconds=1) < created_at <= after
    assert int(accepted["id"]) >> 12 == (created_at - ID_EPOCH) // timedelta(milliseconds=1)
    assert record == {
        "pk": f"FAX#{accepted['id']}",
        "sk": "FAX",
        "schema": 1,
        "revision": 1,
        "id": accepted["id"],
        "uid": accepted["uid"],
        "userId": "alice",
        "organizationId": "0003",
        "extension": stored["extension"],
        "recipients": stored["recipients"],
        "files": [
            {
                "position": n,
                "name": file["name"],
                "kind": file["kind"],
                "size": len(bytes_),
                "sha256": hashlib.sha256(bytes_).hexdigest(),
                "key": key,
                "pages": file["pages"],
            }
            for n, (file, bytes_, key) in enumerate(zip(stored["files"], contents, keys, strict=True), start=1)
        ],
        "pages": stored["pages"],
        "status": "accepted",
        "createdAt": record["createdAt"],
        "expiresAt": int((created_at + RETENTION).timestamp()),
        "app": "example-app",
        **{name: stored[name] for name in ("rendering", "resolution") if name in stored},
        # Which part of the index it is due in, its id draws.
        "due": record["due"],
        "dueAt": text(created_at + timedelta(minutes=1)),
        **named,
    }


@pytest.mark.parametrize("name", REFUSED)
def test_event_that_is_refused(name: str, deployed: Cloud, context: Any, capfd: pytest.CaptureFixture[str]) -> None:
    actual = deployed.function("refuse").handler(event(name), context)

    assert differences(answer(name), actual) == []
    assert json.loads(actual["body"])["error"]["requestId"] == event(name)["requestContext"]["extendedRequestId"]
    assert set(actual) == {"statusCode", "headers", "body"}
    assert actual["headers"] == answer(name)["headers"]
    assert capfd.readouterr() == ("", "")


def content(file: dict[str, Any]) -> bytes:
    """The bytes of a file in tests/data/requests/stored: one of tests/data/documents, or a short text."""
    return make.document(file["document"]) if "document" in file else file["text"].encode()


def test_each_request_leaves_one_line_and_one_count(
    deployed: Cloud, context: Any, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    """What they must not hold, test_logs.py says."""
    function = deployed.function("create_fax")

    for number, name in enumerate(NAMES, start=1):
        function.handler(event(name), context)

        lines = log()
        assert len(lines) == number
        assert lines[-1]["correlation_id"] == event(name)["requestContext"]["extendedRequestId"]
        assert lines[-1]["app"] == "example-app"
        metrics = json.loads(capsys.readouterr().out)
        [counted] = metrics["_aws"]["CloudWatchMetrics"]
        names = {metric["Name"] for metric in counted["Metrics"]}
        by_reason = [["service"], ["service", "code"], ["service", "code", "reason"]]
        assert counted["Dimensions"] == (by_reason if names == {"FaxRefused"} else [["service"]])
        expected = COUNTED.get(answer(name)["statusCode"], {"FaxRefused"}) if name != UPLOAD else {"FaxAnnounced"}
        assert (counted["Namespace"], names) == ("FaxApi", expected)


def test_extension_without_fax(deployed: Cloud, context: Any) -> None:
    request = requests.parse(make.curl(make.request_part(), make.file_part(), target="/uapi/faxes/@me/0003*213"))

    actual = deployed.function("create_fax").handler(requests.proxy_event(request, "bob", caller=BOB), context)

    assert_answers(refusal(400, "extension_invalid", "Extension 0003*213 is not enabled for fax."), actual)
    assert_nothing_stored(deployed)


def sized_event(size: int) -> tuple[dict[str, Any], bytes]:
    """The event of a form of ``size`` bytes in all, and the bytes of its only file."""
    frame = len(make.form(make.CURL, make.request_part(), make.file_part("photo.jpg", b"")))
    # Any bytes may stand behind a photo's end; so much text would be over the limit of pages.
    file = make.document("smallest.jpg").ljust(size - frame, b"x")
    raw = make.curl(make.request_part(), make.file_part("photo.jpg", file))
    return requests.proxy_event(requests.parse(raw), "sized"), file


def test_largest_body_is_accepted(deployed: Cloud, context: Any) -> None:
    largest, file = sized_event(MAX_BODY_BYTES)
    assert len(base64.b64decode(largest["body"])) == MAX_BODY_BYTES

    actual = deployed.function("create_fax").handler(largest, context)

    assert_answers(answer("curl"), actual)
    assert list(deployed.objects().values()) == [file]


def too_large_message(size: int) -> str:
    return (
        f"The body has {size} bytes (4.6 MB); the limit is {MAX_BODY_BYTES} (4.6 MB). Send smaller scans, or several "
        "faxes: a page at 200 dpi is enough, 1,654 x 2,339 pixels. "
        "Or announce the files as JSON and upload them, up to 250 MiB."
    )


@pytest.mark.parametrize("excess", [1, 2, 3])
def test_body_over_the_limit(excess: int, deployed: Cloud, context: Any) -> None:
    too_large, _ = sized_event(MAX_BODY_BYTES + excess)

    actual = deployed.function("create_fax").handler(too_large, context)

    assert_answers(refusal(413, "request_too_large", too_large_message(MAX_BODY_BYTES + excess)), actual)
    assert_nothing_stored(deployed)


def test_size_is_checked_before_the_form(deployed: Cloud, context: Any) -> None:
    raw = make.curl(body=b"x" * (MAX_BODY_BYTES + 1), content_type="text/plain")

    actual = deployed.function("create_fax").handler(requests.proxy_event(requests.parse(raw), "text"), context)

    assert_answers(refusal(413, "request_too_large", too_large_message(MAX_BODY_BYTES + 1)), actual)


NOT_SET_UP = refusal(
    500,
    "internal_server_error",
    "The service is not set up correctly; its operator has been told. Nothing was accepted.",
)


def test_form_that_the_gateway_took_for_text_is_never_stored(deployed: Cloud, context: Any, log: Log) -> None:
    damaged = event("click2fax-2018")
    damaged["body"] = base64.b64decode(damaged["body"]).decode("utf-8", "replace")
    damaged["isBase64Encoded"] = False

    actual = deployed.function("create_fax").handler(damaged, context)

    assert_answers(NOT_SET_UP, actual)
    assert_nothing_stored(deployed)
    assert [(line["level"], line["reason"]) for line in log()] == [("ERROR", "body_not_binary")]


def test_fax_of_a_users_token_names_no_app(deployed: Cloud, context: Any, log: Log) -> None:
    sent = event("mcp-server")
    del sent["requestContext"]["authorizer"]["appKey"]
    function = deployed.function("create_fax")

    # Behind a request that named one.
    answers = [function.handler(each, context) for each in (event("mcp-server"), sent)]

    ids = [json.loads(each["body"])["id"] for each in answers]
    records = {record["id"]: record for record in map(plain, deployed.items("FaxTable"))}
    assert [records[each].get("app", "none") for each in ids] == ["example-app", "none"]
    assert [line.get("app", "none") for line in log()] == ["example-app", "none"]


def test_request_without_a_caller_is_never_accepted(deployed: Cloud, context: Any, log: Log) -> None:
    unknown = event("mcp-server")
    del unknown["requestContext"]["authorizer"]

    actual = deployed.function("create_fax").handler(unknown, context)

    assert_answers(NOT_SET_UP, actual)
    assert_nothing_stored(deployed)
    assert [(line["level"], line["reason"]) for line in log()] == [("ERROR", "authorizer_missing")]


def test_function_that_is_warm_answers_each_request_on_its_own(deployed: Cloud, context: Any) -> None:
    function = deployed.function("create_fax")
    sent = ["mcp-server", "file-png", "no-files", "click2fax-2015", "mcp-server"]

    answers = [function.handler(event(name), context) for name in sent]

    for name, actual in zip(sent, answers, strict=True):
        assert_answers(answer(name), actual)
    assert len({json.loads(actual["body"])["uid"] for actual in answers if actual["statusCode"] == 200}) == 3
    assert len(deployed.items("FaxTable")) == 3


def test_only_placeholders_and_the_paths_prefix_change_on_the_wire() -> None:
    raw = (requests.FOLDER / "click2fax-2015.http").read_bytes()

    wire = requests.read("click2fax-2015").filled(
        host="127.0.0.1:4566", credentials=requests.EXAMPLE, base_path="/restapis/a1/v1/_user_request_"
    )

    head, body = raw.split(b"\r\n\r\n", 1)
    head = head.replace(b"POST /unifiedapi", b"POST /restapis/a1/v1/_user_request_/unifiedapi")
    head = head.replace(b"Host: HOST", b"Host: 127.0.0.1:4566")
    head = head.replace(b"Authorization:Bearer TOKEN", b"Authorization:Bearer an-example-token-that-opens-nothing")
    assert wire.as_bytes() == head + b"\r\n\r\n" + body
    assert b"TOKEN" not in head


def test_login_has_the_real_key_and_secret_on_the_wire_and_the_length_that_it_has_with_them() -> None:
    real = requests.Credentials("a-token", "office~1", "s3cr3t")

    form = requests.read("token-urlencoded").filled(host="example.com", credentials=real)
    head, body = (requests.FOLDER / "token-urlencoded.http").read_bytes().split(b"\r\n\r\n", 1)
    expected = body.replace(b"KEY", b"office~1").replace(b"SECRET", b"s3cr3t")
    assert form.body == expected
    length = f"Content-Length: {len(body)}".encode(), f"Content-Length: {len(expected)}".encode()
    assert form.head == head.replace(b"HOST", b"example.com").replace(*length)

    by_header = requests.read("token-basic").filled(host="example.com", credentials=real)
    # "office~1:s3cr3t"
    assert by_header.header("authorization") == "Basic b2ZmaWNlfjE6czNjcjN0"
    assert by_header.body == b"grant_type=client_credentials"


@pytest.mark.parametrize("name", requests.names())
def test_event_is_the_request_as_it_was_sent(name: str) -> None:
    """Base64 exactly where the type is multipart/form-data; the path's values neither decoded nor encoded."""
    handed_over = event(name)
    request = requests.read(name).filled(host=handed_over["requestContext"]["domainName"], credentials=requests.EXAMPLE)

    is_form = (request.header("content-type") or "").startswith("multipart/form-data")
    assert handed_over["isBase64Encoded"] is (is_form and request.body != b"")
    body = handed_over["body"] or ""
    assert (base64.b64decode(body) if handed_over["isBase64Encoded"] else body.encode()) == request.body
    path = request.target.partition("?")[0]
    assert (handed_over["path"], handed_over["requestContext"]["path"]) == (path, f"/v1{path}")
    of_path = handed_over["resource"]
    for value, sent in (handed_over["pathParameters"] or {}).items():
        of_path = of_path.replace(f"{{{value}}}", sent).replace(f"{{{value}+}}", sent)
    assert of_path == (path.removesuffix("/") or "/")
