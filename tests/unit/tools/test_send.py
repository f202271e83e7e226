"""Sending a fax by hand: where to, as whom, and what the answer means."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import requests
from requests_toolbelt import MultipartEncoderMonitor

from tests.support.local import LOCAL
from tools import places
from tools.client import login, upload
from tools.client.login import Deployment, LoginFailed
from tools.client.send import Sender, describe, main, numbers, sender


@pytest.fixture(autouse=True)
def stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the local stack would be described; nothing runs."""
    path = tmp_path / "stack.json"
    monkeypatch.setattr(places, "STACK_FILE", path)
    return path


def answer(status: int, body: bytes = b"") -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body
    response.encoding = "utf-8"
    return response


@pytest.mark.parametrize(
    ("status", "body", "described"),
    [
        (200, '{"id": "1", "uid": "5d8e"}', '200 {"id": "1", "uid": "5d8e"}'),
        (204, "", "204: the fax holds no file; there was nothing to send"),
        (
            400,
            '{"error": {"code": "fx_file_invalid", "message": "File 1 of 1, a, is empty."}}',
            "400 fx_file_invalid: File 1 of 1, a, is empty.",
        ),
        (400, '{"error": {"code": "a", "message": "One.", "requestId": "bQ7w="}}', "400 a: One. (requestId bQ7w=)"),
        (400, '{"error": {"code": "a", "message": "One.", "requestId": ""}}', "400 a: One."),
        (502, "<html>Bad Gateway</html>", "502 <html>Bad Gateway</html>"),
        (502, "", "502 "),
        (403, '{"message": "Forbidden"}', '403 {"message": "Forbidden"}'),
        (401, '{"error": "invalid_client"}', '401 {"error": "invalid_client"}'),
        (400, '{"error": {"code": "x"}}', '400 {"error": {"code": "x"}}'),
        (400, '{"error": null}', '400 {"error": null}'),
        (400, '["error"]', '400 ["error"]'),
        (400, "null", "400 null"),
        (500, "x" * 501, "500 " + "x" * 500),
    ],
)
def test_an_answer_in_one_line(status: int, body: str, described: str) -> None:
    assert describe(answer(status, body.encode())) == described


@pytest.mark.parametrize(
    ("url", "user", "extension", "address"),
    [
        ("https://fax.example/v1", "@me", "0003*210", "https://fax.example/v1/uapi/faxes/@me/0003*210"),
        ("https://fax.example/v1/", "alice", "210", "https://fax.example/v1/uapi/faxes/alice/210"),
        ("https://fax.example", "a b", "1/2", "https://fax.example/uapi/faxes/a%20b/1%2F2"),
        ("https://fax.example", "?#%", "ü+", "https://fax.example/uapi/faxes/%3F%23%25/%C3%BC%2B"),
    ],
)
def test_an_address_holds_user_and_extension_quoted(url: str, user: str, extension: str, address: str) -> None:
    assert Sender(url, "t", user, extension, True).address() == address


REMOTE = Deployment("https://fax.example/v1", "own.pem")
HERE = Deployment(LOCAL.apiUrl, LOCAL.caBundle, LOCAL)


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Deployment, str, str]]:
    """Every login, which gives the token "issued"; the real one is tests/unit/tools/test_login.py's."""
    seen: list[tuple[Deployment, str, str]] = []

    def log_in(to: Deployment, key: str, secret: str) -> str:
        seen.append((to, key, secret))
        return "issued"

    monkeypatch.setattr(login, "log_in", log_in)
    return seen


APP = {"FAX_API_KEY": "office", "FAX_API_SECRET": "its-secret"}
EXTENSION = {"FAX_API_EXTENSION": "0003*212"}
TOKEN = {"FAX_API_TOKEN": "the-token"}
USER = {"FAX_API_USER": "bob"}


