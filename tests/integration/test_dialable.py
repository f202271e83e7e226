"""create_fax where a real carrier has the lines: a number that nobody can dial is refused, with what is missing."""

import base64
import json
from types import ModuleType

import pytest

from faxes.adapters.dynamodb.directory import organization_item
from faxes.adapters.dynamodb.items import wire
from faxes.model import DialPlan
from tests.support import forms
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT
from tests.support.template import ROOT

REFUSED = "fx_recipients_invalid"


def answer(
    function: ModuleType, *recipients: str, sandbox: bool = False, content: bytes = b"A note"
) -> tuple[int, tuple[str, str] | None]:
    event = json.loads((ROOT / "events" / "mcp-server.json").read_bytes())
    body = forms.form(forms.request(*recipients), forms.field("files", content, "note.txt"))
    event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    for name in [name for name in event["headers"] if name.lower() == "content-type"]:
        event["headers"][name] = forms.content_type()
        event["multiValueHeaders"][name] = [forms.content_type()]
    if sandbox:
        event["requestContext"]["authorizer"]["sandbox"] = "true"
    answered = function.handler(event, CONTEXT)
    said = json.loads(answered["body"])
    return answered["statusCode"], (said["error"]["code"], said["error"]["message"]) if "error" in said else None


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+4930", "is too short for a number of +49: it has no area code"),
        ("+999123456789", "begins with no country's code"),
        ("0", "is too short to be dialed"),
        ("+493", "is too short to be dialed"),
        ("+18765550001", "is in JM, and the sender's organization may fax to DE, US alone (faxTo)"),
        ("+19005550001", "is a premium rate number, to which nobody may fax"),
        ("+870773111632", "is of a satellite (Inmarsat), to which nobody may fax"),
        ("+15005550001", "is a number of the simulated network, which this deployment does not send to"),
    ],
)
def test_a_number_that_cannot_be_dialed_is_refused(deployed: Cloud, number: str, why: str) -> None:
    """0003 is in Berlin."""
    answered = answer(deployed.function("create_fax", CARRIER="telnyx"), "0003*211", number)
    assert answered == (400, (REFUSED, f"Recipient {number} {why}."))
    assert deployed.items("FaxTable") == []


def test_numbers_are_stored_as_they_are_written(deployed: Cloud) -> None:
    answered = answer(deployed.function("create_fax", CARRIER="telnyx"), "030 23125000", "23125001", "+12125550001")
    assert answered == (200, None)
    [record] = [item for item in deployed.items("FaxTable") if item["sk"] == {"S": "FAX"}]
    assert [each["S"] for each in record["recipients"]["L"]] == ["03023125000", "23125001", "+12125550001"]


def test_without_a_country_a_number_needs_its_countrys_code(deployed: Cloud) -> None:
    item = wire(organization_item("0003", "Example Ltd", dial_plan=DialPlan(fax_to=("DE",))))
    deployed.dynamodb.put_item(TableName=deployed.names["DirectoryTable"], Item=item)
    function = deployed.function("create_fax", CARRIER="telnyx")
    why = (
        "has no country's code, and the directory has no country for the sender's organization; write it with + and "
        "its country's code"
    )
    assert answer(function, "210", "+493023125000", "112") == (400, (REFUSED, f"Recipient 112 {why}."))
    # A short number may be an extension's.
    assert answer(function, "210", "+493023125000") == (200, None)
    deployed.import_example()


def test_a_fax_with_more_pages_than_its_organization_may_send_in_a_day_is_refused(deployed: Cloud) -> None:
    plan = DialPlan("DE", fax_to=("DE",), pages_per_day=2)
    item = wire(organization_item("0003", "Example Ltd", dial_plan=plan))
    deployed.dynamodb.put_item(TableName=deployed.names["DirectoryTable"], Item=item)
    function = deployed.function("create_fax", CARRIER="telnyx")
    three = b"one\ftwo\fthree"
    why = "File 1 of 1, note.txt, makes the fax at least 3 pages long; the sender's organization may send 2 a day."
    assert answer(function, "0003*211", "+493023125000", content=three) == (400, ("fx_file_invalid", why))
    assert deployed.items("FaxTable") == []
    assert answer(function, "+493023125000", content=b"one\ftwo") == (200, None)
    # What nobody is called for, and what the simulated network takes, does not count for the day.
    assert answer(function, "0003*211", "211", content=three) == (200, None)
    assert answer(function, "+493023125000", content=three, sandbox=True) == (200, None)
    simulated = deployed.function("create_fax", CARRIER="simulator")
    assert answer(simulated, "+493023125000", content=three + b"\ffour") == (200, None)
    deployed.import_example()


@pytest.mark.parametrize("carrier", ["none", "simulator"])
def test_where_nobody_dials_a_number_may_be_any(deployed: Cloud, carrier: str) -> None:
    assert answer(deployed.function("create_fax", CARRIER=carrier), "112", "+999123456789") == (200, None)


def test_a_sandbox_app_sends_to_the_simulated_network_by_its_rules(deployed: Cloud) -> None:
    function = deployed.function("create_fax", CARRIER="telnyx")
    assert answer(function, "+15005550001", "112", "+18765550001", sandbox=True) == (200, None)
    [record] = [item for item in deployed.items("FaxTable") if item["sk"] == {"S": "FAX"}]
    assert record["sandbox"] == {"BOOL": True}
    why = "is the simulated network's number for a recipient that is refused"
    assert answer(function, "+15005550099", sandbox=True) == (400, (REFUSED, f"Recipient +15005550099 {why}."))
