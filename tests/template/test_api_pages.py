"""docs/api against openapi.yaml and the template: its tables tell people the same answers, limits and words."""

import re

from faxes.formats import jpg, tif_strips
from faxes.intake import multipart
from faxes.model import Reason, Status
from tests.support import openapi, template

DOCUMENT = openapi.load()
# Their codes, those with a token apart.
GATEWAYS = {"access_denied", "internal_server_error", "request_too_large", "too_many_requests"}


def rows(page: str) -> list[list[str]]:
    """The cells of every table of a page of docs/api, without the tables' heads."""
    text = (template.ROOT / "docs" / "api" / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("status", "context", "what") and set(row[0]) != {"-"}]


def test_the_page_has_the_documents_answers() -> None:
    told = [(int(status), row[1]) for row in rows("answers.md") for status in row[0].split(", ")]
    documented = {(status, code) for where, status, code in openapi.errors(DOCUMENT) if where == "createFax"}
    documented |= {(status, code) for where, status, code in openapi.errors(DOCUMENT) if where == "x-other-methods"}
    assert sorted(told) == sorted(documented | {(200, ""), (204, "")})


def test_the_page_has_the_answers_of_the_documents_logins() -> None:
    told = [(int(row[0]), row[1]) for row in rows("log-in.md") if row[0].isdigit()]
    documented = {(status, code) for where, status, code in openapi.errors(DOCUMENT) if where == "issueToken"}
    # The others are the gateway's.
    assert sorted(told) == sorted((status, code) for status, code in documented if code not in GATEWAYS)


def test_the_page_has_the_documents_answers_about_a_status() -> None:
    told = [(int(row[0]), row[1]) for row in rows("status.md") if row[0].isdigit()]
    asked = ("readFax", "readHistory", "changeFax")
    documented = {(status, code) for where, status, code in openapi.errors(DOCUMENT) if where in asked}
    # The others are as for sending.
    as_for_sending = {401, 403, 429, 502, 503, 504}
    expected = {(status, code) for status, code in documented if status not in as_for_sending}
    assert sorted(told) == sorted(expected - {(404, "resource_not_found")} | {(200, ""), (304, "")})


def test_the_page_has_every_status_and_every_reason() -> None:
    told = {word for row in rows("status.md") for word in re.findall(r"[a-z_]+", row[0])}
    assert {*Status, *Reason} <= told


def test_the_pages_limits_are_the_templates() -> None:
    parameters = template.load()["Parameters"]
    told = {what: (default, allowed) for what, default, allowed in rows("limits.md")}
    for what, name in {
        "files per fax": "MaxFilesPerFax",
        "recipients per fax": "MaxRecipientsPerFax",
        "pages per fax, over all its files": "MaxPagesPerFax",
    }.items():
        limit = parameters[name]
        assert told.pop(what) == (str(limit["Default"]), f"{limit['MinValue']} to {limit['MaxValue']}")
    pixels = parameters["MaxPixelsPerPage"]
    assert told.pop("pixels of a page of a jpg or tif") == (
        f"{pixels['Default']:,}, and {jpg.MAX_SIDE:,} (jpg) or {tif_strips.MAX_SIDE:,} (tif) a side",
        f"{pixels['MinValue']:,} to {pixels['MaxValue']:,}",
    )
    fax = parameters["MaxPixelsPerFax"]
    assert told.pop("pixels of all pages of a fax") == (
        f"{fax['Default']:,}: 200 pages of A4 at 600 dpi",
        f"{fax['MinValue']:,} to {fax['MaxValue']:,}",
    )
    body = parameters["MaxBodyBytes"]["Default"]
    assert told.pop("the whole body")[0].startswith(f"{body:,} bytes ")
    assert parameters["MaxBytesPerFile"]["Default"] == body
    assert told.pop("bytes of a file") == ("what the body can hold", "less")
    most = parameters["MaxUploadBytesPerFax"]["Default"]
    assert parameters["MaxUploadBytesPerFile"]["Default"] == most
    assert told.pop("all files of a fax that are [uploaded on their own](upload.md), and each of them") == (
        f"{most:,} bytes ({most >> 20} MiB)",
        "less",
    )
    waiting = parameters["MaxOpenUploadsPerApp"]
    assert told.pop("faxes of an app that wait for their files") == (
        f"{waiting['Default']}",
        f"{waiting['MinValue']:,} to {waiting['MaxValue']:,}",
    )
    assert told.pop("parts in a form") == (str(multipart.MAX_PARTS), "")
    rate, burst, day = (parameters[f"App{name}"]["Default"] for name in ("Rate", "Burst", "RequestsPerDay"))
    assert told.pop("requests of one app, of all kinds but logins") == (
        f"{rate} a second on average, {burst} at once, {day:,} a day (UTC)",
        "any number",
    )
    assert told == {}
