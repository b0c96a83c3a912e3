"""Taking text that nobody sees out of a PDF page: the words that a scanner or another OCR program put over its picture.

Only the operators that show invisible text go (text rendering mode 3, ISO 32000-1, 9.3.6); everything else of the
content stays as it was, so the page looks the same.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream

_SHOWS = {"Tj", "TJ", "'", '"'}
_INVISIBLE = 3
_MAY_HIDE = re.compile(rb"\b3\s+Tr\b")
_MAX_CONTENT = 8 * 1024 * 1024  # bytes; drawings of that size are no scans, and parsing them takes minutes
_MAX_DEPTH = 4

Instructions = list[Any]


def without_hidden_text(pdf: Pdf, page: Page) -> None:
    """Change the page in place; forms that it shares with other pages are copied first."""
    resources = page.resources
    content = b"\n".join(stream.read_bytes() for stream in _streams(page.obj.get(Name.Contents)))
    if _may_hide(content):
        instructions, changed = _stripped(page)
        if changed:
            page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))
    _strip_forms(pdf, resources, _MAX_DEPTH)


def _streams(contents: Object | None) -> list[Stream]:
    if contents is None:
        return []
    items = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [item for item in items if isinstance(item, Stream)]


def _may_hide(content: bytes) -> bool:
    return len(content) <= _MAX_CONTENT and _MAY_HIDE.search(content) is not None


def _strip_forms(pdf: Pdf, resources: Object, depth: int) -> None:
    forms = resources.get(Name.XObject)
    if not isinstance(forms, Dictionary):
        return
    changed = {}
    for name, form in forms.items():
        if isinstance(form, Stream) and form.get(Name.Subtype) == Name.Form and depth:
            copy = _stripped_form(pdf, form, depth)
            if copy is not None:
                changed[name] = copy
    if changed:
        resources.XObject = Dictionary({**dict(forms.items()), **changed})


def _stripped_form(pdf: Pdf, form: Stream, depth: int) -> Stream | None:
    """A copy without hidden text, None when there is none in it."""
    content = form.read_bytes()
    entries = {key: value for key, value in form.items() if key not in {"/Length", "/Filter", "/DecodeParms"}}
    inner = form.get(Name.Resources)
    nested = False
    if isinstance(inner, Dictionary):
        own = Dictionary(dict(inner.items()))
        _strip_forms(pdf, own, depth - 1)
        nested = own.get(Name.XObject) != inner.get(Name.XObject)
        entries["/Resources"] = own
    instructions, changed = _stripped(form) if _may_hide(content) else ([], False)
    if not changed and not nested:
        return None
    return Stream(pdf, pikepdf.unparse_content_stream(instructions) if changed else content, entries)


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
