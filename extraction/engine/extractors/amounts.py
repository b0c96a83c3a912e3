"""Totals, tax, payments and what is due: figures beside or under the labels of amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations, product
from statistics import median
from typing import TYPE_CHECKING

from ..language import Language
from ..layout import Layout
from ..ranking import AMOUNT_WEIGHTS, score
from ..record import Candidate, TaxLine
from .currency import find_currency
from .document_type import find_document_type
from .figures import Figure, Link, find_figures, link_labels
from .tax_table import MAX_RATE, PlacedTaxLine, choices, tax_candidates, tax_lines

if TYPE_CHECKING:
    from ..options import ReadOptions

# How well a label names a field, in log-odds. "Net total" and "subtotal" mean different things on different paper:
# the arithmetic of the whole document decides between them.
LABEL_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "gross_total": {
        "gross_total": 2.6,
        "total": 2.1,
        "rounded_total": 2.9,
        "amount_due": 0.8,
        "cash": -1.0,
        "subtotal": -0.6,
        "amount_paid": -1.2,
        "net_total": -2.0,
    },
    "amount_due": {"amount_due": 2.4, "rounded_total": 0.2},
    "net_total": {"net_total": 2.6, "subtotal": 0.9, "line_total": -1.0, "rounded_total": -1.5, "total": -2.2},
    "tax_total": {"tax_total": 2.4},
    "line_total": {"line_total": 2.6},
    "amount_paid": {"amount_paid": 2.2, "cash": -0.4},
    "rounding": {"rounding": 2.4},
    "allowance_total": {"discount": 1.2, "commission": 2.4},
    "charge_total": {"charge_total": 1.4},
    "withholding": {"withholding": 2.0},  # tax that the buyer pays for the seller: no field, but it proves the total
    "cash": {"cash": 2.0, "total": -2.0},  # what was handed over and given back: not fields, but they prove the total
    "change": {"change": 2.4},
    "exempt": {"total": 1.0},  # the total of one tax rate
}
SIGNED = frozenset({"rounding", "allowance_total", "amount_paid", "withholding"})
DEDUCTED = frozenset({"allowance_total", "withholding"})  # positive, whether a minus is printed or not
TOTALS = frozenset({"gross_total", "net_total", "tax_total"})
CENT = Decimal("0.01")
CASH_LESS_CHANGE = "cash less change"
MAY_BE_ZERO = frozenset({"amount_due", "tax_total"})


@dataclass(frozen=True, slots=True)
class _View:
    """What a figure is compared with: the other figures of its document."""

    largest: Decimal
    count: Mapping[Decimal, int]
    height: float
    rows: int
    has_decimals: bool
    mostly_negative: bool
    credit: bool
    tax_rows: frozenset[int]  # of several tax lines, which are not the totals
    discount_rows: frozenset[int]

    def signed(self, value: Decimal, field: str) -> Decimal:
        """What was paid is often printed with a minus; only credit notes have negative totals."""
        positive = not self.credit and not self.mostly_negative
        plain = field in DEDUCTED or (positive and (field in TOTALS or field == "amount_paid"))
        return abs(value) if plain else value


def find_amounts(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    figures = find_figures(layout)
    links = link_labels(layout, figures)
    lines = tax_lines(layout, figures)
    view = _view(layout, figures, links, lines)
    agency = any(link.label.key == "commission" for link in links)
    found = [
        candidate
        for link in links
        if not (link.figure.percent or _is_code(link.figure, view))
        for candidate in _candidates(link, view, agency=agency)
    ]
    of_a_rate = {(link.figure.row, link.figure.start) for link in links if link.at_rate}
    whole = [[figure for figure in row if (figure.row, figure.start) not in of_a_rate] for row in figures]
    found += tax_candidates(lines, whole)
    found += _unlabelled(whole, view)
    found += _implied(figures, found)
    found += _at_printed_rates(figures, found)
    found = [*_strongest(found), *_sums_of_taxes(found)]
    return [*found, *find_currency(layout, language, figures)]


def find_breakdowns(layout: Layout, language: Language) -> list[tuple[TaxLine, ...]]:
    """The readings of the printed VAT breakdown; see ``tax_table.choices``."""
    return choices(tax_lines(layout, find_figures(layout)))


def _view(
    layout: Layout, figures: Sequence[Sequence[Figure]], links: Sequence[Link], lines: Sequence[PlacedTaxLine]
) -> _View:
    handed_over = {link.figure.value for link in links if link.label.key in ("cash", "change", "other_amount")}
    money = [figure for row in figures for figure in row if figure.is_money]
    values = [figure.value for figure in money if figure.value not in handed_over] or [f.value for f in money]
    return _View(
        largest=max(values, default=Decimal(0)),
        count=Counter(figure.value for figure in money),
        height=median([figure.box.height for figure in money] or [1.0]),
        rows=len(layout.rows),
        has_decimals=any(figure.decimals == 2 for figure in money),
        mostly_negative=2 * sum(figure.value < 0 for figure in money) > len(money),
        credit="credit_note" in {candidate.value for candidate in find_document_type(layout, layout.language)[:1]},
        tax_rows=frozenset(placed.row for placed in lines) if len(lines) > 1 else frozenset(),
        discount_rows=frozenset(link.label.row for link in links if link.label.key == "discount"),
    )


def _candidates(link: Link, view: _View, *, agency: bool) -> Iterable[Candidate]:
    """``agency``: the invoice takes a commission off, so its gross is the sum of lines and its net what is due."""
    key = link.label.key
    if agency and key == "gross_total" and "gross" in link.label.text.casefold():
        key = "line_total"
    for field, weights in LABEL_WEIGHTS.items():
        if key not in weights or (field == "exempt") != link.at_rate:
            continue
        features = _features(link, view, field) | {"label": weights[key]}
        figure = link.figure
        reason = f"{link.relation} label '{link.label.text}'" + (f"; {figure.note}" if figure.note else "")
        value = view.signed(figure.value, field)
        sure = score(features, AMOUNT_WEIGHTS)
        yield Candidate(field, value, figure.text, figure.page, figure.box, sure, reason, features=features)


def _features(link: Link, view: _View, field: str) -> dict[str, float]:
    figure = link.figure
    total = field in ("gross_total", "amount_due")
    return {
        "label_doubt": 1 - link.label.quality,
        "in_sentence": not link.label.starts_cell,
        "modifier": link.modifier and field == "tax_total",
        "between": link.between if link.relation == "right of" else 0.3 * link.between,
        "not_last": not link.last,
        "below": link.relation == "below",
        "next_row": link.relation == "in the row under",
        "one_rate": field in TOTALS and figure.row in view.tax_rows,
        "discount_row": field in TOTALS and figure.row in view.discount_rows,
        "head": link.head and not total,
        "total_head": link.head and total,
        **_figure_features(figure, view, field),
        "largest": total and figure.value == view.largest,
        "lower": total * figure.row / max(1, view.rows - 1),
    }


def _figure_features(figure: Figure, view: _View, field: str) -> dict[str, float]:
    return {
        "whole": not figure.is_money and figure.decimals == 0 and view.has_decimals,
        "odd_decimals": figure.decimals not in (0, 2),
        "zero": not figure.value and field not in MAY_BE_ZERO,
        "negative": figure.value < 0 and field not in SIGNED,
        "large_print": figure.box.height > 1.4 * view.height,
        "repeated": view.count[figure.value] > 1,
        "currency": bool(figure.currency),
    }


def _unlabelled(figures: Sequence[Sequence[Figure]], view: _View) -> Iterable[Candidate]:
    """The largest amounts of the document may be its total even where the label was not read."""
    money = {figure.value: figure for row in figures for figure in row if figure.is_money and figure.value > 0}
    for value in sorted(money, reverse=True)[:3]:
        figure = money[value]
        odds = 0.25 if value == view.largest else 0.1
        odds += 0.08 * min(3, view.count[value] - 1)
        reason = "one of the largest amounts on the page"
        yield Candidate("gross_total", value, figure.text, figure.page, figure.box, odds, reason)


def _is_code(figure: Figure, view: _View) -> bool:
    """Long numbers without decimals are numbers of something, where amounts have decimals."""
    return view.has_decimals and not figure.decimals and not figure.currency and figure.value >= 100_000


def _implied(figures: Sequence[Sequence[Figure]], found: Sequence[Candidate]) -> Iterable[Candidate]:
    """Figures without a label of their own that are cash less change, or a total with its rounding."""
    values = {
        field: [c.value for c in found if c.field == field and c.score > 0.3 and isinstance(c.value, Decimal)]
        for field in ("cash", "change", "gross_total", "rounding")
    }
    reasons = {c - h: CASH_LESS_CHANGE for c in values["cash"] for h in values["change"] if c > h}
    reasons |= {g + r: "a total with its rounding" for g in values["gross_total"] for r in values["rounding"] if r}
    printed = {figure.value for row in figures for figure in row}
    for value in [value for value, reason in reasons.items() if reason == CASH_LESS_CHANGE and value not in printed]:
        yield Candidate("gross_total", value, "", 1, None, 0.3, f"{CASH_LESS_CHANGE}; the total itself is not legible")
    balanced = any(c.field == "amount_due" and not c.value and c.score > 0.5 for c in found)
    for row in figures:
        for figure in row:
            reason = reasons.get(figure.value, "")
            if balanced and figure.value < 0:
                reason = "was paid, and nothing is due"
            if figure.is_money and reason:
                value = abs(figure.value) if balanced else figure.value
                yield Candidate("gross_total", value, figure.text, figure.page, figure.box, 0.4, reason)


def _at_printed_rates(figures: Sequence[Sequence[Figure]], found: Sequence[Candidate]) -> Iterable[Candidate]:
    """Figures without a readable label that are a printed rate of a labelled total, with the net beside it or not."""
    rates = {f.value for row in figures for f in row if f.percent and 0 < f.value <= MAX_RATE}
    money = {f.value: f for row in figures for f in row if f.is_money and f.value}
    totals = {c.value for c in found if c.field == "gross_total" and c.score > 0.5 and isinstance(c.value, Decimal)}
    for rate, gross in product(sorted(rates), sorted(totals)):
        exact = gross * rate / (100 + rate)
        for tax in {exact.quantize(CENT, ROUND_HALF_UP), exact.quantize(CENT, ROUND_DOWN)} & money.keys():
            reason = f"{rate.normalize():f}% in the total of {gross:f}"
            for field, value, odds in (("tax_total", tax, 0.45), ("net_total", gross - tax, 0.4)):
                if value in money:
                    place = money[value]
                    yield Candidate(field, value, place.text, place.page, place.box, odds, reason)


def _sums_of_taxes(found: Sequence[Candidate]) -> Iterable[Candidate]:
    """Several taxes: one that is the sum of two others, in other rows, is their total; else their sum may be.

    Two taxes may be of the same amount, as India's CGST and SGST always are.
    """
    taxes = [c for c in found if c.field == "tax_total" and c.score > 0.4 and c.box]
    best = {c.value: c for c in _strongest(taxes)}
    values = sorted((value for value in best if isinstance(value, Decimal) and value > 0), reverse=True)[:6]
    if len(values) == 1 and len({c.reason for c in taxes if not _same_row(c, taxes[0])} - {taxes[0].reason}) == 1:
        value = values[0]
        yield replace(best[value], value=2 * value, text=f"{value:f} + {value:f}", score=0.3, reason="sum of two taxes")
    for a, b in combinations(values, 2):
        total = best.get(a + b)
        if total and not (_same_row(total, best[a]) or _same_row(total, best[b])):
            yield replace(total, score=max(total.score, 0.95), reason=f"{total.reason}, the sum of {a:f} and {b:f}")
        elif total is None and len(values) == 2 and not _same_row(best[a], best[b]):
            yield replace(best[a], value=a + b, text=f"{a:f} + {b:f}", score=0.3, reason="sum of two taxes")


def _same_row(a: Candidate, b: Candidate) -> bool:
    return bool(a.page == b.page and a.box and b.box and abs(a.box.center_y - b.box.center_y) < a.box.height / 2)


def _strongest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate per field and value: the best placed. ``sorted`` keeps reading order among equals."""
    best: dict[tuple[str, object], Candidate] = {}
    for candidate in candidates:
        key = (candidate.field, candidate.value)
        if key not in best or candidate.score > best[key].score:
            best[key] = candidate
    return list(best.values())
