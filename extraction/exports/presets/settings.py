"""Settings of a preset: what its target wants to know, typed as text in a form and checked here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

Settings = Mapping[str, Any]
NONE = ("none", "")  # what stands for "no rate" in a list of tax codes


@dataclass(frozen=True, slots=True)
class Setting:
    """``kind``: text, choice, check, rates (lines of ``19 = 9``) or day (``01-01``, month and day).

    ``pattern`` is what a text must match in full, and ``told`` the sentence for one that does not.
    """

    name: str
    label: Any
    kind: str = "text"
    default: str = ""
    help: Any = ""
    required: bool = False
    pattern: str = ""
    told: Any = ""
    choices: Mapping[str, Any] = field(default_factory=dict)


def parsed(settings: tuple[Setting, ...], typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values to work with, and by name a sentence for each setting that is not right."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for setting in settings:
        text = str(typed.get(setting.name, setting.default)).strip()
        try:
            values[setting.name] = _value(setting, text)
        except ValueError as error:
            errors[setting.name] = str(error)
    return values, errors


def _value(setting: Setting, text: str) -> Any:
    if setting.kind == "check":
        return text in ("1", "on", "true")
    if setting.kind == "rates":
        return parsed_rates(text, setting)
    if setting.kind == "choice":
        if text not in setting.choices:
            raise ValueError(_("Choose one of the list."))
        return text
    if not text:
        if setting.required:
            raise ValueError(_("This is needed: the import refuses a file without it."))
        return ""
    if setting.pattern and re.fullmatch(setting.pattern, text) is None:
        raise ValueError(str(setting.told))
    return _day(text) if setting.kind == "day" else text


def _day(text: str) -> tuple[int, int]:
    month, day = (int(part) for part in text.split("-"))
    if not (1 <= month <= 12 and 1 <= day <= 28):
        raise ValueError(_("Type month and day as 01-01, the day no later than the 28th."))
    return month, day


def parsed_rates(text: str, setting: Setting) -> dict[Decimal | None, str]:
    """``19 = 9`` a line: tax codes by rate in percent; ``none = …`` for invoices that say no rate."""
    found: dict[Decimal | None, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        left, sign, code = (part.strip() for part in line.partition("="))
        if not sign:
            raise ValueError(_("Write one rate a line, like “19 = 9”; “%(line)s” has no “=”.") % {"line": line.strip()})
        if setting.pattern and re.fullmatch(setting.pattern, code) is None:
            raise ValueError(f"{line.strip()}: {setting.told}")
        found[_rate(left)] = code
    return found


def _rate(text: str) -> Decimal | None:
    if text.lower() in NONE:
        return None
    try:
        rate = Decimal(text.rstrip("% ").replace(",", "."))
    except InvalidOperation:
        rate = Decimal(-1)
    if not 0 <= rate <= 100:
        raise ValueError(_("“%(text)s” is no tax rate. Type percent like 19 or 5.5, or none.") % {"text": text})
    return rate.normalize()
