"""Shows a fax's pages as soon as a worker of the local stack has drawn them: what is sent, and a picture of each."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from faxes import ids
from faxes.pages import FaxPage, tiff
from tools import places
from tools.local.render import describe
from tools.local.stack_file import LocalStack

SECONDS = 120.0
_BETWEEN = 0.2
_BEFORE = ("accepted", "rendering")


def record(stack: LocalStack, fax_id: str) -> dict[str, Any]:
    """A fax's record, as last written."""
    key = {"pk": {"S": f"FAX#{fax_id}"}, "sk": {"S": "FAX"}}
    item = stack.client("dynamodb").get_item(TableName=stack.faxTable, Key=key, ConsistentRead=True)["Item"]
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def reader(stack: LocalStack) -> Callable[[str], list[FaxPage]]:
    """What reads the pages of a fax, by its uid."""
    s3 = stack.client("s3")

    def read(uid: str) -> list[FaxPage]:
        return tiff.read(s3.get_object(Bucket=stack.bucket, Key=ids.tiff_key(uid))["Body"].read())

    return read


def show(stack: LocalStack, fax_id: str, folder: Path) -> list[FaxPage]:
    """Wait for a fax's pages, write their pictures into a folder, and say what they are. The pages; none where it has
    none."""
    deadline = time.monotonic() + SECONDS
    while (found := record(stack, fax_id))["status"] in _BEFORE and time.monotonic() < deadline:
        time.sleep(_BETWEEN)
    if "rendered" not in found:
        print(f"\nIt has no pages: {_why(found)}", flush=True)
        return []
    s3, made = stack.client("s3"), found["rendered"]["tiff"]
    print(f"\nIts pages, in s3://{stack.bucket}:\n")
    print(f"{made['size']:>9} bytes  {made['key']}  sha256 {made['sha256']}\n")
    drawn = tiff.read(s3.get_object(Bucket=stack.bucket, Key=made["key"])["Body"].read())
    folder.mkdir(parents=True, exist_ok=True)
    # Those of the run before are kept until here, so that one can look at them when all has ended.
    for old in folder.glob("page-*.png"):
        old.unlink()
    for number, page in enumerate(drawn, start=1):
        path = folder / f"page-{number}.png"
        key = f"{made['key'].rpartition('/')[0]}/{path.name}"
        path.write_bytes(s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read())
        print(f"{describe(page, number, len(drawn))}  {places.shown(path)}")
    return drawn


def _why(found: Mapping[str, Any]) -> str:
    if "failure" in found:
        return f"it failed, {found['failure']['word']}"
    return f"after {SECONDS:.0f} s it is {found['status']}"
