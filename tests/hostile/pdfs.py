"""PDFs whose objects loop, lie about their size, nest for ever or want something run."""

from __future__ import annotations

import zlib

from tests.badfiles import pdf_of, text_pdf

from .file import READ, HostileFile, deflate_bomb, hostile, nested_bomb

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def one_page(
    content: bytes,
    *others: bytes,
    resources: bytes = b"",
    box: bytes = b"0 0 595 842",
    catalogue: bytes = CATALOGUE,
    page: bytes = b"",
) -> bytes:
    """``others`` are numbered from 5; 4 is the content, which may be a whole stream."""
    body = content if content.startswith(b"<<") else stream(content)
    entries = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> %s >>"
    return pdf_of([catalogue, PAGES, entries % (box, resources, page), body, *others])


# --- too much ---------------------------------------------------------------------------------------------------------


def flate_bomb() -> bytes:
    return one_page(stream(nested_bomb(4096, b" "), b"/Filter [/FlateDecode /FlateDecode]"))


def operator_bomb() -> bytes:
    return one_page(stream(deflate_bomb(64, b"0 0 m 9 9 l S \n"), b"/Filter /FlateDecode"))


def image_pdf(width: int, height: int, data: bytes, entries: bytes) -> bytes:
    image = b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (width, height, entries)
    return one_page(b"595 0 0 842 0 0 cm /I Do", stream(data, image), resources=b"/XObject << /I 5 0 R >>")


def huge_image() -> bytes:
    entries = b"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]"
    return image_pdf(60_000, 60_000, nested_bomb(10_300), entries)


def huge_empty_image() -> bytes:
    return image_pdf(60_000, 60_000, b"", b"/ColorSpace /DeviceGray /BitsPerComponent 1")


def huge_fax() -> bytes:
    return image_pdf(
        60_000,
        60_000,
        b"\0" * 100,
        b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode"
        b" /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >>",
    )


def huge_jpeg() -> bytes:
    from .images import jpeg_that_claims

    return image_pdf(
        60_000,
        60_000,
        jpeg_that_claims(60_000, 60_000),
        b"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
    )


def million_operators() -> bytes:
    lines = b"".join(b"%d %d m %d %d l S\n" % (n % 595, n % 842, n % 311, n % 641) for n in range(20_000))
    return one_page(stream(zlib.compress(lines * 50, 1), b"/Filter /FlateDecode"))


def million_characters() -> bytes:
    text = b"BT /F 3 Tf 4 TL 10 800 Td " + b"(aaaaaaaaaabbbbbbbbbbcccccccccc1234567890) Tj T*\n" * 25_000 + b"ET"
    return one_page(stream(zlib.compress(text), b"/Filter /FlateDecode"), FONT, resources=b"/Font << /F 5 0 R >>")


def million_pages() -> bytes:
    return pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", b"<< /Type /Page /Parent 2 0 R >>"])


def million_pages_of_one() -> bytes:
    """A tree whose every node names the same ten kids: ten to the sixth pages in eight objects."""
    nodes = [
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"%d 0 R " % (number + 3) * 10, 10 ** (6 - number))
        for number in range(6)
    ]
    return pdf_of([CATALOGUE, *nodes, b"<< /Type /Page /MediaBox [0 0 595 842] >>"])


# --- loops ------------------------------------------------------------------------------------------------------------


def page_tree_loop() -> bytes:
    return pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 4 /Parent 2 0 R >>"])


def page_tree_inherits_from_itself() -> bytes:
    return pdf_of([CATALOGUE, PAGES, b"<< /Type /Page /Parent 3 0 R >>"])


def xref_loop() -> bytes:
    """The newest cross-reference table says that the one before it is itself."""
    data = text_pdf("Invoice 1")
    start = data.rindex(b"xref\n0")
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start)


def xref_circle() -> bytes:
    """Two tables, each of which names the other as older; their offsets have a fixed width."""
    data = text_pdf("Invoice 1").replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 0000000000")
    first = data.rindex(b"xref\n0", 0, data.rindex(b"startxref"))
    second = len(data)
    data = data.replace(b"/Prev 0000000000", b"/Prev %010d" % second)
    return data + b"xref\n0 0\ntrailer << /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (first, second)


def xref_corrupt() -> bytes:
    data = text_pdf("Invoice 1")
    table = data.rindex(b"xref\n0", 0, data.rindex(b"startxref"))
    return data[:table] + data[table:].replace(b"000 n", b"999 n").replace(b"00000000", b"99999999")


def xref_of_a_billion() -> bytes:
    return text_pdf("Invoice 1").replace(b"xref\n0 6", b"xref\n0 2147483647").replace(b"/Size 6", b"/Size 2147483647")


