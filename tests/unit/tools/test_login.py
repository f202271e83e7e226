"""Logging an app in by hand: where, as which app, with which secret, and what the answer means."""

import getpass
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from tests.support.local import LOCAL
from tools import places
from tools.client import env, send
from tools.client.login import Deployment, LoginFailed, curl_line, deployment, is_of_this_machine, log_in, main

SECRET = "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"  # noqa: S105  (it opens nothing)


@pytest.fixture(autouse=True)
def stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the local stack would be described; nothing runs, and nobody is at a terminal."""
    path = tmp_path / "stack.json"
    monkeypatch.setattr(places, "STACK_FILE", path)
    monkeypatch.setattr(sys, "stdin", StringIO())
    return path


@dataclass
class Endpoint:
    """A token endpoint that answers what it is told to, and keeps what it was sent: (path, type, fields)."""

    url: str
    status: int = 200
    body: str = '{"access_token": "the-token", "token_type": "Bearer", "expires_in": 3600}'
    sent: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.sent.append((self.path, self.headers["Content-Type"], dict(parse_qsl(content))))
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.body.encode())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def login_of(key: str, secret: str = SECRET) -> tuple[str, str, dict[str, str]]:
    fields = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    return "/v1/oauth/token.php", "application/x-www-form-urlencoded", fields


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_app_logs_in_with_a_form(endpoint: Endpoint, slash: str) -> None:
    assert log_in(Deployment(endpoint.url + slash, True), "office~1", SECRET) == "the-token"
    assert endpoint.sent == [login_of("office~1")]


@pytest.fixture
def behind_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens at the proxy; and a .netrc has a password for every host."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "netrc").write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_deployment_on_this_machine_is_reached_directly(endpoint: Endpoint) -> None:
    to = Deployment(endpoint.url, True)
    assert log_in(to, "office", SECRET) == "the-token"
    assert curl_line(to, "office", SECRET).startswith("curl --noproxy '*' \\\n  -d ")


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_deployment_elsewhere_is_reached_by_the_proxy() -> None:
    to = Deployment("https://fax.example.org/v1", True)
    with pytest.raises(LoginFailed, match="Unable to connect to proxy"):
        log_in(to, "office", SECRET)
    assert curl_line(to, "office", SECRET).startswith("curl \\\n  -d ")


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://127.0.0.1:8443/v1", True),
        ("https://[::1]/v1", True),
        ("http://localhost:3000", True),
        ("https://127.0.0.1.example.org/v1", False),
        ("https://10.0.0.1/v1", False),
        ("https://fax.example.org", False),
        ("nothing", False),
    ],
)
def test_what_is_of_this_machine(url: str, own: bool) -> None:
    assert is_of_this_machine(url) is own


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            401,
            '{"error": "invalid_client", "error_description": "The app key or its secret is wrong."}',
            "401 invalid_client: The app key or its secret is wrong.",
        ),
        (400, '{"error": "invalid_request"}', "400 invalid_request"),
        (
            429,
            '{"error": {"code": "too_many_requests", "message": "Try again."}}',
            "429 too_many_requests: Try again.",
        ),
        (429, '{"error": {"code": "too_many_requests"}}', "429 too_many_requests"),
        (503, "<html>", "503 <html>"),
        (404, "[]", "404 []"),
        (200, "", "200 "),
        (200, '{"access_token": 1}', '200 {"access_token": 1}'),
        (400, '{"access_token": "t"}', '400 {"access_token": "t"}'),
        (302, "", "302 "),
        (500, "x" * 501, "500 " + "x" * 500),
        (400, f"no {SECRET} here", "400 no (the secret) here"),
        (
            400,
            json.dumps({"error": "x", "error_description": f"client_secret={SECRET}"}),
            "400 x: client_secret=(the secret)",
        ),
    ],
)
def test_an_answer_without_a_token_is_said_in_one_line_and_without_the_secret(
    endpoint: Endpoint, status: int, body: str, said: str
) -> None:
    endpoint.status, endpoint.body = status, body
    with pytest.raises(LoginFailed) as caught:
        log_in(Deployment(endpoint.url, True), "office", SECRET)
    assert str(caught.value) == f"{endpoint.url} issued no token: {said}"


def test_a_deployment_that_cannot_be_reached() -> None:
    with pytest.raises(LoginFailed) as caught:
        log_in(Deployment("http://127.0.0.1:1", True), "office", SECRET)
    assert str(caught.value).startswith("http://127.0.0.1:1 gave no answer: ")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Deployment(LOCAL.apiUrl, LOCAL.caBundle, LOCAL)),
        ({"FAX_API_URL": ""}, Deployment(LOCAL.apiUrl, LOCAL.caBundle, LOCAL)),
        ({"FAX_API_URL": "https://fax.example"}, Deployment("https://fax.example", True)),
        # requests takes an empty ``verify`` for False.
        ({"FAX_API_URL": "https://fax.example", "FAX_API_CA_BUNDLE": ""}, Deployment("https://fax.example", True)),
        (
            {"FAX_API_URL": "https://fax.example", "FAX_API_CA_BUNDLE": "own.pem"},
            Deployment("https://fax.example", "own.pem"),
        ),
    ],
)
def test_the_environment_names_a_deployment_before_the_local_stack(
    monkeypatch: pytest.MonkeyPatch, stack_file: Path, environment: dict[str, str], expected: Deployment
) -> None:
    stack_file.write_text(json.dumps(asdict(LOCAL)))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert deployment() == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://fax.example/v1",
        "HTTP://fax.example/v1",
        " http://fax.example/v1",
        " https://fax.example/v1",
        "http:/fax.example",
        "fax.example/v1",
        "ftp://fax.example",
        "http://127.0.0.1.fax.example",
        "http://127.0.0.1@fax.example",
        "http://10.0.0.1",
        "http://[fax.example",
    ],
)
@pytest.mark.parametrize(
    "command",
    [lambda: main([]), lambda: send.main(["--file", "LICENSE", "--to", "210"]), env.main],
    ids=["token", "send", "env"],
)
def test_no_secret_and_no_token_goes_to_another_machine_in_clear(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: Callable[[], int],
    url: str,
) -> None:
    for name, value in {"URL": url, "KEY": "office", "SECRET": SECRET, "TOKEN": "token", "EXTENSION": "210"}.items():
        monkeypatch.setenv(f"FAX_API_{name}", value)
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("something was sent"))
    assert command() == 1
    assert capsys.readouterr() == (
        "",
        f"FAX_API_URL is {url!r}; it must begin with https://, or secrets and tokens would cross the network in clear. "
        "http:// is for this machine's own alone.\n",
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:3000", "http://localhost:3000/v1", "http://[::1]:3000"])
def test_on_this_machine_nothing_crosses_a_network(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FAX_API_URL", url)
    assert deployment() == Deployment(url, True)


@pytest.mark.parametrize("content", [None, "", "not JSON", "[]", "{}", json.dumps(asdict(LOCAL) | {"more": 1})])
def test_without_either_there_is_none(stack_file: Path, content: str | None) -> None:
    if content is not None:
        stack_file.write_text(content)
    assert deployment() is None


type Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack_file: Path
) -> Command:
    """`make token` with arguments and an environment: its status, output, errors. The local stack is the endpoint."""

    def call(*arguments: str, local: bool = True, typed: str | None = None, **environment: str) -> tuple[int, str, str]:
        if local:
            running = asdict(LOCAL) | {"apiUrl": endpoint.url, "caBundle": "ca.pem"}
            stack_file.write_text(json.dumps(running))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if typed is not None:
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
            monkeypatch.setattr(getpass, "getpass", lambda prompt: typed)
        status = main(list(arguments))
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    ("arguments", "settings", "sent"),
    [
        ([], {}, login_of("example-app", "local-secret")),
        (["--app", "example-office"], {}, login_of("example-office", "office-secret")),
        ([], {"FAX_API_KEY": "example-office"}, login_of("example-office", "office-secret")),
        (["--app", "other"], {"FAX_API_SECRET": SECRET}, login_of("other")),
        (["--app", "example-app"], {"FAX_API_SECRET": SECRET}, login_of("example-app")),
        (["--app", "other"], {"typed": SECRET}, login_of("other")),
        (["--app", "other"], {"FAX_API_KEY": "another", "FAX_API_SECRET": SECRET}, login_of("other")),
    ],
)
def test_a_token_is_printed_alone(
    endpoint: Endpoint,
    command: Command,
    arguments: list[str],
    settings: Any,
    sent: tuple[str, str, dict[str, str]],
) -> None:
    assert command(*arguments, **settings) == (0, "the-token\n", "")
    assert endpoint.sent == [sent]


@pytest.mark.parametrize(
    ("arguments", "settings", "sent"),
    [
        (["--app", "office"], {"FAX_API_SECRET": SECRET}, login_of("office")),
        ([], {"FAX_API_KEY": "office", "FAX_API_SECRET": SECRET}, login_of("office")),
        ([], {"FAX_API_KEY": "office", "typed": SECRET}, login_of("office")),
    ],
)
def test_a_token_of_a_deployment(
    endpoint: Endpoint,
    command: Command,
    arguments: list[str],
    settings: Any,
    sent: tuple[str, str, dict[str, str]],
) -> None:
    assert command(*arguments, FAX_API_URL=endpoint.url, **settings) == (0, "the-token\n", "")
    assert endpoint.sent == [sent]


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], {"local": False}, "No local stack is running. Start one with `make run`, or set FAX_API_URL.\n"),
        ([], {"FAX_API_URL": "https://fax.example"}, "Say which: make token APP=key (or set FAX_API_KEY).\n"),
        # An app of the local stack is none of another deployment.
        (
            ["--app", "example-app"],
            {"FAX_API_URL": "https://fax.example"},
            "The secret of app example-app is not known here: set FAX_API_SECRET, or type it at a terminal.\n",
        ),
        (
            ["--app", "other"],
            {},
            "The secret of app other is not known here: set FAX_API_SECRET, or type it at a terminal.\n",
        ),
        (
            ["--app", "other"],
            {"typed": ""},
            "The secret of app other is not known here: set FAX_API_SECRET, or type it at a terminal.\n",
        ),
    ],
)
def test_what_keeps_an_app_from_logging_in(
    endpoint: Endpoint, command: Command, arguments: list[str], settings: Any, said: str
) -> None:
    assert command(*arguments, **settings) == (1, "", said)
    assert endpoint.sent == []


def test_a_refusal_is_said_on_the_error_output_alone(endpoint: Endpoint, command: Command) -> None:
    endpoint.status, endpoint.body = 401, '{"error": "invalid_client", "error_description": "Wrong."}'
    assert command() == (1, "", f"{endpoint.url} issued no token: 401 invalid_client: Wrong.\n")


def test_the_login_as_a_curl_line() -> None:
    assert curl_line(Deployment("https://fax.example/v1/", "/own certificates/ca.pem"), "office~1", SECRET) == (
        "curl --cacert '/own certificates/ca.pem' \\\n"
        "  -d grant_type=client_credentials \\\n"
        "  -d 'client_id=office~1' \\\n"
        f"  -d 'client_secret={SECRET}' \\\n"
        "  https://fax.example/v1/oauth/token.php"
    )
    assert curl_line(Deployment("https://fax.example", True), "a", "b").startswith("curl \\\n")
