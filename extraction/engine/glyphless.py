"""A font without glyphs: the text of a searchable PDF, which people select and search but never see.

The technique is the one of Tesseract and OCRmyPDF: a Type 0 font whose characters are all the same empty glyph, one em
wide (a space is narrower, to fit between words), and a ToUnicode map that says what each stands for. Here the codes are
given out as characters turn up, so that characters beyond the BMP need no surrogate pairs. Source: ISO 32000-1, 9.7
(composite fonts) and 9.10.3 (ToUnicode).
"""

from __future__ import annotations

import struct

from pikepdf import Array, Dictionary, Name, Object, Pdf

ASCENT, DESCENT = 800, -200  # thousandths of an em, which together they fill
_NAME = Name("/Glyphless")
_EMPTY_GLYPH = 1
_SPACE, _SPACE_WIDTH = 1, 250


class GlyphlessFont:
    """One for a document: pages refer to ``resource``, which is complete after ``finish``."""

    def __init__(self, opened: Pdf) -> None:
        self._pdf = opened
        self._codes: dict[str, int] = {" ": _SPACE}
        self.resource: Object = opened.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=_NAME))

    def encode(self, text: str) -> bytes:
        """The codes of a text's characters, two bytes each."""
        codes = (self._codes.setdefault(character, len(self._codes) + 1) for character in text)
        return b"".join(struct.pack(">H", code) for code in codes)

    def finish(self) -> None:
        pdf = self._pdf
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=_NAME, Flags=5, FontBBox=Array([0, DESCENT, 1000, ASCENT]),
            ItalicAngle=0, Ascent=ASCENT, Descent=DESCENT, CapHeight=ASCENT, StemV=80,
            FontFile2=pdf.make_stream(font_program()),
        )  # fmt: skip
        descendant = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=_NAME,
            DW=1000, W=Array([_SPACE, Array([_SPACE_WIDTH])]),
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            CIDToGIDMap=pdf.make_stream(struct.pack(">H", _EMPTY_GLYPH) * (len(self._codes) + 1)),
        )  # fmt: skip
        self.resource.Encoding = Name("/Identity-H")
        self.resource.DescendantFonts = Array([pdf.make_indirect(descendant)])
        self.resource.ToUnicode = pdf.make_stream(_to_unicode(self._codes))


def _to_unicode(codes: dict[str, int]) -> bytes:
    rows = [f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for character, code in codes.items()]
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]  # a block may hold no more
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


# --- the font program -------------------------------------------------------------------------------------------------


def font_program() -> bytes:
    """A TrueType font of two empty glyphs, one em of 1000 units wide. Source: the OpenType specification's tables."""
    name = "Glyphless".encode("utf-16-be")
    # Family, full and PostScript name (1, 4, 6) share their text.
    records = b"".join(struct.pack(">6H", 3, 1, 0x409, kind, len(name), 0) for kind in (1, 4, 6))
    # Format 4 wants a segment for U+0020, the one character that has a glyph, and one that ends the list.
    segments = struct.pack(
        ">16H", 4, 32, 0, 4, 4, 1, 0, 32, 0xFFFF, 0, 32, 0xFFFF, 0x10000 + _EMPTY_GLYPH - 32, 1, 0, 0
    )
    tables = {
        b"cmap": struct.pack(">4HI", 0, 1, 3, 1, 12) + segments,
        b"glyf": b"\0\0\0\0",
        b"head": struct.pack(">4I2H2Q", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0)
        + struct.pack(">4h2H3h", 0, DESCENT, 1000, ASCENT, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, ASCENT, DESCENT, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 0),
        b"loca": struct.pack(">3H", 0, 0, 0),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": struct.pack(">3H", 0, 3, 6 + len(records)) + records + name,
        b"post": struct.pack(">IIhh5I", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0),
    }  # fmt: skip
    return _assembled(tables)


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    """The file: a directory with checksums, then each table at a multiple of four bytes."""
    power = len(tables).bit_length() - 1
    head = struct.pack(">I4H", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    offset = len(head) + 16 * len(tables)
    directory, body = b"", b""
    for tag, data in tables.items():
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4s3I", tag, total, offset + len(body), len(data))
        body += padded
    return head + directory + body
