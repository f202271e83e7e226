"""Sending a fax by hand: where to, as whom, and what the answer means."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import requests

from tools import places
from tools.send import Sender, describe, main, sender
from tools.stack_file import LocalStack

LOCAL = LocalStack(
    apiUrl="https://127.0.0.1:4566/restapis/abc/v1/_user_request_",
    caBundle="ca.pem",
    token="local-token",  # noqa: S106  (it opens nothing)
    userId="alice",
    extension="0003*210",
    bucket="bucket",
    faxTable="faxes",
    directoryTable="directory",
    credentialTable="credentials",
    endpointUrl="https://127.0.0.1:4566",
    region="us-east-1",
)


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


def test_the_environment_names_a_deployment(monkeypatch: pytest.MonkeyPatch, stack_file: Path) -> None:
    stack_file.write_text(json.dumps(asdict(LOCAL)))
    for name, value in {
        "FAX_API_URL": "https://fax.example/v1",
        "FAX_API_TOKEN": "the-token",
        "FAX_API_USER": "alice",
        "FAX_API_EXTENSION": "0003*211",
        "FAX_API_CA_BUNDLE": "own.pem",
    }.items():
        monkeypatch.setenv(name, value)
    assert sender() == Sender("https://fax.example/v1", "the-token", "alice", "0003*211", "own.pem")


def test_a_deployment_is_used_as_me_and_with_the_systems_authorities_where_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAX_API_URL", "https://fax.example/v1")
    assert sender() == Sender("https://fax.example/v1", "", "@me", "", True)


def test_an_empty_ca_bundle_does_not_switch_the_check_of_certificates_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests takes an empty ``verify`` for False."""
    monkeypatch.setenv("FAX_API_URL", "https://fax.example/v1")
    monkeypatch.setenv("FAX_API_CA_BUNDLE", "")
    chosen = sender()
    assert chosen is not None
    assert chosen.verify is True


def test_without_an_environment_it_is_the_local_stack(stack_file: Path) -> None:
    stack_file.write_text(json.dumps(asdict(LOCAL)))
    assert sender() == Sender(LOCAL.apiUrl, "local-token", "@me", "0003*210", "ca.pem")


@pytest.mark.parametrize("content", [None, "", "not JSON", "[]", "{}", json.dumps(asdict(LOCAL) | {"more": 1})])
def test_without_a_local_stack_either_there_is_none(stack_file: Path, content: str | None) -> None:
    if content is not None:
        stack_file.write_text(content)
    assert sender() is None


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
            "No local stack is running. Start one with `make run`, or set FAX_API_URL and FAX_API_TOKEN.\n",
        ),
        (
            {"FAX_API_URL": "https://fax.example"},
            ["--file", "a.txt", "--to", "1"],
            "FAX_API_URL is set, so FAX_API_TOKEN and FAX_API_EXTENSION must be set as well.\n",
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


def test_a_deployment_that_cannot_be_reached_is_said_to_have_given_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("x")
    unreachable = replace(LOCAL, apiUrl="http://127.0.0.1:1/v1")
    places.STACK_FILE.write_text(json.dumps(asdict(unreachable)))
    assert main(["--file", str(note), "--to", "7778888"]) == 1
    assert capsys.readouterr().err.startswith(
        "http://127.0.0.1:1/v1 gave no answer, so it is not known whether the fax was accepted: "
    )
