"""Lines of Japanese text as a PDF file.

The font is named and not embedded: readers of PDF have one for Japanese, or put another in its
place. That is enough for a product that stores, shows or prints the file.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["pdf_of"]

_LINES = 52
"""Lines of a page (A4, 10 points)."""
_PAGES, _FONT, _FIRST = 2, 3, 4
"""Numbers of the objects; two for each page follow."""


def pdf_of(lines: Sequence[str]) -> bytes:
    """A PDF 1.5 file with the lines on as many A4 pages as they need."""
    sheets = [lines[i : i + _LINES] for i in range(0, len(lines), _LINES)] or [[]]
    kids = " ".join(f"{_FIRST + 2 * n} 0 R" for n in range(len(sheets)))
    objects = [
        f"<< /Type /Catalog /Pages {_PAGES} 0 R >>".encode(),
        f"<< /Type /Pages /Count {len(sheets)} /Kids [{kids}] >>".encode(),
        _font(),
    ]
    for n, sheet in enumerate(sheets):
        content = _text(sheet)
        objects.append(
            f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F {_FONT} 0 R >> >> "
            f"/Contents {_FIRST + 2 * n + 1} 0 R >>".encode()
        )
        objects.append(
            f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
        )
    return _file(objects)


def _font() -> bytes:
    return (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPr6N-Regular "
        b"/Encoding /UniJIS-UTF16-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 "
        b"/BaseFont /KozMinPr6N-Regular /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) "
        b"/Supplement 6 >> /DW 1000 /FontDescriptor << /Type /FontDescriptor "
        b"/FontName /KozMinPr6N-Regular /Flags 6 /FontBBox [-437 -340 1147 1317] "
        b"/ItalicAngle 0 /Ascent 1317 /Descent -349 /CapHeight 742 /StemV 80 >> >>] >>"
    )


def _text(lines: Sequence[str]) -> bytes:
    """One line under the other, each as UTF-16, which is what the font's encoding reads."""
    shown = [f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines]
    return "\n".join(["BT /F 10 Tf 14 TL 50 790 Td", *shown, "ET"]).encode()


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    )
    return bytes(out)
