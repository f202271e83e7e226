"""Makes the raw requests beside it, and the events of them: `python -m tests.data.requests.make`.

    tests/data/requests/<name>.http   the request, as its client sends it (tests/support/requests.py says how to use it)
    events/<name>.json                what API Gateway hands its function for it
    tests/data/authorizer/<name>.json what API Gateway hands the authorizer for it, for a few

All are kept, so that nobody needs to make them. The expected answers in events/answers and what is then stored
(tests/data/requests/stored) are written by hand, from the contract: never make them from what the code answers.

Longer than 350 lines: each client stands beside the requests that are made of it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.requests import authorizer_event, parse, proxy_event

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOCUMENTS = ROOT / "tests" / "data" / "documents"
EVENTS = ROOT / "events"
AUTHORIZER = ROOT / "tests" / "data" / "authorizer"

# Their first requests, one for each of the operation's two paths.
AUTHORIZED = ("mcp-server", "click2fax-2015")

ME = "/uapi/faxes/@me/0003*210"
OLDER = "/unifiedapi/faxes/@me/0003*210"
TOKEN = "/oauth/token.php"  # noqa: S105  (a path)

UNDICI = "----formdata-undici-068984564641"
CURL = "------------------------d42bd9e0aef25c08"
WEBKIT = "----WebKitFormBoundaryq8Xz3Lr0VdTn5KcE"
URLLIB3 = "48bbbbf4b37ce93efde5365d48e6dce9"

FAX_TEXT = b"This is my fax"
OCTETS = "application/octet-stream"
TO_PHONE = b'{"recipients":["7778888"]}'
TO_EXTENSION = b'{"recipients":["0003*211"]}'

URLENCODED = "application/x-www-form-urlencoded"
GRANT = "grant_type=client_credentials"
# What existing clients send beside it.
MORE = "type=unifiedapi&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=d8f3"

# --- forms -----------------------------------------------------------------------------------------------------------


def document(name: str) -> bytes:
    return (DOCUMENTS / name).read_bytes()


def part(disposition: str, content: bytes, content_type: str | None = None) -> bytes:
    lines = [f"Content-Disposition: form-data; {disposition}"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def request_part(content: bytes = TO_PHONE) -> bytes:
    return part('name="request"', content)


def file_part(
    filename: str = "fax.txt", content: bytes = FAX_TEXT, content_type: str | None = OCTETS, field: str = "files"
) -> bytes:
    return part(f'name="{field}"; filename="{filename}"', content, content_type)


def form(boundary: str, *parts: bytes) -> bytes:
    delimiter = b"--" + boundary.encode("ascii")
    return b"".join(delimiter + b"\r\n" + each + b"\r\n" for each in parts) + delimiter + b"--\r\n"


def post(target: str, headers: list[str], body: bytes) -> bytes:
    """A request; the word LENGTH in a header stands for the body's."""
    lines = [f"POST {target} HTTP/1.1", *(line.replace("LENGTH", str(len(body))) for line in headers), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


# --- clients: each one's headers in its own order --------------------------------------------------------------------


def mcp_server(
    *parts: bytes, body: bytes | None = None, content_type: str = f"multipart/form-data; boundary={UNDICI}"
) -> bytes:
    headers = [
        "host: HOST",
        "connection: keep-alive",
        "Authorization: Bearer TOKEN",
        "User-Agent: VoipNow Calls MCP/5.7.0",
        f"content-type: {content_type}",
        "accept: */*",
        "accept-language: *",
        "sec-fetch-mode: cors",
        "accept-encoding: gzip, deflate",
        "content-length: LENGTH",
    ]
    return post(ME, headers, form(UNDICI, *parts) if body is None else body)


def click2fax_2018() -> bytes:
    boundary = "------------------------fbe75a3e82c9e599"
    headers = [
        "Host: HOST",
        "Accept: */*",
        "Content-Disposition: multipart/form-data",
        "Authorization: Bearer TOKEN",
        "Content-Length: LENGTH",
        f"Content-Type: multipart/form-data; boundary={boundary}",
    ]
    report = file_part("report.pdf", document("letter.pdf"), "application/pdf", field="report.pdf")
    return post(OLDER, headers, form(boundary, request_part(), report))


def click2fax_2015() -> bytes:
    boundary = "------------------------3c19a7f2d05be846"
    headers = [
        "Host: HOST",
        "Accept: */*",
        "Authorization:Bearer TOKEN",
        "Content-Length: LENGTH",
        f"Content-Type: multipart/form-data; boundary={boundary}",
    ]
    report = file_part("phpA1b2C3", document("letter.pdf"), OCTETS, field="report.pdf")
    return post(f"{OLDER}?", headers, form(boundary, report, request_part()))


def click2fax_2015_on_php_8() -> bytes:
    """The same app: since PHP 5.6 its "@" no longer attaches a file, but is sent as it stands."""
    whole = click2fax_2015()
    attached = parse(whole).body
    report = part('name="report.pdf"', b"@/tmp/phpA1b2C3")
    body = form("------------------------3c19a7f2d05be846", report, request_part())
    return whole.replace(str(len(attached)).encode(), str(len(body)).encode()).removesuffix(attached) + body


def indy() -> bytes:
    """Delphi's Indy: fields in quoted-printable."""
    boundary = "--------112319093015123"
    encoding = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    field = f'Content-Disposition: form-data; name="request"\r\n{encoding}\r\n\r\n'.encode()
    file = file_part(content_type=f"{OCTETS}\r\nContent-Transfer-Encoding: binary")
    headers = [
        "Connection: keep-alive",
        f"Content-Type: multipart/form-data; boundary={boundary}",
        "Content-Length: LENGTH",
        "Authorization: Bearer TOKEN",
        "Host: HOST",
        "Accept: text/html, */*",
        "User-Agent: Mozilla/3.0 (compatible; Indy Library)",
    ]
    return post(ME, headers, form(boundary, field + b'{"recipients": [=\r\n"7778888"]=7D', file))


def curl(
    *parts: bytes,
    target: str = ME,
    body: bytes | None = None,
    content_type: str = f"multipart/form-data; boundary={CURL}",
    authorization: str = "Bearer TOKEN",
    key: str | None = None,
) -> bytes:
    headers = [
        "Host: HOST",
        "User-Agent: curl/7.88.1",
        "Accept: */*",
        f"Authorization: {authorization}",
        *([] if key is None else [f"Idempotency-Key: {key}"]),
        "Content-Length: LENGTH",
        f"Content-Type: {content_type}",
    ]
    return post(target, headers, form(CURL, *parts) if body is None else body)


def browser(*parts: bytes) -> bytes:
    headers = [
        "Host: HOST",
        "Connection: keep-alive",
        "Content-Length: LENGTH",
        "Authorization: Bearer TOKEN",
        "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36",
        f"Content-Type: multipart/form-data; boundary={WEBKIT}",
        "Accept: */*",
        "Origin: https://portal.example.com",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
        "Referer: https://portal.example.com/",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-GB,en;q=0.9",
    ]
    return post(ME, headers, form(WEBKIT, *parts))


def python_requests(*parts: bytes) -> bytes:
    headers = [
        "Host: HOST",
        "User-Agent: python-requests/2.34.2",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        "Authorization: Bearer TOKEN",
        "Content-Length: LENGTH",
        f"Content-Type: multipart/form-data; boundary={URLLIB3}",
    ]
    return post(ME, headers, form(URLLIB3, *parts))


# --- the requests ----------------------------------------------------------------------------------------------------


def requests() -> dict[str, bytes]:
    """Every request by its name."""
    faxes = _clients() | _paths() | _forms() | _names() | _recipients() | _refused_files() | _refused_forms()
    return faxes | _uploads() | _status() | _logins() | _refused_logins() | _other_methods_and_paths()


def _clients() -> dict[str, bytes]:
    note = file_part("note.txt", document("note.txt"), "text/plain")
    no_file = file_part("", b"", OCTETS)
    both = b'{"recipients":["7778888","0003*211"]}'
    return {
        "mcp-server": mcp_server(file_part(), request_part(TO_EXTENSION)),
        "click2fax-2018": click2fax_2018(),
        "click2fax-2015": click2fax_2015(),
        "click2fax-2015-php-8": click2fax_2015_on_php_8(),
        "indy": indy(),
        "curl": curl(request_part(both), note),
        "bare-token": curl(request_part(), note, authorization="TOKEN"),
        # Of two file inputs, the second was left empty.
        "browser-form": browser(
            request_part(), file_part("photo.jpg", document("smallest.jpg"), "image/jpeg"), no_file
        ),
        "browser-form-empty": browser(request_part(), no_file),
        # formData.append("request", new Blob([json], {type: "application/json"}))
        "browser-json-blob": browser(
            part('name="request"; filename="blob"', TO_PHONE, "application/json"),
            file_part("photo.jpg", document("smallest.jpg"), "image/jpeg"),
        ),
        "idempotency-key": curl(request_part(), note, key="3f0c8e7a-5a3e-4f52-9d6e-1c1f4f1f6c11"),
        "idempotency-key-too-long": curl(request_part(), note, key="k" * 256),
        "one-text": python_requests(request_part(), file_part("note.txt", document("note.txt"), None)),
        "pdf-tif-jpg": curl(
            request_part(),
            file_part("letter.pdf", document("letter.pdf"), "application/pdf"),
            file_part("scan.tif", document("scan.tif"), "image/tiff"),
            file_part("photo.jpg", document("photo.jpg"), "image/jpeg"),
        ),
    }


def _paths() -> dict[str, bytes]:
    targets = {
        "path-percent-encoded": "/uapi/faxes/%40me/0003%2A210",
        "path-trailing-slash": f"{ME}/",
        "path-empty-query": f"{ME}?",
        "path-viewer": "/uapi/faxes/@viewer/0003*210",
        "path-owner": "/uapi/faxes/@owner/0003*210",
        "path-user-id": "/uapi/faxes/alice/0003*210",
        "path-short-extension": "/uapi/faxes/@me/210",
        "user-unknown": "/uapi/faxes/nobody/0003*210",
        # A user that exists, whom a token in user context does not reach.
        "user-out-of-reach": "/uapi/faxes/bob/0003*211",
        "user-malformed": "/uapi/faxes/@everyone/0003*210",
        # Decoded twice, it would be @me.
        "user-encoded-twice": "/uapi/faxes/%2540me/0003*210",
        "extension-unknown": "/uapi/faxes/@me/0003*999",
        "extension-of-another-user": "/uapi/faxes/@me/0003*211",
        "extension-of-another-owner": "/uapi/faxes/@owner/0003*211",
        "extension-queue": "/uapi/faxes/@me/0003*300",
        "extension-self": "/uapi/faxes/@me/@self",
        "extension-malformed": "/uapi/faxes/@me/0003*210*1",
        "extension-bad-escape": "/uapi/faxes/@me/0003%2",
        # Both are wrong; the user is looked at first.
        "user-before-extension": "/uapi/faxes/bob/%zz",
    }
    return {name: curl(request_part(), file_part(), target=target) for name, target in targets.items()}


def get(target: str, *more: str) -> bytes:
    headers = ["Host: HOST", "User-Agent: curl/7.88.1", "Accept: */*", "Authorization: Bearer TOKEN", *more]
    return without_body("GET", target, headers)


def put(target: str, body: bytes, content_type: str = "application/json", *more: str) -> bytes:
    headers = [
        "Host: HOST",
        "User-Agent: curl/7.88.1",
        "Accept: */*",
        "Authorization: Bearer TOKEN",
        f"Content-Type: {content_type}",
        "Content-Length: LENGTH",
        *more,
    ]
    return post(target, headers, body).replace(b"POST ", b"PUT ", 1)


def _status() -> dict[str, bytes]:
    """Of the faxes in events/stored/faxes.json."""
    older = "/unifiedapi/faxes/@me/0003*210"
    history = f"{ME}/115937093837901/events"
    cancel, renew = b'{"action": "Cancel"}', b'{"action": "RenewUploads"}'
    return {
        "read-fax": get(f"{ME}/115937093837901"),
        "read-fax-older-path": get(f"{older}/115937093837901/"),
        "read-fax-any-extension": get("/uapi/faxes/%40me/@self/115937093837901"),
        # Accepted by a release before deliveries.
        "read-fax-accepted": get(f"{ME}/115937093837905"),
        "read-fax-received": get(f"{ME}/115937093837907"),
        "read-fax-uploading": get(f"{ME}/115937093837908"),
        "read-fax-refused": get(f"{ME}/115937093837909"),
        "read-history-received": get(f"{ME}/115937093837907/events"),
        "read-fax-unknown": get(f"{ME}/115937093837902"),
        "read-fax-of-another-user": get(f"{ME}/115937093837906"),
        "read-fax-of-another-extension": get("/uapi/faxes/@me/0003*220/115937093837901"),
        "read-fax-id-malformed": get(f"{ME}/a601a53ffbde601d5c4364de92f5bd58"),
        "read-user-malformed": get("/uapi/faxes/@everyone/0003*210/115937093837901"),
        "read-extension-malformed": get("/uapi/faxes/@me/0003*210*1/115937093837901"),
        "read-history": get(history),
        "read-history-count": get(f"{history}?count=2"),
        "read-history-count-invalid": get(f"{history}?count=0"),
        "read-history-cursor-invalid": get(f"{history}?cursor=next"),
        "read-history-unknown": get(f"{older}/115937093837902/events"),
        "change-cancel": put(f"{ME}/115937093837904", cancel),
        "change-revoke-page": put(f"{ME}/115937093837903", b'{"action": "RevokePage"}'),
        "change-cancel-sent": put(f"{ME}/115937093837903", cancel),
        "change-cancel-unknown": put(f"{ME}/115937093837902", cancel),
        "change-action-unknown": put(f"{ME}/115937093837904", b'{"action": "Resend"}'),
        "change-action-missing": put(f"{ME}/115937093837904", b"{}"),
        "change-renew-uploads": put(f"{ME}/115937093837908", renew),
        "change-renew-uploads-sent": put(f"{ME}/115937093837903", renew),
        "change-not-json": put(f"{ME}/115937093837904", b"action=Cancel", URLENCODED),
        "change-user-malformed": put("/uapi/faxes/@everyone/0003*210/115937093837904", cancel),
        "change-extension-malformed": put("/unifiedapi/faxes/@me/0003*210*1/115937093837904", cancel),
    }


def _forms() -> dict[str, bytes]:
    files = (file_part("one.txt", b"one"), file_part("two.txt", b"two"))
    delimiter = CURL.encode("ascii")
    return {
        "request-first": curl(request_part(), *files),
        "request-last": curl(*files, request_part()),
        "request-unknown-members": curl(
            request_part(b'{"recipients": ["7778888"], "cover": {"title": "Offer"}, "retries": 3}'), file_part()
        ),
        "request-rendering": curl(
            request_part(b'{"recipients": ["7778888"], "rendering": "photo", "resolution": "standard"}'), file_part()
        ),
        "request-rendering-unknown": curl(request_part(b'{"recipients": ["7778888"], "rendering": "sharp"}')),
        "request-resolution-unknown": curl(
            request_part(b'{"recipients": ["7778888"], "resolution": 196}'), file_part()
        ),
        # Every part with a file name is a file, whatever its field is called; a field of another name is none.
        "field-names": curl(
            file_part("one.txt", b"one", field="files[]"),
            part('name="comment"', b"for Ms Miller"),
            file_part("two.txt", b"two", field="files[0]"),
            request_part(),
            file_part("three.txt", b"three", field="three.txt"),
        ),
        # A preamble and an epilogue, a stray ";", no space after the colon, names in any case, no part Content-Type.
        "lenient-form": curl(
            body=b"This is a message with several parts.\r\n--" + delimiter + b"\r\n"
            b'content-disposition:form-data; name="files"; filename="fax.txt";\r\n'
            b"CONTENT-TYPE:application/octet-stream\r\n\r\n" + FAX_TEXT + b"\r\n--" + delimiter + b"\r\n"
            b'Content-Disposition:form-data;name="request";\r\n\r\n' + TO_PHONE + b"\r\n--" + delimiter + b"--\r\n"
            b"This is no part of it.\r\n"
        ),
        "no-final-line-end": curl(body=form(CURL, request_part(), file_part()).removesuffix(b"\r\n")),
        "no-files": curl(request_part()),
    }


def _names() -> dict[str, bytes]:
    return {
        "file-name-utf-8": python_requests(request_part(), file_part("Übersicht März 傳真.txt", FAX_TEXT, None)),
        "file-name-extended": python_requests(
            request_part(), part('name="files"; filename="_.txt"; filename*=UTF-8\'\'%C3%9Cbersicht.txt', FAX_TEXT)
        ),
        "file-name-with-folders": curl(
            request_part(), file_part("/path/to/file/fax.txt", b"one"), file_part("C:\\fax.txt", b"two")
        ),
        "file-name-escaped": curl(
            request_part(), file_part("%22one%22.txt", b"one"), file_part('\\"two\\".txt', b"two")
        ),
        "file-name-not-escaped": curl(request_part(), file_part('Offer "Q3"; final.txt', FAX_TEXT)),
        "file-name-percent-encoded": curl(request_part(), file_part("%C3%9Cbersicht%20%22Q3%22.txt", FAX_TEXT)),
        "file-name-encoded-word": curl(request_part(), file_part("=?UTF-8?B?w5xiZXJzaWNodC50eHQ=?=", FAX_TEXT)),
        "file-name-without-extension": curl(request_part(), file_part("scan", document("smallest.tif"))),
    }


def _recipients() -> dict[str, bytes]:
    def to(content: bytes) -> bytes:
        return mcp_server(file_part(), request_part(content))

    return {
        "recipients-repeated": to(b'{"recipients":["+49 (30) 123-456","0003*211","+4930123456","0003*211"]}'),
        "recipients-written": to(
            b'{"recipients":["(555) 123-4567","\\u202a+49\\u00a030/123\\u2011456\\u202c","+(1) 555.123\\u20134567\\n"]}'
        ),
        "recipients-members": to(b'{"recipients":["7778888"],"recipients":["0003*211"]}'),
        "recipients-empty": to(b'{"recipients":[]}'),
        "recipients-self": to(b'{"recipients":["@self"]}'),
        "recipients-missing": to(b'{"recipient":"7778888"}'),
        "recipients-not-array": to(b'{"recipients":"7778888"}'),
        "recipients-number": to(b'{"recipients":["0003*211",7778888]}'),
        "recipients-blank": to(b'{"recipients":[""]}'),
        "recipients-malformed": to(b'{"recipients":["7778888","call me"]}'),
        "recipients-extension-without-fax": to(b'{"recipients":["7778888","0003*213"]}'),
        "recipients-too-many": to(b'{"recipients":["1001","1002","1003","1004","1005","1006"]}'),
        "request-missing": mcp_server(file_part()),
        "request-not-json": to(b"recipients=7778888"),
        "request-not-object": to(b'["7778888"]'),
        # The recipients are looked at before it is seen that there is nothing to send.
        "no-files-recipients-empty": mcp_server(request_part(b'{"recipients":[]}')),
    }


def _refused_files() -> dict[str, bytes]:
    picture = file_part("picture.png", document("picture.png"), "image/png")
    return {
        "file-png": curl(request_part(), picture),
        # Its name and its Content-Type say that it is a PDF; the content decides, and the name must fit it.
        "file-png-named-pdf": curl(request_part(), file_part("letter.pdf", document("picture.png"), "application/pdf")),
        "file-pdf-named-txt": curl(request_part(), file_part("note.txt", document("smallest.pdf"))),
        "file-cut-off": curl(request_part(), file_part("photo.jpg", document("smallest.jpg")[:-2], "image/jpeg")),
        "file-second-refused": curl(request_part(), file_part(), picture),
        "file-empty": curl(request_part(), file_part("empty.pdf", b"", "application/pdf")),
        "file-not-attached": curl(request_part(), part('name="files"', FAX_TEXT)),
        "files-too-many": curl(request_part(), *(file_part(f"page-{n}.txt", b"page %d" % n) for n in range(1, 7))),
        # Two files, each within the limit: 100 pages and 101.
        "pages-too-many": curl(
            request_part(), file_part("one.txt", b"page\f" * 100), file_part("two.txt", b"page\f" * 101)
        ),
    }


def _refused_forms() -> dict[str, bytes]:
    whole = form(CURL, request_part(), file_part("letter.pdf", document("letter.pdf"), "application/pdf"))
    return {
        # What JavaScript makes of a form that is sent as text.
        "object-form-data": mcp_server(body=b"[object FormData]", content_type="text/plain"),
        "body-empty": curl(body=b""),
        "boundary-missing": curl(request_part(), file_part(), content_type="multipart/form-data"),
        "cut-off-upload": curl(body=whole[: len(whole) // 2]),
        "cut-off-last-line": curl(body=whole.removesuffix(b"--\r\n")),
        # Taken for a preamble, the first part would be lost.
        "byte-order-mark": curl(body=b"\xef\xbb\xbf" + whole),
        "line-feeds": curl(body=form(CURL, request_part(), file_part()).replace(b"\r\n", b"\n")),
        "content-encoding": curl(request_part(), file_part()).replace(b"Accept:", b"Content-Encoding: gzip\r\nAccept:"),
        "two-requests": curl(request_part(), request_part(TO_EXTENSION), file_part()),
        "published-sample": published_sample(),
    }


def _uploads() -> dict[str, bytes]:
    """Files that are announced in JSON, and uploaded on their own."""

    def announced(*files: dict[str, Any], key: str | None = None) -> bytes:
        body = json.dumps({"recipients": ["7778888"], "files": files}).encode()
        return curl(body=body, content_type="application/json", key=key)

    letter: dict[str, Any] = {"name": "letter.pdf", "size": 1_573, "type": "application/pdf"}
    digest = hashlib.sha256(document("letter.pdf")).digest()
    checked = letter | {"uploadIdentifier": "doc001", "sha256": base64.b64encode(digest).decode("ascii")}
    return {
        "upload": announced(checked, {"name": "scan.tif", "size": 6_291_456, "type": "image/tiff"}),
        "upload-size-missing": announced({"name": "letter.pdf", "type": "application/pdf"}),
        "upload-too-large": announced(letter | {"size": 300_000_000}),
        "upload-named-png": announced(letter | {"name": "picture.png"}),
        "json-body": curl(body=TO_PHONE, content_type="application/json"),
    }


def published_sample() -> bytes:
    """With the faults of the published sample: its delimiters are two dashes short, headers run into contents, a
    header has a semicolon for its colon, and nothing closes the form."""
    boundary = "------------325343636"
    lines = [
        f"{boundary}--------",
        'Content-Disposition:form-data; name="files"; filename="/path/to/file/fax.txt"',
        "Content-Type;application/octet-stream",
        "This is my fax",
        boundary,
        'Content-Disposition:form-data; name="request";',
        "{",
        '"recipients":["7778888"]',
        "}",
        boundary,
        "",
    ]
    headers = [
        "Host: HOST",
        "Authorization: TOKEN",
        "Content-Length:LENGTH",
        f"Content-Type: multipart/form-data; boundary={boundary}",
    ]
    return post(ME, headers, "\r\n".join(lines).encode("ascii"))


# --- apps that log in ------------------------------------------------------------------------------------------------


def login(body: str, *headers: str, target: str = TOKEN, content_type: str = URLENCODED) -> bytes:
    """As libcurl sends it, with more headers before the last two."""
    lines = ["Host: HOST", "User-Agent: curl/7.88.1", "Accept: */*", *headers]
    lines += ["Content-Length: LENGTH", f"Content-Type: {content_type}"]
    return post(target, lines, body.encode("ascii"))


def login_form(*fields: tuple[str, str]) -> bytes:
    """A login as multipart/form-data: what PHP's libcurl makes of an array."""
    boundary = "------------------------9b2e4f71c0a8d365"
    headers = [
        "Host: HOST",
        "Accept: */*",
        "Content-Length: LENGTH",
        f"Content-Type: multipart/form-data; boundary={boundary}",
    ]
    return post(TOKEN, headers, form(boundary, *(part(f'name="{name}"', value.encode()) for name, value in fields)))


def click2fax_2018_login() -> bytes:
    """The Click2Fax app of 2018 (libcurl): it percent-encodes key and secret, though a form needs none."""
    boundary = "------------------------2920a679826e1860"
    headers = [
        "Host: HOST",
        "Accept: */*",
        "Content-Length: LENGTH",
        f"Content-Type: multipart/form-data; boundary={boundary}",
    ]
    fields = (
        ("grant_type", "client_credentials"),
        ("redirect_uri", "/sendFax.php"),
        ("client_id", "ENCODED_KEY"),
        ("client_secret", "ENCODED_SECRET"),
        ("state", "0"),
    )
    return post(TOKEN, headers, form(boundary, *(part(f'name="{name}"', value.encode()) for name, value in fields)))


def python_requests_login(body: str) -> bytes:
    """As the OAuth libraries on Python's requests do it: the app by HTTP Basic."""
    headers = [
        "Host: HOST",
        "User-Agent: python-requests/2.34.2",
        "Accept-Encoding: gzip, deflate",
        "Accept: application/json",
        "Connection: keep-alive",
        f"Content-Type: {URLENCODED}",
        "Content-Length: LENGTH",
        "Authorization: Basic BASIC",
    ]
    return post(TOKEN, headers, body.encode("ascii"))


_FIELDS = (
    ("client_id", "KEY"),
    ("client_secret", "SECRET"),
    ("grant_type", "client_credentials"),
    ("redirect_uri", "https://app.example.com/callback"),
    ("type", "unifiedapi"),
    ("state", "d8f3"),
)


_AS_JSON = '{"grant_type":"client_credentials","client_id":"KEY","client_secret":"SECRET"}'


def _logins() -> dict[str, bytes]:
    return {
        "token-urlencoded": login(f"{GRANT}&{MORE}&client_id=KEY&client_secret=SECRET"),
        "token-multipart": login_form(*_FIELDS),
        "token-click2fax-2018": click2fax_2018_login(),
        "token-json": login(_AS_JSON, content_type="application/json"),
        "token-basic": python_requests_login(GRANT),
        "token-basic-and-body": login(f"{GRANT}&client_id=KEY", "Authorization: Basic BASIC"),
    }


def _refused_logins() -> dict[str, bytes]:
    app = "client_id=KEY&client_secret=SECRET"
    return {
        "token-secret-wrong": login(f"{GRANT}&client_id=KEY&client_secret=an-example-secret-that-is-not-the-apps"),
        "token-key-unknown": login(f"{GRANT}&client_id=nobody&client_secret=SECRET"),
        "token-secret-bad-escape": login(f"{GRANT}&{app}%2"),
        "token-app-missing": login(GRANT),
        # It would end up in access logs.
        "token-app-in-query": login(GRANT, target=f"{TOKEN}?{app}"),
        "token-all-in-query": login("", target=f"{TOKEN}?{GRANT}&{app}"),
        "token-grant-missing": login(app),
        "token-grant-other": login(f"grant_type=authorization_code&code=9f2c&{app}"),
        "token-field-twice": login(f"{GRANT}&{app}&client_id=KEY"),
        "token-basic-and-body-differ": login(f"{GRANT}&client_id=another-app", "Authorization: Basic BASIC"),
        # No colon parts a key from a secret in it.
        "token-basic-unreadable": login(GRANT, "Authorization: Basic bm8tY29sb24="),
        "token-json-array": login(f"[{_AS_JSON}]", content_type="application/json"),
        "token-other-type": login(_AS_JSON, content_type="text/plain"),
        "token-body-empty": login(""),
        "token-body-too-large": login(f"{GRANT}&client_id=nobody&state=".ljust(16 * 1024 + 1, "x")),
        "token-form-cut-off": login_form_cut_off(),
    }


def login_form_cut_off() -> bytes:
    """Without the last delimiter's two dashes and line end."""
    whole = parse(login_form(*_FIELDS))
    body = whole.body.removesuffix(b"--\r\n")
    return whole.head.replace(str(len(whole.body)).encode(), str(len(body)).encode()) + b"\r\n\r\n" + body


# --- what is refused before it is read -------------------------------------------------------------------------------


def _other_methods_and_paths() -> dict[str, bytes]:
    from_curl = ["Host: HOST", "User-Agent: curl/7.88.1", "Accept: */*"]
    with_token = [*from_curl, "Authorization: Bearer TOKEN"]
    preflight = [
        "Host: HOST",
        "Connection: keep-alive",
        "Accept: */*",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization",
        "Origin: https://portal.example.com",
        "Sec-Fetch-Mode: cors",
    ]
    return {
        "refuse-get": without_body("GET", ME, with_token),
        "refuse-get-older-path": without_body("GET", f"{OLDER}?", with_token),
        "refuse-delete": without_body("DELETE", ME, with_token),
        "refuse-fax-delete": without_body("DELETE", f"{ME}/115937093837901", with_token),
        # A browser asks whether it may send; it may not.
        "refuse-preflight": without_body("OPTIONS", ME, preflight),
        "refuse-token-get": without_body(
            "GET", f"{TOKEN}?{GRANT}&client_id=KEY&client_secret=SECRET", [*from_curl, "Authorization: Basic BASIC"]
        ),
        "refuse-put": curl(request_part(), file_part()).replace(b"POST", b"PUT", 1),
        "refuse-root": without_body("GET", "/", from_curl),
        "refuse-path": without_body("GET", "/unifiedapi/phoneCalls/@me/@self", with_token),
        "refuse-path-post": curl(request_part(), file_part(), target="/uapi/faxes"),
        "refuse-path-longer": curl(request_part(), file_part(), target=f"{ME}/115937093837901/files"),
    }


def without_body(method: str, target: str, headers: list[str]) -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", *headers, "", ""]).encode("ascii")


# --- the files -------------------------------------------------------------------------------------------------------


def files() -> dict[Path, bytes]:
    """Every file that this script makes."""
    made: dict[Path, bytes] = {}
    for name, raw in requests().items():
        made[HERE / f"{name}.http"] = raw
        made[EVENTS / f"{name}.json"] = _json(proxy_event(parse(raw), name))
        if name in AUTHORIZED:
            made[AUTHORIZER / f"{name}.json"] = _json(authorizer_event(parse(raw), name))
    return made


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def main() -> None:
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
