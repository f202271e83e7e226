"""send_fax as it is set up with Telnyx: the real handler, AWS as moto plays it, and the server that speaks the wire."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from faxes.adapters.dynamodb.items import plain
from tests.support.cloud import Cloud
from tests.support.telnyx.machines import Machine
from tests.support.telnyx_deployed import KEY, NUMBER, OWN, Deployed, deployed_by_telnyx


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Iterator[Deployed]:
    with deployed_by_telnyx(cloud) as deployed:
        yield deployed


def test_a_fax_is_sent_from_a_copy_of_its_own_and_nothing_of_it_stays(deployed: Deployed) -> None:
    fax_id, uid = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    reference = f"{fax_id}-001-01"
    attempt = deployed.items()["RECIPIENT#001#ATTEMPT#01"]
    assert (attempt["status"], attempt["carrier"]) == ("submitted", "telnyx")
    (asked,) = [json.loads(body) for method, _, body in deployed.server.asked if method == "POST"]
    url = urlsplit(asked["media_url"])
    # Of the bucket's own region, without a redirect; of one key, for an hour; nothing in it names the fax's page.
    assert (url.scheme, url.netloc) == ("https", "file-bucket.s3.eu-west-1.amazonaws.com")
    assert url.path == f"/media/{reference}/fax.tif"
    query = parse_qs(url.query)
    assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["3600"])
    said = " ".join(str(part) for each in deployed.server.asked for part in each)
    assert uid not in said
    assert KEY not in json.dumps([str(each) for each in deployed.items().values()])

    for _ in range(40):
        deployed.server.settle()
        if deployed.server.exchange.paper(NUMBER):
            break
        deployed.server.closed.wait(0.1)
    deployed.make_due()
    deployed.send(fax=fax_id, recipient=1)
    items = deployed.items()
    assert (items["FAX"]["status"], items["RECIPIENT#001"]["status"]) == ("sent", "sent")
    pages = items["FAX"]["pages"]
    assert deployed.server.exchange.paper(NUMBER) == [pages]
    assert [key for key in deployed.cloud.objects() if key.startswith("media/")] == []
    # What the carrier keeps is deleted there, and what it said of that is recorded.
    deployed.send(over=reference)
    assert [sent.deleted for sent in deployed.server.exchange.faxes.values()] == [True]
    assert deployed.items()["RECIPIENT#001#ATTEMPT#01"]["erased"] == "204"


def test_what_is_secret_stays_where_it_belongs(
    deployed: Deployed, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fax that is busy, and one that is sent: of the key, the number and the uid, what is where."""
    caplog.set_level("INFO")
    deployed.server.exchange.machines[NUMBER] = Machine("user_busy", times=1, dials=timedelta(), page=timedelta())
    fax_id, uid = deployed.queued()
    deployed.send(fax=fax_id)
    for _ in range(100):
        deployed.server.settle()
        deployed.make_due()
        deployed.send(fax=fax_id, recipient=1)
        if deployed.items()["FAX"]["status"] == "sent":
            break
        deployed.server.closed.wait(0.1)
    deployed.send(over=f"{fax_id}-001-01")
    deployed.send(over=f"{fax_id}-001-02")
    assert [each.deleted for each in deployed.server.exchange.faxes.values()] == [True, True]
    written = "\n".join([*(str(vars(record)) for record in caplog.records), capsys.readouterr().out])
    assert f"{fax_id}-001-01" in written
    carrier = " ".join(str(part) for each in deployed.server.asked for part in each)
    kept = json.dumps([str(each) for each in deployed.items().values()])
    # The number stands in the record and goes to the carrier, and nowhere else; the key goes in a header alone.
    assert [NUMBER[1:] in text for text in (written, carrier, kept)] == [False, True, True]
    assert [KEY in text for text in (written, carrier, kept)] == [False, False, False]
    assert [uid in text for text in (written, carrier)] == [False, False]


def test_a_key_that_is_replaced_is_read_anew(deployed: Deployed) -> None:
    fax_id, _ = deployed.queued()
    deployed.server.account.api_key = "KEYreplaced"
    deployed.secrets.put_secret_value(SecretId=deployed.secret, SecretString="KEYreplaced")
    deployed.function.inbox.dispatch.lines.live._key._key = KEY
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert deployed.items()["RECIPIENT#001#ATTEMPT#01"]["status"] == "submitted"
    assert len(deployed.server.exchange.faxes) == 1


