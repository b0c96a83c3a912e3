"""Stored decimals as programs get them: with a dot, without zeros that say nothing."""

from __future__ import annotations

from decimal import Decimal


def money(value: Decimal | None) -> str | None:
    """119.0000 -> 119.00; what has more decimals that mean something keeps them."""
    if value is None:
        return None
    text = f"{value:f}".rstrip("0") if "." in f"{value:f}" else f"{value:f}."
    whole, _dot, rest = text.partition(".")
    return f"{whole}.{rest:0<2}"


def number(value: Decimal | None) -> str | None:
    """2.0000 -> 2; 2.5000 -> 2.5."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
