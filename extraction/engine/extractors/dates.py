"""Issue date, due date and delivery date, by label; an unlabelled date may be the issue date.

Day and month are told apart by ``dayorder.py``; where that stays open, both readings are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ..dating import DateText
from ..dating import find_dates as dates_in
from ..dating import find_foreign_dates as foreign_dates_in
from ..document import Box
from ..language import Language, fold
from ..layout import Cell, Label, Layout, TextMap, same_column
from ..ranking import DATE_WEIGHTS, score
from ..record import Candidate, InvoiceRecord, Problem
from .dayorder import Dated, DayOrder, day_order

if TYPE_CHECKING:
    from ..options import ReadOptions

FindDates = Callable[..., list[DateText]]
DATE_KEYS = frozenset(
    (
        *("issue_date", "date", "due_date", "delivery_date", "tax_point_date"),
        *("service_period", "departure_date", "other_date"),
    )
)
SPEAK_FOR_DATES = DATE_KEYS | {"amount_due"}  # "total due on 3 May", "net à payer le 3 mai"
LABELLED = {
    "amount_due": "due_date",
    "due_date": "due_date",
    "delivery_date": "delivery_date",
    "tax_point_date": "tax_point_date",
}
SURE_ORDER = 0.9  # probability of the order of day and month from which it is not asked for
KEPT = 4  # alternatives
LONG_ROW = 12  # words: a longer row is a sentence
SMALL_WORD = 3  # characters
EARLY = 0.7  # until when a discount is given is not when payment is due
LABEL_REACH = 4  # rows between a label and a date under it
_TIME = re.compile(r"(?<![\d.,:])([01]?\d|2[0-3])\s?[:.h]\s?[0-5]\d(?:\s?:\s?[0-5]\d)?(?![\d.,])\s?(?:[AaPp]\.?[Mm])?")
_INVOICE = re.compile(
    r"rechnung|invoice|facture|factura\b|fattura|factuur|fatura|faktura|credit note|gutschrift|avoir\b"
)
_RANGE = re.compile(r"^\s?(?:-|–|to|bis|au|al|until|a|t/m|/)\s?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A date where it is printed: ``start`` and ``end`` delimit it in its row's words."""

    found: DateText
    text: str
    cell: Cell
    start: int
    end: int
    box: Box
    row_has_time: bool
    in_range: bool
    names_invoice: bool
    compact: bool


