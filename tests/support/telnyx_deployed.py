"""send_fax as it is set up with Telnyx: the real handler, AWS as moto plays it, and the server that speaks the wire."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import boto3

from faxes.adapters.dynamodb.items import plain, wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.bootstrap import clients
from faxes.model import Status
from faxes.pages import FaxPage, Resolution, t6, tiff
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.lambda_context import CONTEXT
from tests.support.telnyx.machines import Machine
from tests.support.telnyx.media import MediaFailed
from tests.support.telnyx.server import TelnyxServer

NUMBER = "+12125550001"
# The callerId of the example's organization.
OWN = "+493023125000"
KEY = "KEY0123456789ABCDEF"


@dataclass
class Deployed:
    cloud: Cloud
    server: TelnyxServer
    function: ModuleType
    secrets: Any
    secret: str

    def send(self, **message: Any) -> None:
        with suppress(Exception):
            self.function.handler({"Records": [{"body": json.dumps(message)}]}, CONTEXT)

    def queued(self, number: str = NUMBER, n: int = 1, **other: Any) -> tuple[str, str]:
        """A fax to this number whose pages are ready: its id and uid."""
        now = clients.now()
        made = fax(
            n,
            id=f"11593709383790{n}",
            recipients=(number,),
            status=Status.QUEUED,
            due_at=now,
            revision=3,
            created_at=now,
            expires_at=now.replace(microsecond=0) + timedelta(days=30),
            **other,
        )
        self.cloud.dynamodb.put_item(TableName=self.cloud.names["FaxTable"], Item=wire(fax_item(made, None, 4)))
        rows = 300
        page = FaxPage(rows, Resolution.FINE, t6.encode(b"\x00" * 216 * rows))
        pages = tiff.write([page] * made.pages)
        self.cloud.s3.put_object(Bucket="file-bucket", Key=f"faxes/{made.uid}/pages.tif", Body=pages)
        return made.id, made.uid

    def items(self) -> dict[str, dict[str, Any]]:
        found = [plain(item) for item in self.cloud.items("FaxTable")]
        return {item["sk"]: item for item in found if item["pk"].startswith("FAX#")}

    def make_due(self) -> None:
        """As if the time had come for what waits."""
        table = self.cloud.names["FaxTable"]
        for item in map(plain, self.cloud.items("FaxTable")):
            if "dueAt" in item:
                past = item | {"dueAt": "2026-01-01T00:00:00.000Z"}
                self.cloud.dynamodb.put_item(TableName=table, Item=wire(past))


@contextmanager
def deployed_by_telnyx(cloud: Cloud) -> Iterator[Deployed]:
    client: Any = boto3.client
    secrets = client("secretsmanager")
    secret = secrets.create_secret(Name="telnyx", SecretString=f"{KEY}\n")["ARN"]

    def fetched(url: str) -> bytes:
        """What S3 would answer."""
        key = urlsplit(url).path.removeprefix("/")
        if key not in cloud.objects():
            raise MediaFailed("file_download_failed")
        return cloud.objects()[key]

    cloud.import_example()
    with TelnyxServer(send=lambda *sent: 200) as server:
        server.account.numbers += (OWN,)
        server.exchange._download = fetched
        server.exchange.machines[NUMBER] = Machine(dials=timedelta(), page=timedelta())
        function = cloud.function(
            "send_fax",
            CARRIER="telnyx",
            TELNYX_URL=server.url,
            TELNYX_KEY_SECRET=secret,
            TELNYX_CONNECTION_ID=server.account.connection_id,
            TELNYX_NUMBER=server.account.numbers[0],
        )
        yield Deployed(cloud, server, function, secrets, secret)
