"""Geometry of the charts: numbers become places in an SVG. x in per cent of its width, y in pixels of its height.

Per cent and pixels together let a chart follow the width of its page without scripts, and without stretched letters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from extraction.analytics.figures import Cell, Figure, Row, Series

HEIGHT, TOP, BOTTOM = 220, 12, 26  # of the drawing, and of the room above and below the plot
FILL = 0.66  # of the place of a column
GAP = 1.0  # pixels between stacked segments
LABELS = 13  # under an axis, at most


@dataclass(frozen=True, slots=True)
class Mark:
    """A segment or a point: where it is, and what it stands for."""

    x: str
    y: str
    width: str
    height: str
    series: Series
    row: Row
    cell: Cell
    at: int


@dataclass(frozen=True, slots=True)
class Tick:
    value: Decimal
    y: str


@dataclass(frozen=True, slots=True)
class AxisLabel:
    x: str
    text: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Stroke:
    x1: str
    y1: str
    x2: str
    y2: str
    tone: str


@dataclass(frozen=True, slots=True)
class Drawing:
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[AxisLabel, ...]
    strokes: tuple[Stroke, ...] = ()
    zero: str = ""
    height: int = HEIGHT


def columns(figure: Figure) -> Drawing:
    """Stacked upwards, negative amounts downwards from the zero line."""
    high, low = _stack_range(figure)
    ticks, high, low = scale(low, high)
    place = 100 / max(1, len(figure.rows))
    marks = []
    for at, row in enumerate(figure.rows):
        up = down = 0.0
        left, width = place * (at + (1 - FILL) / 2), place * FILL
        for index, series in figure.drawn:
            value = float(row.cells[index].value or 0)
            if not value:
                continue
            start = up if value > 0 else down
            top, bottom = y_of(max(start, start + value), low, high), y_of(min(start, start + value), low, high)
            height = max(1.0, bottom - top - (GAP if start else 0))
            marks.append(Mark(_percent(left), _pixels(top), _percent(width), _pixels(height), series, row,
                              row.cells[index], index))  # fmt: skip
            up, down = (up + value, down) if value > 0 else (up, down + value)
    return Drawing(tuple(marks), _ticks(ticks, low, high), _labels(figure.rows), zero=_pixels(y_of(0, low, high)))


def lines(figure: Figure) -> Drawing:
    """A point for each value, and a stroke between neighbours that both have one."""
    values = [float(row.cells[at].value or 0) for row in figure.rows for at, _series in figure.drawn]
    ticks, high, low = scale(0, max(values, default=0))
    place = 100 / max(1, len(figure.rows))
    marks, strokes = [], []
    for index, series in figure.drawn:
        last: tuple[float, float] | None = None
        for at, row in enumerate(figure.rows):
            value = row.cells[index].value
            if value is None:
                last = None
                continue
            here = place * (at + 0.5), y_of(float(value), low, high)
            if last:
                strokes.append(Stroke(_percent(last[0]), _pixels(last[1]), _percent(here[0]), _pixels(here[1]),
                                      series.tone))  # fmt: skip
            marks.append(Mark(_percent(here[0]), _pixels(here[1]), "", "", series, row, row.cells[index], index))
            last = here
    ordered = tuple(sorted(marks, key=lambda mark: figure.rows.index(mark.row)))
    return Drawing(ordered, _ticks(ticks, low, high), _labels(figure.rows), tuple(strokes), _pixels(y_of(0, low, high)))


def bars(figure: Figure) -> list[tuple[Row, list[Mark]]]:
    """A horizontal bar a row, all to one scale; the zero line stands where negative amounts leave it."""
    ends = []
    for row in figure.rows:
        values = [float(row.cells[at].value or 0) for at, _series in figure.drawn]
        ends.append((sum(value for value in values if value < 0), sum(value for value in values if value > 0)))
    low, high = min((end[0] for end in ends), default=0.0), max((end[1] for end in ends), default=0.0)
    span = (high - low) or 1.0
    told = []
    for row in figure.rows:
        up = down = 0.0
        marks = []
        for index, series in figure.drawn:
            value = float(row.cells[index].value or 0)
            if not value:
                continue
            start = (up if value > 0 else down + value) - low
            marks.append(Mark(_percent(100 * start / span), "0", _percent(max(0.3, 100 * abs(value) / span)), "100%",
                              series, row, row.cells[index], index))  # fmt: skip
            up, down = (up + value, down) if value > 0 else (up, down + value)
        told.append((row, marks))
    return told


def scale(low: float, high: float) -> tuple[list[Decimal], float, float]:
    """Round numbers from below the lowest to above the highest value: (ticks, upper end, lower end)."""
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= span / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    exact = Decimal(str(step))
    ticks = [exact * at for at in range(first, last + 1)]
    if low > -step / 4:  # a little below zero needs no whole step of room
        return [tick for tick in ticks if tick >= 0], last * step, low
    return ticks, last * step, first * step


def y_of(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / ((high - low) or 1.0)


def _stack_range(figure: Figure) -> tuple[float, float]:
    high = low = 0.0
    for row in figure.rows:
        values = [float(row.cells[at].value or 0) for at, _series in figure.drawn]
        high = max(high, sum(value for value in values if value > 0))
        low = min(low, sum(value for value in values if value < 0))
    return high, low


def _ticks(ticks: Sequence[Decimal], low: float, high: float) -> tuple[Tick, ...]:
    return tuple(Tick(tick, _pixels(y_of(float(tick), low, high))) for tick in ticks)


def _labels(rows: Sequence[Row]) -> tuple[AxisLabel, ...]:
    """As many as have room; on a phone only those that are not minor."""
    place, every = 100 / max(1, len(rows)), max(1, math.ceil(len(rows) / LABELS))
    shown = [(at, row) for at, row in enumerate(rows) if at % every == 0]
    return tuple(
        AxisLabel(_percent(place * (at + 0.5)), row.short or row.label, number % 2 != 0)
        for number, (at, row) in enumerate(shown)
    )


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.1f}"
