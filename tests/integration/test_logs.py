"""Nothing that a caller sends or gets, and nothing that opens anything, is in what the functions write.

Canaries, text that is nowhere else, stand where tokens, secrets, keys, numbers, names and contents do. They go through
every path: what is accepted, every refusal, a fault of every AWS call, and exceptions that nobody expects, at several
depths. Everything is read that is written meanwhile: standard output and error, the loggers of all libraries at DEBUG,
warnings, metrics, and what Lambda's runtime writes of an exception that leaves a function.
"""

import ast
import base64
import json
import logging
import secrets
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import botocore.endpoint
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from faxes.adapters.dynamodb.credentials import app_item, token_item
from faxes.adapters.dynamodb.directory import extension_item, user_item
from faxes.adapters.dynamodb.items import wire
from faxes.formats.budget import Budget
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal
from faxes.observability import logger, metrics
from faxes.tokens import App, AppLogin, Denial, Token, digest_of
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud, cloud
from tests.support.corpus import REFUSED, accepted
from tests.support.faults import Fate, Faults, dynamodb_answers, raises, s3_answers, where
from tests.support.images import HEIGHT, LONG, ROWS, SHORT, Page, tiff

# --- the canaries ----------------------------------------------------------------------------------------------------

TOKEN = "canary-token-9f3Kq7Zr2XbW"  # noqa: S105
KEY = "canary.key~4Lw8Tn"
SECRET = "canary~secret-7Hq2Vd9Xm5Rc3Bk8Jf6Np4Ls"  # noqa: S105
ISSUED = "canary-issued-2Nc8Yt5Wj"
USER, COLLEAGUE = "canary-user", "canary-colleague"
EXTENSION, QUEUE, FAX_OFF, COLLEAGUES = "770183551", "770183552", "770183553", "770183554"
PHONE, OTHER_EXTENSION = "4915550192837", "0003*770183559"
FILE_NAME, CONTENT = "canary-file-name", b"canary file content"
QUERY, HEADER, FIELD = "canary-query", "canary-header", "canary-field"
RETRY = "canary-idempotency-key"
# What an exception says that nobody expected.
WORDS = "canary-words"
# What a fax's uid begins with.
UID = "ca9a47ca9a47ca9a47ca9a47ca"
BASIC = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()

# Each ends another way; the authorizer's table has them all.
TOKENS = {name: f"{TOKEN}-{name}" for name in ("users", "apps", "expired", "unknown", "disabled", "deleted", "rotated")}
# Of apps that are known, or were: a line names them. KEY is none's, and so is in no line.
KEYS = {name: f"known-app~3Xv8Lk.{name}" for name in ("enabled", "disabled", "deleted", "rotated")}

FORBIDDEN = {
    "a token, a key, a secret, a user, a file's name or content, a query, a header or a field": "canary",
    "a token that was issued": ISSUED,
    "HTTP Basic": BASIC,
    "HTTP Basic of an app that is known": base64.b64encode(f"{KEYS['enabled']}:{SECRET}".encode()).decode(),
    "the same without padding": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    "a secret's digest": digest_of(SECRET),
    **{f"the digest of the token {name}": digest_of(token) for name, token in TOKENS.items()},
    **{f"the digest of issued token {n}": digest_of(f"{ISSUED}-{n}") for n in range(50)},
    "an extension": "77018355",
    "a phone number": PHONE,
    "a phone number as it was sent": PHONE[-7:],
    "a file's content": base64.b64encode(CONTENT).decode()[4:-4],
    "a uid": UID,
}


def leaks(written: str) -> list[str]:
    """What of the above is in a text, in any case."""
    text = written.casefold()
    return [name for name, value in FORBIDDEN.items() if value.casefold() in text]


class Unforeseen(Exception):
    """What nobody expected: its text, its cause and its context hold what was sent."""


def fails(*_: object, **__: object) -> Any:
    """Stands for any part of the code, and repeats everything that was sent to it."""
    words = " ".join([WORDS, TOKEN, SECRET, KEY, PHONE, FILE_NAME, UID, digest_of(SECRET)])
    try:
        raise KeyError(words)
    except KeyError as context:
        try:
            raise ValueError(words) from context
        except ValueError as cause:
            raise Unforeseen(words, {"sent": words}) from cause


# --- everything that is written --------------------------------------------------------------------------------------


