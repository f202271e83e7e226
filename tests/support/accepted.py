"""A fax that create_fax has accepted, and the worker that draws it, as they are deployed on moto."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import plain
from faxes.model import Fax, Kind
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.jobs import stored_file
from tools.local.render import FONTS

NOTE = b"Please call back.\n"
CONTEXT: Any = SimpleNamespace(
    function_name="worker",
    memory_limit_in_mb=1769,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:worker",
    aws_request_id="r",
    get_remaining_time_in_millis=lambda: 600_000,
)


def accept(cloud: Cloud, content: bytes = NOTE, kind: Kind = Kind.TXT, **other: Any) -> Fax:
    """A fax that create_fax has accepted just now, or as the keywords say."""
    now = datetime.now(UTC).replace(microsecond=0)
    uid = "5d8e2193e92f2d5e31cff1017724cfe9"
    accepted = fax(
        1,
        **{
            "uid": uid,
            "files": (stored_file(1, content, kind, uid=uid),),
            "created_at": now,
            "expires_at": now + timedelta(days=1),
            "due_at": now + timedelta(minutes=1),
        }
        | other,
    )
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=accepted.files[0].key, Body=content)
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(accepted)
    return accepted


def record(cloud: Cloud) -> dict[str, Any]:
    [found] = [item for item in map(plain, cloud.items("FaxTable")) if item["sk"] == "FAX"]
    return found


def worker(cloud: Cloud) -> Any:
    """render_fax's module."""
    module: Any = cloud.function("render_fax")
    # In a deployment they lie beside the packages.
    object.__setattr__(module.worker, "fonts", FONTS)
    return module


def messages_of(*fax_ids: str) -> dict[str, Any]:
    """The event of a message for each."""
    return {"Records": [{"body": json.dumps({"fax": each})} for each in fax_ids]}


def render(cloud: Cloud, *fax_ids: str) -> None:
    """Have the worker take a message for each."""
    worker(cloud).handler(messages_of(*fax_ids), CONTEXT)
