"""What names a fax: its id, its uid, and the S3 keys of its files and pages. Nothing that a client sent is in any of
them.

The uid opens the public fax page and names the objects: ``faxes/<uid>/<n>.<kind>`` as they were sent, and as they are
faxed ``pages.tif``, ``pages.pdf`` and ``page-<n>.png`` beside them. What an attempt offers its carrier lies apart,
under the attempt's reference, so that no address which leaves the service holds a uid: ``media/<reference>/fax.tif``.
What is uploaded lies at ``uploads/<id>/<n>`` until it was looked into, for the same reason.
"""

import re
from datetime import UTC, datetime, timedelta

from faxes.model import Kind

ID_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# How much is drawn for an id, and for a uid.
ID_RANDOM_BITS = 11
UID_RANDOM_BITS = 128

# Below 2^53, which has 16 digits.
_ID = re.compile(r"[1-9][0-9]{0,15}")
_UID = re.compile(r"[0-9a-f]{32}")

_FILES = "faxes/"
_MEDIA = "media/"
_UPLOADS = "uploads/"
_UPLOAD = re.compile(rf"{_UPLOADS}([1-9][0-9]{{0,15}})/([1-9][0-9]?)")
# The key of no file.
NO_FILE = f"{_FILES}nothing"


def new_id(moment: datetime, random: int, *, announced: bool = False) -> str:
    """41 bits of milliseconds since 2026, 11 random bits, and whether the fax was announced before its files came:
    grows with time, needs no counter, stays below 2^53 (until 2095), which every JSON client holds exactly.

    One that was announced gets its record later, under an id that none must have by then: so no other is given one
    like it."""
    milliseconds = (moment - ID_EPOCH) // timedelta(milliseconds=1)
    return str((milliseconds << ID_RANDOM_BITS | random) << 1 | announced)


def is_id(text: str) -> bool:
    """Whether ``text`` can be a fax's id: a decimal number of at most 16 digits, written without zeros in front."""
    return _ID.fullmatch(text) is not None


def is_uid(text: str) -> bool:
    """Whether ``text`` can be a fax's uid: 32 hex digits in lower case."""
    return _UID.fullmatch(text) is not None


def new_uid(random: int) -> str:
    """32 hex digits of 128 random bits, which nobody can guess."""
    return f"{random:032x}"


def files_of(uid: str) -> str:
    """The prefix of the keys of a fax's files, and of no other's."""
    return f"{_FILES}{uid}/"


def file_key(uid: str, position: int, kind: Kind) -> str:
    """The key of a fax's file at this position (from 1)."""
    return f"{files_of(uid)}{position}.{kind}"


def upload_key(fax_id: str, position: int) -> str:
    """The key under which a fax's file at this position (from 1) is uploaded."""
    return f"{uploads_of(fax_id)}{position}"


def uploads_of(fax_id: str) -> str:
    """The prefix of the keys under which a fax's files are uploaded, and of no other's."""
    return f"{_UPLOADS}{fax_id}/"


def upload_of(key: str) -> tuple[str, int] | None:
    """The fax and the position that such a key is of, None where it is none."""
    found = _UPLOAD.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def tiff_key(uid: str) -> str:
    """The key of a fax's pages as they are sent."""
    return f"{files_of(uid)}pages.tif"


def pdf_key(uid: str) -> str:
    """The key of the same pages for people."""
    return f"{files_of(uid)}pages.pdf"


def page_keys(uid: str, pages: int) -> list[str]:
    """The keys of all that a fax of so many pages has of them."""
    return [tiff_key(uid), pdf_key(uid), *(picture_key(uid, number) for number in range(1, pages + 1))]


def picture_key(uid: str, page: int) -> str:
    """The key of the picture of a fax's page (from 1)."""
    return f"{files_of(uid)}page-{page}.png"


def document_key(reference: str) -> str:
    """The key of what the attempt of this reference sends, where its carrier fetches it."""
    return f"{_MEDIA}{reference}/fax.tif"


def media_of(fax_id: str) -> str:
    """The prefix of the keys of what a fax's attempts send, and of no other's."""
    return f"{_MEDIA}{fax_id}-"


def paper_key(reference: str) -> str:
    """The key of what a machine of the simulated network was sent at the attempt of this reference."""
    return f"{_MEDIA}{reference}/paper.tif"
