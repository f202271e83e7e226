"""Faxes with public pages in a deployed stack: their items, and the pictures and files of their pages."""

import io
from datetime import UTC, datetime
from functools import cache
from typing import Any

from PIL import Image

from faxes import ids
from faxes.adapters.dynamodb.deliveries import recipient_item
from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.keys import fax_key
from faxes.model import Recipient
from faxes.rendering.preview import previews
from faxes.showing import Document, Page
from tests.support.pages import NOW
from tests.support.template import ROOT
from tools.local.stack_file import LocalStack

DRAWN = ROOT / "tests" / "data" / "pages"
_SHEETS = ("small-letters", "form", "chart")


@cache
def picture(number: int, height: int) -> bytes:
    """The PNG of a page, 864 wide: pages of letters, of a form and of a chart by turns."""
    sheet = _SHEETS[(number - 1) % len(_SHEETS)]
    drawn = Image.open(io.BytesIO(next(previews((DRAWN / f"{sheet}.tif").read_bytes())))).convert("L")
    whole = Image.new("L", (864, height), 255)
    whole.paste(drawn)
    with io.BytesIO() as file:
        whole.save(file, "PNG")
        return file.getvalue()


def keep(stack: LocalStack, page: Page, number: int) -> str:
    """Have the stack hold the fax of a page, accepted three minutes ago, under a uid of its own, which is returned."""
    moved = datetime.now(UTC) - NOW
    uid, fax = f"{number:032x}", page.fax
    pk = fax_key(str(number))
    record: dict[str, Any] = {
        "pk": pk,
        "sk": "FAX",
        "schema": 1,
        "revision": 3,
        "id": str(number),
        "uid": uid,
        "userId": "alice",
        "organizationId": "0003",
        "extension": fax.extension,
        "recipients": list(fax.recipients),
        "files": [],
        "pages": fax.pages,
        "status": str(fax.status),
        "createdAt": text(fax.created_at + moved),
        "expiresAt": int((fax.expires_at + moved).timestamp()),
        "sandbox": fax.sandbox,
        "counts": {"open": 0, "sent": fax.sent, "partially": 0, "failed": 0, "canceled": 0},
    }
    if fax.reason:
        record["reason"] = str(fax.reason)
    for name, moment in (("completedAt", fax.completed_at), ("cancelRequestedAt", fax.cancel_requested_at)):
        if moment:
            record[name] = text(moment + moved)
    items = [record]
    if fax.pictures:
        record["rendered"] = {
            name: {"size": fax.sizes[of]} for name, of in (("tiff", Document.TIFF), ("pdf", Document.PDF))
        }
        rows = [{"rows": each.height * 2, "resolution": "fine", "bytes": 1, "tenths": 1} for each in fax.pictures]
        items.append({"pk": pk, "sk": "PAGES", "pages": rows, "expiresAt": record["expiresAt"]})
    for position, each in enumerate(page.recipients, start=page.first):
        recipient = Recipient(
            fax_id=str(number),
            position=position,
            organization_id="0003",
            number=each.number,
            destination=each.number,
            pages=fax.pages,
            created_at=fax.created_at + moved,
            deadline_at=fax.expires_at,
            expires_at=fax.expires_at,
            due_at=each.due_at + moved if each.due_at else None,
            status=each.status,
            attempt=each.attempt,
            pages_sent=each.pages_sent,
            reason=each.reason,
        )
        # Without what would have a worker look at it.
        items.append({name: value for name, value in recipient_item(recipient, 1).items() if name != "due"})
    for item in items:
        stack.client("dynamodb").put_item(TableName=stack.faxTable, Item=wire(item))
    s3 = stack.client("s3")
    for at, shown in page.pictures.items():
        s3.put_object(Bucket=stack.bucket, Key=ids.picture_key(uid, at), Body=picture(at, shown.height))
    if fax.pictures:
        s3.put_object(Bucket=stack.bucket, Key=ids.tiff_key(uid), Body=(DRAWN / "form.tif").read_bytes())
        s3.put_object(Bucket=stack.bucket, Key=ids.pdf_key(uid), Body=b"%PDF-")
    return uid


def gone(stack: LocalStack, number: int) -> None:
    """Take such a fax out of the stack, with all that is kept of it."""
    table, s3 = stack.client("dynamodb"), stack.client("s3")
    found = table.query(
        TableName=stack.faxTable,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=wire({":pk": fax_key(str(number))}),
    )
    for item in found["Items"]:
        table.delete_item(TableName=stack.faxTable, Key={name: item[name] for name in ("pk", "sk")})
    for stored in s3.list_objects_v2(Bucket=stack.bucket, Prefix=ids.files_of(f"{number:032x}")).get("Contents", []):
        s3.delete_object(Bucket=stack.bucket, Key=stored["Key"])
