"""Forms as clients send them: parts and bodies to the byte, broken ones included."""

import json
from collections.abc import Iterable
from urllib.parse import quote

# What the vendor's own client sends.
BOUNDARY = "----formdata-undici-068984564641"


def content_type(boundary: str = BOUNDARY) -> str:
    """The request's Content-Type."""
    return f'multipart/form-data; boundary="{boundary}"'


def part(headers: str | bytes, content: bytes = b"") -> bytes:
    """A part from its header block, whose lines are joined by CRLF, and its content."""
    block = headers.encode() if isinstance(headers, str) else headers
    return block + b"\r\n\r\n" + content


def field(name: str, content: bytes = b"", filename: str | None = None) -> bytes:
    """A part as a browser sends it."""
    disposition = f'Content-Disposition: form-data; name="{_in_browser_quotes(name)}"'
    if filename is not None:
        disposition += f'; filename="{_in_browser_quotes(filename)}"\r\nContent-Type: application/octet-stream'
    return part(disposition, content)


def field_with_backslashes(name: str, content: bytes, filename: str) -> bytes:
    """A part as older command line tools send it: a quote and a backslash each behind a backslash."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (name, filename)]
    return part('Content-Disposition: form-data; name="{}"; filename="{}"'.format(*quoted), content)


def field_with_extended_name(name: str, content: bytes, filename: str) -> bytes:
    """A part whose file name is sent as RFC 5987 has it."""
    encoded = f"filename*=UTF-8''{quote(filename, safe='')}"
    return part(f'Content-Disposition: form-data; name="{_in_browser_quotes(name)}"; {encoded}', content)


def request(*recipients: str) -> bytes:
    """The part that names the recipients."""
    return field("request", json.dumps({"recipients": recipients}).encode())


def form(
    *parts: bytes, boundary: str = BOUNDARY, preamble: bytes = b"", padding: bytes = b"", epilogue: bytes = b"\r\n"
) -> bytes:
    """A body. ``padding`` stands behind every delimiter, ``epilogue`` behind the closing one."""
    delimiter = b"--" + boundary.encode()
    lines: Iterable[bytes] = [delimiter + padding + b"\r\n" + each + b"\r\n" for each in parts]
    return preamble + b"".join(lines) + delimiter + b"--" + padding + epilogue


def _in_browser_quotes(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
