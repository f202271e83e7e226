"""What is uploaded to an address whose fax is over: it does not stay."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.cloud import Cloud
from tests.support.inspecting import JPEG, PDF
from tests.support.uploads import Deployed, entry
from tools.operations import erase


@pytest.fixture
def deployed(cloud: Cloud, context: Any) -> Deployed:
    cloud.import_example()
    return Deployed(cloud, context)


def test_what_is_uploaded_again_does_not_stay(deployed: Deployed) -> None:
    """The address is good for half an hour, whatever became of the fax meanwhile."""
    made = deployed.announce([entry("letter.pdf", PDF)])
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    kept = {f"faxes/{made['uid']}/1.pdf": PDF}
    assert deployed.cloud.objects() == kept
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    assert deployed.cloud.objects() == kept
    erase.erase(deployed.cloud.stack(), made["uid"], lambda: datetime.now(UTC))
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    assert deployed.cloud.objects() == {}
    refused = deployed.announce([entry("picture.pdf", JPEG)])
    deployed.put(refused["id"], 1, JPEG)
    deployed.check(refused["id"], 1)
    deployed.put(refused["id"], 1, JPEG)
    deployed.check(refused["id"], 1)
    assert deployed.cloud.objects() == {}


def test_an_erasure_takes_what_was_uploaded_again(deployed: Deployed) -> None:
    """Of which nobody was told."""
    made = deployed.announce([entry("letter.pdf", PDF)])
    deployed.put(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    deployed.put(made["id"], 1, PDF)
    erase.erase(deployed.cloud.stack(), made["uid"], lambda: datetime.now(UTC))
    assert deployed.cloud.objects() == {}
