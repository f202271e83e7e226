"""A fax of a sandbox app whose files are uploaded on their own."""

import json
from typing import Any

import pytest

from tests.support import requests
from tests.support.cloud import Cloud
from tests.support.inspecting import PDF
from tests.support.uploads import Deployed, entry, request


@pytest.fixture
def deployed(cloud: Cloud, context: Any) -> Deployed:
    cloud.import_example()
    return Deployed(cloud, context)


def test_a_sandbox_apps_fax_stays_one(deployed: Deployed) -> None:
    sandbox = {**requests.ALICE, "sandbox": "true"}
    body = json.dumps({"recipients": ["7778888"], "files": [entry("letter.pdf", PDF)]}).encode()
    event = requests.proxy_event(request(body), "sandbox", caller=sandbox)
    fax_id = json.loads(deployed.create_fax.handler(event, deployed.context)["body"])["id"]
    # To a live app it is none.
    assert deployed.ask(fax_id)[0] == 404
    deployed.put(fax_id, 1, PDF)
    deployed.check(fax_id, 1)
    record = deployed.items()["FAX"]
    assert (record["sandbox"], record["sandboxApp"]) == (True, True)