class Everything(logging.Formatter):
    """A record whole: its text, its arguments, what was added to it, and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return f"{record.name} {record.getMessage()} {record.__dict__} {trace}"


@dataclass(frozen=True, slots=True)
class Written:
    """What one invocation wrote, and its answer: None where an exception left the function."""

    text: str
    answer: Any

    def lines(self) -> list[dict[str, Any]]:
        """The function's own log lines."""
        found = []
        for line in self.text.splitlines():
            if line.startswith("{") and '"outcome"' in line:
                found.append(json.loads(line))
        return found


def as_the_runtime_writes(error: BaseException) -> str:
    """An exception that leaves a function: type, text and stack, as Lambda's runtime logs them, and the whole chain."""
    own = [f"[ERROR] {type(error).__name__}: {error} {error.args}", *traceback.format_tb(error.__traceback__)]
    return "".join([*own, *traceback.format_exception(error)])


type Invoke = Callable[[ModuleType, dict[str, Any]], Written]


@contextmanager
def everything_shows() -> Iterator[None]:
    """All loggers write, from DEBUG on: the functions' own to standard output, and the root's to standard error."""
    root, to_stderr = logging.getLogger(), logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(Everything())
    own_handler: Any = logger.registered_handler
    level, own_level, own_stream = root.level, logger.log_level, own_handler.setStream(sys.stdout)
    root.addHandler(to_stderr)
    root.setLevel(logging.DEBUG)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(own_level)
        root.setLevel(level)
        root.removeHandler(to_stderr)
        own_handler.setStream(own_stream)