def object_stream_loop() -> bytes:
    """An object stream that extends itself and whose length stands inside of it."""
    inside = b"6 0 (x)"
    looping = b"<< /Type /ObjStm /N 1 /First 4 /Extends 5 0 R /Length 6 0 R >>\nstream\n%s\nendstream" % inside
    return one_page(b"", looping, b"6 0 R")


def reference_loop() -> bytes:
    return one_page(b"/X Do", b"6 0 R", b"5 0 R", resources=b"/XObject 5 0 R /Font 6 0 R", page=b"/Rotate 5 0 R")


def form(content: bytes, resources: bytes = b"") -> bytes:
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %s >>" % resources)


def form_in_itself() -> bytes:
    inside = form(b"0.5 g 0 0 100 100 re f /X Do /X Do", b"/XObject << /X 5 0 R >>")
    return one_page(b"/X Do", inside, resources=b"/XObject << /X 5 0 R >>")


def forms_that_multiply(depth: int = 9) -> bytes:
    """Each form draws the next ten times: ten to the ninth rectangles (the PDF's "billion laughs")."""
    last = form(b"0 0 9 9 re f")
    others = [form(b"/X Do " * 10, b"/XObject << /X %d 0 R >>" % (number + 6)) for number in range(depth)]
    return one_page(b"/X Do", *others, last, resources=b"/XObject << /X 5 0 R >>")


def soft_mask_of_itself() -> bytes:
    group = b"/Group << /S /Transparency /CS /DeviceRGB >>"
    resources = b"/ExtGState << /G 6 0 R >> /XObject << /X 5 0 R >>"
    inside = stream(
        b"/G gs /X Do 0 0 500 500 re f",
        b"/Subtype /Form /BBox [0 0 595 842] /Resources << %s >> %s" % (resources, group),
    )
    state = b"<< /Type /ExtGState /SMask << /S /Luminosity /G 5 0 R >> >>"
    return one_page(b"/G gs /X Do", inside, state, resources=resources)


def pattern(content: bytes, entries: bytes, step: bytes) -> bytes:
    head = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep %s /YStep %s %s"
    return stream(content, head % (step, step, entries))


def pattern_in_itself() -> bytes:
    tile = b"/Resources << /Pattern << /P 5 0 R >> >>"
    paint = b"/Pattern cs /P scn 0 0 595 842 re f"
    return one_page(paint, pattern(paint, tile, b"1"), resources=b"/Pattern << /P 5 0 R >>")


def pattern_of_dust() -> bytes:
    """Tiles a hundred-thousandth of a point apart: ten to the fifteenth of them on the page."""
    tile = pattern(b"0 0 1 1 re f", b"/Resources << >>", b"0.00001")
    return one_page(b"/Pattern cs /P scn 0 0 595 842 re f", tile, resources=b"/Pattern << /P 5 0 R >>")


def shading_without_end() -> bytes:
    program = b"{ " + b"dup mul sqrt dup add 2 div sin " * 20_000 + b"}"
    function = stream(zlib.compress(program), b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1] /Filter /FlateDecode")
    shading = (
        b"<< /ShadingType 1 /ColorSpace /DeviceGray /Function 5 0 R /Domain [0 1 0 1] /Matrix [595 0 0 842 0 0] >>"
    )
    return one_page(b"/S sh", function, shading, resources=b"/Shading << /S 6 0 R >>")


def function_of_itself() -> bytes:
    function = b"<< /FunctionType 3 /Domain [0 1] /Functions [5 0 R 5 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>"
    shading = b"<< /ShadingType 2 /ColorSpace /DeviceGray /Function 5 0 R /Coords [0 0 595 842] >>"
    return one_page(b"/S sh", function, shading, resources=b"/Shading << /S 6 0 R >>")


def colour_space_of_itself() -> bytes:
    return one_page(
        b"/C cs 0.5 sc 0 0 99 99 re f", b"[/Indexed 5 0 R 255 <00>]", resources=b"/ColorSpace << /C 5 0 R >>"
    )


def glyph_that_paints_itself() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97"
        b" /LastChar 97 /Widths [1000] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >>"
        b" /Resources << /Font << /F 5 0 R >> >> >>"
    )
    glyph = stream(b"1000 0 d0 BT /F 900 Tf (aaaaaaaaaa) Tj ET 0 0 500 500 re f")
    return one_page(b"BT /F 40 Tf 50 700 Td (aaaa) Tj ET", font, glyph, resources=b"/Font << /F 5 0 R >>")


def cmap_loop() -> bytes:
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding 6 0 R /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>"
    ranges = b"1 begincidrange <00000000> <ffffffff> 0 endcidrange 1 beginbfrange <0000> <ffff> <0000> endbfrange "
    cmap = stream(b"/X usecmap begincmap " + ranges * 500 + b"endcmap", b"/Type /CMap /CMapName /X /UseCMap 6 0 R")
    below = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << >> /DW 1000 /W [0 2147483647 5] >>"
    return one_page(b"BT /F 40 Tf 50 700 Td <00410042> Tj ET", font, cmap, below, resources=b"/Font << /F 5 0 R >>")