@pytest.mark.parametrize("value", ["", " ", "Schlüssel", "a\r\nb"])
def test_a_key_that_is_none_asks_nobody(deployed: Deployed, value: str) -> None:
    fax_id, _ = deployed.queued()
    if value:
        deployed.secrets.put_secret_value(SecretId=deployed.secret, SecretString=value)
    else:
        deployed.secrets.delete_secret(SecretId=deployed.secret, ForceDeleteWithoutRecovery=True)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert deployed.server.asked == []
    items = deployed.items()
    assert (items["RECIPIENT#001"]["status"], items["RECIPIENT#001"]["reason"]) == ("waiting", "carrier_unavailable")


def test_a_number_is_dialed_in_full_and_the_fax_says_that_it_comes_from_its_extension(deployed: Deployed) -> None:
    deployed.server.exchange.machines["+493045678901"] = Machine(dials=timedelta(), page=timedelta())
    fax_id, _ = deployed.queued("45678901")
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    (asked,) = [json.loads(body) for method, _, body in deployed.server.asked if method == "POST"]
    assert (asked["to"], asked["from"]) == ("+493045678901", OWN)
    recipient = deployed.items()["RECIPIENT#001"]
    # As it was sent, and as it is dialed.
    assert (recipient["recipient"], recipient["destination"]) == ("45678901", "+493045678901")


def test_a_caller_id_that_the_account_does_not_have_is_refused_by_the_carrier(deployed: Deployed) -> None:
    deployed.server.account.numbers = deployed.server.account.numbers[:1]
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    items = deployed.items()
    assert (items["RECIPIENT#001"]["status"], items["RECIPIENT#001"]["reason"]) == ("failed", "carrier_rejected")
    attempt = items["RECIPIENT#001#ATTEMPT#01"]
    assert (attempt["carrierCode"], attempt["detail"]) == ("10015", f"422 /from {OWN}")


@pytest.mark.parametrize("number", ["+447012345678", "+18765550001", "+8816123456789", "+15005550001"])
def test_a_number_that_costs_money_is_not_called_even_of_a_fax_that_was_accepted(
    deployed: Deployed, number: str
) -> None:
    """Before there was a carrier, or under another plan; or a fax that is sent again."""
    fax_id, _ = deployed.queued(number)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert deployed.server.asked == []
    items = deployed.items()
    assert (items["RECIPIENT#001"]["status"], items["RECIPIENT#001"]["reason"]) == ("failed", "number_invalid")
    assert items["RECIPIENT#001#ATTEMPT#01"]["carrierCode"] == "not_allowed"
    assert [key for key in deployed.cloud.objects() if key.startswith("media/")] == []


@pytest.mark.parametrize("number", ["+15005550001", "+18765550001", "112", NUMBER])
def test_a_sandbox_fax_goes_to_the_simulated_network_wherever_it_goes(deployed: Deployed, number: str) -> None:
    fax_id, _ = deployed.queued(number, sandbox=True)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert deployed.server.asked == []
    items = deployed.items()
    assert (items["RECIPIENT#001"]["status"], items["RECIPIENT#001"]["destination"]) == ("sending", number)
    assert items["RECIPIENT#001#ATTEMPT#01"]["carrier"] == "simulator"


def test_what_was_planned_on_the_simulated_network_stays_there_to_its_end(deployed: Deployed) -> None:
    """Where a deployment goes from the simulator to Telnyx: nobody who was told SIMULATED is called for money."""
    planned, _ = deployed.queued(n=1)
    queued, _ = deployed.queued(n=2)
    telnyx = deployed.function
    deployed.function = deployed.cloud.function("send_fax", CARRIER="simulator")
    deployed.send(fax=planned)
    deployed.function = telnyx
    for fax_id in (planned, queued):
        deployed.send(fax=fax_id)
        deployed.send(fax=fax_id, recipient=1)
    items = {(item["pk"], item["sk"]): item for item in map(plain, deployed.cloud.items("FaxTable"))}
    attempts = {fax_id: items[f"FAX#{fax_id}", "RECIPIENT#001#ATTEMPT#01"] for fax_id in (planned, queued)}
    assert [attempts[fax_id]["carrier"] for fax_id in (planned, queued)] == ["simulator", "telnyx"]
    assert [items[f"FAX#{fax_id}", "FAX"].get("sandbox") for fax_id in (planned, queued)] == [True, None]
    (asked,) = [json.loads(body) for method, _, body in deployed.server.asked if method == "POST"]
    assert attempts[queued]["reference"] in asked["media_url"]
