"""Field values as typed columns of the invoice row, which lists, sorting and BI tools read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from extraction.engine.document import Box
from extraction.engine.fields import BY_NAME, Kind
from extraction.engine.record import Value
from extraction.models import FieldValue, Invoice

COLUMNS: dict[str, models.Field[Any, Any]] = {
    column.name: column for column in Invoice._meta.concrete_fields if column.name in BY_NAME
}


def typed_value(name: str, text: str) -> Value | None:
    """Canonical text as the value it stands for; None when it is empty."""
    kind = BY_NAME[name].kind
    try:
        if text and kind is Kind.DATE:
            return date.fromisoformat(text)
        if text and kind is Kind.AMOUNT:
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return None
    return text or None


def invoice_values(rows: Iterable[FieldValue]) -> dict[str, Value]:
    """What holds now: a person's value where there is one, else the machine's."""
    found = {row.name: typed_value(row.name, row.value) for row in rows if row.name in BY_NAME}
    return {name: value for name, value in found.items() if value is not None}


def column_values(values: Mapping[str, Value]) -> dict[str, Any]:
    """All typed columns; a value that is absent empties its column."""
    return {name: fitting(column, values.get(name)) for name, column in COLUMNS.items()}


def row_values(model: type[models.Model], source: object) -> dict[str, Any]:
    """Whatever attributes of an engine row ``model`` has columns for."""
    columns = [column for column in model._meta.concrete_fields if hasattr(source, column.name)]
    return {column.name: fitting(column, getattr(source, column.name)) for column in columns}


def fitting(column: models.Field[Any, Any], value: Any) -> Any:
    """A value cut to what its column holds: a page can print anything, and one odd number must not lose the rest."""
    if isinstance(column, models.DecimalField):
        whole = Decimal(10) ** (column.max_digits - column.decimal_places)
        fits = isinstance(value, Decimal) and value.is_finite() and abs(value) < whole - 1
        return round(value, column.decimal_places) if fits else None
    if isinstance(column, models.DateField):
        return value if isinstance(value, date) else None
    if isinstance(column, models.CharField | models.TextField):
        return storable(str(value or ""))[: column.max_length]
    return value.to_list() if isinstance(value, Box) else value


def storable(value: Any) -> Any:
    """Text without what PostgreSQL refuses (NUL, lone surrogates), also inside lists and dicts bound for JSON."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [storable(item) for item in value]
    return {key: storable(item) for key, item in value.items()} if isinstance(value, dict) else value
