"""Texts with one thing wrong."""

from tests.data.documents.by_damage.damages import breaks
from tests.data.documents.by_damage.on_the_way import copy, cut


def _txt(name: str, content: bytes) -> None:
    breaks(f"txt/refused/{name}")(lambda: content)


_txt("white-space-only.txt", b"  \t\r\n\r\n \n")
_txt("form-feeds-only.txt", b"\f\f\f")
_txt("no-break-spaces-only.txt", "\u00a0\u2003\n\u200b\n".encode())
_txt("byte-order-mark-only.txt", b"\xef\xbb\xbf")
_txt("byte-order-mark-of-utf-16-only.txt", b"\xff\xfe")
_txt("byte-order-mark-and-line-end.txt", b"\xef\xbb\xbf\r\n")
_txt("zero-byte.txt", b"Dear customer,\nthis\0is a fax.\n")
_txt("zeros-behind.txt", b"Dear customer,\nthis is a fax.\n".ljust(512, b"\0"))
_txt("bell.txt", b"Dear customer,\a\nthis is a fax.\n")
_txt("end-of-file-mark.txt", b"Dear customer,\r\nthis is a fax.\r\n\x1a")
_txt("delete-character.txt", b"Dear customer\x7f,\nthis is a fax.\n")
_txt("control-character-in-utf-8.txt", "Dear customer,\u0086this is a fax: ü.\n".encode())
_txt("utf-16-of-odd-length.txt", b"\xff\xfe" + "Dear customer,\n".encode("utf-16-le") + b"x")
_txt("utf-16-half-a-pair.txt", b"\xff\xfe" + "A fax ".encode("utf-16-le") + b"\x3d\xd8\n\0")
_txt("utf-16-control-character.txt", b"\xfe\xff" + "A fax\x1b[1m\n".encode("utf-16-be"))
_txt("undefined-in-windows-1252.txt", b"Gr\xfc\xdfe \x81\n")
_txt("xml-without-declaration.xml", b'<fax xmlns="urn:fax"><to>7778888</to>\nDear customer</fax>\n')
_txt("xml.txt", b'<?xml version="1.0"?>\n<fax to="7778888">Dear customer</fax>\n')
_txt("html-fragment-with-head.txt", b"\n  <HTML>\n<BODY>Dear customer</BODY>\n")
cut("txt/refused/cut-in-character.txt", "txt/python-utf-8.txt", lambda content: content.index("传".encode()) + 2)
cut("txt/refused/cut-in-utf-16-unit.txt", "txt/iconv-utf-16.txt", 61)
copy("txt/refused/pdf.txt", "pdf/mupdf.pdf")
copy("txt/refused/tiff.txt", "tif/libreoffice.tif")
