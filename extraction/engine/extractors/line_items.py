"""The invoiced lines. Several readings of a page's tables are tried; sums decide between them.

A reading says which table holds the lines, which of its columns the amounts, where it ends, and which doubtful rows
(discounts, shipping) count. The one is best whose rows hold (quantity x price = amount) and together make a sum that is
printed as a total. A digit that was misread is put right where both agree on it, or where only one slip makes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING

from ..document import Box
from ..language import Language
from ..layout import Layout
from ..ranking import log_odds, sigmoid
from ..record import Candidate, LineItem
from ..repair import amount_readings
from .drafts import Draft, Entry, is_text
from .figures import Figure, find_figures
from .free_rows import MAX_FIGURES, free_entries
from .headed_rows import headed_entries
from .tables import SUMS, find_heads

if TYPE_CHECKING:
    from ..options import ReadOptions

TOTAL_FIELDS = ("line_total", "net_total", "gross_total", "amount_due")
PRINTED = 0.1  # any amount may be
SURE = 0.5
FOLLOWS = 0.6  # of the likelihood of the totals that it follows from
LIKELY = 0.15  # a candidate of this score may be the total of the lines
CENT = Decimal("0.01")
TOLERANCE = Decimal("0.02")
ZERO = Decimal(0)
MAX_DOUBTFUL, MAX_MENDED = 4, 8
MAX_ENDS = 12  # places where a table may end that are tried; the first and the last ones
EVIDENCE = 1.0  # log-odds that lines which add up to it lend to a total

PRINTED_SUM, PRINTED_ONE = 4.0, 3.0  # several rows add up to a printed total; a single one is one
SUM_OF_LINES = 1.5
ROW_HOLDS = 0.4
HEADED, SUMMARY = 1.5, 0.3  # a table with a head; one of sums by tax rate looks alike, but numbers and counts nothing
_ITEMISED = frozenset({"position", "quantity", "unit_price", "item_code", "date"})
AFTER_TOTALS, OF_TOTALS = -0.4, -2.0  # for each row under a row of totals that proves nothing; a charge or a discount
WITH_ALLOWANCE = -0.5  # for each charge or discount that ends the lines: it may be one of the whole invoice
MARGIN = 0.025  # of the page width
OTHER_COLUMN, ENDS_EARLY, WITHOUT_ROW, MENDED = -0.3, -0.8, -0.6, -1.2
NO_LINES = -6.0  # all rows are charges or discounts
NOTHING, UNLIKELY = -10.0, -1.0
CONFIDENCE = {(True, True): 0.97, (True, False): 0.9, (False, True): 0.8, (False, False): 0.5}  # by (sum, row)


@dataclass(frozen=True, slots=True)
class Lines:
    """The line items with the sum of their amounts; ``proved`` if that is printed as a total."""

    items: tuple[LineItem, ...] = ()
    total: Decimal | None = None
    proved: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """Rows with their amounts, and how much speaks for them."""

    rows: tuple[tuple[Draft, Decimal], ...]
    proved: bool
    weight: float


@dataclass(frozen=True, slots=True)
class _Totals:
    """What the lines may add up to: totals that are named as such, with their scores, and any amount, with its row."""

    named: Mapping[Decimal, float]
    printed: Mapping[Decimal, int]
    of_lines: frozenset[Decimal]  # those that are named as sums of lines, without charges and discounts

    def __contains__(self, total: Decimal) -> bool:
        return bool(total) and (total in self.named or total in self.printed)

    def likelihood(self, total: Decimal, rows: Sequence[tuple[Draft, Decimal]]) -> float:
        """That the sum of these rows is meant by a printed amount: 0 where it is none."""
        if not rows or not total:
            return 0.0
        if total in self.named:
            likely = self.named[total]
            return likely if len(rows) > 1 or likely > SURE else 0.0
        if len(rows) > 1 and self.printed.get(total, -1) > rows[-1][0].row:
            return PRINTED
        near = (self.named.get(total + cents, 0.0) for cents in (CENT, -CENT, TOLERANCE, -TOLERANCE))
        return max(near) / 2 if len(rows) > 2 else 0.0  # each line may have been rounded


def find_line_items(
    layout: Layout, language: Language, options: ReadOptions, candidates: Iterable[Candidate] = ()
) -> Lines:
    """The lines of a document. ``candidates`` are those of its totals, which prove a reading of the lines."""
    figures = find_figures(layout)
    totals = _totals(candidates, figures)
    best = _best(_readings(layout, figures, totals))
    if best is None or not (best.proved and all(_holds(*row) for row in best.rows)):  # else nothing can be better
        free = _of_table(free_entries(layout, figures, decimals=_decimals_in(figures)), totals, 0.0)
        best = _best([best, *filter(_is_believable, free)])
    if best is None or not best.rows or best.weight < UNLIKELY:
        return Lines()
    items = _items(best)
    return Lines(items, sum((amount for _, amount in best.rows), ZERO), best.proved)


def with_lines(candidates: Iterable[Candidate], lines: Lines) -> list[Candidate]:
    """Totals that the lines add up to are likelier."""
    if not lines.proved or len(lines.items) < 2:
        return list(candidates)
    return [
        replace(c, score=sigmoid(log_odds(c.score) + EVIDENCE))
        if c.field in TOTAL_FIELDS and c.field != "amount_due" and c.value == lines.total
        else c
        for c in candidates
    ]


def _totals(candidates: Iterable[Candidate], figures: Sequence[Sequence[Figure]]) -> _Totals:
    likely: dict[str, dict[Decimal, float]] = defaultdict(dict)
    for candidate in candidates:
        if isinstance(candidate.value, Decimal) and candidate.value and candidate.score > LIKELY:
            scores = likely[candidate.field]
            scores[candidate.value] = max(candidate.score, scores.get(candidate.value, 0.0))
    named: dict[Decimal, float] = {}
    for gross, less in product(_top(likely["gross_total"]), ("tax_total", "charge_total", "rounding")):
        for value in _top(likely[less]):  # what is printed nowhere, but follows from what is
            named[gross - value] = FOLLOWS * min(likely["gross_total"][gross], likely[less][value])
    for field in TOTAL_FIELDS:
        for value, score in likely[field].items():
            named[value] = max(score, named.get(value, 0.0))
    printed = {figure.value: figure.row for row in figures for figure in row if figure.is_money}
    of_lines = frozenset(value for value, score in likely["line_total"].items() if score > SURE)
    return _Totals(named, printed, of_lines)


def _top(scores: Mapping[Decimal, float]) -> list[Decimal]:
    return sorted(scores, key=lambda value: -scores[value])[:3]


# --- readings ---------------------------------------------------------------------------------------------------------


def _readings(layout: Layout, figures: Sequence[Sequence[Figure]], totals: _Totals) -> Iterable[_Reading]:
    tables = _tables(layout, figures)
    for keys, table in tables.items():
        yield from _of_table(table, totals, HEADED if _ITEMISED & {*keys} else SUMMARY)
    if len(tables) > 1:
        yield from _of_table([entry for table in tables.values() for entry in [*table, None]], totals, HEADED - 0.1)


def _best(readings: Iterable[_Reading | None]) -> _Reading | None:
    return max((reading for reading in readings if reading), key=lambda reading: reading.weight, default=None)


def _tables(layout: Layout, figures: Sequence[Sequence[Figure]]) -> dict[tuple[str, ...], list[Entry]]:
    """The tables with a head, by its columns; those with the same columns are one that goes on."""
    heads, decimals = find_heads(layout, figures), _decimals_in(figures)
    tables: dict[tuple[str, ...], list[Entry]] = {}
    for index, head in enumerate(heads):
        if not head.of_lines:
            continue
        end = heads[index + 1].first if index + 1 < len(heads) else len(layout.rows)
        tables.setdefault(head.keys, []).extend(headed_entries(layout, figures, head, end, decimals=decimals))
    return tables


def _is_believable(free: _Reading) -> bool:
    """One row with an amount and no more is the total rather than a line, even where it adds up to that."""
    if len(free.rows) > 1:
        return True
    return free.proved and all(draft.quantity is not None for draft, _ in free.rows)


def _decimals_in(figures: Sequence[Sequence[Figure]]) -> bool:
    return any(figure.decimals == 2 for row in figures for figure in row)


def _of_table(entries: Sequence[Entry], totals: _Totals, prior: float) -> Iterable[_Reading]:
    segments = _segments(entries)
    keys = [key for key in SUMS if any(key in draft.sums for segment in segments for draft in segment)]
    for rank, key in enumerate(keys):
        parts = [[(d, d.sums[key].value) for d in segment if key in d.sums and _is_line(d)] for segment in segments]
        parts = [part for part in parts if part]
        for count in range(1, len(parts) + 1):
            if MAX_ENDS // 2 < count <= len(parts) - MAX_ENDS // 2:
                continue
            rows = [row for part in parts[:count] for row in part]
            later = [draft for part in parts[1:count] for draft, amount in part if not _holds(draft, amount)]
            after = sum(OF_TOTALS if draft.label else AFTER_TOTALS for draft in later)
            yield from _weighed(rows, totals, prior + OTHER_COLUMN * rank + after, key)


def _segments(entries: Sequence[Entry]) -> list[list[Draft]]:
    segments: list[list[Draft]] = [[]]
    for entry in entries:
        if entry is None:
            segments.append([])
        elif isinstance(entry, Draft):
            segments[-1].append(entry)
    return [segment for segment in segments if segment]


def _is_line(draft: Draft) -> bool:
    return any(is_text(text, least=2) for text in draft.description) or bool(
        draft.counted and (draft.item_code or draft.quantity)
    )


def _weighed(rows: Sequence[tuple[Draft, Decimal]], totals: _Totals, prior: float, key: str) -> Iterable[_Reading]:
    """The rows as they are, and what makes their sum a printed one: fewer rows, or a digit put right."""
    ending = next((index for index in range(len(rows), 0, -1) if not rows[index - 1][0].label), 0)
    yield _reading(rows, totals, prior + WITH_ALLOWANCE * (len(rows) - ending))
    if ending < len(rows):
        yield _reading(rows[:ending], totals, prior)
    running = ZERO
    for index, (_, amount) in enumerate(rows[:-1], start=1):
        running += amount
        if running in totals.of_lines:
            yield _reading(rows[:index], totals, prior)
    total = running + rows[-1][1]
    if total in totals:
        return
    yield from _fewer(rows, total, totals, prior)
    yield from _mended(rows, total, totals, prior, key)


def _fewer(rows: Sequence[tuple[Draft, Decimal]], total: Decimal, totals: _Totals, prior: float) -> Iterable[_Reading]:
    """Without doubtful rows; only the first ones; only those that begin at one margin."""
    doubtful = [index for index, (draft, amount) in enumerate(rows) if draft.label or amount < 0][:MAX_DOUBTFUL]
    for count in range(1, len(doubtful) + 1):
        for left in combinations(doubtful, count):
            if total - sum((rows[index][1] for index in left), ZERO) in totals:
                kept = [row for index, row in enumerate(rows) if index not in left]
                yield _reading(kept, totals, prior + WITHOUT_ROW * count)
    running = ZERO
    for index, (_, amount) in enumerate(rows[:-1], start=1):
        running += amount
        if running in totals and index > 1:
            yield _reading(rows[:index], totals, prior + ENDS_EARLY)
    margins: dict[int, list[tuple[Draft, Decimal]]] = {}
    for draft, amount in rows:
        margins.setdefault(round(draft.boxes[0].x0 / MARGIN), []).append((draft, amount))
    for kept in margins.values() if len(margins) > 1 else ():
        if sum((amount for _, amount in kept), ZERO) in totals:
            yield _reading(kept, totals, prior + ENDS_EARLY)


def _mended(
    rows: Sequence[tuple[Draft, Decimal]], total: Decimal, totals: _Totals, prior: float, key: str
) -> Iterable[_Reading]:
    likely = sorted(totals.named, key=totals.named.__getitem__)[-MAX_MENDED:]
    for index, (draft, amount) in enumerate(rows):
        if _holds(draft, amount):
            continue
        wanted = {value - total + amount for value in likely}
        figure = draft.sums[key]
        for value, _ in amount_readings(figure.text, amount, figure.decimals):
            if value in wanted:
                yield _reading([*rows[:index], (draft, value), *rows[index + 1 :]], totals, prior + MENDED)


def _reading(rows: Sequence[tuple[Draft, Decimal]], totals: _Totals, prior: float) -> _Reading:
    total = sum((amount for _, amount in rows), ZERO)
    likely = totals.likelihood(total, rows)
    if rows and all(draft.label and not _holds(draft, amount) for draft, amount in rows):
        prior += NO_LINES if not likely else NO_LINES / 4
    weight = prior + ROW_HOLDS * sum(_holds(*row) for row in rows)
    if likely:
        several = sum(bool(amount) for _, amount in rows) > 1
        weight += (PRINTED_SUM if several else PRINTED_ONE) * min(1.0, 0.3 + likely)
        weight += SUM_OF_LINES * (total in totals.of_lines)
    proved = likely > PRINTED or (likely > 0 and len(rows) > 2)
    return _Reading(tuple(rows), proved and bool(rows), weight if rows else NOTHING)


# --- one line ---------------------------------------------------------------------------------------------------------


def _holds(draft: Draft, amount: Decimal) -> bool:
    """Whether quantity, price and discount make the amount."""
    return draft.quantity is not None and draft.unit_price is not None and _discount(draft, amount) is not None


def _discount(draft: Draft, amount: Decimal) -> Decimal | None:
    """What was taken off quantity x price to make the amount: 0 where it is the amount; None where it does not fit."""
    quantity, price = draft.quantity or ZERO, draft.unit_price or ZERO
    whole = abs(quantity * price)
    if abs(whole - abs(amount)) <= TOLERANCE:
        return ZERO
    off = whole - abs(amount)
    if draft.percent_off and off > 0:
        expected = {whole * draft.percent_off / 100, draft.percent_off, abs(quantity) * draft.percent_off}
        if any(abs(off - value) <= TOLERANCE for value in expected):
            return off.quantize(CENT)
    return None


def _repaired(draft: Draft, amount: Decimal) -> None:
    """Quantity and price as the amount proves them: another figure of the row, a misread digit, a price for 100."""
    if _holds(draft, amount):
        return
    if draft.per and draft.quantity and draft.unit_price:
        single = draft.unit_price / draft.per
        if abs(draft.quantity * single - amount) <= TOLERANCE:
            draft.unit_price = single
            return
    values = [figure.value for figure in draft.figures if not figure.percent and figure.value][-MAX_FIGURES:]
    if draft.unit_price and draft.counted and not draft.percent_off and _derived_quantity(draft, amount):
        return
    for first, second in combinations(values, 2):
        if abs(first * second - amount) <= CENT and first != second != amount != first:
            draft.quantity, draft.unit_price = sorted((first, second), key=_decimals)
            return


def _derived_quantity(draft: Draft, amount: Decimal) -> bool:
    """The quantity that the printed price and amount prove, where none was read or a digit of it may be misread."""
    price, read = draft.unit_price or ZERO, draft.quantity
    quantity = (amount / price).quantize(Decimal(1))
    slips = () if read is None else [value for value, _ in amount_readings(str(read), read, _decimals(read))]
    possible = read is None or quantity in slips or price == amount
    if possible and 0 < quantity < 10_000 and abs(quantity * price - amount) <= CENT:
        draft.quantity = quantity
        return True
    return False


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _items(reading: _Reading) -> tuple[LineItem, ...]:
    items: list[LineItem] = []
    for draft, amount in reading.rows:
        _repaired(draft, amount)
        above = items[-1] if items else None
        if above is not None and draft.label == "discount" and amount < 0 and abs(amount) <= (above.amount or ZERO):
            taken = (above.discount or ZERO) - amount
            items[-1] = replace(above, discount=taken, amount=(above.amount or ZERO) + amount)
            continue
        items.append(_item(draft, amount, len(items) + 1, proved=reading.proved))
    return tuple(items)


def _item(draft: Draft, amount: Decimal, position: int, *, proved: bool) -> LineItem:
    holds = _holds(draft, amount)
    discount = _discount(draft, amount) if holds else None
    if holds and amount < 0 < (draft.quantity or ZERO) and (draft.unit_price or ZERO) > 0:
        draft.quantity = -(draft.quantity or ZERO)  # what is credited is counted backwards; a price is never negative
        discount = -(discount or ZERO)
    return LineItem(
        position=position,
        description=" ".join(draft.description).strip() or None,
        quantity=draft.quantity,
        unit=draft.unit,
        unit_price=draft.unit_price,
        discount=discount or None,
        tax_rate=draft.tax_rate,
        amount=amount,
        item_code=draft.item_code,
        gtin=draft.gtin,
        po_line=draft.po_line,
        date=draft.date,
        page=draft.page,
        box=Box.around(draft.boxes),
        confidence=CONFIDENCE[proved, holds],
    )
