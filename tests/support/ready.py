"""A fax whose pages are ready, with all that an extension gets a copy of: objects, what the record says of them, and
the pages one by one."""

from typing import Any

from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.ids import page_keys, pdf_key, tiff_key
from faxes.model import Extension, ExtensionNumber, ExtensionType, Fax

type Item = dict[str, Any]


def rendered(uid: str) -> Item:
    """What a record says of its pages."""
    return {
        "tiff": {"key": tiff_key(uid), "size": 2_000, "sha256": "ab" * 32},
        "pdf": {"key": pdf_key(uid), "size": 3_000, "sha256": "cd" * 32},
        "renderer": {"version": "1", "pdfium": "8149", "pillow": "13.0.0"},
    }


def pages_item(fax: Fax) -> Item:
    page = {"rows": 2_287, "bytes": 1_801, "resolution": "fine", "tenths": 11}
    expires = int(fax.expires_at.timestamp())
    return {"pk": f"FAX#{fax.id}", "sk": "PAGES", "pages": [page] * fax.pages, "expiresAt": expires}


def content(key: str) -> bytes:
    """What lies at the key of a page, whatever fax it is of."""
    return f"content of {key.rpartition('/')[2]}".encode()


def put(dynamodb: Any, table: str, s3: Any, bucket: str, fax: Fax) -> None:
    """Have a deployment hold it."""
    for item in (fax_item(fax, None, 4) | {"rendered": rendered(fax.uid)}, pages_item(fax)):
        dynamodb.put_item(TableName=table, Item=wire(item))
    for key in page_keys(fax.uid, fax.pages):
        media = {"tif": "image/tiff", "pdf": "application/pdf", "png": "image/png"}[key.rpartition(".")[2]]
        s3.put_object(Bucket=bucket, Key=key, Body=content(key), ContentType=media)


def extension(number: str, owner: str, *, fax: bool = True) -> Extension:
    """A phone terminal, as the directory knows it."""
    return Extension(ExtensionNumber(*number.split("*")), owner, ExtensionType.PHONE_TERMINAL, fax)
