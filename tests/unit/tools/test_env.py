"""What `make env` prints. That the pages' samples work with it, tests/e2e/test_docs.py shows."""

import shlex
from pathlib import Path

import certifi
import pytest

from tools.client import env
from tools.client.login import Deployment

LOCAL = "https://127.0.0.1:1234/restapis/a/v1/_user_request_"
OWN, OTHER = b"the stack's own\n", b"a company's\n"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    path = tmp_path / "a folder" / "ca.pem"
    path.parent.mkdir()
    path.write_bytes(OWN)
    return path


def test_the_local_stacks_variables(authority: Path) -> None:
    found = env.variables(Deployment(LOCAL, str(authority)), "key", "secret", "token", {})
    assert found == {
        "HOST": LOCAL.removeprefix("https://"),
        "TOKEN": "token",
        "KEY": "key",
        "SECRET": "secret",
        "CURL_CA_BUNDLE": str(authority.with_name("trusted-curl.pem")),
        "REQUESTS_CA_BUNDLE": str(authority.with_name("trusted-requests.pem")),
        "CA": str(authority),
        "NODE_EXTRA_CA_CERTS": str(authority),
    }
    for client in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        assert Path(found[client]).read_bytes() == OWN + Path(certifi.where()).read_bytes()


def test_what_was_trusted_still_is(authority: Path, tmp_path: Path) -> None:
    companys = tmp_path / "company.pem"
    companys.write_bytes(OTHER)
    to = Deployment(LOCAL, str(authority))
    found = env.variables(to, "key", "secret", "token", {"CURL_CA_BUNDLE": str(companys)})
    assert Path(found["CURL_CA_BUNDLE"]).read_bytes() == OWN + OTHER
    # A shell that reads it a second time has ours, which is of the stack before.
    again = env.variables(to, "key", "secret", "token", found)
    assert again == found
    assert Path(found["CURL_CA_BUNDLE"]).read_bytes() == OWN + Path(certifi.where()).read_bytes()


def test_a_deployed_api_is_trusted_as_it_is() -> None:
    found = env.variables(Deployment("https://fax.example.org/v1/", verify=True), "key", "secret", "token", {})
    assert found == {"HOST": "fax.example.org/v1", "TOKEN": "token", "KEY": "key", "SECRET": "secret"}


def test_a_proxy_has_no_part_in_it(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = env.variables(Deployment(LOCAL, str(authority)), "key", "secret", "token", {"NO_PROXY": "example.org"})
    assert found["NO_PROXY"] == found["no_proxy"] == "127.0.0.1,localhost,example.org"


def test_a_shell_reads_the_values_as_they_are() -> None:
    values = {"SECRET": "it's $HOME; `x`", "CA": "/a b/ä.pem"}
    assert [shlex.split(line) for line in env.lines(values)] == [
        ["export", f"{name}={value}"] for name, value in values.items()
    ]
