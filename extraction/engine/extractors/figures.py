"""Every amount of a document with the labels that speak for it: left of it in its row, or above it in its column."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from ..document import Box
from ..language import label_key
from ..layout import Label, Layout, Row, TextMap, once, same_column
from ..money import AmountText, decimal_style, find_amounts

HEAD_REACH = 12  # rows that the head of a table speaks for, at most
AMOUNT_KEYS = frozenset(
    [
        "gross_total",
        "total",
        "rounded_total",
        "amount_due",
        "net_total",
        "subtotal",
        "line_total",
        "commission",
        "tax_total",
        "tax_rate",
        "amount_paid",
        "cash",
        "change",
        "rounding",
        "discount",
        "charge_total",
        "withholding",
        "other_amount",
    ]
)
TOTAL_KEYS = frozenset({"total", "subtotal", "gross_total", "net_total", "rounded_total"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the page: ``start`` and ``end`` delimit it in its row's words. ``note`` says what was repaired."""

    value: Decimal
    text: str
    decimals: int
    currency: str
    percent: bool
    page: int
    row: int
    start: int
    end: int
    box: Box
    note: str = ""

    @property
    def is_money(self) -> bool:
        return not self.percent and (self.decimals == 2 or (self.decimals < 3 and bool(self.currency)))


@dataclass(frozen=True, slots=True)
class Link:
    """A label that speaks for a figure. ``between`` counts the figures that stand between them.

    ``last`` tells that no further figure follows in the row; ``head`` that the row holds labels of a table's columns;
    ``at_rate`` that a percentage follows the label ("Total 6%"); ``modifier`` that the label belongs to a total before
    it ("Total incl. VAT").
    """

    label: Label
    figure: Figure
    relation: str
    between: int
    last: bool
    head: bool = False
    at_rate: bool = False
    modifier: bool = False


@once
def find_figures(layout: Layout) -> list[list[Figure]]:
    """The figures of each row, left to right; indices as in ``layout.rows``."""
    decimal = decimal_style(layout.document.text, layout.language.decimal)
    return [_row_figures(row, decimal) for row in layout.rows]


def _row_figures(row: Row, decimal: str) -> list[Figure]:
    figures = []
    offset = 0
    for cell in row.cells:
        if any(char.isdigit() for char in cell.text):
            spans = TextMap(cell.words)
            for amount in find_amounts(spans.text, decimal=decimal):
                figures.append(_figure(amount, spans, row, offset))
        offset += len(cell.words)
    return _with_split_marks(figures, row)


def _figure(amount: AmountText, spans: TextMap, row: Row, offset: int) -> Figure:
    start, end = spans.indices(amount.start, amount.end)
    return Figure(
        value=amount.value,
        text=spans.text[amount.start : amount.end].strip(),
        decimals=amount.decimals,
        currency=amount.currency,
        percent=amount.percent,
        page=row.page,
        row=row.index,
        start=offset + start,
        end=offset + end,
        box=spans.box(amount.start, amount.end),
        note=amount.note,
    )


def _with_split_marks(figures: list[Figure], row: Row) -> list[Figure]:
    """A currency or percent sign that stands in a cell of its own next to the figure belongs to it."""
    marked = []
    for figure in figures:
        after = row.words[figure.end].text if figure.end < len(row.words) else ""
        if after in ("%", "％") and not figure.percent:
            figure = replace(figure, percent=True)
        marked.append(figure)
    return marked


def link_labels(layout: Layout, figures: list[list[Figure]]) -> list[Link]:
    """All links between labels of amounts and figures, in reading order of the labels."""
    links: list[Link] = []
    by_row: dict[int, list[Label]] = defaultdict(list)
    for label in layout.all_labels:
        if label.key in AMOUNT_KEYS:
            by_row[label.row].append(label)
    for row in sorted(by_row):
        labels = sorted(by_row[row], key=lambda label: label.start)
        links += _links_of_row(layout, labels, figures, row)
    return links


