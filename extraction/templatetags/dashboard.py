"""What the dashboard's templates need: numbers in words, addresses of lists, marks and cells.

Marks and cells come in thousands: they are put together here, because an included template for each takes ten times
as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.formats import get_format, number_format
from django.utils.html import escape
from django.utils.numberformat import format as plain_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from extraction.analytics.cells import cell_text
from extraction.analytics.figures import Figure, Row, Series, Unit, cents, total
from extraction.charts import Mark

register = template.Library()
LONGEST_ADDRESS = 3500  # servers cut a request's first line at 4094 bytes


@register.filter
def documents_url(figure: Mapping[str, str] | None) -> str:
    """The inbox with exactly the documents of a cell; "" where there is nothing to open."""
    if figure is None:
        return ""
    query = quote(cell_text(figure), safe="")
    return f"{reverse('inbox')}?figure={query}" if len(query) < LONGEST_ADDRESS else ""


# --- numbers in words -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _marks_of(language: str | None) -> tuple[str, str, tuple[int, ...] | int]:
    """Decimal mark, mark of thousands and size of groups."""
    return get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR"), get_format("NUMBER_GROUPING") or 3


def _grouped(value: Decimal | int | float, places: int) -> str:
    point, thousands, grouping = _marks_of(get_language())
    return plain_format(value, point, places, grouping, thousands, force_grouping=True)


@register.filter
def number(value: Any, unit: str) -> str:
    """A number as people read it; a dash for none."""
    if value is None:
        return "–"
    if unit in (Unit.MONEY, Unit.AMOUNT):
        return _grouped(cents(Decimal(value)), 2)
    if unit == Unit.COUNT:
        return _grouped(int(value), 0)
    if unit == Unit.SHARE:
        return _("%(share)s %%") % {"share": _grouped(round(100 * float(value), 1), 1)}
    return _("%(n)s s") % {"n": _grouped(round(float(value), 1), 1)}


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
def axis_money(value: Decimal) -> str:
    """An amount in the few letters that a day of the calendar has room for."""
    return axis(round(Decimal(value), 0 if abs(value) < 1000 else -2), Unit.MONEY)


@register.filter
def whole_money(value: Any) -> str:
    """For the large numbers at the top: cents from 10,000 on say nothing."""
    amount = Decimal(value)
    return _grouped(round(amount) if abs(amount) >= 10_000 else cents(amount), 0 if abs(amount) >= 10_000 else 2)


@register.filter
def change(value: float | None) -> str:
    """A relative change with its sign."""
    if value is None:
        return ""
    share = round(100 * value)
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return _("%(sign)s%(share)s %%") % {"sign": sign, "share": _grouped(abs(share), 0)}


def _short(value: Decimal) -> str:
    plain = value.normalize()
    return number_format(plain, max(0, -int(plain.as_tuple().exponent)))


# --- marks and cells --------------------------------------------------------------------------------------------------


@register.simple_tag
def marks(figure: Figure, drawn: Iterable[Mark]) -> SafeString:
    """The links of a chart: each says in words what it stands for, and leads to its documents."""
    several = len(figure.drawn) > 1
    return mark_safe("".join(_mark(figure, mark, several=several) for mark in drawn))  # noqa: S308 - escaped within


def _mark(figure: Figure, mark: Mark, *, several: bool) -> str:
    amount = number(mark.cell.value, mark.series.unit)
    if mark.series.unit is Unit.MONEY:
        amount = f"{amount} {figure.currency}"
    name = [mark.series.name] if several else []
    url = documents_url(mark.cell.figure)
    href = f' href="{escape(url)}"' if url else ' role="img"'
    said, tip = (
        escape(f"{mark.row.label}, {mark.series.name}: {amount}"),
        escape("\n".join([mark.row.label, *name, amount])),
    )
    return (
        f'<a{href} class="hit" data-row="{escape(mark.row.key)}" data-at="{mark.at}" data-tip="{tip}" '
        f'aria-label="{said}">{_shape(mark)}</a>'
    )


def _shape(mark: Mark) -> str:
    look = f'class="mark {mark.series.tone}"'
    if mark.width:
        return f'<rect {look} x="{mark.x}" y="{mark.y}" width="{mark.width}" height="{mark.height}"/>'
    dot = f'class="mark dot {mark.series.tone}"'
    at = f'cx="{mark.x}" cy="{mark.y}"'
    return f'<circle class="target" {at} r="10"/><circle {dot} {at} r="3"/>'


@register.simple_tag
def body(figure: Figure) -> SafeString:
    """The rows of a figure's table; every number that has documents leads to them."""
    return mark_safe("".join(_row(figure, row) for row in figure.rows))  # noqa: S308 - escaped within


def _row(figure: Figure, row: Row) -> str:
    cells = []
    for cell, series in zip(row.cells, figure.series, strict=True):
        shown, url = number(cell.value, series.unit), documents_url(cell.figure) if cell.value else ""
        inside = f'<a href="{escape(url)}">{shown}</a>' if url else shown
        cells.append(f'<td class="amount num">{inside}</td>')
    return f'<tr><th scope="row">{escape(row.label)}</th>{"".join(cells)}</tr>'


@register.filter
def sums_with_series(figure: Figure) -> list[tuple[Decimal | int | None, Series]]:
    return list(zip(figure.sums, figure.series, strict=True))


@register.filter
def bar_total(row: Row, figure: Figure) -> Decimal:
    """What the whole bar stands for."""
    return total([row.cells[at] for at, _series in figure.drawn])