def find_dates(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    today = options.today or datetime.now(tz=UTC).date()
    # A month that none of our languages knows costs too much to look for where there are other dates.
    places = _places(layout, language, dates_in) or _places(layout, language, foreign_dates_in)
    labels = [_label_of(layout, place) for place in places]
    order = _order(layout, places, [label for label, _, _ in labels], options)
    values = [place.found.reading(day_first=order.day_first) for place in places]
    count = Counter(values)
    columns = Counter(id(label) for label, relation, _ in labels if relation == "below")
    early = {label.row for label in layout.labels("early_payment")}
    candidates: list[Candidate] = []
    for index, (place, value) in enumerate(zip(places, values, strict=True)):
        label, relation, far = labels[index]
        features = _features(place, value, label, relation, today)
        features["column"] = relation == "below" and columns[id(label)] > 1
        features |= {"far": far, "first": index == 0, "only": len(count) == 1, "repeated": count[value] > 1}
        issue = score(features, DATE_WEIGHTS)
        reason = f"{relation} label '{label.text}'" if label else "a date without a label"
        reason += f"; {place.found.note}" if place.found.note else ""
        reason += f"; {_order_in_words(order)}" if place.found.ambiguous else ""
        candidates.append(_candidate("issue_date", value, place, issue, reason, order))
        if label and label.key in LABELLED and not (label.key == "amount_due" and relation == "below"):
            sure = (0.95 if relation == "right of" else 0.85) * label.quality * (0.6 if far else 1.0)
            sure *= EARLY if place.cell.row in early else 1.0
            field = LABELLED[label.key]
            candidates.append(_candidate(field, value, place, sure, reason, order))
    return candidates


def _candidate(field: str, value: date, place: Place, score: float, reason: str, order: DayOrder) -> Candidate:
    found = Candidate(field, value, place.text, place.cell.page, place.box, score, reason)
    if not place.found.ambiguous or order.probability >= SURE_ORDER:
        return found
    swapped = place.found.reading(day_first=not order.day_first)
    return replace(
        found, other=replace(found, value=swapped, score=1 - order.probability, reason="day and month swapped")
    )


def _order_in_words(order: DayOrder) -> str:
    return f"{'day' if order.day_first else 'month'} first: {order.reason}"


def _places(layout: Layout, language: Language, find: FindDates) -> list[Place]:
    places: list[Place] = []
    for row in layout.rows:
        has_time = bool(_TIME.search(row.text))
        names_invoice = bool(_INVOICE.search(fold(row.text))) and len(row.words) <= LONG_ROW
        offset = 0
        labels = layout.labels_in_row(row.index)
        compact = any(label.key in DATE_KEYS for label in labels)
        for cell in row.cells:
            spans = TextMap(cell.words)
            for found in find(spans.text, language.code, compact=compact):
                start, end = spans.indices(found.start, found.end)
                text = spans.text[found.start : found.end]
                places.append(
                    Place(
                        found=found,
                        text=text,
                        cell=cell,
                        start=offset + start,
                        end=offset + end,
                        box=spans.box(found.start, found.end),
                        row_has_time=has_time,
                        in_range=bool(_RANGE.match(spans.text[found.end :])),
                        names_invoice=names_invoice,
                        compact=text.isdigit(),
                    )
                )
            offset += len(cell.words)
    return places


def _label_of(layout: Layout, place: Place) -> tuple[Label | None, str, bool]:
    """The label that speaks for a date, how it stands to it, and whether another date stands between them."""
    left = [label for label in layout.labels_in_row(place.cell.row) if label.end <= place.start]
    if left:
        nearest = _behind_small_words(left)
        words = layout.rows[place.cell.row].words[nearest.end : place.start]
        far = len(words) > 3
        near_enough = nearest.key in SPEAK_FOR_DATES or (len(words) <= 1 and nearest.box.x1 >= place.cell.box.x0)
        if near_enough:
            return nearest, "right of", far
    return _label_above(layout, place)


def _behind_small_words(left: Sequence[Label]) -> Label:
    """The nearest label; in "payable before the 3 May" the small word belongs to the label before it."""
    ordered = sorted(left, key=lambda label: (label.end, label.key in DATE_KEYS))
    nearest = ordered[-1]
    if len(ordered) > 1 and nearest.key == "date" and len(nearest.text) <= SMALL_WORD:
        before = ordered[-2]
        if before.key in SPEAK_FOR_DATES and nearest.start - before.end <= 1:
            return before
    return nearest


def _label_above(layout: Layout, place: Place) -> tuple[Label | None, str, bool]:
    first = max(0, place.cell.row - LABEL_REACH)
    for row in range(place.cell.row - 1, first - 1, -1):
        if layout.rows[row].page != place.cell.page:
            break
        for label in layout.labels_in_row(row):
            if label.key in DATE_KEYS and same_column(label.box, place.box) and not _taken(layout, label):
                return label, "below", row < place.cell.row - 1
    return None, "", False


def _taken(layout: Layout, label: Label) -> bool:
    """A label with figures right behind it has its value there."""
    words = layout.right_of(label)[:3]
    return any(char.isdigit() for word in words for char in word.text) and words[0].box.x0 - label.box.x1 < 0.25


def _features(place: Place, value: date, label: Label | None, relation: str, today: date) -> dict[str, float]:
    key = label.key if label else ""
    return {
        "issue_label": key == "issue_date",
        "date_label": key == "date",
        "other_label": key in ("due_date", "delivery_date", "tax_point_date", "other_date"),
        "departure_label": key == "departure_date",
        "period_label": key == "service_period",
        "foreign_label": bool(key) and key not in DATE_KEYS,
        "names_invoice": place.names_invoice and key in ("", "date"),
        "weak_label": key == "date" and len(label.text if label else "") <= SMALL_WORD,
        "below": relation == "below",
        "in_sentence": label is not None and not label.starts_cell and relation == "right of",
        "label_doubt": 1 - label.quality if label else 0.0,
        "has_time": place.found.has_time,
        "row_has_time": place.row_has_time and not place.found.has_time,
        "short_year": place.found.short_year,
        "top": place.box.y0 < 0.35,
        "future": value > today + timedelta(days=3),
        "old": value.year < today.year - 15,
        "compact": place.compact,
        "page": min(place.cell.page - 1, 3),
        "range": place.in_range,
    }


def _order(layout: Layout, places: Sequence[Place], labels: Sequence[Label | None], options: ReadOptions) -> DayOrder:
    dated = [
        Dated(place.found, place.text, label.key if label else "", place.cell.row)
        for place, label in zip(places, labels, strict=True)
    ]
    today = options.today or datetime.now(tz=UTC).date()
    return day_order(layout.document, layout.language, dated, today=today, known=options.date_orders)


def with_both_readings(record: InvoiceRecord, candidates: Iterable[Candidate]) -> InvoiceRecord:
    """Dates whose day and month may be swapped: the other reading is the first alternative, and a person is told.

    The confidence is at most the probability that the order is right.
    """
    open_ = {(c.field, c.value, c.page, c.box): c.other for c in candidates if c.other is not None}
    fields, problems = dict(record.fields), list(record.problems)
    for name, found in record.fields.items():
        other = open_.get((name, found.value, found.page or 0, found.box))
        if other is None:
            continue
        alternatives = [other, *(a for a in found.alternatives if a.value != other.value)]
        fields[name] = replace(
            found, confidence=min(found.confidence, 1 - other.score), alternatives=tuple(alternatives[:KEPT])
        )
        text = f"{found.text} can be {found.value} or {other.value}: which is the day is open. Compare it."
        problems.append(Problem("date_ambiguous", (name,), text))
    return replace(record, fields=fields, problems=tuple(problems))
