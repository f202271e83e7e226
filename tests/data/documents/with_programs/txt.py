"""The texts that programs write."""

from pathlib import Path

from tests.data.documents.with_programs.given import HERE, LETTER, libreoffice, makes, run, writer_document
from tests.data.texts.excerpts import (
    CHINESE_SIMPLIFIED,
    CHINESE_TRADITIONAL,
    CYRILLIC,
    GREEK,
    HEBREW,
    JAPANESE,
    KOREAN,
    THAI,
)

GREETING = "Grüße aus Übach-Palenberg: 5 € für „alles“, naïve façade, œuvre.\n"


def _python(name: str, text: str | bytes, encoding: str = "utf-8") -> None:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))

    makes(f"txt/accepted/{name}")(make)


_python("python-utf-8.txt", GREETING + "传真 😀 fax\n")
_python("python-utf-8-byte-order-mark.txt", GREETING + "传真 😀 fax\n", "utf-8-sig")
_python("python-no-line-end.txt", "One line without an end")
_python("python-60-lines-the-last-open.txt", "\n".join(f"Line {n}" for n in range(1, 61)))
_python("python-61-lines.txt", "".join(f"Line {n}\n" for n in range(1, 62)))
_python("python-three-form-feeds.txt", "One\n\fTwo\n\fThree\n")
_python("python-mixed-line-ends.txt", b"Unix\nWindows\r\nMacintosh\rand the end\n")
_python("python-empty-lines-around.txt", "\n\n\n   A line in the middle\n\n\n")
_python("python-80-columns.txt", "".join(f"{n:02}" + "x" * 78 + "\n" for n in range(60)))
_python("python-81-columns.txt", "".join(f"{n:02}" + "x" * 79 + "\n" for n in range(31)))
_python("python-tabs.txt", "".join("\t" * 9 + f"Line {n:04}\n" for n in range(1, 32)))


def _iconv(name: str, encoding: str, text: str = GREETING) -> None:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(run("iconv", "-f", "UTF-8", "-t", encoding, stdin=text.encode()))

    makes(f"txt/accepted/{name}")(make)


_iconv("iconv-windows-1252.txt", "WINDOWS-1252")
_iconv("iconv-latin-1.txt", "ISO-8859-1", "Grüße aus Übach-Palenberg: naïve façade, ÿ\n")
# glibc's UTF-16 starts with a byte order mark, in the machine's order.
_iconv("iconv-utf-16.txt", "UTF-16", GREETING + "传真 😀\n")


_iconv("iconv-koi8-r.txt", "KOI8-R", CYRILLIC["Russian"].replace("—", "-").replace("№", "N"))
_iconv("iconv-windows-1251.txt", "WINDOWS-1251", CYRILLIC["Ukrainian"])
_iconv("iconv-windows-1253.txt", "WINDOWS-1253", GREEK)
_iconv("iconv-windows-1255.txt", "WINDOWS-1255", HEBREW)
_iconv("iconv-tis-620.txt", "TIS-620", THAI)
_iconv("iconv-gbk.txt", "GBK", CHINESE_SIMPLIFIED)
_iconv("iconv-big5.txt", "BIG5", CHINESE_TRADITIONAL)
_iconv("iconv-euc-kr.txt", "EUC-KR", KOREAN)
_iconv("iconv-shift-jis.txt", "SHIFT_JIS", JAPANESE)


@makes("txt/accepted/iconv-next-line.txt")
def _(output: Path, folder: Path) -> None:
    """The line ends of mainframes: what iconv makes of text from IBM i and z/OS."""
    ebcdic = run("iconv", "-f", "UTF-8", "-t", "CP037", stdin="Dear customer,\u0085this is a fax: 5 £.\u0085".encode())
    output.write_bytes(run("iconv", "-f", "CP037", "-t", "UTF-8", stdin=ebcdic))


@makes("txt/accepted/unix2dos-utf-16-big-endian.txt")
def _(output: Path, folder: Path) -> None:
    (folder / "in").write_bytes(b"\xfe\xff" + (GREETING + "传真 😀\n").encode("utf-16-be"))
    run("unix2dos", "-q", "--keep-utf16", "-n", folder / "in", output)


@makes("txt/accepted/unix2dos-crlf.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("unix2dos", stdin=b"Dear customer,\n\nthis is a fax.\n"))


@makes("txt/accepted/unix2mac-cr.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("unix2mac", stdin="".join(f"Line {n}\n" for n in range(1, 62)).encode()))


@makes("txt/accepted/groff-ascii.txt")
def _(output: Path, folder: Path) -> None:
    """66 lines a page, as line printers have them."""
    output.write_bytes(run("groff", "-Tascii", "-P-c", stdin=b"A page that groff has set.\n.bp\nAnd a second one.\n"))


@makes("txt/accepted/pr-three-pages.txt")
def _(output: Path, folder: Path) -> None:
    (folder / "in").write_text("".join(f"Line {n}\n" for n in range(1, 101)))
    output.write_bytes(run("pr", "-f", "-l", "50", "-h", "Lines", "-D", "today", folder / "in"))


@makes("txt/accepted/poppler-pdftotext.txt")
def _(output: Path, folder: Path) -> None:
    """It ends every page with a form feed, the last one too."""
    run("pdftotext", "-layout", HERE / "pdf/accepted/ghostscript-1.4.pdf", output)


@makes("txt/accepted/libreoffice.txt")
def _(output: Path, folder: Path) -> None:
    libreoffice(folder, output, writer_document(folder, *LETTER, GREETING), "txt:Text (encoded):UTF8,CRLF")


@makes("txt/accepted/w3m.txt")
def _(output: Path, folder: Path) -> None:
    page = "<table border><tr><td>Ärger<td>5 €<tr><td>Ruhe<td>7 €</table>"
    output.write_bytes(run("w3m", "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", stdin=page.encode()))
