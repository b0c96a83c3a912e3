"""Invoice, credit note, receipt ...: by the words of the title, which stand high, large and alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..document import Box
from ..language import Language, codes, label_key, label_tokens, load_language
from ..layout import Layout, once
from ..ranking import Weights, score
from ..record import Candidate
from .figures import find_figures

if TYPE_CHECKING:
    from ..options import ReadOptions

# A credit note often names the invoice it corrects; the rarer type is the more telling one.
TYPE_WEIGHTS = {"credit_note": 0.3, "debit_note": 0.25, "proforma": 0.2, "invoice": 0.1, "receipt": 0.0}
MAX_WORDS = 4
TITLE_CELLS = 3  # a row of more cells is the head of a table
LONG = 250  # words
COMPOUND_INVOICES = ("rechnung", "factuur", "faktura", "rekening")
# Fitted by logistic regression on receipts and invoices, and rounded towards nothing.
TILL_WEIGHTS: Weights = {
    "bias": 0.0,
    "change": 0.8,
    "cash": 0.6,
    "card": 0.3,
    "receipt_number": 0.8,
    "narrow": 1.8,
    "rather_narrow": 0.4,
    "time": 1.2,
    "terms": -1.6,
    "bank": -1.3,
    "buyer": -1.5,
    "customer": -0.7,
    "stay": -0.8,
    "long": -1.5,
}
_TIME = re.compile(r"(?<![\d.,:])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)")


def find_document_type(layout: Layout, language: Language, options: ReadOptions | None = None) -> list[Candidate]:
    """Best first."""
    return list(_kinds(layout))


@once
def _kinds(layout: Layout) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    till = till_probability(layout)
    for candidate in _titles(layout, layout.language, till):
        known = best.get(candidate.field + str(candidate.value))
        if known is None or candidate.score > known.score:
            best[candidate.field + str(candidate.value)] = candidate
    found = [*best.values(), *_by_shape(layout, till)]
    return sorted(found, key=lambda candidate: -candidate.score)


def _titles(layout: Layout, language: Language, till: float) -> Iterable[Candidate]:
    phrases = title_phrases(language.code)
    heights = sorted(cell.box.height for row in layout.rows for cell in row.cells)
    usual = heights[len(heights) // 2] if heights else 1.0
    for row in layout.rows:
        for cell in row.cells:
            tokens = [token for word in cell.words for token in label_tokens(word.text)]
            sizes = range(min(MAX_WORDS, len(tokens)), 0, -1)
            kind, size = next(((k, n) for n in sizes if (k := type_named(tokens[:n], phrases))), ("", 0))
            if not kind:
                continue
            alone = len(tokens) == size
            odds = 0.35 + TYPE_WEIGHTS[kind] + 0.15 * alone + 0.15 * (cell.box.height > 1.3 * usual)
            odds -= 0.25 * (kind == "receipt" and not alone)  # "Receipt no." is a label
            odds -= 0.1 * (len(tokens) > size + 4) + 0.15 * (cell.box.y0 > 0.5) + 0.25 * (row.page > 1)
            odds -= 0.45 * (len(row.cells) > TITLE_CELLS)
            odds *= 1 - till if kind == "invoice" and till > 0.5 else 1.0  # tills print "tax invoice", too
            text = " ".join(word.text for word in cell.words[:size])
            yield _candidate(kind, text, row.page, cell.box, odds, f"title '{text}'")


def type_named(tokens: Sequence[str], phrases: Mapping[str, str]) -> str | None:
    """Also compounds: "Stromrechnung" is a "Rechnung"; an "Abrechnung" settles wages and rents as well."""
    kind = phrases.get("".join(tokens))
    compound = len(tokens) == 1 and tokens[0].endswith(COMPOUND_INVOICES) and not tokens[0].endswith("abrechnung")
    return "invoice" if kind is None and compound else kind


@cache
def title_phrases(code: str) -> dict[str, str]:
    """Title phrases of all languages; those of the document's own decide where they disagree."""
    phrases: dict[str, str] = {}
    for other in dict.fromkeys((code, "en", *codes())):
        for kind, words in load_language(other).document_types.items():
            for phrase in words:
                phrases.setdefault(label_key(phrase), kind)
    return phrases


def _by_shape(layout: Layout, till: float) -> Iterable[Candidate]:
    """What the paper says by itself, where it has no title or one that tills print as well."""
    if not layout.rows:
        return
    page = layout.rows[0].page
    if till > 0.5:
        yield _candidate("receipt", "", page, None, till, "as tills print it")
        return
    yield _candidate("invoice", "", page, None, 0.3, "by the shape of the paper")
    if _mostly_negative(layout):
        yield _candidate("credit_note", "", page, None, 0.62, "most of its amounts are negative")


@once
def till_probability(layout: Layout) -> float:
    """That a till printed it: narrow paper, cash and change, the time of day; nothing that is still to be paid."""
    if not layout.rows:
        return 0.0
    page = layout.document.pages[0]
    ratio = page.height / page.width if page.width else 1.0
    features = {
        "change": bool(layout.labels("change")),
        "cash": bool(layout.labels("cash")),
        "card": bool(layout.labels("card_slip")),
        "receipt_number": bool(layout.labels("receipt_number")),
        "narrow": ratio > 1.7,
        "rather_narrow": 1.5 < ratio <= 1.7,
        "time": bool(_TIME.search(layout.document.text)),
        "terms": bool(layout.labels("due_date", "payment_terms")),
        "bank": bool(layout.labels("iban", "bank_account", "payee")),
        "buyer": any(label.starts_cell for label in layout.labels("buyer_name", "ship_to_address")),
        "customer": bool(layout.labels("customer_number", "project", "contract")),
        "stay": bool(layout.labels("departure_date")),
        "long": sum(len(row.words) for row in layout.rows) > LONG,
    }
    return score(features, TILL_WEIGHTS)


def _mostly_negative(layout: Layout) -> bool:
    if layout.document.text.count("-") + layout.document.text.count("−") < 2:
        return False
    money = [figure.value for row in find_figures(layout) for figure in row if figure.is_money]
    return len(money) >= 2 and 2 * sum(value < 0 for value in money) > len(money)


def _candidate(kind: str, text: str, page: int, box: Box | None, odds: float, reason: str) -> Candidate:
    return Candidate("document_type", kind, text, page, box, min(odds, 0.97), reason)
