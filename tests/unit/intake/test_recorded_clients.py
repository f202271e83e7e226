"""What real clients sent, to the byte: each writes the same file's name in its own way, and all mean the same fax."""

import pytest

from faxes.intake.multipart import parse
from faxes.model import Form, Upload
from tests.data.requests import record
from tests.support import requests

CLIENTS = sorted(path.stem for path in record.FOLDER.glob("*.http"))
# Each way is there: were one lost, its client's tests would say nothing.
WAYS = {
    b'filename="Angebot "S\xc3\xbcd".txt"': {"faraday", "multipart-post", "node-request", "rest-client"},
    b'filename="Angebot \\"S\xc3\xbcd\\".txt"': {"net-http", "perl-lwp"},
    b'filename="Angebot %22S\xc3\xbcd%22.txt"': {"axios", "curl", "httpx", "requests", "superagent", "undici"},
    b'filename="Angebot%20%22S%C3%BCd%22.txt"': {"aiohttp", "needle"},
}


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_sent_is_the_fax_that_it_meant(client: str) -> None:
    sent = requests.parse((record.FOLDER / f"{client}.http").read_bytes())
    assert parse(sent.body, sent.header("content-type") or "") == Form(
        record.TO.encode(), (Upload(record.NAME, record.TEXT.encode()),)
    )


@pytest.mark.parametrize("way", WAYS, ids=ascii)
def test_each_way_to_write_a_name_is_recorded(way: bytes) -> None:
    assert {client for client in CLIENTS if way in (record.FOLDER / f"{client}.http").read_bytes()} == WAYS[way]


def test_every_client_that_is_recorded_has_its_program() -> None:
    assert sorted(record.commands("http://127.0.0.1/")) == CLIENTS