def _links_of_row(layout: Layout, labels: list[Label], figures: list[list[Figure]], row: int) -> list[Link]:
    """Labels with figures to the right speak for those; the others for what stands under them."""
    links: list[Link] = []
    money = [figure for figure in figures[row] if not figure.percent]
    heads = max(len({label.start for label in labels}), len(layout.rows[row].cells) - 1)
    is_head = heads >= 2 and not any(figure.is_money for figure in money)
    rates = {figure.start for figure in figures[row] if figure.percent}
    for label in labels:
        at_rate = label.key == "total" and bool(rates & {label.end, label.end + 1})
        modifier = any(
            other.key in TOTAL_KEYS and other.end <= label.start and not _money_between(other, label, money)
            for other in labels
        )
        right = _to_the_right(label, layout.labels_in_row(row), money)
        for index, figure in enumerate(right):
            last = index == len(right) - 1
            links.append(Link(label, figure, "right of", index, last, at_rate=at_rate, modifier=modifier))
        if not any(figure.is_money for figure in right):
            links += _under(layout, label, figures, head=is_head)
        elif label is labels[0]:
            links += _in_next_row(layout, label, figures)
    return links


def _money_between(first: Label, second: Label, money: list[Figure]) -> bool:
    return any(first.end <= figure.start < second.start for figure in money)


def _to_the_right(label: Label, neighbours: list[Label], money: list[Figure]) -> list[Figure]:
    """The figures after a label, up to the next label that has figures of its own behind it."""
    starts = [other.start for other in neighbours if other.start >= label.end and other.key in AMOUNT_KEYS]
    if not starts:
        return [figure for figure in money if _follows(figure, label)]
    own = [figure for figure in money if _follows(figure, label) and figure.start < min(starts)]
    if own or any(figure.is_money and figure.start < start for figure in money for start in starts):
        return own
    nested = [figure for figure in money if _follows(figure, label)]  # "Total incl. VAT 12.50": both may mean it
    return nested if len(starts) == 1 else nested[-1:]


def _follows(figure: Figure, label: Label) -> bool:
    """Whether a figure stands after a label; a currency may belong to both: "Total EUR" and "EUR 12.50"."""
    return figure.start > label.start and figure.end > label.end


def _under(layout: Layout, label: Label, figures: list[list[Figure]], *, head: bool) -> list[Link]:
    """Figures in the label's column: several rows under the head of a table, else only the next row."""
    links: list[Link] = []
    page = layout.rows[label.row].page
    reach = HEAD_REACH if head else 2
    for row in range(label.row + 1, min(label.row + 1 + reach, len(layout.rows))):
        if layout.rows[row].page != page:
            break
        column = [f for f in figures[row] if not f.percent and _under_head(label.box, f.box)]
        links += [Link(label, figure, "below", row - label.row - 1, True, head) for figure in column[-1:]]
        if column and not head:
            break
        if head and links and not figures[row]:
            break
    return links


def _in_next_row(layout: Layout, label: Label, figures: list[list[Figure]]) -> list[Link]:
    """On curved paper the figures of the right column sink into a row of their own."""
    row = label.row + 1
    if row >= len(layout.rows) or layout.rows[row].page != layout.rows[label.row].page:
        return []
    words = sum(len(label_key(word.text)) > 3 and word.text.isalpha() for word in layout.rows[row].words)
    alone = len(figures[row]) == 1 and not words and len(layout.rows[row].words) <= 2 and figures[row][0].is_money
    right = alone and figures[row][0].box.x0 > label.box.x1
    return [Link(label, figures[row][0], "in the row under", 0, True)] if right else []


def _under_head(head: Box, figure: Box) -> bool:
    """A column's figures are aligned with its head at the left, the right or the middle."""
    if same_column(head, figure):
        return True
    near = 0.015
    return abs(head.x1 - figure.x1) < near or abs(head.x0 - figure.x0) < near
