"""Pictures -> the pages of a PDF that show them as they are: JPEG data is not decoded, all else is kept without loss.

Only what is lossy in another way already (WebP, HEIC, JPEG in TIFF) is written as JPEG of high quality, because without
loss it would be ten times as large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Set
from io import BytesIO
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream
from PIL import Image

from . import files
from .errors import DamagedFile
from .files import BROKEN, Limits, OpenFile

_A4 = (595.28, 841.89)  # points
_PLAUSIBLE_SIDE = (100.0, 1400.0)  # points: from a till receipt's width to a little more than A3
_ORIENTATION = 0x0112  # of EXIF
_SUBFILE_TYPE, _REDUCED_COPY = 254, 1
_STRIP_OFFSET, _STRIP_BYTES, _ROWS_PER_STRIP = 273, 279, 278
_LOSSLESS = {"png", "bmp", "gif", "tiff"}
_LOSSY_TIFF = {"jpeg", "tiff_jpeg", "webp"}
_PLAIN_MODES = {"1", "L", "RGB"}
# EXIF orientation -> what the picture's unit square is multiplied by to be seen as it was meant.
_TURNS = {
    1: (1, 0, 0, 1, 0, 0), 2: (-1, 0, 0, 1, 1, 0), 3: (-1, 0, 0, -1, 1, 1), 4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1), 6: (0, -1, 1, 0, 0, 1), 7: (0, 1, 1, 0, 0, 0), 8: (0, 1, -1, 0, 1, 0),
}  # fmt: skip


def images_to_pdf(source: Path, limits: Limits, *, only: Set[int] | None = None) -> Pdf:
    """One page for each page of an image file, in the size that its resolution says, else on A4.

    ``only``: the others stay empty, which is cheap. InvoiceError when the file cannot be read.
    """
    target = Pdf.new()
    try:
        with files.open_file(source, limits) as opened:
            lossless = files.detect(source, limits).name in _LOSSLESS
            for image in _pictures(source, opened, only):
                if image is None:
                    target.add_blank_page(page_size=_A4)
                else:
                    _add_page(target, image, source, lossless=lossless)
    except BROKEN:
        target.close()
        raise DamagedFile from None
    return target


def _pictures(source: Path, opened: OpenFile, only: Set[int] | None) -> Iterator[Image.Image | None]:
    """The pages as the file holds them where a PDF can show that, else as the engine sees them. One at a time."""
    try:
        with Image.open(source) as image:
            frames = _page_frames(image)
            known, dpi = len(frames) == opened.page_count, image.info.get("dpi")
    except (OSError, SyntaxError, ValueError):  # of a format that Pillow does not know
        known, dpi = False, None
    for number in range(1, opened.page_count + 1):
        if only is not None and number not in only:
            yield None
            continue
        if known:
            with Image.open(source) as image:
                image.seek(frames[number - 1])
                if _is_plain(image):
                    yield image
                    continue
        picture = opened.page(number).render(300)
        picture.info = {"dpi": dpi}
        yield picture


def _page_frames(image: Image.Image) -> list[int]:
    """Of a TIFF all that are no thumbnails; animations count as one picture."""
    if image.format != "TIFF":
        return [0]
    frames = []
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        # Pillow's base class does not declare what its TIFF images have.
        if not int(image.tag_v2.get(_SUBFILE_TYPE, 0)) & _REDUCED_COPY:  # type: ignore[attr-defined]
            frames.append(frame)
    return frames


def _is_plain(image: Image.Image) -> bool:
    if image.format in {"JPEG", "MPO"}:
        return image.mode in {"L", "RGB", "CMYK"}
    return image.mode in _PLAIN_MODES and not image.has_transparency_data and _orientation(image) == 1


def _orientation(image: Image.Image) -> int:
    found = image.getexif().get(_ORIENTATION, 1)
    return found if found in _TURNS else 1


# --- a page -----------------------------------------------------------------------------------------------------------


def _add_page(pdf: Pdf, image: Image.Image, source: Path, *, lossless: bool) -> None:
    if image.format in {"JPEG", "MPO"}:
        picture, orientation = _jpeg(pdf, image, source.read_bytes()), _orientation(image)
    else:
        lossless = lossless and str(image.info.get("compression", "")) not in _LOSSY_TIFF
        picture, orientation = _encoded(pdf, image, lossless=lossless), 1
    width, height = page_size(image, turned=orientation > 4)
    a, b, c, d, e, f = _TURNS[orientation]
    matrix = " ".join(f"{n:g}" for n in (a * width, b * height, c * width, d * height, e * width, f * height))
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=Dictionary(XObject=Dictionary(Picture=picture)),
        Contents=pdf.make_stream(f"q {matrix} cm /Picture Do Q\n".encode()),
    )
    pdf.pages.append(Page(pdf.make_indirect(page)))


def page_size(image: Image.Image, *, turned: bool) -> tuple[float, float]:
    """In points. ``turned``: the picture lies on its side in the file."""
    across, down = image.info.get("dpi") or (0, 0)
    pixels = image.size
    if turned:
        across, down, pixels = down, across, (image.height, image.width)
    if across > 0 and down > 0:
        width, height = pixels[0] * 72 / float(across), pixels[1] * 72 / float(down)
        if all(_PLAUSIBLE_SIDE[0] <= side <= _PLAUSIBLE_SIDE[1] for side in (width, height)):
            return round(width, 2), round(height, 2)
    paper = _A4 if pixels[1] >= pixels[0] else _A4[::-1]
    scale = min(paper[0] / pixels[0], paper[1] / pixels[1])
    return round(pixels[0] * scale, 2), round(pixels[1] * scale, 2)


# --- how a picture is written -----------------------------------------------------------------------------------------


def _jpeg(pdf: Pdf, image: Image.Image, data: bytes) -> Stream:
    """The file itself: PDF knows JPEG."""
    made = _stream(pdf, image, data, Filter=Name.DCTDecode)
    if image.mode == "CMYK" and "adobe" in image.info:
        made.Decode = Array([1, 0] * 4)  # Adobe's programs store it inverted
    return made


def _encoded(pdf: Pdf, image: Image.Image, *, lossless: bool) -> Stream:
    if not lossless:
        return _stream(pdf, image, _saved(image, "JPEG", quality=90, subsampling=0), Filter=Name.DCTDecode)
    return _fax(pdf, image) if image.mode == "1" else _flate(pdf, image)


def _fax(pdf: Pdf, image: Image.Image) -> Stream:
    """Black and white in CCITT group 4, for which Pillow's TIFF writer is the encoder."""
    saved = _saved(image, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    with Image.open(BytesIO(saved)) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        start, length = tags[_STRIP_OFFSET][0], tags[_STRIP_BYTES][0]
    options = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=True)
    return _stream(pdf, image, saved[start : start + length], Filter=Name.CCITTFaxDecode, DecodeParms=options)