@pytest.fixture(name="invoke")
def _invoke(context: Any, capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Calls a function's handler and returns everything that is written meanwhile."""

    def invoke(function: ModuleType, event: dict[str, Any]) -> Written:
        capfd.readouterr()
        answer, said = None, ""
        with everything_shows(), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                answer = function.handler(event, context)
            except Exception as error:
                said = as_the_runtime_writes(error)
        captured = capfd.readouterr()
        return Written("\n".join([captured.out, captured.err, said, *(str(each.message) for each in warned)]), answer)

    return invoke


# --- the deployment --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment whose directory and credentials are canaries; its functions' AWS calls can be made to fail."""

    cloud: Cloud
    faults: Faults
    functions: dict[str, ModuleType]


class Drawn:
    """Randomness of which every draw can be told in a text: uids and tokens."""

    def __init__(self) -> None:
        self._draws = 0

    def randbits(self, bits: int) -> int:
        self._draws += 1
        return int(UID.ljust(32, "0"), 16) + self._draws if bits == 128 else self._draws % 2**bits

    def token_urlsafe(self, _: int) -> str:
        self._draws += 1
        return f"{ISSUED}-{self._draws % 50}"


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Iterator[Deployed]:
    drawn = Drawn()
    with (
        cloud() as running,
        mock.patch.object(secrets, "randbits", drawn.randbits),
        mock.patch.object(secrets, "token_urlsafe", drawn.token_urlsafe),
    ):
        assert boto3.DEFAULT_SESSION is not None
        faults = Faults(boto3.DEFAULT_SESSION)
        fill(running)
        names = ("create_fax", "authorize", "issue_token", "refuse")
        yield Deployed(running, faults, {name: running.function(name) for name in names})


def fill(running: Cloud) -> None:
    running.import_example(draw=lambda: requests.EXAMPLE.secret)
    terminal, queue = ExtensionType.PHONE_TERMINAL, ExtensionType.QUEUE
    ends = datetime.now(UTC) + timedelta(hours=1)
    apps = [
        App(KEYS["enabled"], digest_of(SECRET), USER, "0003", Context.USER, enabled=True),
        App(KEYS["disabled"], digest_of(SECRET), USER, "0003", Context.USER, enabled=False),
        App(KEYS["rotated"], digest_of(f"{SECRET}-new"), USER, "0003", Context.USER, enabled=True),
    ]
    tokens = {
        "users": Token(digest_of(TOKENS["users"]), Principal(USER, "0003"), ends),
        "apps": Token(digest_of(TOKENS["apps"]), AppLogin(KEYS["enabled"], digest_of(SECRET)), ends),
        "expired": Token(digest_of(TOKENS["expired"]), Principal(USER, "0003"), ends - timedelta(days=1)),
        "disabled": Token(digest_of(TOKENS["disabled"]), AppLogin(KEYS["disabled"], digest_of(SECRET)), ends),
        "deleted": Token(digest_of(TOKENS["deleted"]), AppLogin(KEYS["deleted"], digest_of(SECRET)), ends),
        "rotated": Token(digest_of(TOKENS["rotated"]), AppLogin(KEYS["rotated"], digest_of(SECRET)), ends),
    }
    items = {
        "DirectoryTable": [
            user_item(USER, "0003"),
            user_item(COLLEAGUE, "0003"),
            extension_item(Extension(ExtensionNumber("0003", EXTENSION), USER, terminal, True)),
            extension_item(Extension(ExtensionNumber("0003", QUEUE), USER, queue, True)),
            extension_item(Extension(ExtensionNumber("0003", FAX_OFF), USER, terminal, False)),
            extension_item(Extension(ExtensionNumber("0003", COLLEAGUES), COLLEAGUE, terminal, True)),
        ],
        "CredentialTable": [*map(app_item, apps), *map(token_item, tokens.values())],
    }
    for table, each in ((table, item) for table, listed in items.items() for item in listed):
        running.dynamodb.put_item(TableName=running.names[table], Item=wire(each))


# --- the paths -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One invocation, and what its function says came of it: the line's reason, or its outcome where it has none.

    ``faults`` are fates of AWS calls, ``patched`` what stands in the code's place, by its dotted name; a name without
    dots is one of the function's own.
    """

    name: str
    function: str
    event: dict[str, Any]
    says: str
    faults: Mapping[str, Fate] = field(default_factory=dict)
    patched: Mapping[str, Any] = field(default_factory=dict)


CALLER = {"userId": USER, "organizationId": "0003", "context": "user", "appKey": KEYS["enabled"]}
TO = f'{{"recipients":["+{PHONE[:4]} ({PHONE[4:6]}) {PHONE[6:]}","{OTHER_EXTENSION}"],"{FIELD}":"{FIELD}"}}'.encode()
REQUEST = make.request_part(TO)
FILE = make.file_part(f"{FILE_NAME}.txt", CONTENT, field=FIELD)
NOTE = make.part(f'name="{FIELD}"', FIELD.encode())


def raw(target: str, headers: list[str], body: bytes, method: str = "POST") -> requests.RawRequest:
    """A request with a canary wherever one can stand beside its body."""
    lines = [
        "Host: HOST",
        f"User-Agent: {HEADER}",
        f"Cookie: {HEADER}={HEADER}",
        f"X-{HEADER}: {HEADER}",
        "Content-Length: LENGTH",
        *headers,
    ]
    sent = make.post(f"{target}?{QUERY}={QUERY}&access_token={TOKEN}", lines, body)
    return requests.parse(sent.replace(b"POST", method.encode(), 1))


def fax(
    *parts: bytes,
    user: str = USER,
    extension: str = EXTENSION,
    body: bytes | None = None,
    content_type: str = f"multipart/form-data; boundary={make.CURL}",
    key: str | None = None,
) -> dict[str, Any]:
    headers = [f"Authorization: Bearer {TOKENS['apps']}", f"Content-Type: {content_type}"]
    headers += [f"Idempotency-Key: {key}"] if key else []
    sent = raw(f"/uapi/faxes/{user}/{extension}", headers, make.form(make.CURL, *parts) if body is None else body)
    return requests.proxy_event(sent, "canary", CALLER)


def recipients(text: bytes) -> dict[str, Any]:
    return fax(make.request_part(text), FILE)


def broken(body: bytes) -> dict[str, Any]:
    return fax(body=body)


def accepted_and_refused_faxes() -> list[Case]:
    whole = make.form(make.CURL, REQUEST, FILE, NOTE)
    delimiter = b"--" + make.CURL.encode()
    long_name = make.part(f'name="{FIELD}"; filename="{FILE_NAME * 400}"', CONTENT)
    header = f"X-{HEADER}: {HEADER}".encode()
    good = fax(REQUEST, FILE, NOTE)
    text = CONTENT.decode()
    events = {
        # Accepted, and nothing to send.
        ("one-file", "accepted"): good,
        ("several-files", "accepted"): fax(FILE, FILE, REQUEST, FILE),
        ("nothing-to-send", "nothing_to_send"): fax(REQUEST, NOTE),
        # The edge.
        ("too-large", "body_too_large"): fax(REQUEST, make.file_part(FILE_NAME, CONTENT * 250_000)),
        ("compressed", "content_encoding_unknown"): good | {"headers": good["headers"] | {"Content-Encoding": HEADER}},
        ("not-base64", "body_not_base64"): good | {"body": CONTENT.decode() + PHONE},
        ("not-binary", "body_not_binary"): good | {"body": whole.decode(), "isBase64Encoded": False},
        ("no-caller", "authorizer_missing"): good
        | {"requestContext": {**good["requestContext"], "authorizer": {"userId": USER}}},
        ("other-path", "no_such_path"): good | {"path": f"/uapi/{USER}/{EXTENSION}/{QUERY}"},
        # The form.
        ("other-type", "content_type_wrong"): fax(body=CONTENT, content_type=f"text/plain; charset={HEADER}"),
        ("type-unreadable", "content_type_unreadable"): fax(
            REQUEST, content_type=f'multipart/form-data; {HEADER}="{HEADER}'
        ),
        ("no-boundary", "boundary_missing"): fax(REQUEST, content_type=f"multipart/form-data; charset={HEADER}"),
        ("illegal-boundary", "boundary_illegal"): fax(REQUEST, content_type=f"multipart/form-data; boundary={HEADER}^"),
        ("empty", "body_empty"): broken(b""),
        ("no-delimiter", "delimiter_missing"): broken(CONTENT),
        ("delimiter-line", "delimiter_line_invalid"): broken(whole.replace(delimiter + b"\r\n", delimiter + CONTENT)),
        ("parts-after-end", "parts_after_end"): broken(whole + whole),
        ("many-parts", "too_many_parts"): fax(*[NOTE] * 129),
        ("cut-off", "closing_delimiter_missing"): broken(whole[:-8]),
        ("line-feeds", "line_ends_wrong"): broken(whole.replace(b"\r\n", b"\n")),
        ("headers-unended", "part_headers_unended"): broken(
            delimiter + f'\r\nContent-Disposition: form-data; name="{FIELD}"\r\n'.encode() + whole
        ),
        ("headers-cut", "part_headers_cut"): broken(delimiter + b"\r\n" + header),
        ("headers-long", "part_headers_too_long"): fax(long_name),
        ("all-headers-long", "headers_too_long"): fax(
            *[make.part(f'name="{FIELD}"; {HEADER}="{"x" * 3000}"', b"")] * 22
        ),
        ("many-headers", "too_many_part_headers"): fax(b"\r\n".join([header] * 9) + b"\r\n\r\n" + CONTENT),
        ("no-header", "part_header_invalid"): fax(FILE_NAME.encode() + b"\r\n\r\n" + CONTENT),
        ("no-disposition", "disposition_missing"): fax(header + b"\r\n\r\n" + CONTENT),
        ("header-twice", "part_header_repeated"): fax(header + b"\r\n" + header + b"\r\n" + FILE),
        ("disposition", "disposition_invalid"): fax(make.part(f'name="{FIELD}"; filename="{FILE_NAME}', CONTENT)),
        ("encoding", "transfer_encoding_unknown"): fax(
            f"Content-Transfer-Encoding: {HEADER}\r\n".encode() + make.part(f'name="{FIELD}"', CONTENT)
        ),
        ("two-requests", "two_request_parts"): fax(REQUEST, REQUEST),
        # The path.
        ("user-malformed", "user_malformed"): fax(REQUEST, FILE, user=f"@{USER}%0A"),
        ("user-out-of-reach", "user_out_of_reach"): fax(REQUEST, FILE, user=COLLEAGUE),
        ("extension-malformed", "extension_malformed"): fax(REQUEST, FILE, extension=f"{EXTENSION}*1*1"),
        ("extension-unknown", "extension_unknown"): fax(REQUEST, FILE, extension=f"{EXTENSION}9"),
        ("extension-out-of-reach", "extension_out_of_reach"): fax(REQUEST, FILE, user="@owner", extension=COLLEAGUES),
        ("queue", "extension_not_phone_terminal"): fax(REQUEST, FILE, extension=QUEUE),
        ("fax-off", "extension_fax_disabled"): fax(REQUEST, FILE, extension=f"0003*{FAX_OFF}"),
        # The recipients.
        ("no-request", "request_missing"): fax(FILE),
        ("long-request", "request_too_long"): recipients(TO.ljust(129 * 1024)),
        ("no-json", "request_not_json"): recipients(CONTENT),
        ("no-object", "request_not_object"): recipients(f'["{PHONE}"]'.encode()),
        ("no-recipients", "recipients_missing"): recipients(f'{{"{FIELD}":"{PHONE}"}}'.encode()),
        ("no-array", "recipients_not_array"): recipients(f'{{"recipients":"{PHONE}"}}'.encode()),
        ("no-recipient", "recipients_empty"): recipients(f'{{"recipients":[],"{FIELD}":"{PHONE}"}}'.encode()),
        ("recipients-twice", "recipients_members"): recipients(
            f'{{"recipients":["{PHONE}"],"{FIELD}":1,"recipients":["{PHONE}"]}}'.encode()
        ),
        ("number", "recipient_not_string"): recipients(f'{{"recipients":[{PHONE}]}}'.encode()),
        ("words", "recipient_malformed"): recipients(f'{{"recipients":["{PHONE} {text}"]}}'.encode()),
        ("many-recipients", "too_many_recipients"): recipients(
            json.dumps({"recipients": [f"{PHONE}{n}" for n in range(6)]}).encode()
        ),
        ("key-malformed", "idempotency_key_invalid"): fax(REQUEST, FILE, key=f"{RETRY}{'x' * 255}"),
        # The files.
        ("many-files", "too_many_files"): fax(REQUEST, *[FILE] * 6),
        ("not-attached", "file_not_attached"): fax(REQUEST, make.part('name="files"', CONTENT)),
        ("empty-file", "file_empty"): fax(REQUEST, make.file_part(f"{FILE_NAME}.pdf", b"")),
        ("unknown-file", "file_kind_unknown"): fax(REQUEST, make.file_part(f"{FILE_NAME}.pdf", CONTENT + b"\0")),
        ("many-pages", "too_many_pages"): fax(REQUEST, make.file_part(f"{FILE_NAME}.txt", (CONTENT + b"\f") * 201)),
    }
    cases = [Case(name, "create_fax", event, says) for (name, says), event in events.items()]
    lost: Any = lambda *_: SimpleNamespace(parts=())  # noqa: E731  (a name for its type)
    cases.append(
        Case("lost", "create_fax", good, "form_unreadable", patched={"faxes.intake.multipart.MultipartDecoder": lost})
    )
    keyed = fax(REQUEST, FILE, key=RETRY)
    cases.append(Case("keyed", "create_fax", keyed, "accepted"))
    cases.append(Case("keyed-again", "create_fax", keyed, "replayed"))
    reused = fax(REQUEST, FILE, FILE, key=RETRY)
    cases.append(Case("key-reused", "create_fax", reused, "idempotency_key_reused"))
    cases += documents()
    late: Any = lambda _: lambda: 0.0  # noqa: E731  (a name for its type)
    cases.append(Case("late", "create_fax", good, "out_of_time", patched={"faxes.edge.events.remaining": late}))
    return cases


WHOLE = {kind: accepted(kind)[0].content for kind in ("pdf", "jpg", "tif")}


def documents() -> list[Case]:
    """A document for each reason why one is refused."""
    samples = {sample.reason: sample for sample in REFUSED}
    cases = [
        Case(f"corpus-{reason}", "create_fax", document(sample.name, sample.content), reason)
        for reason, sample in samples.items()
    ]
    limits = {
        "jpg_segments": ["jpg.MAX_SEGMENTS"],
        "jpg_scans": ["jpg.MAX_SCANS"],
        "jpg_escapes": ["jpg.MAX_ESCAPES"],
        "tif_directories": ["tif.MAX_DIRECTORIES"],
        "tif_entries": ["tif.MAX_ENTRIES_PER_PAGE", "tif.MAX_ENTRIES_BESIDE"],
    }
    for reason, of_its_kind in limits.items():
        kind = reason.partition("_")[0]
        none = {f"faxes.formats.{limit}": 0 for limit in of_its_kind}
        cases.append(Case(reason, "create_fax", document(f"whole.{kind}", WHOLE[kind]), reason, patched=none))
    strips = tiff(Page({HEIGHT: (LONG, [65_535]), ROWS: (SHORT, [1])}))
    cases.append(Case("strips", "create_fax", document("strips.tif", strips), "tif_strips"))
    large = document("large.txt", CONTENT * 250_000)
    cases.append(
        Case("large", "create_fax", large, "file_too_large", patched={"faxes.edge.events._check_size": mock.Mock()})
    )
    nothing_left: dict[str, Any] = {
        "too_many_pixels": lambda pixels: Budget(0),
        "documents_too_slow": lambda pixels: Budget(pixels, 0),
    }
    for reason, budget in nothing_left.items():
        sample = document("whole.jpg", WHOLE["jpg"])
        cases.append(Case(reason, "create_fax", sample, reason, patched={"faxes.intake.documents.Budget": budget}))
    readers = {
        "pdf_crashed_reader": "os.write(1, b'R'); os.abort()",
        "pdf_too_slow": "os.write(1, b'R'); os.kill(os.getpid(), signal.SIGPROF)",
        "pdf_reader_not_started": "sys.exit(1)",
    }
    whole = document("whole.pdf", WHOLE["pdf"])
    for reason, does in readers.items():
        child = mock.Mock(return_value=[sys.executable, "-c", f"import os, signal, sys; {does}"])
        cases.append(Case(reason, "create_fax", whole, reason, patched={"faxes.formats.pdf.child": child}))
    missing = {"faxes.formats.pdf.find_spec": mock.Mock(return_value=None)}
    cases.append(Case("no-reader", "create_fax", whole, "pdf_reader_missing", patched=missing))
    return cases


def document(name: str, content: bytes) -> dict[str, Any]:
    """A fax of one document, whose name keeps its ending alone."""
    return fax(REQUEST, make.file_part(f"{FILE_NAME}{Path(name).suffix}", content))


def faults_of_faxes() -> list[Case]:
    """Each AWS call of a fax, in each way that it can fail."""
    other = fax(REQUEST, FILE, user=COLLEAGUE, extension=COLLEAGUES)
    other["requestContext"]["authorizer"]["context"] = "organization"
    whole, several = fax(REQUEST, FILE, NOTE), fax(REQUEST, FILE, FILE)
    cases = []
    for name, fate in DYNAMODB_FATES.items():
        faults = {"dynamodb.GetItem": where("USER#", fate)}
        cases.append(Case(f"user-{name}", "create_fax", other, "record_not_read", faults))
        faults = {"dynamodb.GetItem": where("EXT#", fate)}
        cases.append(Case(f"extension-{name}", "create_fax", whole, "record_not_read", faults))
        faults = {"dynamodb.GetItem": where("IDEMPOTENCY#", fate)}
        cases.append(Case(f"key-{name}", "create_fax", fax(REQUEST, FILE, key=RETRY), "key_not_read", faults))
        faults = {"dynamodb.TransactWriteItems": fate}
        cases.append(Case(f"record-{name}", "create_fax", whole, "record_not_written", faults))
    for name, fate in S3_FATES.items():
        cases.append(Case(f"put-{name}", "create_fax", whole, "file_not_stored", {"s3.PutObject": fate}))
        both = {"s3.PutObject": fate, "s3.DeleteObjects": fate}
        cases.append(Case(f"puts-and-discard-{name}", "create_fax", several, "file_not_stored", both))
    others = {"uid": {"S": f"{UID}{WORDS}"}, "recipients": {"L": [{"S": PHONE}]}}
    taken = dynamodb_answers(
        400,
        "TransactionCanceledException",
        WORDS,
        CancellationReasons=[{"Code": "ConditionalCheckFailed", "Message": WORDS, "Item": others}],
    )
    cases.append(Case("ids", "create_fax", whole, "writes_in_vain", {"dynamodb.TransactWriteItems": taken}))
    return cases


SENT_BACK = f"{WORDS} {TOKEN} {PHONE} {FILE_NAME} {SECRET}"
NETWORK: dict[str, Fate] = {
    "no-answer": raises(ReadTimeoutError(endpoint_url=SENT_BACK)),
    "no-connection": raises(EndpointConnectionError(endpoint_url=SENT_BACK)),
    "late": raises(ConnectTimeoutError(endpoint_url=SENT_BACK)),
}
DYNAMODB_FATES = NETWORK | {
    "not-allowed": dynamodb_answers(400, "AccessDeniedException", SENT_BACK),
    "invalid": dynamodb_answers(400, "ValidationException", SENT_BACK),
    "throttled": dynamodb_answers(400, "ProvisionedThroughputExceededException", SENT_BACK),
    "broken": dynamodb_answers(500, "InternalServerError", SENT_BACK),
}
S3_FATES = NETWORK | {
    "not-allowed": s3_answers(403, "AccessDenied", SENT_BACK),
    "throttled": s3_answers(503, "SlowDown", SENT_BACK),
    "conflict": s3_answers(409, "ConditionalRequestConflict", SENT_BACK),
    "taken": s3_answers(412, "PreconditionFailed", SENT_BACK),
    "broken": s3_answers(500, "InternalError", SENT_BACK),
}


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
            "faxes.edge.events.path_value",
            "faxes.edge.caller.from_authorizer_context",
            "faxes.edge.fax_answers.accepted",
            "faxes.intake.multipart.parse",
            "faxes.intake.multipart.MultipartDecoder",
            "faxes.intake.disposition._filename",
            "faxes.access.numbers.parse_extension",
            "faxes.intake.submission.documents.inspect",
            "faxes.intake.recipients.json.loads",
            "faxes.intake.submission.ids.new_id",
            "faxes.intake.submission.fingerprint_of",
            "faxes.edge.events.idempotency_key",
            "faxes.adapters.dynamodb.directory.DynamoDBDirectory.extension",
            "faxes.adapters.dynamodb.items.plain",
            "faxes.adapters.dynamodb.faxes._fax_item",
            "faxes.adapters.dynamodb.faxes.DynamoDBFaxStore.add",
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
            "faxes.edge.authorizer.parse_api_gateway_arn",
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
            "faxes.adapters.dynamodb.credentials.DynamoDBCredentialStore.add",
            "faxes.adapters.dynamodb.credentials.token_item",
        ],
    }
    return [
        Case(f"{function}-{place}", function, events[function], says, patched={place: fails})
        for function, listed in places.items()
        for place in listed
        for says in ["failed" if function == "authorize" else "Unforeseen"]
    ]


CASES = accepted_and_refused_faxes() + faults_of_faxes() + callers() + logins() + unexpected()


# --- the tests -------------------------------------------------------------------------------------------------------


@pytest.fixture(name="run")
def _run(deployed: Deployed, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], Written]:
    """Invokes a case's function as the case has it."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))

    def run(case: Case) -> Written:
        function = deployed.functions[case.function]
        with ExitStack() as meanwhile:
            for operation, fate in case.faults.items():
                meanwhile.enter_context(deployed.faults.of(operation, fate))
            for place, stand_in in case.patched.items():
                meanwhile.enter_context(mock.patch(place, stand_in))
            return invoke(function, case.event)

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.function}-{case.name}")
def test_nothing_of_it_is_written(case: Case, run: Callable[[Case], Written]) -> None:
    written = run(case)

    assert leaks(written.text) == []
    # It went the way that it was meant to.
    [line] = written.lines()
    assert line.get("reason", line["outcome"]) == case.says
    assert line.get("app") == app_of(case, line)
    if case.function == "authorize":
        assert (written.answer is None) == (case.says == "failed")
    else:
        assert '"CloudWatchMetrics"' in written.text


