"""What the dashboard's templates need: numbers in words, and addresses of lists."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from extraction.analytics.cells import cell_text
from extraction.analytics.figures import Cell, Figure, Row, Series, Unit, cents, total

register = template.Library()
LONGEST_ADDRESS = 3500  # servers cut a request's first line at 4094 bytes


@register.filter
def documents_url(figure: Mapping[str, str] | None) -> str:
    """The inbox with exactly the documents of a cell; "" where there is nothing to open."""
    if figure is None:
        return ""
    query = urlencode({"figure": cell_text(figure)})
    return f"{reverse('inbox')}?{query}" if len(query) < LONGEST_ADDRESS else ""


@register.filter
def number(value: Any, unit: str) -> str:
    """A number as people read it; a dash for none."""
    if value is None:
        return "–"
    if unit in (Unit.MONEY, Unit.AMOUNT):
        return number_format(cents(Decimal(value)), 2, force_grouping=True)
    if unit == Unit.COUNT:
        return number_format(int(value), 0, force_grouping=True)
    if unit == Unit.SHARE:
        return _("%(share)s %%") % {"share": number_format(round(100 * float(value), 1), 1)}
    return _("%(n)s s") % {"n": number_format(round(float(value), 1), 1, force_grouping=True)}


@register.filter
def axis(value: Decimal, unit: str) -> str:
    """A round number beside an axis: 1.2 M instead of 1,200,000."""
    if unit == Unit.SHARE:
        return _("%(share)s %%") % {"share": number_format(value * 100, 0)}
    for size, words in ((10**9, _("%(n)s bn")), (10**6, _("%(n)s M")), (10**3, _("%(n)s k"))):
        if abs(value) >= size:
            return words % {"n": _short(value / size)}
    return _short(value)


@register.filter
def whole_money(value: Any) -> str:
    """For the large numbers at the top: cents from 10,000 on say nothing."""
    amount = Decimal(value)
    return number_format(cents(amount), 0 if abs(amount) >= 10_000 else 2, force_grouping=True)


@register.filter
def change(value: float | None) -> str:
    """A relative change with its sign."""
    if value is None:
        return ""
    share = round(100 * value)
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return _("%(sign)s%(share)s %%") % {"sign": sign, "share": number_format(abs(share), 0, force_grouping=True)}


def _short(value: Decimal) -> str:
    plain = value.normalize()
    return number_format(plain, max(0, -int(plain.as_tuple().exponent)))


@register.filter
def axis_money(value: Decimal) -> str:
    """An amount in the few letters that a day of the calendar has room for."""
    return axis(round(Decimal(value), 0 if abs(value) < 1000 else -2), Unit.MONEY)


@register.filter
def with_series(row: Row, figure: Figure) -> list[tuple[Cell, Series]]:
    return list(zip(row.cells, figure.series, strict=True))


@register.filter
def sums_with_series(figure: Figure) -> list[tuple[Decimal | int | None, Series]]:
    return list(zip(figure.sums, figure.series, strict=True))


@register.filter
def bar_total(row: Row, figure: Figure) -> Decimal:
    """What the whole bar stands for."""
    return total([row.cells[at] for at, _series in figure.drawn])
