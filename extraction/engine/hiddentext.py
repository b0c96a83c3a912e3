"""Taking text that nobody sees out of a PDF page: the words that a scanner or another OCR program put over or under its
picture, and what then is left of text.

Only operators that show text go: those of invisible text (text rendering mode 3, ISO 32000-1, 9.3.6), and those before
a picture where the page looks the same without them. Everything else of the content stays as it was.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream

from . import pdf

_SHOWS = {"Tj", "TJ", "'", '"'}
_INVISIBLE = 3
_MAY_HIDE = re.compile(rb"\b3\s+Tr\b")
_MAX_CONTENT = 8 * 1024 * 1024  # bytes; drawings of that size are no scans, and parsing them takes minutes
_MAX_DEPTH = 4
_TEXT = re.compile(rb"T[jJ]|['\"]")
_SCALE = 60 / 72  # dpi / 72: letters of 4 points still leave a mark
_MAX_PIXELS = 4_000_000

Instructions = list[Any]
Character = tuple[str, float, float]  # with the middle of its place, in the coordinates of the PDF page


def without_hidden_text(opened: Pdf, page: Page) -> None:
    """Change the page in place; forms that it shares with other pages are copied first."""
    resources = page.resources
    if _may_hide(_content(page)):
        instructions, changed = _stripped(page)
        if changed:
            page.obj.Contents = opened.make_stream(pikepdf.unparse_content_stream(instructions))
    _strip_forms(opened, resources, _MAX_DEPTH)
    if _has_text(page):
        _strip_covered(opened, page)


def text_left(page: Page) -> list[Character]:
    """The characters of a page's text, after ``without_hidden_text`` those that people see."""
    return list(_characters(_alone(page))) if _has_text(page) else []


def _has_text(page: Page) -> bool:
    """False for a mere picture, which most scans are: then nothing needs to be looked at closely."""
    forms = page.resources.get(Name.XObject, Dictionary())
    inside = any(form.get(Name.Subtype) == Name.Form for _, form in forms.items() if isinstance(form, Stream))
    return inside or _TEXT.search(_content(page)) is not None


def _content(page: Page) -> bytes:
    return b"\n".join(stream.read_bytes() for stream in _streams(page.obj.get(Name.Contents)))


def _streams(contents: Object | None) -> list[Stream]:
    if contents is None:
        return []
    items = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [item for item in items if isinstance(item, Stream)]


def _may_hide(content: bytes) -> bool:
    return len(content) <= _MAX_CONTENT and _MAY_HIDE.search(content) is not None


def _strip_forms(opened: Pdf, resources: Object, depth: int) -> None:
    forms = resources.get(Name.XObject)
    if not isinstance(forms, Dictionary):
        return
    changed = {}
    for name, form in forms.items():
        if isinstance(form, Stream) and form.get(Name.Subtype) == Name.Form and depth:
            copy = _stripped_form(opened, form, depth)
            if copy is not None:
                changed[name] = copy
    if changed:
        resources.XObject = Dictionary({**dict(forms.items()), **changed})


def _stripped_form(opened: Pdf, form: Stream, depth: int) -> Stream | None:
    """A copy without hidden text, None when there is none in it."""
    content = form.read_bytes()
    entries = {key: value for key, value in form.items() if key not in {"/Length", "/Filter", "/DecodeParms"}}
    inner = form.get(Name.Resources)
    nested = False
    if isinstance(inner, Dictionary):
        own = Dictionary(dict(inner.items()))
        _strip_forms(opened, own, depth - 1)
        nested = own.get(Name.XObject) != inner.get(Name.XObject)
        entries["/Resources"] = own
    instructions, changed = _stripped(form) if _may_hide(content) else ([], False)
    if not changed and not nested:
        return None
    return Stream(opened, pikepdf.unparse_content_stream(instructions) if changed else content, entries)


def _stripped(content: Page | Stream) -> tuple[Instructions, bool]:
    """Its instructions without those that show hidden text, and whether there were any.

    A text object that shows visible text too is left alone: where that stands may depend on what was shown before it.
    """
    kept: Instructions = []
    block: Instructions = []
    modes, inside, visible, changed = [0], False, False, False
    for instruction in pikepdf.parse_content_stream(content):
        operator = str(instruction.operator)
        block.append(instruction)
        if operator == "BT":
            inside, visible = True, False
        elif operator == "Tr" and instruction.operands:
            modes[-1] = int(instruction.operands[0])
        elif operator == "q":
            modes.append(modes[-1])
        elif operator == "Q" and len(modes) > 1:
            modes.pop()
        elif operator in _SHOWS and modes[-1] != _INVISIBLE:
            visible = True
        elif operator == "ET":
            inside = False
        if not inside:
            hidden = [] if visible else [each for each in block if str(each.operator) in _SHOWS]
            changed = changed or bool(hidden)
            kept += block if not hidden else [each for each in block if str(each.operator) not in _SHOWS]
            block, visible = [], False
    return kept + block, changed


# --- covered text -----------------------------------------------------------------------------------------------------


def _strip_covered(opened: Pdf, page: Page) -> None:
    """Text that was drawn before a picture goes, if the page looks the same without it: the picture lies over it."""
    if len(_content(page)) > _MAX_CONTENT:
        return
    instructions = list(pikepdf.parse_content_stream(page))
    pictures = [at for at, each in enumerate(instructions) if str(each.operator) == "Do"]
    if not pictures or not any(str(each.operator) in _SHOWS for each in instructions[: pictures[-1]]):
        return
    kept = [
        each for at, each in enumerate(instructions) if at > pictures[-1] or str(each.operator) not in _SHOWS
    ]  # fmt: skip
    before, contents = _looks(_alone(page)), page.obj.Contents
    page.obj.Contents = opened.make_stream(pikepdf.unparse_content_stream(kept))
    if _looks(_alone(page)) != before:
        page.obj.Contents = contents


def _alone(page: Page) -> bytes:
    """A PDF of nothing but this page."""
    stream = BytesIO()
    with pikepdf.new() as single:
        single.pages.append(page)
        single.save(stream, static_id=True)
    return stream.getvalue()


def _looks(single: bytes) -> bytes:
    with pdf._lock, pdfium.PdfDocument(single) as document:
        width, height = document[0].get_size()
        scale = min(_SCALE, math.sqrt(_MAX_PIXELS / max(width * height, 1)))
        return bytes(document[0].render(scale=scale, grayscale=True).buffer)


def _characters(single: bytes) -> Iterator[Character]:
    with pdf._lock, pdfium.PdfDocument(single) as document:
        text_page = document[0].get_textpage()
        for index in range(text_page.count_chars()):
            code = pdfium_c.FPDFText_GetUnicode(text_page, index)
            left, bottom, right, top = text_page.get_charbox(index)
            yield chr(code) if code < 0x110000 else "", (left + right) / 2, (bottom + top) / 2
