"""What is said of PDFium's functions, held to pypdfium2's own Python."""

import ctypes

import pypdfium2_raw

from faxes.rendering import pdfium
from faxes.rendering.child import pdfium_library


def test_functions_take_and_give_what_pypdfium2_says() -> None:
    library = pdfium.load(pdfium_library())
    names = [name for name in vars(library) if name.startswith("FPDF")]
    assert len(names) == 15
    for name in names:
        own, theirs = getattr(library, name), getattr(pypdfium2_raw, name)
        assert [ctypes.sizeof(each) for each in own.argtypes] == [ctypes.sizeof(each) for each in theirs.argtypes], name
        assert (own.restype is None) == (theirs.restype is None), name


def test_structures_are_laid_out_alike() -> None:
    fonts, form = pypdfium2_raw.FPDF_SYSFONTINFO, pypdfium2_raw.FPDF_FORMFILLINFO
    assert [name for name, _ in pdfium.FontInfo._fields_][:9] == [name for name, *_ in fonts._fields_][:9]
    for name, _ in pdfium.FontInfo._fields_:
        assert getattr(pdfium.FontInfo, name).offset == getattr(fonts, name).offset
    assert ctypes.sizeof(pdfium.FormInfo) >= ctypes.sizeof(form)


def test_numbers() -> None:
    assert pypdfium2_raw.FPDFBitmap_Gray == pdfium.GRAY
    assert pdfium.FLAGS == pypdfium2_raw.FPDF_ANNOT | pypdfium2_raw.FPDF_PRINTING
    assert pdfium.NO_FORM == pypdfium2_raw.FORMTYPE_NONE
