"""An upload with more pages than its organization may send in a day: told when its last file was looked into."""

from typing import Any

from faxes.adapters.dynamodb.directory import organization_item
from faxes.adapters.dynamodb.items import wire
from faxes.model import DialPlan
from tests.support.cloud import Cloud
from tests.support.uploads import Deployed, entry


def test_more_pages_than_the_organization_may_send_in_a_day(cloud: Cloud, context: Any) -> None:
    cloud.import_example()
    plan = DialPlan("DE", fax_to=("DE",), pages_per_day=3)
    item = wire(organization_item("0003", "Example Ltd", dial_plan=plan))
    cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=item)
    deployed = Deployed(cloud, context, CARRIER="telnyx")
    said = "makes the fax at least 4 pages long; the sender's organization may send 3 a day"
    two = b"one\ftwo"
    for order in ((1, 2), (2, 1)):
        fax_id = deployed.announce([entry("a.txt", two), entry("b.txt", two)], recipients=["+493023125000"])["id"]
        for position in order:
            deployed.put(fax_id, position, two)
            deployed.check(fax_id, position)
        refusal = {"code": "fx_file_invalid", "message": f"File 2 of 2, b.txt, {said}."}
        assert deployed.ask(fax_id)[1]["refusal"] == refusal
    # An extension receives it, and nobody is called.
    fax_id = deployed.announce([entry("a.txt", two + b"\f" + two)], recipients=["0003*211"])["id"]
    deployed.put(fax_id, 1, two + b"\f" + two)
    deployed.check(fax_id, 1)
    assert deployed.ask(fax_id)[1]["pages"] == 4
