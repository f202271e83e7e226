"""What the emulator's commands and clients get of the environment: nothing that leads elsewhere."""

import os
from pathlib import Path

import pytest

from tools import places
from tools.local import emulator
from tools.local.emulator import Emulator, undisturbed

SETTINGS = {
    "AWS_PROFILE": "nobody",
    "AWS_DEFAULT_PROFILE": "nobody",
    "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "https://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_MAX_ATTEMPTS": "no number",
    "AWS_CONFIG_FILE": "/no/where",
    "AWS_CA_BUNDLE": "/no/where",
    "AWS_SESSION_TOKEN": "a token",
    "AWS_REGION": "eu-central-1",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "example.org",
}


def test_nothing_of_a_persons_settings_is_passed_on() -> None:
    assert undisturbed(SETTINGS | {"PATH": "/bin", "HOME": "/home/alice"}) == {
        "PATH": "/bin",
        "HOME": "/home/alice",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }


@pytest.mark.parametrize("home", [{}, {"HOME": ""}])
def test_a_home_where_there_is_none(home: dict[str, str]) -> None:
    assert undisturbed(home)["HOME"] == str(places.LOCAL)


def test_a_command_reaches_the_emulator_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    running = Emulator("https://127.0.0.1:1234", 1234, tmp_path / "ca.pem", tmp_path)
    found = {name: value for name, value in running.environment().items() if name.startswith("AWS_")}
    assert found == {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "https://127.0.0.1:1234",
        "AWS_CA_BUNDLE": str(tmp_path / "ca.pem"),
    }


def test_a_client_is_of_the_emulator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    client = emulator.client("s3", "http://127.0.0.1:1234", None)
    assert client.meta.endpoint_url == "http://127.0.0.1:1234"
    assert client.meta.region_name == "us-east-1"
    assert client._endpoint.http_session._proxy_config.proxy_url_for("http://127.0.0.1:1234/") is None
    assert dict(os.environ) == before