# The cases of the authorizer and of the token endpoint in which an app is known.
APPS = {
    "authorize": {
        "apps-token": "enabled",
        "app-deleted": "deleted",
        "app-disabled": "disabled",
        "secret-rotated": "rotated",
        **{f"APP#-{name}": "enabled" for name in DYNAMODB_FATES},
    },
    "issue_token": {
        **dict.fromkeys(["form", "multipart", "as-json", "basic", "wrong", "not-ascii"], "enabled"),
        "disabled": "disabled",
        **{f"token-{name}": "enabled" for name in DYNAMODB_FATES},
    },
}


def app_of(case: Case, line: Mapping[str, Any]) -> str | None:
    """The key that a case's line has to name: the app's whose request it is known to be, whatever came of it."""
    if case.function == "create_fax":
        return None if case.says == "authorizer_missing" else KEYS["enabled"]
    if case.patched:
        # It depends on how far it came; it is the right one or none.
        return KEYS["enabled"] if "app" in line else None
    known = APPS[case.function].get(case.name)
    return KEYS[known] if known else None


def test_every_reason_has_a_case() -> None:
    """Every reason that the code can name: a new one needs a case here."""
    named = {str(denial) for denial in Denial}
    room = template.ROOT / "layers/core/faxes"
    for path in sorted(set(room.rglob("*.py")) - set((room / "rendering").rglob("*.py"))):  # no function draws pages
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            values = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
            if isinstance(call.func, ast.Name) and call.func.id in ("_refuse", "Unfaxable"):
                values.append(call.args[0])
            named |= {
                constant.value
                for value in values
                for constant in ast.walk(value)
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
            }
    assert named - {case.says for case in CASES} == set()
    # As many as there are: the search above finds them.
    assert {"file_empty", "body_empty", "app_unknown", "secret_wrong", "writes_in_vain", "token_missing"} <= named
    assert {"jpg_cut_off", "tif_loop", "txt_blank", "pdf_encrypted", "file_name_contradicts"} <= named


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"/uapi/faxes/{USER}/{EXTENSION}"), ("PUT", make.TOKEN), ("POST", f"/{USER}"), ("GET", "/")],
)
def test_what_refuses_writes_nothing_at_all(method: str, path: str, deployed: Deployed, invoke: Invoke) -> None:
    headers = [f"Authorization: Basic {BASIC}", f"Content-Type: {make.URLENCODED}"]
    sent = requests.proxy_event(raw(path, headers, f"client_secret={SECRET}".encode(), method), "canary")

    written = invoke(deployed.functions["refuse"], sent)

    assert written.text.strip() == ""
    assert leaks(json.dumps(written.answer)) == []