@pytest.mark.parametrize(
    ("to", "environment", "expected", "logged_in"),
    [
        (REMOTE, TOKEN | EXTENSION, ("the-token", "@me", "0003*212"), []),
        (REMOTE, TOKEN | EXTENSION | APP | USER, ("the-token", "bob", "0003*212"), []),
        (REMOTE, APP | EXTENSION, ("issued", "@me", "0003*212"), [("office", "its-secret")]),
        (REMOTE, APP | EXTENSION | {"FAX_API_TOKEN": ""}, ("issued", "@me", "0003*212"), [("office", "its-secret")]),
        (HERE, {}, ("issued", "@me", "0003*210"), [("example-app", "local-secret")]),
        (
            HERE,
            {"FAX_API_KEY": "example-office"} | USER,
            ("issued", "bob", "0003*210"),
            [("example-office", "office-secret")],
        ),
        (HERE, APP | EXTENSION, ("issued", "@me", "0003*212"), [("office", "its-secret")]),
        (HERE, TOKEN, ("the-token", "@me", "0003*210"), []),
    ],
)
def test_a_sender_has_a_token_or_logs_in(
    monkeypatch: pytest.MonkeyPatch,
    logins: list[tuple[Deployment, str, str]],
    to: Deployment,
    environment: dict[str, str],
    expected: tuple[str, str, str],
    logged_in: list[tuple[str, str]],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert sender(to) == Sender(to.url, *expected, to.verify)
    assert logins == [(to, *app) for app in logged_in]


@pytest.mark.parametrize(
    ("to", "environment"),
    [
        (REMOTE, {}),
        (REMOTE, TOKEN),
        (REMOTE, APP),
        (REMOTE, EXTENSION),
        (REMOTE, EXTENSION | {"FAX_API_KEY": "office"}),
        (REMOTE, EXTENSION | {"FAX_API_SECRET": "its-secret"}),
        # Its secret is not known here.
        (HERE, {"FAX_API_KEY": "office"}),
    ],
)
def test_a_sender_that_is_not_complete_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
    logins: list[tuple[Deployment, str, str]],
    to: Deployment,
    environment: dict[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert sender(to) is None
    assert logins == []


@pytest.mark.parametrize(
    ("environment", "arguments", "message"),
    [
        (
            {},
            ["--file", "a.txt"],
            'Say what to send and to whom: make send FILE="letter.pdf" TO="7778888" (several of each allowed).\n',
        ),
        (
            {},
            ["--file", "a.txt", "--to", "1"],
            "No local stack is running. Start one with `make run`, or set FAX_API_URL.\n",
        ),
        (
            {"FAX_API_URL": "https://fax.example"},
            ["--file", "a.txt", "--to", "1"],
            "Set FAX_API_EXTENSION as well, and FAX_API_TOKEN, or FAX_API_KEY and FAX_API_SECRET.\n",
        ),
        (
            {"FAX_API_URL": "https://fax.example", "FAX_API_TOKEN": "t", "FAX_API_EXTENSION": "210"},
            ["--file", "no/such/file.txt", "--to", "1"],
            "no/such/file.txt cannot be read: No such file or directory\n",
        ),
    ],
)
def test_what_keeps_a_fax_from_being_sent(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    arguments: list[str],
    message: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) == 1
    assert capsys.readouterr().err == message


def test_an_app_that_cannot_log_in_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack_file: Path
) -> None:
    def log_in(*_: object) -> str:
        raise LoginFailed("https://fax.example issued no token: 401 invalid_client: Wrong.")

    monkeypatch.setattr(login, "log_in", log_in)
    stack_file.write_text(json.dumps(asdict(LOCAL)))
    assert main(["--file", "README.md", "--to", "7778888"]) == 1
    assert capsys.readouterr().err == "https://fax.example issued no token: 401 invalid_client: Wrong.\n"


@contextmanager
def hanging_up(after: int | None) -> Iterator[str]:
    """A server that ends a connection after so many bytes, or once the request's last ones are read; its URL."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received = b""
            while after is None or len(received) < after:
                received += connection.recv(1024)
                if b"--\r\n" in received:
                    break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join()


def send_without_an_answer(url: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ({"FAX_API_URL": url} | TOKEN | EXTENSION).items():
        monkeypatch.setenv(name, value)
    assert main(["--file", str(file), "--to", "7778888"]) == 1


def test_of_a_deployment_that_cannot_be_reached_it_is_said_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("x")
    send_without_an_answer("http://127.0.0.1:1/v1", tmp_path / "note.txt", monkeypatch)
    assert capsys.readouterr().err.startswith("http://127.0.0.1:1/v1 gave no answer. Nothing was sent: ")


def test_of_a_fax_that_was_sent_in_part_it_is_said_that_it_was_not_accepted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # More than a connection holds that nobody reads.
    monkeypatch.setattr(upload, "FORM_BYTES", 100_000_000)
    (tmp_path / "long.txt").write_bytes(b"x" * 50_000_000)
    with hanging_up(after=1) as url:
        send_without_an_answer(url, tmp_path / "long.txt", monkeypatch)
    assert capsys.readouterr().err.startswith(
        f"{url} gave no answer. The fax was not sent to its end, so it was not accepted: "
    )


def test_of_a_fax_that_was_sent_to_its_end_it_is_said_that_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("x")
    with hanging_up(after=None) as url:
        send_without_an_answer(url, tmp_path / "note.txt", monkeypatch)
    sent, said = capsys.readouterr().err.splitlines()
    assert sent.startswith("sent ")
    assert said.startswith(f"{url} gave no answer. It is not known whether the fax was accepted: ")


@pytest.mark.parametrize(
    ("text", "recipients"),
    [
        ("", []),
        ("7778888", ["7778888"]),
        (" 7778888  0003*211 ", ["7778888", "0003*211"]),
        ("+4930123456 210", ["+4930123456", "210"]),
        ("+49 30 123, 7778888", ["+49 30 123", "7778888"]),
        ("+49 (30) 123,", ["+49 (30) 123"]),
        ("030 5550101,", ["030 5550101"]),
        ("0305550101 211 212", ["0305550101", "211", "212"]),
        # Alone, it is what was meant.
        ("0101", ["0101"]),
        ("(030)5550101", ["(030)5550101"]),
    ],
)
def test_recipients_are_between_commas_or_else_between_spaces(text: str, recipients: list[str]) -> None:
    assert numbers(text) == recipients


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("+49 30 123", "+49"),
        ("7778888 +1 212 5550123", "+1"),
        ("+4930 5550101", "+4930"),
        ("030 5550101", "030"),
        ("7778888 0170 1234567", "0170"),
        ("(030) 5550101", "(030)"),
        ("555 0101", "0101"),
        ("7778888 / 210", "/"),
    ],
)
def test_a_number_with_spaces_is_never_taken_for_several(
    text: str, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--file", "LICENSE", "--to", text]) == 1
    assert capsys.readouterr().err == (
        f"{part} would be a recipient of its own. Write a number without spaces, or a comma behind each number: "
        'TO="+49 30 123," or TO="+49 30 123, 7778888".\n'
    )


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ([], {}),
        (["--mode", "photo"], {"rendering": "photo"}),
        (["--mode", "sharp", "--resolution", "standard"], {"rendering": "sharp", "resolution": "standard"}),
    ],
)
def test_how_the_pages_look_is_said_in_the_request(
    options: list[str], members: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also what the service does not know, which it says itself."""
    sent: list[bytes] = []

    class Session:
        def post(self, address: str, *, data: MultipartEncoderMonitor, **how: object) -> requests.Response:
            sent.append(data.read())
            return answer(200, b"{}")

    monkeypatch.setattr(login, "session", lambda url: Session())
    for name, value in ({"FAX_API_URL": REMOTE.url} | TOKEN | EXTENSION).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "note.txt").write_text("x")
    assert main(["--file", str(tmp_path / "note.txt"), "--to", "7778888", *options]) == 0
    assert json.dumps({"recipients": ["7778888"], **members}).encode() in sent[0]
