"""Invoice number, orders and other numbers that stand beside or under a label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from ..document import Box, Word
from ..language import Language, codes, fold, label_key, label_tokens, load_language
from ..layout import Label, Layout, same_column
from ..record import Candidate
from .formats import is_amount, is_date, is_time
from .names import holds_street
from .roles import buyer_places

if TYPE_CHECKING:
    from ..read import ReadOptions

# How often the value beside such a label is the invoice number, all else being right.
_LABEL_WEIGHT = {
    "invoice_number": 0.95,
    "invoice_word": 0.94,
    "receipt_number": 0.85,
    "transaction_number": 0.45,
    "sales_order": 0.42,
}
# Numbers beside a terminal or an authorisation belong to the card payment.
_CARD_SLIP = {"transaction_number": 0.5, "receipt_number": 0.7}
_NEAR_SLIP = 4  # rows
_STAMPED = 0.4
_AGAIN, _AGAIN_MOST = 0.1, 3  # of the doubt that each further print takes away
_LOWER = 0.08  # a number at the foot of a document is a little less likely its own than one at its head
_OTHERS = (
    *("purchase_order", "sales_order", "customer_number", "contract", "project", "preceding_invoice"),
    *("cost_centre", "payment_reference"),
)
_NUMBER_WORDS = frozenset({"transaction_number", "party_number", "other_amount"})
_SHORT = 4  # characters of a word for "number": "No.", "Nr.", "n°"
_CURRENCY_MARKS = frozenset(("€", "$", "£", "EUR", "USD", "GBP", "CHF", "PLN", "SEK", "DKK", "CZK", "kr", "zł", "Kč"))
_BANK = frozenset({"bank_account", "bank_code", "iban", "bic", "account_name"})
_BELOW = 0.93  # a value under its label is a little less sure than one beside it
_MARKS = re.compile(r"^(?:n[°ºo]?\.?|nr\.?|num\.?|number|id|[#№:=.·»>-]+)$", re.IGNORECASE)
_LEAD = re.compile(r"^(?:[#№:.=·*]+|n[°º]\.?|(?:nr|no)\.:?(?=\d))+", re.IGNORECASE)
_QUANTITY = re.compile(r"\d+\s?(?:ml|cl|l|g|gr|kg|mm|cm|m|pcs|pc|stk|st|x|kwh)", re.IGNORECASE)
_HASH = re.compile(r"^#\s?(\w[\w./-]*\d[\w./-]*|\d[\w./-]*)$")


def find_identifiers(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    found = list(_invoice_numbers(layout, language))
    if not any(candidate.score >= 0.3 for candidate in found):
        found.extend([*_hash_numbers(layout), *_stamped_numbers(layout)])
    return [*_merge(found, layout), *_other_numbers(layout, language), *_party_numbers(layout, language)]


def _invoice_numbers(layout: Layout, language: Language) -> Iterable[Candidate]:
    slips = [label.row for label in layout.labels("card_slip")]
    for key, weight in _LABEL_WEIGHT.items():
        for label in layout.labels(key):
            near_slip = any(abs(label.row - row) <= _NEAR_SLIP for row in slips)
            compound = key == "transaction_number" and _follows_invoice(layout, label)
            if key == "transaction_number" and holds_street(layout.cell_of(label).text):
                continue  # "No. 12, Mill Lane"
            for words, placed in _values(layout, label):
                likely = _shape(words, language) * label.quality * (1 - _LOWER * label.row / len(layout.rows))
                likely *= _CARD_SLIP.get(key, 1.0) if near_slip and not compound else 1.0
                likely *= _BELOW if placed == "below" else 1.0
                if key not in ("invoice_number", "receipt_number") and not compound:
                    likely *= _of_weak_label(layout, label, words, placed)
                if likely:
                    sure = _LABEL_WEIGHT["invoice_word"] if compound else weight
                    yield _candidate("invoice_number", words, label, sure * likely, placed)
                    break


def _without_marks(words: Sequence[Word]) -> tuple[Word, ...]:
    """From the first word on that is no mark such as "No." or "#"."""
    marks = takewhile(lambda word: _MARKS.match(word.text) or not any(map(str.isalnum, word.text)), words)
    return tuple(words[len(list(marks)) :])


def _of_weak_label(layout: Layout, label: Label, words: Sequence[Word], placed: str) -> float:
    """ "Invoice" may stand in a sentence, or above whatever follows a title; a code alone under it is its number."""
    if placed == "right of":
        return 1.0 if _opens(layout, label) else 0.3
    alone = any(_without_marks(cell.words) == tuple(words) for cell in layout.below(label, rows=2))
    code = sum(map(str.isdigit, "".join(word.text for word in words))) >= 4
    named = label.key != "transaction_number" or label.end - label.start > 1
    return 0.7 if alone and code and named and label.starts_cell and layout.ends_cell(label) else 0.15


def _follows_invoice(layout: Layout, label: Label) -> bool:
    """Whether a bare "No." stands behind a compound that ends in a word for invoice: "Monatsrechnung (380) Nr."."""
    cell = layout.cell_of(label)
    before = [fold(word.text) for word in layout.rows[label.row].words[: label.start] if word in cell.words][-2:]
    return any(len(word) > len(end) and word.endswith(end) for word in before for end in _invoice_words())


@cache
def _invoice_words() -> tuple[str, ...]:
    phrases = [phrase for code in codes() for phrase in load_language(code).labels.get("invoice_word", ())]
    return tuple(sorted({fold(phrase) for phrase in phrases if " " not in phrase and len(phrase) >= 6}))


def _opens(layout: Layout, label: Label) -> bool:
    """Whether a label opens its cell, alone or behind the same word in another language: "Invoice / Facture"."""
    return label.starts_cell or any(
        other.starts_cell and other.key == label.key and 0 <= label.start - other.end <= 1
        for other in layout.labels_in_row(label.row)
    )


def _other_numbers(layout: Layout, language: Language) -> Iterable[Candidate]:
    buyers_orders = {(label.row, label.start) for label in layout.labels("purchase_order")}
    for key in _OTHERS:
        for label in layout.labels(key):
            if key == "customer_number" and _is_bank_account(layout, label):
                continue
            if key == "sales_order" and (label.row, label.start) in buyers_orders:
                continue  # "order no." alone is the buyer's
            for words, placed in _values(layout, _with_mark(layout, label)):
                if placed == "below" and not layout.ends_cell(label):
                    break  # "Your order of 3 May" has its value in the sentence
                likely = _shape(words, language) * (not _is_money(layout, label, words))
                if key != "sales_order" and not any(char.isdigit() for word in words for char in word.text):
                    continue  # letters alone are the code of a booking
                if likely:
                    yield _candidate(key, words, label, 0.85 * likely * label.quality, placed)
                    break


def _with_mark(layout: Layout, label: Label) -> Label:
    """With a word for "number" that follows at once, which is a label by itself: "Contract No: 4711"."""
    for other in layout.labels_in_row(label.row):
        if other.start == label.end and other.key in _NUMBER_WORDS and len(other.text) <= _SHORT:
            return replace(label, end=other.end)
    return label


def _is_money(layout: Layout, label: Label, words: Sequence[Word]) -> bool:
    """Whether a currency follows the number: "(orders > 300 EUR)"."""
    row = layout.rows[label.row].words
    after = [row[index + 1].text for index, word in enumerate(row[:-1]) if word is words[-1]]
    return any(text.strip(".,;)") in _CURRENCY_MARKS for text in after)


def _party_numbers(layout: Layout, language: Language) -> Iterable[Candidate]:
    """A plain "number" in the buyer's block is the customer's."""
    places = buyer_places(layout)
    for label in layout.labels("party_number"):
        if label.starts_cell and places.holds(label.page, label.box):
            for words, placed in _values(layout, label):
                likely = _shape(words, language) if placed == "right of" else 0.0
                if likely:
                    yield _candidate("customer_number", words, label, 0.75 * likely * label.quality, placed)


def _is_bank_account(layout: Layout, label: Label) -> bool:
    """An "account number" with bank details beside or right above it."""
    rows = (label.row - 1, label.row, label.row + 1)
    near = [
        other
        for row in rows
        for other in layout.labels_in_row(row)
        if other.start != label.start or other.row != label.row
    ]
    own = {other.key for other in layout.labels_in_row(label.row) if other.start == label.start}
    return "bank_account" in own and any(other.key in _BANK and other.page == label.page for other in near)


def _candidate(field: str, words: Sequence[Word], label: Label, score: float, placed: str) -> Candidate:
    text = " ".join(word.text for word in words)
    box = Box.around(word.box for word in words)
    return Candidate(field, clean(text), text, label.page, box, round(score, 4), f"{placed} label '{label.text}'")


def _values(layout: Layout, label: Label) -> Iterable[tuple[tuple[Word, ...], str]]:
    """What may be the value, best place first: right of the label, under it."""
    right = _first_number(layout.right_of(label))
    if right:
        yield right, "right of"
    for cell in layout.below(label, rows=2):
        if any(
            other.starts_cell and same_column(other.box, cell.words[0].box) for other in layout.labels_in_row(cell.row)
        ):
            continue  # it is a label itself, or begins with one
        under = [word for word in cell.words if word.box.x1 > label.box.x0 - 0.02]
        below = _first_number(under)
        if below:
            yield below, "below"


def _first_number(words: Sequence[Word]) -> tuple[Word, ...]:
    """The identifier that opens ``words``: marks such as "No." skipped, parts that belong together joined."""
    rest = list(_without_marks(words))
    if not rest:
        return ()
    taken = [rest.pop(0)]
    while rest and len(taken) < 4:
        if rest[0].text in ("/", "-") and len(rest) > 1 and rest[1].text.isdigit() and len(rest[1].text) <= 4:
            taken += [rest.pop(0), rest.pop(0)]  # "4711 / 1"
        elif _continues(taken[-1], rest[0], len(taken)):
            taken.append(rest.pop(0))
        else:
            break
    return tuple(taken)


def _continues(last: Word, word: Word, count: int) -> bool:
    if word.box.x0 - last.box.x1 > 0.025 or is_date(word.text) or is_time(word.text):
        return False
    text, before = word.text.strip(",;"), last.text
    if text[:1] in "-/" or before[-1:] in "-/":
        return any(char.isalnum() for char in text)
    if count == 1 and before.isalpha():
        return len(before) <= 4 and before.isupper() and any(char.isdigit() for char in text)
    return bool(re.fullmatch(r"[A-Z]", text)) or (before.isdigit() and text.isdigit() and len(text) <= 4)


def clean(text: str) -> str:
    """Without the marks around it: "#: 4711." is "4711"."""
    text = _LEAD.sub("", text.strip()).strip(" :;,.*#=|'\"()[]")
    return re.sub(r"\s*([-/])\s*", r"\1", text)


def _shape(words: Sequence[Word], language: Language) -> float:
    """How much a text looks like an identifier, 0..1."""
    text = clean(" ".join(word.text for word in words))
    digits = sum(char.isdigit() for char in text)
    if not digits:
        # A booking code: letters only, nothing else beside it.
        return 0.6 if re.fullmatch(r"[A-Z]{5,8}", text) and not language.vocabulary.find(label_key(text)) else 0.0
    if is_date(text) or is_time(text) or is_amount(text) or len(text) > 32:
        return 0.0
    if any(fold(part).strip(".") in language.months for part in text.split()):
        return 0.0
    if text[:1] in "+(" or words[0].text[:1] == "+":
        return 0.0
    if words[0].text[:1] == "(" and words[-1].text[-1:] == ")":
        return 0.2  # a remark
    if (
        any(mark in text for mark in "%@,~")
        or _QUANTITY.fullmatch(text)
        or re.match(r"^(?:eur|usd|gbp|rm|chf|[$€£¥])\s?\d", text, re.IGNORECASE)
    ):
        return 0.0
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return 0.5
    return {1: 0.35, 2: 0.6, 3: 0.85}.get(len(text), 1.0)


def _hash_numbers(layout: Layout) -> Iterable[Candidate]:
    """ "# 4711" near the top of the first page, without any label."""
    for row in layout.rows_of(1):
        for cell in row.cells:
            match = _HASH.match(cell.text)
            if match and cell.box.y0 < 0.4:
                yield Candidate("invoice_number", match[1], cell.text, 1, cell.box, 0.5, "after the sign '#'")


def _stamped_numbers(layout: Layout) -> Iterable[Candidate]:
    """A number in the row where a till prints date and time, without any label: "16.09.2020 18:03 K1 115460"."""
    for row in layout.rows:
        texts = [word.text for word in row.words]
        if not (any(map(is_date, texts)) and any(map(is_time, texts))):
            continue
        for word in row.words:
            if re.fullmatch(r"0*[1-9]\d{3,}", word.text):
                yield Candidate(
                    "invoice_number", word.text, word.text, row.page, word.box, _STAMPED, "beside date and time"
                )


def _merge(found: Sequence[Candidate], layout: Layout) -> list[Candidate]:
    """One candidate per value, surer where it is printed again, on other pages or as a payment's reference."""
    printed = Counter("".join(label_tokens(word.text)) for row in layout.rows for word in row.words)
    best: dict[str, Candidate] = {}
    for candidate in found:
        key = "".join(label_tokens(str(candidate.value)))
        before = best.get(key)
        if before is None:
            best[key] = candidate
        else:
            stronger = candidate if candidate.score > before.score else before
            best[key] = replace(stronger, score=min(0.98, stronger.score + 0.03))
    return [_surer(candidate, printed[key] if len(key) > 3 else 0) for key, candidate in best.items()]


def _surer(candidate: Candidate, printed: int) -> Candidate:
    again = min(_AGAIN_MOST, printed - 1)
    return (
        candidate
        if again <= 0
        else replace(candidate, score=round(candidate.score + _AGAIN * again * (1 - candidate.score), 4))
    )