def test_refusal_that_fails_writes_nothing_of_it(deployed: Deployed, invoke: Invoke) -> None:
    """An event that is none of the gateway's."""
    written = invoke(deployed.functions["refuse"], {"path": f"/{USER}", "body": SECRET})

    assert written.answer is None
    assert "KeyError" in written.text
    assert leaks(written.text) == []


# --- the kept events -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", requests.names())
def test_kept_event_leaves_nothing_of_it(name: str, deployed: Deployed, invoke: Invoke) -> None:
    event = json.loads((template.ROOT / "events" / f"{name}.json").read_bytes())

    written = invoke(deployed.functions[requests.read(name).route.function], event)

    assert [text for text in sent_texts(name) if text.casefold() in written.text.casefold()] == []
    assert leaks(written.text) == []
    assert {line.get("app") for line in written.lines()} <= {None, requests.EXAMPLE.key}
    expected = json.loads((template.ROOT / "events" / "answers" / f"{name}.json").read_bytes())
    assert written.answer["statusCode"] == expected["statusCode"]


def sent_texts(name: str) -> Iterator[str]:
    """What of a kept request must not be written anywhere."""
    example = requests.EXAMPLE
    yield from (example.token, example.secret, example.basic, digest_of(example.secret))
    yield from (
        "7778888",
        "4930123456",
        "0003*21",
        "@self",
        "call me",
        "this is my fax",
        ".pdf",
        ".png",
        ".jpg",
        ".tif",
    )
    stored = requests.FOLDER / "stored" / f"{name}.json"
    if stored.exists():
        yield from (file["name"] for file in json.loads(stored.read_bytes())["files"])


