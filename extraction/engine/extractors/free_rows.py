"""Rows without a head as drafts of line items, as on till receipts: a text, then quantity, price and amount."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from ..language import label_key
from ..layout import Layout, Row
from ..money import CODES, SYMBOLS, parse_number
from .drafts import (
    AT,
    CLOSING,
    DATED,
    Draft,
    Entry,
    agrees,
    closes,
    date_in,
    gtin_in,
    is_carried,
    is_text,
    label_of,
    times,
    without_code,
)
from .figures import Figure
from .item_names import described
from .tables import SUMS, is_head

CLOSING_FREE = CLOSING | {"other_amount"}  # numbers of pieces and points; in a table units may be called the same
MAX_FIGURES = 8  # before the amount that may be quantity and price
EDGE = 0.03  # of the page width: how far amounts of a receipt's column may end apart
MAX_QUANTITY = 100_000
_COUNT = re.compile(r"^\(?(?P<quantity>\d{1,3})\s?(?:[xX×*]\s|[xX×*](?=[^\W\d])|\s(?=[^\W\d_]|[^\w\s]?[^\W\d_]))")
_MARKS = re.compile(r"^(?:[A-Z*#]{1,2}|[^\w]+)$")


def free_entries(layout: Layout, figures: Sequence[Sequence[Figure]], *, decimals: bool) -> list[Entry]:
    """The rows of all pages, read without a head: a text and after it, in a column with others, its amount.

    ``decimals``: the document's amounts have some, so whole numbers are none.
    """
    amounts = [_rightmost(row, figures[row.index], decimals=decimals) for row in layout.rows]
    ends = sorted(figure.box.x1 for figure in amounts if figure)
    entries: list[Entry] = []
    for row, amount in zip(layout.rows, amounts, strict=True):
        if amount is not None and is_carried(layout, row):
            continue
        closing = closes(layout, row, figures[row.index], CLOSING_FREE)
        if closing or (amount is None and is_head(row, layout.language.columns)):
            entries.append(None)
        elif amount is not None and _in_a_column(amount, ends):
            draft = _free(layout, row, figures[row.index], amount)
            at_rate = not draft.description and draft.tax_rate is not None  # a row of a table of taxes
            entries.append(None if at_rate or _is_called_amount(layout, draft) else draft)
        else:
            entries.append(row)
    return described(entries, None)


def _is_called_amount(layout: Layout, draft: Draft) -> bool:
    """Whether a row says no more than "Amount", as slips of card terminals do."""
    found = layout.language.columns.exact.get(label_key(" ".join(draft.description)), ())
    return any(key in (*SUMS, "tax_rate", "tax_amount", "credit") for key, _ in found)


def _in_a_column(amount: Figure, ends: Sequence[float]) -> bool:
    """Whether another amount ends at the same place, or none further right."""
    near = bisect_right(ends, amount.box.x1 + EDGE) - bisect_left(ends, amount.box.x1 - EDGE)
    return near > 1 or amount.box.x1 >= ends[-1]


def _rightmost(row: Row, figures: Sequence[Figure], *, decimals: bool) -> Figure | None:
    """The last figure of a row, if it is an amount and at most a tax code or a currency follows."""
    if not figures or figures[-1].percent:
        return None
    last = figures[-1]
    after = [word.text for word in row.words[last.end :] if word.text not in SYMBOLS and word.text not in CODES]
    if not last.is_money and last.value < 100 and last.decimals == 0 and len(figures) > 1:
        before = figures[-2]  # a tax code after the amount may be a digit
        last, after = (before, []) if before.end == last.start and before.is_money else (last, after)
    money = last.is_money if decimals else last.decimals == 0 and (bool(last.currency) or last.value >= 100)
    return last if money and len(after) <= 1 and all(len(text) <= 2 for text in after) else None


def _free(layout: Layout, row: Row, figures: Sequence[Figure], amount: Figure) -> Draft:
    draft = Draft(row.page, row.index, [row.box], list(figures), {"amount": amount}, label=label_of(layout, row))
    before = [figure for figure in figures if figure.start < amount.start]
    text = " ".join(word.text for word in row.words[: amount.start])
    counted = times(text, layout.language.decimal)
    if counted and agrees(counted[0] * counted[2], amount.value):
        draft.quantity, draft.unit, draft.unit_price = counted[:3]
        words = (text[: counted[3]] if is_text(text[: counted[3]]) else text[counted[4] :]).split()
    else:
        words = _beside(row, amount, _priced(draft, text, before, amount))
    rate = next((figure.value for figure in before if figure.percent and 0 <= figure.value <= 30), None)
    draft.tax_rate = rate if draft.label != "discount" else None
    words = [word for word in words if word not in SYMBOLS and word not in CODES and word != "|"]
    while len(words) > 1 and (_MARKS.match(words[-1]) or words[-1] in ("x", "X", "×")):
        words.pop()
    if dated := DATED.match(" ".join(words)):
        draft.date, words = date_in(dated[0], layout), " ".join(words)[dated.end() :].split()
    name = without_code(draft, _without_price(draft, _without_count(draft, words, amount), amount))
    draft.gtin = gtin_in(" ".join(words))
    draft.description = [name] if is_text(name) else []
    if not draft.description and name and draft.item_code is None and len(name) > 3:
        draft.item_code = name[:40]
    return draft


def _beside(row: Row, amount: Figure, used: set[int]) -> list[str]:
    """The words before the first figure that is used, else those between the used ones."""
    first = min(used, default=amount.start)
    before = [word.text for word in row.words[:first]]
    if is_text(" ".join(before)) or not used:
        return before
    return [word.text for index, word in enumerate(row.words[: amount.start]) if index not in used]


def _priced(draft: Draft, text: str, before: Sequence[Figure], amount: Figure) -> set[int]:
    """Two figures before the amount whose product it is are quantity and price. The words that these take."""
    plain = [figure for figure in before if not figure.percent][-MAX_FIGURES:]
    for first, second in combinations(reversed(plain), 2):  # the nearest to the amount first
        price, quantity = (second, first) if second.is_money and not first.is_money else (first, second)
        fits = price.is_money and 0 < quantity.value < MAX_QUANTITY
        if fits and agrees(quantity.value * price.value, amount.value):
            draft.quantity, draft.unit_price = quantity.value, price.value
            return {*range(quantity.start, quantity.end), *range(price.start, price.end)}
    if opening := _COUNT.match(text):
        for price in reversed(plain):
            if price.is_money and agrees(int(opening["quantity"]) * price.value, amount.value):
                draft.unit_price = price.value
                return set(range(price.start, price.end))
    last = before[-1] if before else None
    if last and last.is_money and last.value == amount.value and last.end >= amount.start - 1:
        draft.unit_price, draft.counted = last.value, True
        return set(range(last.start, last.end))
    return set()


def _without_count(draft: Draft, words: list[str], amount: Figure) -> list[str]:
    """A number before the text is the quantity: "2 Coffee"; part of the name where the price speaks against it."""
    text = " ".join(words)
    match = _COUNT.match(text)
    if not match or not int(match["quantity"]):
        return words
    quantity = Decimal(match["quantity"])
    fits = draft.unit_price is None or agrees(quantity * draft.unit_price, amount.value)
    if draft.quantity not in (None, quantity) or not fits:
        return words
    draft.quantity = quantity
    return text[match.end() :].split()


def _without_price(draft: Draft, words: list[str], amount: Figure) -> list[str]:
    """The price of one after the text: "4 Buns @ 0.90"."""
    text = " ".join(words)
    match = AT.search(text)
    if match and draft.quantity is not None and draft.unit_price is None:
        price = parse_number(match["price"].replace(" ", ""))[0]
        if agrees(draft.quantity * price, amount.value):
            draft.unit_price = price
            return text[: match.start()].split()
    return words
