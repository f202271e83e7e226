"""The faxes with canaries: accepted, refused, and with a fault of each AWS call."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from faxes.formats.budget import Budget
from tests.data.requests import make
from tests.support.canaries.cases import (
    DYNAMODB_FATES,
    FILE,
    NOTE,
    REQUEST,
    S3_FATES,
    TO,
    Case,
    broken,
    fax,
    recipients,
)
from tests.support.canaries.texts import (
    COLLEAGUE,
    COLLEAGUES,
    CONTENT,
    EXTENSION,
    FAX_OFF,
    FIELD,
    FILE_NAME,
    HEADER,
    PHONE,
    QUERY,
    QUEUE,
    RETRY,
    UID,
    USER,
    WORDS,
)
from tests.support.corpus import REFUSED, accepted
from tests.support.faults import dynamodb_answers, where
from tests.support.images import HEIGHT, LONG, ROWS, SHORT, Page, tiff


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
        ("number-for-tests", "recipient_refused"): recipients(f'{{"recipients":["{PHONE}","+15005550001"]}}'.encode()),
        ("extension-without-fax", "recipient_takes_no_fax"): recipients(
            f'{{"recipients":["{PHONE}","0003*{FAX_OFF}"]}}'.encode()
        ),
        ("many-recipients", "too_many_recipients"): recipients(
            json.dumps({"recipients": [f"{PHONE}{n}" for n in range(6)]}).encode()
        ),
        ("rendering", "request_word_unknown"): recipients(
            f'{{"recipients":["{PHONE}"],"rendering":"{text}"}}'.encode()
        ),
        ("rendering-twice", "request_member_twice"): recipients(
            f'{{"recipients":["{PHONE}"],"rendering":"text","rendering":"{text}"}}'.encode()
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
    a_day: Any = lambda *_: 0  # noqa: E731  (a name for its type)
    cases.append(
        Case(
            "more-than-a-day",
            "create_fax",
            good,
            "more_pages_than_a_day",
            patched={"faxes.bootstrap.create_fax.Lines.pages_per_day": a_day},
        )
    )
    keyed = fax(REQUEST, FILE, key=RETRY)
    cases.append(Case("keyed", "create_fax", keyed, "accepted"))
    cases.append(Case("keyed-again", "create_fax", keyed, "replayed"))
    reused = fax(REQUEST, FILE, FILE, key=RETRY)
    cases.append(Case("key-reused", "create_fax", reused, "idempotency_key_reused"))
    cases += documents()
    late: Any = lambda _: lambda: 0.0  # noqa: E731  (a name for its type)
    cases.append(Case("late", "create_fax", good, "out_of_time", patched={"faxes.edge.deadline.remaining": late}))
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
        none: dict[str, Any] = {f"faxes.formats.{limit}": 0 for limit in of_its_kind}
        if reason == "jpg_escapes":
            # Beside the fixed count, a share of the bytes.
            none["faxes.formats.jpg.BYTES_PER_ESCAPE"] = 1 << 30
        cases.append(Case(reason, "create_fax", document(f"whole.{kind}", WHOLE[kind]), reason, patched=none))
    strips = tiff(Page({HEIGHT: (LONG, [65_535]), ROWS: (SHORT, [1])}))
    cases.append(Case("strips", "create_fax", document("strips.tif", strips), "tif_strips"))
    large = document("large.txt", CONTENT * 250_000)
    cases.append(
        Case("large", "create_fax", large, "file_too_large", patched={"faxes.edge.events.check_size": mock.Mock()})
    )
    nothing_left: dict[str, Any] = {
        "too_many_pixels": lambda pixels, **_: Budget(0),
        "documents_too_slow": lambda pixels, **_: Budget(pixels, 0),
    }
    for reason, budget in nothing_left.items():
        sample = document("whole.jpg", WHOLE["jpg"])
        cases.append(Case(reason, "create_fax", sample, reason, patched={"faxes.intake.documents.Budget": budget}))
    readers = {
        "pdf_crashed_reader": "os.write(1, b'R'); os.abort()",
        "pdf_too_slow": "os.write(1, b'R'); os.kill(os.getpid(), signal.SIGPROF)",
        "pdf_reader_not_started": "sys.exit(1)",
    }
    decoders = {
        "jpg_crashed_decoder": "os.abort()",
        "tif_crashed_decoder": "os.abort()",
        "jpg_undecodable": "os.write(1, bytes([1, 0, 0, 1, 0]))",
    }
    for reason, does in decoders.items():
        kind = reason.partition("_")[0]
        child = mock.Mock(return_value=[sys.executable, "-c", f"import os; os.write(1, b'R'); {does}"])
        sample = document(f"whole.{kind}", WHOLE[kind])
        cases.append(Case(reason, "create_fax", sample, reason, patched={"faxes.formats.decoding.child": child}))
    photo = document("whole.jpg", WHOLE["jpg"])
    child = mock.Mock(return_value=[sys.executable, "-c", "raise SystemExit(1)"])
    cases.append(
        Case(
            "no-decoder",
            "create_fax",
            photo,
            "picture_reader_not_started",
            patched={"faxes.formats.decoding.child": child},
        )
    )
    none = {"faxes.formats.decoding._library": mock.Mock(return_value=None)}
    cases.append(Case("no-libraries", "create_fax", photo, "picture_reader_missing", patched=none))
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
