"""Faxes whose files are uploaded on their own, through the functions as they are deployed."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.cloud import Cloud
from tests.support.inspecting import JPEG, PDF, TEXT
from tests.support.uploads import Deployed, entry

_CHANGING = ("createdAt", "closesAt", "completedAt", "expiresAt", "uploadsExpireAt", "links", "id", "uid")


@pytest.fixture
def deployed(cloud: Cloud, context: Any) -> Deployed:
    cloud.import_example()
    return Deployed(cloud, context)


def steady(shown: dict[str, Any]) -> dict[str, Any]:
    """What is the same each time."""
    return {name: value for name, value in shown.items() if name not in _CHANGING}


def error(answer: dict[str, Any]) -> tuple[int, str, str]:
    said = json.loads(answer["body"])["error"]
    return answer["statusCode"], said["code"], said["message"]


# --- all goes well ---------------------------------------------------------------------------------------------------


def test_a_fax_is_accepted_when_its_files_are_there(deployed: Deployed) -> None:
    made = deployed.announce([entry("letter.pdf", PDF, uploadIdentifier="doc001"), entry("note.txt", TEXT)])
    fax_id, uid = made["id"], made["uid"]
    assert steady(made) | {"files": [steady_file(each) for each in made["files"]]} == {
        "status": "uploading",
        "recipients": ["7778888"],
        "files": [
            {"uploadIdentifier": "doc001", "name": "letter.pdf", "size": len(PDF), "type": "application/pdf",
             "checked": False, "redirect": True},
            {"uploadIdentifier": "2", "name": "note.txt", "size": len(TEXT), "type": "application/pdf",
             "checked": False, "redirect": True},
        ],
    }  # fmt: skip
    deployed.put(fax_id, 2, TEXT)
    deployed.check(fax_id, 2)
    status, shown = deployed.ask(fax_id)
    assert (status, shown["status"], [file["checked"] for file in shown["files"]]) == (200, "uploading", [False, True])
    assert deployed.ask(fax_id + "/events")[1]["entry"] == []

    deployed.put(fax_id, 1, PDF)
    deployed.check(fax_id, 1)
    status, shown = deployed.ask(fax_id)
    assert (status, shown["uid"], shown["status"], shown["pages"]) == (200, uid, "accepted", 2)
    assert [(file["name"], file["kind"], file["size"]) for file in shown["files"]] == [
        ("letter.pdf", "pdf", len(PDF)),
        ("note.txt", "txt", len(TEXT)),
    ]
    assert deployed.cloud.objects() == {f"faxes/{uid}/1.pdf": PDF, f"faxes/{uid}/2.txt": TEXT}
    assert set(deployed.items()) == {"FAX"}


def steady_file(file: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name not in ("redirectUri", "redirectHeaders")}


def test_messages_that_come_twice_or_late_change_nothing(deployed: Deployed) -> None:
    fax_id = deployed.announce([entry("letter.pdf", PDF)])["id"]
    deployed.check(fax_id, 1)
    deployed.put(fax_id, 1, PDF)
    deployed.check(fax_id)
    record = deployed.items()
    for _ in range(2):
        deployed.check(fax_id, 1)
        deployed.check(fax_id)
    assert deployed.items() == record
    assert deployed.ask(fax_id)[1]["status"] == "accepted"


def test_an_address_is_for_one_file_and_its_headers(deployed: Deployed) -> None:
    made = deployed.announce([entry("letter.pdf", PDF), entry("note.txt", TEXT, with_sha256=False, type="text/plain")])
    first, second = made["files"]
    address = urlsplit(first["redirectUri"])
    asked = parse_qs(address.query)
    assert address.path.endswith(f"/uploads/{made['id']}/1")
    assert asked["X-Amz-SignedHeaders"] == ["content-length;content-type;host;if-none-match;x-amz-checksum-sha256"]
    assert 1_700 < int(asked["X-Amz-Expires"][0]) <= 1_800
    assert first["redirectHeaders"] == {
        "Content-Type": "application/pdf",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": entry("", PDF)["sha256"],
    }
    assert second["redirectHeaders"] == {"Content-Type": "text/plain", "If-None-Match": "*"}
    assert parse_qs(urlsplit(second["redirectUri"]).query)["X-Amz-SignedHeaders"] == [
        "content-length;content-type;host;if-none-match"
    ]


def test_nothing_to_send(deployed: Deployed) -> None:
    members: list[dict[str, Any]] = [{"files": []}, {}, {"files": None}]
    for files in members:
        answer = deployed.answer({"recipients": ["7778888"], **files})
        assert (answer["statusCode"], answer["body"]) == (204, "")
    assert deployed.items() == {}


# --- what is refused at once -----------------------------------------------------------------------------------------

_PDF = entry("scan.pdf", PDF)
_LIMIT = 262_144_000
_SIZE = len(PDF)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([_PDF | {"size": _LIMIT + 1}], "File 1 of 1, scan.pdf, has 262144001 bytes; the limit is 262144000."),
        (
            [_PDF | {"size": _LIMIT}, _PDF | {"name": "b.pdf", "size": 2}],
            "File 2 of 2, b.pdf, makes the fax 262144002 bytes large; the limit is 262144000.",
        ),
        ([_PDF | {"size": 0}], "File 1 of 1, scan.pdf, is empty."),
        (
            [{"name": "scan.pdf", "type": "a/b"}],
            "File 1 of 1, scan.pdf, has a size that is missing; it must be its number of bytes.",
        ),
        (
            [_PDF | {"size": 1.5}],
            "File 1 of 1, scan.pdf, has a size that is 1.5; it must be its number of bytes.",
        ),
        (
            [_PDF | {"size": True}],
            "File 1 of 1, scan.pdf, has a size that is a boolean; it must be its number of bytes.",
        ),
        (
            [_PDF | {"name": "C:\\scans\\a.docx"}],
            "File 1 of 1, a.docx, is named like a ZIP archive or an Office document; "
            "allowed are jpg, tif, pdf and txt.",
        ),
        (["a.pdf"], "File 1 of 1 is a string; it must be an object with name, size and type."),
        ([{"size": 1}], "File 1 of 1 has no name: it is missing or empty; it must be a string."),
        ([{"name": 7, "size": 1}], "File 1 of 1 has no name: it is a number; it must be a string."),
        (
            [_PDF | {"type": "text/plain\r\nx: y"}],
            "File 1 of 1, scan.pdf, has a type that is text/plain\\r\\nx: y; it must be one such as application/pdf.",
        ),
        (
            [_PDF | {"sha256": "cd3f"}],
            "File 1 of 1, scan.pdf, has a sha256 that is not one; it must be 32 bytes in base64.",
        ),
        (
            [_PDF | {"uploadIdentifier": ""}],
            "File 1 of 1, scan.pdf, has an uploadIdentifier that is no string of 1 to 255 characters.",
        ),
        (
            [_PDF | {"uploadIdentifier": "2"}, _PDF],
            "File 2 of 2, scan.pdf, has the uploadIdentifier of another file.",
        ),
    ],
)
def test_what_names_and_sizes_tell_is_told_at_once(deployed: Deployed, files: list[Any], message: str) -> None:
    answer = deployed.answer({"recipients": ["7778888"], "files": files})
    assert error(answer) == (400, "fx_file_invalid", message)
    assert deployed.items() == {}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"{", "request_invalid", 'The body is not JSON; it must hold {"recipients": [...], "files": [...]}.'),
        (b"[]", "request_invalid", 'The body is an array; it must be an object such as {"recipients": ["0003*211"]}.'),
        (b"{}", "fx_recipients_invalid", 'The body has no member recipients; it must hold {"recipients": [...]}.'),
        (
            b'{"recipients": ["1"], "recipients": ["2"]}',
            "fx_recipients_invalid",
            "The body has 2 members recipients; it must have one.",
        ),
        (
            b'{"recipients": ["1"], "files": [], "files": []}',
            "request_invalid",
            "The body has 2 members files; it may have one.",
        ),
        (
            b'{"recipients": ["1"], "files": {}}',
            "request_invalid",
            "files is an object; it must be an array of objects.",
        ),
        (
            b'{"recipients": ["7778888"], "files": [{"name": "a", "name": "b"}]}',
            "fx_file_invalid",
            "File 1 of 1 has a member twice; either could be meant.",
        ),
        (
            b'{"recipients": ["7778888"], "files": [1, 2, 3, 4, 5, 6]}',
            "fx_max_files_reached",
            "The fax has 6 files; the limit is 5.",
        ),
    ],
)
def test_wrong_bodies(deployed: Deployed, body: bytes, code: str, message: str) -> None:
    assert error(deployed.answer(body)) == (400, code, message)
    assert deployed.items() == {}


def test_the_order_of_checks_is_a_forms(deployed: Deployed) -> None:
    body: dict[str, Any] = {"recipients": ["?"], "files": [1]}
    assert error(deployed.answer(body, user="bob"))[1] == "user_invalid"
    assert error(deployed.answer(body, extension="999"))[1] == "extension_invalid"
    assert error(deployed.answer(body))[1] == "fx_recipients_invalid"
    assert error(deployed.answer(body | {"recipients": ["7778888"]}))[1] == "fx_file_invalid"


def test_an_app_has_so_many_faxes_open(cloud: Cloud, context: Any) -> None:
    cloud.import_example()
    deployed = Deployed(cloud, context, MAX_OPEN_UPLOADS_PER_APP="2")
    first = deployed.announce([_PDF])["id"]
    deployed.announce([_PDF])
    answer = deployed.answer({"recipients": ["7778888"], "files": [_PDF]})
    assert error(answer) == (
        429,
        "too_many_requests",
        "2 faxes wait for their files; the limit is 2. Upload those first, or wait until they have expired.",
    )
    deployed.put(first, 1, PDF)
    deployed.check(first, 1)
    deployed.announce([_PDF])


# --- what is refused when it is there --------------------------------------------------------------------------------


def test_a_file_that_cannot_be_faxed_ends_the_fax_and_frees_its_key(deployed: Deployed) -> None:
    cut = PDF[: len(PDF) // 2]
    files = [entry("letter.pdf", PDF), entry("scan.pdf", cut)]
    made = deployed.announce(files, "Idempotency-Key: one")
    deployed.put(made["id"], 2, cut)
    deployed.check(made["id"], 2)
    status, shown = deployed.ask(made["id"])
    assert (status, steady(shown)) == (
        200,
        {
            "status": "refused",
            "refusal": {
                "code": "fx_file_invalid",
                "message": "File 2 of 2, scan.pdf, is cut off: its end is missing.",
            },
            "userId": "alice",
            "extension": "0003*210",
            "recipients": ["7778888"],
            "files": [
                {name: value for name, value in file.items() if not name.startswith("redirect")}
                for file in made["files"]
            ],
        },
    )
    assert deployed.cloud.objects() == {}
    assert set(deployed.items()) == {"UPLOAD"}
    # What comes later is not wanted, and the key is another fax's now.
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    assert deployed.ask(made["id"])[1]["status"] == "refused"
    assert deployed.announce([entry("letter.pdf", PDF)], "Idempotency-Key: one")["id"] != made["id"]


@pytest.mark.parametrize(
    ("said", "came", "ends"),
    [
        (
            entry("a.pdf", PDF, with_sha256=False),
            PDF + b"\n",
            f"has {_SIZE + 1} bytes, and was announced with {_SIZE}.",
        ),
        (entry("a.pdf", PDF), PDF[::-1], "has other bytes than its sha256 announced."),
        (
            entry("a.pdf", JPEG),
            JPEG,
            "is named like a PDF document but is a JPEG image; send it under a name that fits.",
        ),
        (entry("a", b"\x89PNG1234"), b"\x89PNG1234", "is a PNG image; allowed are jpg, tif, pdf and txt."),
    ],
)
def test_other_files_than_can_be_faxed(deployed: Deployed, said: dict[str, Any], came: bytes, ends: str) -> None:
    fax_id = deployed.announce([said])["id"]
    deployed.put(fax_id, 1, came)
    deployed.check(fax_id, 1)
    shown = deployed.ask(fax_id)[1]
    assert shown["status"] == "refused"
    assert shown["refusal"]["message"] == f"File 1 of 1, {said['name']}, {ends}"


def test_pages_are_counted_over_all_files_in_whichever_order_they_come(deployed: Deployed) -> None:
    long = b"a page\f" * 120
    files = [entry("a.txt", long), entry("b.txt", long)]
    for order in ((1, 2), (2, 1)):
        fax_id = deployed.announce(files)["id"]
        for position in order:
            deployed.put(fax_id, position, long)
            deployed.check(fax_id, position)
        assert deployed.ask(fax_id)[1]["refusal"] == {
            "code": "fx_file_invalid",
            "message": "File 2 of 2, b.txt, makes the fax at least 240 pages long; the limit is 200."
            if order == (2, 1)
            else "File 2 of 2, b.txt, makes the fax at least 201 pages long; the limit is 200.",
        }
    assert deployed.cloud.objects() == {}


# --- the same request again, and new addresses -----------------------------------------------------------------------


def test_the_same_key_is_the_same_fax(deployed: Deployed) -> None:
    made = deployed.announce([_PDF], "Idempotency-Key: one")
    again = deployed.answer({"recipients": ["7778888"], "files": [_PDF]}, "Idempotency-Key: one")
    assert again["multiValueHeaders"]["Idempotent-Replayed"] == ["true"]
    body = json.loads(again["body"])
    assert (body["id"], body["uid"], body["status"]) == (made["id"], made["uid"], "uploading")
    assert body["files"][0]["redirectHeaders"] == made["files"][0]["redirectHeaders"]
    other = deployed.answer({"recipients": ["7778889"], "files": [_PDF]}, "Idempotency-Key: one")
    assert error(other)[:2] == (409, "idempotency_key_reused")
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    again = deployed.answer({"recipients": ["7778888"], "files": [_PDF]}, "Idempotency-Key: one")
    assert json.loads(again["body"]) == {"id": made["id"], "uid": made["uid"], "status": "accepted"}


def test_new_addresses_for_what_is_not_there_yet(deployed: Deployed) -> None:
    made = deployed.announce([_PDF, entry("note.txt", TEXT)])
    deployed.put(made["id"], 2, TEXT)
    deployed.check(made["id"], 2)
    status, renewed = deployed.ask(made["id"], "PUT", {"action": "RenewUploads"})
    assert (status, renewed["id"], renewed["status"]) == (200, made["id"], "uploading")
    first, second = renewed["files"]
    assert re.search(rf"/uploads/{made['id']}/1\?", first["redirectUri"])
    assert ("redirectUri" in second, second["checked"]) == (False, True)
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    status, refused = deployed.ask(made["id"], "PUT", {"action": "RenewUploads"})
    assert (status, refused["error"]["code"]) == (409, "fax_state_invalid")
    assert refused["error"]["message"] == f"Fax {made['id']} is accepted; only a fax that is uploading waits for files."
    status, refused = deployed.ask("115937093837901", "PUT", {"action": "RenewUploads"})
    assert (status, refused["error"]["code"]) == (404, "fax_not_found")