# --- that the test would find it -------------------------------------------------------------------------------------

ONE_FILE = CASES[0]


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        pytest.param(lambda *_: logger.debug("to %s", PHONE), "a phone number", id="own-logger"),
        pytest.param(lambda *_: logging.getLogger("any.library").debug("to %s", PHONE), "a phone number", id="library"),
        pytest.param(lambda *_: logging.debug("of", extra={"to": [PHONE]}), "a phone number", id="extra"),
        pytest.param(lambda *_: print(UID), "a uid", id="stdout"),  # noqa: T201
        pytest.param(lambda *_: sys.stderr.write(digest_of(SECRET)), "a secret's digest", id="stderr"),
        pytest.param(lambda *_: warnings.warn(f"fax of {EXTENSION}", stacklevel=1), "an extension", id="warning"),
    ],
)
def test_what_is_planted_is_found(plant: Callable[..., object], found: str, run: Callable[[Case], Written]) -> None:
    def document(*sent: object) -> Any:
        plant(*sent)
        raise KeyError

    written = run(replace(ONE_FILE, patched={"faxes.intake.submission.documents.inspect": document}))

    assert found in leaks(written.text)


def test_metric_that_holds_what_was_sent_is_found(run: Callable[[Case], Written]) -> None:
    def document(*_: object) -> Any:
        metrics.add_metadata("to", PHONE)
        raise KeyError

    written = run(replace(ONE_FILE, patched={"faxes.intake.submission.documents.inspect": document}))

    assert "a phone number" in leaks(written.text)


def test_draws_are_canaries(run: Callable[[Case], Written]) -> None:
    """What is issued can be told in a text, as what is sent can."""
    accepted = [run(case).answer for case in CASES if case.says == "accepted"]
    issued = [run(case).answer for case in CASES if case.says == "token_issued"]
    assert [json.loads(answer["body"])["uid"][: len(UID)] for answer in accepted] == [UID] * 3
    assert [json.loads(answer["body"])["access_token"][: len(ISSUED)] for answer in issued] == [ISSUED] * 3


@pytest.mark.parametrize("library", ["boto3", "botocore", "urllib3"])
def test_libraries_that_print_requests_are_held(library: str) -> None:
    assert logging.getLogger(library).level == logging.WARNING


def test_sdk_at_debug_is_found(run: Callable[[Case], Written]) -> None:
    """It prints paths, keys and bodies: it is held at WARNING for a reason, whatever the level here."""
    sdk = logging.getLogger("botocore")
    sdk.setLevel(logging.DEBUG)
    try:
        written = run(ONE_FILE)
    finally:
        sdk.setLevel(logging.WARNING)

    assert {"an extension", "a phone number", "a uid"} <= set(leaks(written.text))
