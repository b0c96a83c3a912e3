"""Is this an invoice at all? Everything that asks for money or tells of its payment is one here, receipts too.

Evidence speaks for or against in log-odds: titles of invoices and of other documents, totals with their labels, an
invoice number, tax, and how much of the page is prose. What is likely something else is said to be so and not filled
with guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .document import Box
from .extractors.document_type import TITLE_CELLS, type_named
from .extractors.figures import find_figures
from .language import codes, label_key, label_tokens, load_language
from .layout import Cell, Layout, Row
from .ranking import Weights, score
from .record import NOT_AN_INVOICE, Candidate, InvoiceRecord, Problem

MAX_WORDS = 6  # of a title
MAX_REST = 5  # words that may follow it in its cell: a number, a date
TOP = 0.5  # of a page, where titles stand
TITLE_PAGES = 3  # an invoice may come behind a letter or a delivery note
TELLING = 9  # letters of a name that is a title also with words behind it: "Mietvertrag über Büros"
SHORT_WORD = 5  # letters
SHORT = 25  # rows: a ticket is a title as a whole
FEW_LETTERS = 30  # characters that recognition finds in any picture
PROSE = 60  # words
LEAST = 0.25  # probability: a record is only withheld from what is three times as likely something else
FOREIGN_FROM = 6  # characters: a shorter word of another language is more often something else ("order", "acta")

# What people call the other documents; the keys are those of [other_documents] in the language files.
OTHER_DOCUMENTS: Mapping[str, str] = {
    "delivery_note": "a delivery note",
    "order_confirmation": "an order confirmation",
    "purchase_order": "a purchase order",
    "quote": "a quote",
    "contract": "a contract",
    "bank_statement": "a bank statement",
    "card_statement": "a card statement",
    "payslip": "a payslip",
    "payment_reminder": "a payment reminder",
    "remittance_advice": "a remittance advice",
    "cv": "a CV",
    "report": "another kind of document",
    "text": "a letter or another text",
    "blank": "a page without text",
    "picture": "a picture with hardly any text",
}

# They name invoices of which they say that they were, or were not, paid.
ABOUT_INVOICES = frozenset({"payment_reminder", "remittance_advice"})
NEVER_PAYABLE = ABOUT_INVOICES | {"card_statement"}

WEIGHTS: Weights = {
    "bias": -2.2,
    "title": 4.0,  # "Invoice", "Quittung": alone or followed by a number
    "title_in_text": 1.2,
    "other_title": -9.0,  # alone, and no clear title of an invoice: "Invoice and delivery note" is both
    "other_number": -8.2,  # the same with a number behind it, which may be a reference: "Order 4711"
    "other_title_first": -1.5,  # above the title of an invoice
    "order_number": 1.0,  # less is said by an order's name and number: most invoices refer to one
    "payable": 4.5,  # beside another title: many bills call themselves statements; reminders ask for payment as well
    "invoice_number": 1.5,
    "total": 3.0,  # an amount right of a label of totals
    "amount_due": 1.0,
    "terms": 1.0,  # a due date or a bank account to pay to
    "tax": 1.2,
    "tax_id": 1.3,
    "paid": 1.5,  # cash, change, cards: a till
    "date": 0.6,
    "money": 0.6,  # per amount, up to 4
    "prose": -3.5,
    "no_money": -1.5,
    "no_text": -4.0,
    "unknown_language": 4.0,  # without its words, nothing but prose and the lack of amounts speaks against
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``probability`` that the document is an invoice, a receipt or the like; ``kind`` of OTHER_DOCUMENTS if not."""

    probability: float
    kind: str


@dataclass(frozen=True, slots=True)
class Title:
    """A phrase that opens a cell. ``kind`` is a document type or one of OTHER_DOCUMENTS; ``clear``: not in a text."""

    kind: str
    text: str
    page: int
    row: int
    box: Box
    alone: bool
    clear: bool


def judge(layout: Layout, candidates: Sequence[Candidate]) -> Verdict:
    """``candidates`` are those of ``find_candidates``; titles count on the first pages only."""
    money = [figure.row for row in find_figures(layout) for figure in row if figure.is_money]
    titles = list(find_titles(layout, priced_rows=frozenset(money)))
    features = _features(layout, candidates, titles, amounts=len(money))
    return Verdict(score(features, WEIGHTS), _kind(layout, titles))


def other_record(verdict: Verdict) -> InvoiceRecord:
    """The record of what is no invoice: no value is given, for none of them would be an invoice's."""
    message = f"This looks like {OTHER_DOCUMENTS[verdict.kind]}, not an invoice. "
    message += "If it is one, choose its document type and read it again; otherwise reject it."
    return InvoiceRecord(problems=(Problem(NOT_AN_INVOICE, ("document_type",), message),))


def _kind(layout: Layout, titles: Sequence[Title]) -> str:
    others = [title for title in titles if title.kind in OTHER_DOCUMENTS]
    if others:
        return max(others, key=lambda title: (title.clear, title.box.height)).kind
    if not layout.rows:
        return "blank"
    return "picture" if _letters(layout) < FEW_LETTERS else "text"


def _letters(layout: Layout) -> int:
    return sum(len(word.text) for row in layout.rows for word in row.words)


