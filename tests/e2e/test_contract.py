"""Every answer that the function owns, got by curl from the deployed stack: status, type and whole body."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.curl import DENIED, DOCUMENTS, NO_TOKEN, NOTE, REQUEST, SEND, Answer, Curl, assert_accepted, refusal
from tools.local.stack_file import LocalStack

MAX_BODY = 4_613_734


@pytest.mark.parametrize(
    "path",
    [
        SEND,
        f"{SEND}/",
        f"{SEND}?",
        "/uapi/faxes/@me/210",
        "/uapi/faxes/@viewer/210",
        "/uapi/faxes/@owner/0003*210",
        "/uapi/faxes/alice/0003*210",
        "/uapi/faxes/%40me/0003%2A210",
        "/unifiedapi/faxes/@me/0003*210",
        "/unifiedapi/faxes/@me/0003*210/?",
    ],
)
def test_accepts_at_every_path_that_clients_use(curl: Curl, path: str) -> None:
    assert_accepted(curl(path, *REQUEST, *NOTE))


@pytest.mark.parametrize("name", ["smallest.txt", "smallest.pdf", "smallest.tif", "smallest.jpg"])
def test_stores_the_smallest_documents_byte_for_byte(
    curl: Curl, stored: Callable[[], dict[str, bytes]], name: str
) -> None:
    uid = assert_accepted(curl(SEND, *REQUEST, "-F", f"files=@{DOCUMENTS / name}"))
    assert stored()[f"faxes/{uid}/1.{Path(name).suffix[1:]}"] == (DOCUMENTS / name).read_bytes()


def form_of(size: int) -> tuple[bytes, bytes]:
    """A form of exactly ``size`` bytes with a photo that fills it, and that file's content.

    Any bytes may stand behind a photo's end; so much text would be over the limit of pages.
    """
    head = (
        b'--b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{"recipients":["7778888"]}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="photo.jpg"\r\n\r\n'
    )
    tail = b"\r\n--b--\r\n"
    lines = b"".join(b"%09d\n" % n for n in range(size // 10))
    content = ((DOCUMENTS / "smallest.jpg").read_bytes() + lines)[: size - len(head) - len(tail)]
    return head + content + tail, content


def test_takes_a_body_of_exactly_the_limit(curl: Curl, stored: Callable[[], dict[str, bytes]], tmp_path: Path) -> None:
    body, content = form_of(MAX_BODY)
    assert len(body) == MAX_BODY
    (tmp_path / "body").write_bytes(body)
    answer = curl(SEND, "-H", "Content-Type: multipart/form-data; boundary=b", "--data-binary", f"@{tmp_path / 'body'}")
    uid = assert_accepted(answer)
    kept = stored()[f"faxes/{uid}/1.jpg"]
    assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(content).hexdigest()


def test_refuses_a_body_of_one_byte_more(curl: Curl, stored: Callable[[], dict[str, bytes]], tmp_path: Path) -> None:
    before = stored()
    (tmp_path / "body").write_bytes(form_of(MAX_BODY + 1)[0])
    answer = curl(SEND, "-H", "Content-Type: multipart/form-data; boundary=b", "--data-binary", f"@{tmp_path / 'body'}")
    assert answer == refusal(
        413,
        "request_too_large",
        "The body has 4613735 bytes (4.6 MB); the limit is 4613734 (4.6 MB). Send smaller scans, or several faxes: a "
        "page at 200 dpi is enough, 1,654 x 2,339 pixels. "
        "Or announce the files as JSON and upload them, up to 250 MiB.",
    )
    assert stored() == before


REFUSALS: list[Any] = [
    pytest.param(
        SEND,
        ("-F", 'request={"recipients":[]}', *NOTE),
        refusal(400, "fx_recipients_invalid", "recipients is empty; it must name at least one recipient."),
        id="no recipients",
    ),
    pytest.param(
        SEND,
        ("-F", 'request={"recipients":["7778888","@self"]}', *NOTE),
        refusal(
            400,
            "fx_recipients_invalid",
            "Recipient 2 of 2, @self, is neither an extension, such as 210 or 0003*210, nor a phone number of 1 to 20 "
            "digits: the character at position 1, U+0040, cannot be part of a number.",
        ),
        id="a recipient that is none",
    ),
    pytest.param(
        SEND,
        NOTE,
        refusal(
            400,
            "fx_recipients_invalid",
            'The form has no part named request; it must hold {"recipients": [...]}.',
        ),
        id="no request part",
    ),
    pytest.param(
        SEND,
        (*REQUEST, "-F", f"files=@{DOCUMENTS / 'picture.png'}"),
        refusal(
            400,
            "fx_file_invalid",
            "File 1 of 1, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt.",
        ),
        id="a file of another kind",
    ),
    pytest.param(
        SEND,
        (*REQUEST, "-F", "files=letter"),
        refusal(
            400,
            "fx_file_invalid",
            "File 1 of 1 was not attached: its part has no file name.",
        ),
        id="a file that was not attached",
    ),
    pytest.param(
        SEND,
        (*REQUEST, *NOTE * 6),
        refusal(400, "fx_max_files_reached", "The fax has 6 files; the limit is 5."),
        id="too many files",
    ),
    pytest.param(
        "/uapi/faxes/bob/0003*210",
        (*REQUEST, *NOTE),
        refusal(400, "user_invalid", "User bob does not exist, or is out of reach of this token."),
        id="another user",
    ),
    pytest.param(
        "/uapi/faxes/@me/0003*211",
        (*REQUEST, *NOTE),
        refusal(400, "extension_invalid", "Extension 0003*211 does not exist, or does not belong to user @me."),
        id="another user's extension",
    ),
    pytest.param(
        "/uapi/faxes/@me/@self",
        (*REQUEST, *NOTE),
        refusal(
            400,
            "extension_invalid",
            "Extension @self is not valid; it must be a number, such as 210, or one with its organization, such as "
            "0003*210, of at most 32 characters.",
        ),
        id="@self",
    ),
    pytest.param(
        SEND,
        ("-H", "Content-Type: text/plain", "-d", "[object FormData]"),
        refusal(
            400,
            "request_invalid",
            "The Content-Type is text/plain; it must be multipart/form-data with a boundary.",
        ),
        id="a client's form that became text",
    ),
    pytest.param(
        SEND,
        ("-X", "POST", "-H", "Content-Type: multipart/form-data; boundary=b"),
        refusal(400, "request_invalid", "The body is empty; it must be a multipart/form-data form."),
        id="no body",
    ),
    pytest.param(
        SEND,
        ("-H", "Content-Type: multipart/form-data; boundary=b", "--data-binary", "--b\r\nContent-Dispos"),
        refusal(400, "request_invalid", "The body ends within the headers of part 1; the upload was cut off."),
        id="a cut-off upload",
    ),
]


@pytest.mark.parametrize(("path", "arguments", "expected"), REFUSALS)
def test_refuses_and_stores_nothing(
    curl: Curl, stored: Callable[[], dict[str, bytes]], path: str, arguments: tuple[str, ...], expected: Answer
) -> None:
    before = stored()
    assert curl(path, *arguments) == expected
    assert stored() == before


def test_a_request_without_a_file_is_nothing_to_send(curl: Curl) -> None:
    answer = curl(SEND, *REQUEST)
    assert (answer.status, answer.body) == (204, None)


@pytest.mark.parametrize("token", ["unknown-token-unknown-token", "short"])
def test_denies_a_caller_it_does_not_know(curl: Curl, token: str) -> None:
    assert curl(SEND, *REQUEST, *NOTE, token=token) == DENIED


def test_denies_a_token_in_the_query_string(curl: Curl, stack: LocalStack) -> None:
    assert curl(f"{SEND}?access_token={stack.token}", *REQUEST, *NOTE, token=None) == NO_TOKEN


@pytest.mark.parametrize("scheme", ["", "bearer ", "BEARER "])
def test_takes_the_bare_token_and_any_case_of_bearer(curl: Curl, stack: LocalStack, scheme: str) -> None:
    header = ("-H", f"Authorization: {scheme}{stack.token}")
    assert_accepted(curl(SEND, *REQUEST, *NOTE, *header, token=None))
