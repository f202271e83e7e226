"""The document is fetched as Telnyx does, without following a redirect, and opened: how many pages it has.

Limits: 50 MB and 350 pages; an answer that is not 2xx is a failed download. Telnyx takes other formats, too; here it
is TIFF-F alone, what a fax is sent as: one bit a pixel, T.4 or T.6, at most 1728 columns.
"""

import http.client
import io
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

MOST_BYTES, MOST_PAGES = 50_000_000, 350
_SECONDS = 20
_GROUP_3_AND_4 = {"group3", "group4"}
_WIDEST = 1728


class MediaFailed(Exception):
    """The fax fails for this ``failure_reason``."""


@dataclass(frozen=True, slots=True)
class Document:
    content: bytes
    pages: int


def fetch(url: str, trust: ssl.SSLContext | None = None) -> bytes:
    """What lies at a URL. Raises MediaFailed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=_SECONDS, context=trust)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=_SECONDS)
    )
    try:
        connection.request("GET", f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}")
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise MediaFailed("file_download_failed") from error
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise MediaFailed("file_download_failed")
    if len(content) > MOST_BYTES:
        raise MediaFailed("file_size_limit_exceeded")
    return content


def opened(content: bytes) -> Document:
    """The document, each of its pages decoded. Raises MediaFailed."""
    try:
        with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
            pages = getattr(image, "n_frames", 1)
            if pages > MOST_PAGES:
                raise MediaFailed("page_count_limit_exceeded")
            for page in range(pages):
                image.seek(page)
                image.load()
                wrong = image.mode != "1" or image.info.get("compression") not in _GROUP_3_AND_4
                if wrong or image.width > _WIDEST:
                    raise MediaFailed("file_format_invalid")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise MediaFailed("file_format_invalid") from error
    return Document(content, pages)
