"""Forms that are short enough to be read in a table, parsed or refused."""

import pytest

from faxes.errors import FormInvalid
from faxes.intake.multipart import parse
from faxes.model import Form
from tests.support.forms import content_type, form, request

REQUEST = request("0003*211")
RECIPIENTS = b'{"recipients": ["0003*211"]}'
# A boundary that is short enough to be read in a table.
B = b"--b\r\n"
TYPE = "multipart/form-data; boundary=b"
NAMED = b'Content-Disposition: form-data; name="files"; filename="a.txt"'


def parsed(*parts: bytes) -> Form:
    return parse(form(*parts), content_type())


def refusal(body: bytes, sent_type: str = TYPE) -> tuple[str, str]:
    """Why a body is refused: the reason and the whole message."""
    with pytest.raises(FormInvalid) as caught:
        parse(body, sent_type)
    return caught.value.reason, caught.value.message
