"""The deduplication window as it is deployed: the same request without a key is the same fax, until that fax fails."""

import json
from typing import Any

from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.model import Extension, ExtensionNumber, ExtensionType
from tests.data.requests import make
from tests.support import requests, template
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT

MINUTES = str(template.load()["Parameters"]["DeduplicationMinutes"]["Default"])


def test_a_request_that_comes_again_is_the_same_fax_until_that_has_failed(cloud: Cloud) -> None:
    assert MINUTES == "2"
    sender = Extension(ExtensionNumber("0003", "210"), "alice", ExtensionType.PHONE_TERMINAL, True)
    cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=wire(extension_item(sender)))
    function: Any = cloud.function("create_fax", DEDUPLICATION_MINUTES=MINUTES)
    request = make.curl(make.request_part(), make.file_part("page.txt", b"a page"))
    event = requests.proxy_event(requests.parse(request), "again")

    def send() -> tuple[int, str, bool]:
        answer = function.handler(event, CONTEXT)
        replayed = answer["multiValueHeaders"].get("Idempotent-Replayed") == ["true"]
        return answer["statusCode"], json.loads(answer["body"])["id"], replayed

    _, first, _ = send()
    assert send() == (200, first, True)
    key = wire({"pk": f"FAX#{first}", "sk": "FAX"})
    cloud.dynamodb.update_item(
        TableName=cloud.names["FaxTable"],
        Key=key,
        UpdateExpression="SET #status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=wire({":failed": "failed"}),
    )
    status, second, replayed = send()
    assert (status, replayed) == (200, False)
    assert second != first
    assert send() == (200, second, True)
    faxes = [plain(item) for item in cloud.items("FaxTable") if item["sk"] == {"S": "FAX"}]
    assert sorted(fax["id"] for fax in faxes) == sorted([first, second])