def _flate(pdf: Pdf, image: Image.Image) -> Stream:
    """The compressed rows of a PNG, which PDF takes as they are (ISO 32000-1, 7.4.4.4)."""
    colors = len(image.getbands())
    options = Dictionary(Predictor=15, Columns=image.width, Colors=colors, BitsPerComponent=8)
    rows = b"".join(_png_rows(_saved(image, "PNG", compress_level=6)))
    return _stream(pdf, image, rows, Filter=Name.FlateDecode, DecodeParms=options)


def _png_rows(png: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            yield png[at + 8 : at + 8 + length]
        at += 12 + length


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _stream(pdf: Pdf, image: Image.Image, data: bytes, **entries: object) -> Stream:
    spaces = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
    return Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=image.width, Height=image.height,
        ColorSpace=_profile(pdf, image) or spaces[len(image.getbands())],
        BitsPerComponent=1 if image.mode == "1" else 8, **entries,
    )  # fmt: skip


def _profile(pdf: Pdf, image: Image.Image) -> Array | None:
    """The picture's own colours, where a profile names them."""
    data = image.info.get("icc_profile") or b""
    colors = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}.get(bytes(data[16:20]))
    if colors != len(image.getbands()) or data[36:40] != b"acsp":
        return None
    return Array([Name.ICCBased, pdf.make_stream(bytes(data), N=colors)])
