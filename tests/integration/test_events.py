"""Every kept event through the real handler, on moto: what is answered, and what is stored.

A new request in tests/data/requests/make.py is replayed here without another line. It needs its answer in
events/answers and, where that is 200, what is then stored in tests/data/requests/stored.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb import plain
from faxes.submission import ID_EPOCH
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud
from tools import directory
from tools.answers import differences

ROOT = template.ROOT
EVENTS = ROOT / "events"
STORED = requests.FOLDER / "stored"
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))

MAX_BODY_BYTES = 4_613_734
RETENTION = timedelta(days=30)
BOB = {"userId": "bob", "organizationId": "0003", "context": "user"}

type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Cloud:
    """A deployment that knows the users and extensions of directory.example.yaml."""
    entries = directory.parse((ROOT / "directory.example.yaml").read_text())
    directory.write(
        entries, cloud.dynamodb, cloud.names["DirectoryTable"], cloud.names["CredentialTable"], datetime.now(UTC)
    )
    return cloud


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


def test_each_event_has_its_answer_and_each_accepted_one_what_is_stored() -> None:
    answers = {path.stem: json.loads(path.read_bytes()) for path in (EVENTS / "answers").glob("*.json")}
    assert sorted(answers) == NAMES
    assert sorted(path.stem for path in STORED.glob("*.json")) == sorted(
        name for name, expected in answers.items() if expected["statusCode"] == 200
    )


def test_each_event_has_its_line_in_the_readme() -> None:
    """With the status that its answer has."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ([0-9]{3}): ", (EVENTS / "README.md").read_text(), re.MULTILINE)

    assert sorted(rows) == [(name, str(answer(name)["statusCode"])) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_event(name: str, deployed: Cloud, context: Any) -> None:
    expected = answer(name)
    before = datetime.now(UTC)
    actual = deployed.function("create_fax").handler(event(name), context)
    after = datetime.now(UTC)

    assert_answers(expected, actual)
    if expected["statusCode"] != 200:
        assert_nothing_stored(deployed)
        return

    accepted = json.loads(actual["body"])
    stored = json.loads((STORED / f"{name}.json").read_bytes())
    contents = [content(file) for file in stored["files"]]
    keys = [f"faxes/{accepted['uid']}/{n}.{file['kind']}" for n, file in enumerate(stored["files"], start=1)]
    assert deployed.objects() == dict(zip(keys, contents, strict=True))

    [item] = deployed.items("FaxTable")
    record = plain(item)
    # What the clock gives; the id counts the same moment.
    created_at = datetime.strptime(record["createdAt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert len(record["createdAt"]) == len("2026-11-23T09:30:15.123Z")
    assert before - timedelta(milliseconds=1) < created_at <= after
    assert int(accepted["id"]) >> 12 == (created_at - ID_EPOCH) // timedelta(milliseconds=1)
    assert record == {
        "pk": f"FAX#{accepted['id']}",
        "sk": "FAX",
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
        "version": 1,
    }


def content(file: dict[str, Any]) -> bytes:
    """The bytes of a file in tests/data/requests/stored: one of tests/data/documents, or a short text."""
    return make.document(file["document"]) if "document" in file else file["text"].encode()


def test_log_and_metrics_hold_nothing_that_was_sent(
    deployed: Cloud, context: Any, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    function = deployed.function("create_fax")

    for number, name in enumerate(NAMES, start=1):
        function.handler(event(name), context)

        lines = log()
        assert len(lines) == number
        assert lines[-1]["correlation_id"] == event(name)["requestContext"]["requestId"]
        metrics = capsys.readouterr().out
        assert json.loads(metrics)["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "FaxApi"
        written = (json.dumps(lines[-1], ensure_ascii=False) + metrics).lower()
        assert (name, [text for text in sent_texts(name) if text.lower() in written]) == (name, [])


def sent_texts(name: str) -> Iterator[str]:
    """What of a request must not be written anywhere: its token, its numbers, its file names and contents."""
    yield from (requests.EXAMPLE_TOKEN, "7778888", "4930123456", "0003*21", "@self", "call me", "this is my fax")
    if (STORED / f"{name}.json").exists():
        yield from (file["name"] for file in json.loads((STORED / f"{name}.json").read_bytes())["files"])
    yield from (".pdf", ".png", ".jpg", ".tif")


def test_extension_without_fax(deployed: Cloud, context: Any) -> None:
    request = requests.parse(make.curl(make.request_part(), make.file_part(), target="/uapi/faxes/@me/0003*211"))

    actual = deployed.function("create_fax").handler(requests.proxy_event(request, "bob", caller=BOB), context)

    assert_answers(refusal(400, "extension_invalid", "Extension 0003*211 is not enabled for fax."), actual)
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


@pytest.mark.parametrize("excess", [1, 2, 3])
def test_body_over_the_limit(excess: int, deployed: Cloud, context: Any) -> None:
    too_large, _ = sized_event(MAX_BODY_BYTES + excess)

    actual = deployed.function("create_fax").handler(too_large, context)

    message = f"The body has {MAX_BODY_BYTES + excess} bytes; the limit is {MAX_BODY_BYTES}."
    assert_answers(refusal(413, "request_too_large", message), actual)
    assert_nothing_stored(deployed)


def test_size_is_checked_before_the_form(deployed: Cloud, context: Any) -> None:
    raw = make.curl(body=b"x" * (MAX_BODY_BYTES + 1), content_type="text/plain")

    actual = deployed.function("create_fax").handler(requests.proxy_event(requests.parse(raw), "text"), context)

    message = f"The body has {MAX_BODY_BYTES + 1} bytes; the limit is {MAX_BODY_BYTES}."
    assert_answers(refusal(413, "request_too_large", message), actual)


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
        host="127.0.0.1:4566", token=requests.EXAMPLE_TOKEN, base_path="/restapis/a1/v1/_user_request_"
    )

    head, body = raw.split(b"\r\n\r\n", 1)
    head = head.replace(b"POST /unifiedapi", b"POST /restapis/a1/v1/_user_request_/unifiedapi")
    head = head.replace(b"Host: HOST", b"Host: 127.0.0.1:4566")
    head = head.replace(b"Authorization:Bearer TOKEN", b"Authorization:Bearer an-example-token-that-opens-nothing")
    assert wire.as_bytes() == head + b"\r\n\r\n" + body
    assert b"TOKEN" not in head


@pytest.mark.parametrize("name", NAMES)
def test_event_is_the_request_as_it_was_sent(name: str) -> None:
    """Base64 exactly where the type is multipart/form-data; the path's values neither decoded nor encoded."""
    request = requests.read(name)
    handed_over = event(name)

    is_form = (request.header("content-type") or "").startswith("multipart/form-data")
    assert handed_over["isBase64Encoded"] is (is_form and request.body != b"")
    body = handed_over["body"] or ""
    assert (base64.b64decode(body) if handed_over["isBase64Encoded"] else body.encode()) == request.body
    values = handed_over["pathParameters"]
    path = request.target.removesuffix("?").removesuffix("/")
    assert path.split("/")[-2:] == [values["userId"], values["extension"]]
    assert handed_over["requestContext"]["path"] == "/v1" + request.target.removesuffix("?")
