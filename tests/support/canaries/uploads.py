"""Faxes whose files come later, with canaries: announced, refused, uploaded, and with a fault of each AWS call."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import NoCredentialsError

from faxes.adapters.dynamodb.pending import open_item, pending_item
from faxes.model import ExpectedFile, Fax, PendingFax, Status
from tests.support.canaries.cases import DYNAMODB_FATES, S3_FATES, Case, fax
from tests.support.canaries.status import SENT, asked
from tests.support.canaries.texts import (
    CONTENT,
    EXTENSION,
    FIELD,
    FILE_NAME,
    HEADER,
    KEYS,
    OTHER_EXTENSION,
    PHONE,
    RETRY,
    TOKEN,
    UID,
    USER,
)

WAITS, COMES, DIFFERS, NEVER, BREAKS, OLD = (f"11590000000001{n}" for n in range(6))
# What was uploaded, by its key.
UPLOADED = {f"uploads/{COMES}/1": CONTENT, f"uploads/{DIFFERS}/1": CONTENT + b"!", f"uploads/{BREAKS}/1": CONTENT}
RENEW = b'{"action": "RenewUploads"}'


def items() -> list[dict[str, Any]]:
    """The pending faxes that the cases are about."""
    return [item for each in _pending() for item in (pending_item(each, 1), open_item(each))]


def _pending() -> list[PendingFax]:
    now = datetime.now(UTC).replace(microsecond=0)
    uid = UID.ljust(31, "8")
    long = timedelta(hours=1)
    made = []
    for number, fax_id in enumerate((WAITS, COMES, DIFFERS, NEVER, BREAKS, OLD)):
        of = Fax(
            id=fax_id,
            uid=f"{uid}{number}",
            user_id=USER,
            organization_id="0003",
            extension=f"0003*{EXTENSION}",
            recipients=(PHONE, OTHER_EXTENSION),
            files=(),
            pages=0,
            status=Status.UPLOADING,
            created_at=now - timedelta(hours=20) if fax_id == OLD else now,
            expires_at=now + timedelta(days=1),
            app_key=KEYS["enabled"],
            due_at=now + long,
        )
        file = ExpectedFile(1, f"{FILE_NAME}.txt", len(CONTENT), FIELD, FIELD)
        closes_at = now - long if fax_id == NEVER else now + long
        made.append(PendingFax(of, (file,), closes_at, now + timedelta(days=2)))
    return made


def _json(value: object, key: str | None = None) -> dict[str, Any]:
    return fax(body=json.dumps(value).encode(), content_type=f"application/json; charset={HEADER}", key=key)


def _file(**other: object) -> dict[str, Any]:
    said = {"name": f"{FILE_NAME}.txt", "size": len(CONTENT), "type": f"text/{FIELD}", "uploadIdentifier": FIELD}
    return said | other


def _files(*files: object, **members: object) -> dict[str, Any]:
    return _json({"recipients": [PHONE, OTHER_EXTENSION], "files": files, FIELD: FIELD, **members})


def of_uploads() -> list[Case]:
    cases = [Case(name, "create_fax", event, says) for (name, says), event in _announced().items()]
    keyed = _json({"recipients": [PHONE], "files": [_file()]}, key=f"{RETRY}-upload")
    cases += [Case("announced-keyed", "create_fax", keyed, "uploading"), Case("again", "create_fax", keyed, "replayed")]
    sign = "botocore.signers.RequestSigner.generate_presigned_url"
    unsigned: Mapping[str, Any] = {sign: _no_credentials}
    cases.append(Case("unsigned", "create_fax", _files(_file()), "address_not_made", patched=unsigned))
    for name, fate in DYNAMODB_FATES.items():
        cases.append(Case(f"open-{name}", "create_fax", _files(_file()), "record_not_read", {"dynamodb.Query": fate}))
    full: Mapping[str, Any] = {"faxes.adapters.dynamodb.faxes.DynamoDBFaxStore.open_uploads": lambda *_: 50}
    cases.append(Case("too-many", "create_fax", _files(_file()), "too_many_uploads", patched=full))
    cases.append(Case("renewed", "change_faxes", asked("PUT", WAITS, body=RENEW), "uploads_renewed"))
    cases.append(Case("renewed-sent", "change_faxes", asked("PUT", SENT, body=RENEW), "fax_not_uploading"))
    cases.append(Case("renewed-old", "change_faxes", asked("PUT", OLD, body=RENEW), "fax_uploading_for_too_long"))
    for name, fate in DYNAMODB_FATES.items():
        renew = asked("PUT", WAITS, body=RENEW)
        cases.append(Case(f"put-off-{name}", "change_faxes", renew, "fax_not_written", {"dynamodb.UpdateItem": fate}))
    return cases + _checks()


def _announced() -> dict[tuple[str, str], dict[str, Any]]:
    long, repeated = f"{FILE_NAME}{'x' * 1_024}.txt", _file(name=f"{FILE_NAME}-2.txt")
    twice = f'{{"recipients":["{PHONE}"],"files":[],"files":["{FIELD}"]}}'
    member = f'{{"recipients":["{PHONE}"],"files":[{{"name":"{FILE_NAME}","name":"{FILE_NAME}"}}]}}'
    return {
        ("announced", "uploading"): _files(_file()),
        ("announced-nothing", "nothing_to_send"): _files(),
        ("announced-large", "body_too_large"): _files(*[FIELD * 10_000] * 3),
        ("announced-no-json", "body_not_json"): fax(body=CONTENT, content_type="application/json"),
        ("announced-no-object", "body_not_object"): _json([PHONE]),
        ("announced-files-twice", "request_member_twice"): fax(body=twice.encode(), content_type="application/json"),
        ("announced-no-array", "files_not_array"): _json({"recipients": [PHONE], "files": FIELD}),
        ("announced-no-file", "file_not_object"): _files(FILE_NAME),
        ("announced-member-twice", "file_member_twice"): fax(body=member.encode(), content_type="application/json"),
        ("announced-no-name", "file_not_named"): _files(_file(name=None)),
        ("announced-long-name", "name_too_long"): _files(_file(name=long)),
        ("announced-png", "file_kind_unknown"): _files(_file(name=f"{FILE_NAME}.png")),
        ("announced-size", "file_size_invalid"): _files(_file(size=f"{FIELD}")),
        ("announced-empty", "file_empty"): _files(_file(size=0)),
        ("announced-too-large", "file_too_large"): _files(_file(size=300_000_000)),
        ("announced-together", "fax_too_large"): _files(_file(size=200_000_000), repeated | {"size": 200_000_000}),
        ("announced-type", "type_invalid"): _files(_file(type=f"{FIELD}\n{HEADER}")),
        ("announced-identifier", "identifier_invalid"): _files(_file(uploadIdentifier=FIELD * 100)),
        ("announced-identifier-twice", "identifier_repeated"): _files(_file(), repeated),
        ("announced-sha256", "sha256_invalid"): _files(_file(sha256=TOKEN)),
    }


def _no_credentials(*_: object, **__: object) -> Any:
    raise NoCredentialsError


def _message(*fax_ids: str) -> dict[str, Any]:
    return {"Records": [{"body": json.dumps({"fax": fax_id})} for fax_id in fax_ids]}


def _checks() -> list[Case]:
    cases = []
    for name, fate in S3_FATES.items():
        faults = {"s3.GetObject": fate}
        says = "waiting" if name == "taken" else "storage"
        cases.append(Case(f"get-{name}", "check_upload", _message(BREAKS), says, faults))
    for name, fate in DYNAMODB_FATES.items():
        faults = {"dynamodb.UpdateItem": fate}
        cases.append(Case(f"note-{name}", "check_upload", _message(BREAKS), "storage", faults))
    return [
        *cases,
        Case("accepted", "check_upload", _message(COMES), "accepted"),
        Case("again", "check_upload", _message(COMES), "gone"),
        Case("differs", "check_upload", _message(DIFFERS), "file_size_differs"),
        Case("ended", "check_upload", _message(DIFFERS), "not_wanted"),
        Case("expired", "check_upload", _message(NEVER), "expired"),
        Case("waiting", "check_upload", _message(WAITS), "waiting"),
    ]