def _features(
    layout: Layout, candidates: Sequence[Candidate], titles: Sequence[Title], *, amounts: int
) -> dict[str, float]:
    clear = [title for title in titles if title.clear]
    reminded = [title.row for title in clear if title.kind in ABOUT_INVOICES and title.alone]
    own = [title for title in clear if title.kind not in OTHER_DOCUMENTS]
    others = [title for title in clear if title.kind in OTHER_DOCUMENTS and title.page == layout.rows[0].page]
    below = bool(others and own) and others[0].row < own[0].row
    if below and (reminded or not amounts):  # it refers to the invoice that was not paid, or that comes apart
        own = []
    likely = {candidate.field for candidate in candidates if candidate.score > 0.3}
    return {
        "title": bool(own),
        "title_in_text": not own
        and any(title.kind not in OTHER_DOCUMENTS and not title.text.endswith(".") for title in titles),
        "other_title": any(title.alone for title in others) and not own,
        "other_number": bool(others) and not any(title.alone for title in others) and not own,
        "order_number": bool(others) and not own and all(t.kind == "purchase_order" and not t.alone for t in others),
        "other_title_first": bool(others) and bool(own) and others[0].row < own[0].row,
        "payable": {"amount_due", "due_date"} <= likely
        and bool(others)
        and not own
        and all(title.kind not in NEVER_PAYABLE for title in others),
        "invoice_number": "invoice_number" in likely,
        "total": bool(likely & {"gross_total", "amount_due", "net_total"}),
        "amount_due": "amount_due" in likely,
        "terms": bool(likely & {"due_date", "iban"}),
        "tax": "tax_total" in likely,
        "tax_id": "vendor_tax_id" in likely,
        "paid": bool(likely & {"cash", "change"}) or bool(layout.labels("card_slip")),
        "date": "issue_date" in likely,
        "money": min(amounts, 4),
        "prose": _is_prose(layout.rows, amounts),
        "no_money": not amounts,
        "unknown_language": bool(layout.rows) and layout.document.language not in codes(),
        "no_text": not amounts and _letters(layout) < FEW_LETTERS,
    }


def _is_prose(rows: Sequence[Row], amounts: int) -> bool:
    """Many long cells of words with hardly a figure among them."""
    text = [cell for row in rows for cell in row.cells if len(cell.words) >= 8]
    words = sum(len(cell.words) for cell in text)
    everything = sum(len(row.words) for row in rows)
    return words > PROSE and words > 0.5 * everything and words > 25 * amounts


def find_titles(layout: Layout, *, priced_rows: frozenset[int]) -> Iterable[Title]:
    """Titles of documents of any kind in the upper parts of the first pages, in reading order.

    ``priced_rows`` hold amounts: what stands in them is a line of a table.
    """
    phrases = _phrases(layout.language.code)
    for page in layout.document.pages[:TITLE_PAGES]:
        rows = layout.rows_of(page.number)
        for row in rows:
            if row.box.y0 > TOP and len(rows) > SHORT:
                break
            clear = len(row.cells) <= TITLE_CELLS and row.index not in priced_rows
            yield from filter(None, (_title(row, cell, phrases, clear=clear) for cell in row.cells))


def _title(row: Row, cell: Cell, phrases: Mapping[str, str], *, clear: bool) -> Title | None:
    """The phrase that opens the cell, alone or with a number behind it; no label, as its colon tells, and no sentence.

    A title of two names is the invoice's: "Purchase order / tax invoice".
    """
    tokens = [(token, index) for index, word in enumerate(cell.words) for token in label_tokens(word.text)]
    kind, start, size = _phrase_at([token for token, _ in tokens], phrases)
    if not kind:
        return None
    last = cell.words[tokens[start + size - 1][1]].text
    rest = [word.text for word in cell.words[tokens[start + size - 1][1] + 1 :]]
    if kind in OTHER_DOCUMENTS:
        kind = _invoice_named_in(rest, phrases) or kind
    after = row.text.partition(cell.text)[2].lstrip()
    label = last.endswith(":") or cell.text.endswith(":") or after.startswith(":")
    numbered = any(char.isdigit() for word in rest for char in word)
    telling = sum(len(token) for token, _ in tokens[start : start + size]) >= TELLING
    sentence = not numbered and (bool(rest) and not telling if kind in OTHER_DOCUMENTS else len(rest) > 2)
    clear = clear and not label and not sentence and len(rest) <= MAX_REST and not cell.text.endswith(".")
    return Title(kind, cell.text, row.page, row.index, cell.box, not rest, clear)


def _phrase_at(tokens: Sequence[str], phrases: Mapping[str, str]) -> tuple[str, int, int]:
    """(kind, first token, tokens) of the longest phrase that opens a cell, or of an invoice's behind a short word.

    "Ihre Rechnung", "your invoice"; kind "" for none.
    """
    for start in range(min(2, len(tokens))):
        for size in range(min(MAX_WORDS, len(tokens) - start), 0, -1):
            kind = type_named(tokens[start : start + size], phrases)
            whole = start + size == len(tokens)  # "monthly invoice"
            if kind and (start == 0 or (kind not in OTHER_DOCUMENTS and (whole or len(tokens[0]) <= SHORT_WORD))):
                return kind, start, size
    return "", 0, 0


def _invoice_named_in(words: Sequence[str], phrases: Mapping[str, str]) -> str:
    tokens = [token for word in words for token in label_tokens(word)]
    kinds = (type_named(tokens[n : n + size], phrases) for n in range(len(tokens)) for size in (1, 2))
    return next((kind for kind in kinds if kind and kind not in OTHER_DOCUMENTS), "")


@cache
def _phrases(code: str) -> dict[str, str]:
    """Titles of all languages; the document's own language, then English, decide where they disagree."""
    phrases: dict[str, str] = {}
    for other in dict.fromkeys((code, "en", *codes())):
        language = load_language(other)
        for table in (language.document_types, language.other_documents):
            for kind, words in table.items():
                for phrase in words:
                    if table is language.document_types or other in (code, "en") or len(phrase) >= FOREIGN_FROM:
                        phrases.setdefault(label_key(phrase), kind)
    return phrases