def broken_font() -> bytes:
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 6 0 R /FirstChar -5 /LastChar 99999 >>"
    about = b"<< /Type /FontDescriptor /FontName /X /FontFile2 7 0 R /Ascent 1e38 /FontBBox [0 0 1e38 1e38] /Flags 4 >>"
    head = b"\0\1\0\0\0\x04\0\0\0\0\0\0"
    tables = b"".join(
        name + b"\0\0\0\0\xff\xff\xff\x00\xff\xff\xff\xff" for name in (b"glyf", b"loca", b"cmap", b"head")
    )
    return one_page(
        b"BT /F 40 Tf 50 700 Td (Total 119.00) Tj ET",
        font,
        about,
        stream(head + tables),
        resources=b"/Font << /F 5 0 R >>",
    )


def name_tree_loop() -> bytes:
    """The tree of attached files names itself."""
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 5 0 R >> /AcroForm << /Fields [6 0 R] >> >>"
    field = b"<< /FT /Tx /T (x) /Kids [6 0 R 6 0 R] /Parent 6 0 R >>"
    return one_page(b"", b"<< /Kids [5 0 R 5 0 R] /Limits [(a) (z)] >>", field, catalogue=catalogue)


def attachments(count: int, data: bytes, name: bytes, entries: bytes = b"/Filter [/FlateDecode /FlateDecode]") -> bytes:
    files = b" ".join(b"(%s) 5 0 R" % name for _ in range(count))
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [%s] >> >> >>" % files
    specification = b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 6 0 R >> >>" % (name, name)
    return one_page(b"", specification, stream(data, b"/Type /EmbeddedFile " + entries), catalogue=catalogue)


# --- nesting ----------------------------------------------------------------------------------------------------------


def nested(opening: bytes, closing: bytes, times: int = 200_000) -> bytes:
    return one_page(b"0 0 9 9 re f", opening * times + closing * times, resources=b"/Font 5 0 R")


# --- actions and links ------------------------------------------------------------------------------------------------


def actions(address: str) -> bytes:
    """Wants to run a script, a program and to fetch from ``address``, at every occasion that PDF knows."""
    where = address.encode()
    script = b"<< /S /JavaScript /JS (app.launchURL\\('%s', true\\); this.submitForm\\('%s'\\); while\\(1\\);) >>" % (
        where,
        where,
    )
    launch = b"<< /S /Launch /F (/bin/sh) /Unix << /F (/bin/sh) >> /Next << /S /URI /URI (%s) >> >>" % where
    catalogue = (
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /AA << /WC %s /DS %s >> /Names << /JavaScript << /Names [(a) %s"
        b"] >> >> /AcroForm << /Fields [6 0 R] /NeedAppearances true /XFA 5 0 R >> >>"
    ) % (script, launch, script, script)
    outside = stream(b"", b"/F << /FS /URL /F (%s) >> /FFilter /FlateDecode" % where)
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (x) /Rect [0 0 99 99] /AA << /F %s /C %s /PO %s >> /A %s >>"
    ) % (script, script, launch, launch)
    image = stream(
        b"",
        b"/Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 8 /F << /FS /URL /F (%s) >>"
        % where,
    )
    return one_page(
        b"BT /F 12 Tf 50 700 Td (Invoice 4711) Tj ET /I Do",
        outside,
        widget,
        image,
        FONT,
        resources=b"/Font << /F 8 0 R >> /XObject << /I 7 0 R >>",
        catalogue=catalogue,
        page=b"/Annots [6 0 R] /AA << /O %s /C %s >>" % (script, launch),
    )


def sized(box: bytes, page: bytes = b"") -> HostileFile:
    content = b"BT /F 12 Tf 50 700 Td (Invoice 4711) Tj ET 0 0 200 200 re f"
    return hostile(
        "size.pdf",
        lambda: one_page(content, FONT, resources=b"/Font << /F 5 0 R >>", box=box, page=page),
        READ, "damaged_file", "no_pages",
    )  # fmt: skip


