"""Whether a part without a file name was meant to be a file.

Its client forgot to attach, or attached in a way that sends no file: PHP's "@/tmp/letter.pdf" (since PHP 5.6 that is
text), a document as the value of a field, a blob without a name. Taken for a field, it would be ignored, and its sender
would hear that all went well. Fields of any other name, type and value are ignored.
"""

import re

# What files are called here. "files2" and "files[a]" are not.
_FIELD = re.compile(r"(?:file|document|attachment)s?(?:\[[0-9]*\])?")
# Not zip and text: fields are called address.zip and message.text.
_ENDINGS = (
    "pdf txt tif tiff jpg jpeg jpe jfif png gif bmp webp heic heif avif jp2 j2k jpx svg doc docx xls xlsx ppt pptx "
    "odt ods odp rtf ps eps html htm xhtml xml gz tgz"
)
_FILE_ENDINGS = frozenset(_ENDINGS.split())
# A path, or a name alone; PHP takes a type and a name behind it.
_REFERENCE = re.compile(rb'@"?(?:(\.{0,2}/|[A-Za-z]:[/\\]|\\\\)|([^\s,;"]++)"?[ \r\n]*+(?:;|\Z))')
_REFERENCE_BYTES = 512
# The types of fields: text, data that programs read, and what Android's copied samples say of any text.
_FIELD_TYPE = re.compile(
    r"(?:text/.*|application/(?:.*\+)?json|application/x-www-form-urlencoded|multipart/form-data)?", re.DOTALL
)


def meant_as_a_file(field: str, media_type: str, content: bytes) -> bool:
    """``field`` is the part's name, ``media_type`` its type in lower case, empty where it has none."""
    return bool(
        _FIELD.fullmatch(field)
        or _ends_like_a_file(field)
        or not _FIELD_TYPE.fullmatch(media_type)
        or is_a_reference(content)
    )


def is_a_reference(content: bytes) -> bool:
    """Whether a value names a file instead of holding it."""
    match = _REFERENCE.match(content[:_REFERENCE_BYTES])
    return match is not None and (match[1] is not None or _ends_like_a_file(match[2].decode("latin-1")))


def _ends_like_a_file(name: str) -> bool:
    return "." in name and name.rpartition(".")[2].rstrip().lower() in _FILE_ENDINGS
