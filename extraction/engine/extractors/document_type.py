"""Invoice, credit note, receipt ...: by the words of the title, which stand high, large and alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from ..document import Box
from ..language import Language, codes, label_key, label_tokens, load_language
from ..layout import Layout
from ..record import Candidate

if TYPE_CHECKING:
    from ..options import ReadOptions

# A credit note often names the invoice it corrects; the rarer type is the more telling one.
TYPE_WEIGHTS = {"credit_note": 0.3, "debit_note": 0.25, "proforma": 0.2, "invoice": 0.1, "receipt": 0.0}
MAX_WORDS = 4


def find_document_type(layout: Layout, language: Language, options: ReadOptions | None = None) -> list[Candidate]:
    """Best first."""
    best: dict[str, Candidate] = {}
    for candidate in _titles(layout, language):
        known = best.get(candidate.field + str(candidate.value))
        if known is None or candidate.score > known.score:
            best[candidate.field + str(candidate.value)] = candidate
    found = [*best.values(), *_by_shape(layout)]
    return sorted(found, key=lambda candidate: -candidate.score)


def _titles(layout: Layout, language: Language) -> Iterable[Candidate]:
    phrases = title_phrases(language.code)
    heights = sorted(cell.box.height for row in layout.rows for cell in row.cells)
    usual = heights[len(heights) // 2] if heights else 1.0
    for row in layout.rows:
        for cell in row.cells:
            tokens = [token for word in cell.words for token in label_tokens(word.text)]
            size = next((n for n in range(MAX_WORDS, 0, -1) if "".join(tokens[:n]) in phrases and n <= len(tokens)), 0)
            if not size:
                continue
            kind = phrases["".join(tokens[:size])]
            alone = len(tokens) == size
            odds = 0.35 + TYPE_WEIGHTS[kind] + 0.15 * alone + 0.15 * (cell.box.height > 1.3 * usual)
            odds -= 0.25 * (kind == "receipt" and not alone)  # "Receipt no." is a label
            odds -= 0.1 * (len(tokens) > size + 4) + 0.15 * (cell.box.y0 > 0.5) + 0.25 * (row.page > 1)
            text = " ".join(word.text for word in cell.words[:size])
            yield _candidate(kind, text, row.page, cell.box, odds, f"title '{text}'")


@cache
def title_phrases(code: str) -> dict[str, str]:
    """Title phrases of all languages; those of the document's own decide where they disagree."""
    phrases: dict[str, str] = {}
    for other in dict.fromkeys((code, "en", *codes())):
        for kind, words in load_language(other).document_types.items():
            for phrase in words:
                phrases.setdefault(label_key(phrase), kind)
    return phrases


def _by_shape(layout: Layout) -> list[Candidate]:
    """Paper that is much taller than wide comes out of a till."""
    page = layout.document.pages[0] if layout.document.pages else None
    if page is None or not layout.rows:
        return []
    narrow = page.height > 1.7 * page.width
    till = bool(layout.labels("change")) or (narrow and bool(layout.labels("cash")))
    kind, odds = ("receipt", 0.72) if till and narrow else ("receipt", 0.4) if till or narrow else ("invoice", 0.3)
    return [_candidate(kind, "", page.number, None, odds, "by the shape of the paper")]


def _candidate(kind: str, text: str, page: int, box: Box | None, odds: float, reason: str) -> Candidate:
    return Candidate("document_type", kind, text, page, box, min(odds, 0.97), reason)