SOUND = ("damaged_file",)
LIMITS = ("out_of_memory", "out_of_time", "reader_crashed", "damaged_file")  # fmt: skip
PDFS: dict[str, HostileFile] = {
    "pdf flate bomb": hostile("a.pdf", flate_bomb, READ, *LIMITS, slow=True),
    "pdf operator bomb": hostile("a.pdf", operator_bomb, READ, *LIMITS, slow=True),
    "pdf huge image": hostile("a.pdf", huge_image, READ, *SOUND),
    "pdf huge empty image": hostile("a.pdf", huge_empty_image, READ, *SOUND),
    "pdf huge fax": hostile("a.pdf", huge_fax, READ, *SOUND),
    "pdf huge jpeg": hostile("a.pdf", huge_jpeg, READ, *SOUND),
    "pdf million operators": hostile("a.pdf", million_operators, READ, *LIMITS, slow=True),
    "pdf million characters": hostile("a.pdf", million_characters, READ, *LIMITS, slow=True),
    "pdf million pages claimed": hostile("a.pdf", million_pages, "too_many_pages"),
    "pdf million pages of one": hostile("a.pdf", million_pages_of_one, "too_many_pages", "no_pages", "damaged_file"),
    "pdf page tree loop": hostile("a.pdf", page_tree_loop, READ, "no_pages", "damaged_file"),
    "pdf page that is its own parent": hostile("a.pdf", page_tree_inherits_from_itself, READ, "damaged_file"),
    "pdf xref loop": hostile("a.pdf", xref_loop, READ, "damaged_file"),
    "pdf xref circle": hostile("a.pdf", xref_circle, READ, "damaged_file"),
    "pdf xref corrupt": hostile("a.pdf", xref_corrupt, READ, "damaged_file"),
    "pdf xref of a billion": hostile("a.pdf", xref_of_a_billion, READ, "damaged_file"),
    "pdf object stream loop": hostile("a.pdf", object_stream_loop, READ, "damaged_file"),
    "pdf reference loop": hostile("a.pdf", reference_loop, READ, "damaged_file"),
    "pdf form in itself": hostile("a.pdf", form_in_itself, READ, *LIMITS, slow=True),
    "pdf forms that multiply": hostile("a.pdf", forms_that_multiply, READ, *LIMITS, slow=True),
    "pdf soft mask of itself": hostile("a.pdf", soft_mask_of_itself, READ, *LIMITS, slow=True),
    "pdf pattern in itself": hostile("a.pdf", pattern_in_itself, READ, *LIMITS),
    "pdf pattern of dust": hostile("a.pdf", pattern_of_dust, READ, *LIMITS, slow=True),
    "pdf shading without end": hostile("a.pdf", shading_without_end, READ, *LIMITS, slow=True),
    "pdf function of itself": hostile("a.pdf", function_of_itself, READ, *SOUND),
    "pdf colour space of itself": hostile("a.pdf", colour_space_of_itself, READ, *SOUND),
    "pdf glyph that paints itself": hostile("a.pdf", glyph_that_paints_itself, READ, *LIMITS),
    "pdf cmap loop": hostile("a.pdf", cmap_loop, READ, *SOUND),
    "pdf broken font": hostile("a.pdf", broken_font, READ, *SOUND),
    "pdf name tree loop": hostile("a.pdf", name_tree_loop, READ, *SOUND),
    "pdf attachment bomb": hostile(
        "a.pdf", lambda: attachments(1, nested_bomb(4096), b"factur-x.xml"), READ, *LIMITS, slow=True
    ),
    "pdf ten thousand attachments": hostile(
        "a.pdf", lambda: attachments(10_000, b"<Invoice/>", b"a.xml", b""), READ, *SOUND
    ),
    "pdf arrays nested": hostile("a.pdf", lambda: nested(b"[", b"]"), READ, *SOUND),
    "pdf dictionaries nested": hostile("a.pdf", lambda: nested(b"<</A", b">>"), READ, *SOUND),
    "pdf states nested": hostile("a.pdf", lambda: one_page(b"q " * 1_000_000), READ, *SOUND),
    "pdf arrays nested in content": hostile("a.pdf", lambda: one_page(b"[" * 1_000_000), READ, *SOUND),
    "pdf marked content nested": hostile("a.pdf", lambda: one_page(b"/A BMC " * 200_000), READ, *LIMITS, slow=True),
    "pdf page of no size": sized(b"0 0 0 0"),
    "pdf page of 0.01 inch": sized(b"0 0 0.72 0.72"),
    "pdf page of 200 inches": sized(b"0 0 14400 14400"),
    "pdf page of a million inches": sized(b"0 0 72000000 72000000"),
    "pdf page turned inside out": sized(b"595 842 0 0"),
    "pdf page of negative size": sized(b"0 0 -595 -842"),
    "pdf page of infinite size": sized(b"0 0 1e400 1e400"),
    "pdf page of size nan": sized(b"0 0 nan inf"),
    "pdf page of words": sized(b"/A (b) null [1]"),
    "pdf page strip": sized(b"0 0 14400 0.5"),
    "pdf page of giant units": sized(b"0 0 595 842", b"/UserUnit 1e30"),
    "pdf page turned by odd angle": sized(b"0 0 595 842", b"/Rotate 2147483647"),
    "pdf that wants to run": hostile("a.pdf", lambda: actions("http://127.0.0.1:9/"), READ),
}
