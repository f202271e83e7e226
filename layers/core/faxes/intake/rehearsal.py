"""A form and a text that nobody sent: what reading the first of them takes once is done while the function starts."""

from faxes.intake import documents, multipart
from faxes.model import Limits

_TYPE = "multipart/form-data; boundary=rehearsal"
_FORM = (
    b"--rehearsal\r\n"
    b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\n"
    b"a\r\n"
    b"--rehearsal--\r\n"
)


def rehearse(limits: Limits) -> None:
    """Read them as those of a fax, and keep nothing: modules are imported, those for PDFs as well, and patterns are
    compiled. No other process is started."""
    [upload] = multipart.parse(_FORM, _TYPE).uploads
    documents.inspect(upload, 1, 1, limits)
    documents.import_common()
