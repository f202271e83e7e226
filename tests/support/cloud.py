"""The deployment as moto plays it: the template's own bucket and tables, and the functions set up as deployed."""

import gc
import importlib.util
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from unittest import mock

import boto3
import botocore.session
from botocore.loaders import create_loader
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT_ID

from faxes.adapters.dynamodb.items import wire
from faxes.provisioning.entries import Entries
from tests.support import template
from tools.operations import directory, directory_file
from tools.operations.deployed import Stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# The API's, as the authorizer's events have it.
API_ID = "a1b2c3d4e5"
_FUNCTIONS = {
    "create_fax": "CreateFaxFunction",
    "read_faxes": "ReadFaxesFunction",
    "change_faxes": "ChangeFaxesFunction",
    "fax_page": "FaxPageFunction",
    "authorize": "AuthorizeFunction",
    "issue_token": "IssueTokenFunction",
    "refuse": "RefuseFunction",
    "queue_fax": "QueueFaxFunction",
    "render_fax": "RenderFaxFunction",
    "send_fax": "SendFaxFunction",
    "carrier_report": "CarrierReportFunction",
    "sweep": "SweepFunction",
    "check_upload": "CheckUploadFunction",
}


# As tests/conftest.py sets it.
REGION: Literal["eu-west-1"] = "eu-west-1"

# What describes AWS's services, read once: each deployment has a session of its own, which would read it anew.
_LOADER = create_loader()


@dataclass(frozen=True, slots=True)
class Cloud:
    """A deployment. ``names`` gives a resource's name by its logical id; the clients reach the same moto."""

    names: dict[str, str]
    s3: "S3Client"
    dynamodb: "DynamoDBClient"

    def function(self, name: str, **other: str) -> ModuleType:
        """functions/<name>/app.py, imported anew in the environment that the template gives it: a cold start. Variables
        that are to differ are ``other``; a test sends the same fax again and again, so there is no deduplication window
        where it does not ask for one."""
        environment = template.environment(template.load(), _FUNCTIONS[name], self.names)
        if "DEDUPLICATION_MINUTES" in environment:
            environment["DEDUPLICATION_MINUTES"] = "0"
        environment |= other
        path = template.ROOT / "functions" / name / "app.py"
        spec = importlib.util.spec_from_file_location(f"function_{name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # In a test's process, what a function was made of is garbage one day.
        with mock.patch.dict(os.environ, environment), mock.patch.object(gc, "freeze"):
            spec.loader.exec_module(module)
        return module

    def objects(self) -> dict[str, bytes]:
        """Everything that lies in the bucket, by key. Read past the API, as the items are: that takes 40 ms a call."""
        return {key: held.value for key, held in sorted(self._bucket().items())}

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table (by logical id), in DynamoDB's own JSON."""
        return [item.to_json()["Attributes"] for item in self._table(table).all_items()]

    def import_example(self, draw: Callable[[], str] | None = None) -> None:
        """Import directory.example.yaml; ``draw`` makes its secrets and tokens, where they are to be known."""
        write = partial(directory.write, draw=draw) if draw else directory.write
        write(_example(), self.stack(), datetime.now(UTC))

    def add_credential(self, item: dict[str, Any]) -> None:
        """Keep an app or a token, as its adapter has it."""
        self.dynamodb.put_item(TableName=self.names["CredentialTable"], Item=wire(item))

    def stack(self) -> Stack:
        """The deployment as an operator's commands find it."""
        client: Any = boto3.client
        names = {f"{resource}Name": name for resource, name in self.names.items()}
        return Stack("fax-api", names | {"AuditLogGroupName": "audit", "AppPlanId": self.app_plan()}, client)

    def app_plan(self) -> str:
        """The id of the apps' usage plan, as budgets.yaml has it; made when it is first asked for."""
        client: Any = boto3.client
        gateway = client("apigateway")
        for plan in gateway.get_usage_plans()["items"]:
            if plan["name"] == "app plan":
                return str(plan["id"])
        stage = {"apiId": API_ID, "stage": "v1"}
        throttle, quota = {"rateLimit": 50.0, "burstLimit": 100}, {"limit": 200_000, "period": "DAY"}
        plan = gateway.create_usage_plan(name="app plan", apiStages=[stage], throttle=throttle, quota=quota)
        return str(plan["id"])

    def audit(self) -> list[dict[str, Any]]:
        """The lines of the audit log, in their order."""
        client: Any = boto3.client
        events = client("logs").filter_log_events(logGroupName="audit")["events"]
        return [json.loads(event["message"]) for event in events]

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What the messages of a queue (by logical id) say, taken out of it, those that wait as well. Read past the
        API, as the items are."""
        held = get_backend("sqs")[ACCOUNT_ID][REGION].queues[self.names[queue].rpartition("/")[2]]
        found = [json.loads(message.body) for message in held._messages]
        held._messages.clear()
        return found

    def forget_faxes(self) -> None:
        """Empty the bucket and FaxTable: a new deployment costs ten times as much."""
        self.clear("FaxTable")
        self._bucket().clear()

    def clear(self, table: str) -> None:
        """Empty a table (by logical id), and its stream: moto copies all that both ever held for each transaction."""
        emptied = self._table(table)
        emptied.items.clear()
        if emptied.stream_shard:
            emptied.stream_shard.items.clear()

    def _table(self, table: str) -> Any:
        return get_backend("dynamodb")[ACCOUNT_ID][REGION].tables[self.names[table]]

    def _bucket(self) -> Any:
        return get_backend("s3")[ACCOUNT_ID]["global"].buckets[self.names["FileBucket"]].keys


@cache
def _example() -> Entries:
    return directory_file.parse((template.ROOT / "directory.example.yaml").read_text())


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A new, empty deployment on moto."""
    with mock_aws(), mock.patch.object(botocore.session, "create_loader", return_value=_LOADER):
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        # The SDK has no stubs of these two here. A client takes as long to make as two calls.
        client: Any = boto3.client
        sqs, names = client("sqs"), {"FileBucket": "file-bucket"}
        for queue in ("Render", "Upload", "Send"):
            names[f"{queue}Queue"] = sqs.create_queue(QueueName=queue.lower())["QueueUrl"]
        s3.create_bucket(Bucket="file-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        for logical_id, table in template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table").items():
            names[logical_id] = logical_id
            create_table(dynamodb, logical_id, table["Properties"])
        client("logs").create_log_group(logGroupName="audit")
        yield Cloud(names, s3, dynamodb)


def create_table(dynamodb: Any, name: str, properties: dict[str, Any]) -> None:
    """Make a table as a template describes it."""
    stream = properties.get("StreamSpecification")
    optional: dict[str, Any] = {}
    if "GlobalSecondaryIndexes" in properties:
        optional["GlobalSecondaryIndexes"] = properties["GlobalSecondaryIndexes"]
    if stream:
        optional["StreamSpecification"] = {"StreamEnabled": True, **stream}
    dynamodb.create_table(
        TableName=name,
        BillingMode=properties["BillingMode"],
        AttributeDefinitions=properties["AttributeDefinitions"],
        KeySchema=properties["KeySchema"],
        **optional,
    )
