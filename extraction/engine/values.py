"""Text <-> values: the one place where what people type and machines print becomes ``Decimal``, ``date`` or a code.

``parse_value`` and ``format_value`` go together: what one prints the other reads back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from .dating import find_dates, find_foreign_dates
from .fields import DOCUMENT_TYPES, Kind
from .money import CODES, SYMBOLS, find_amounts
from .record import Value, canonical

MAX_TEXT = 1000  # characters; what a person pastes by mistake must not fill the database
MAX_AMOUNT = Decimal(10) ** 12
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{6,14}")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def parse_value(kind: Kind, text: str, *, language: str = "", day_first: bool | None = None) -> Value:
    """What a person typed or a document prints, as a value. ValueError with a message for people if it is none.

    ``language`` (ISO 639-1) and ``day_first`` settle what the text leaves open: "1.234", "03/04/2024".
    """
    text = " ".join(text.split())
    if not text:
        raise ValueError("Enter a value, or clear the field.")
    if len(text) > MAX_TEXT:
        raise ValueError(f"This is too long. Use at most {MAX_TEXT} characters.")
    return _PARSERS.get(kind, _text)(text, language, day_first)


def format_value(value: Value) -> str:
    """A value as an edit field shows it; ``parse_value`` reads it back whatever the language."""
    return canonical(value)


def _text(text: str, language: str, day_first: bool | None) -> Value:
    return text


def _amount(text: str, language: str, day_first: bool | None) -> Value:
    decimal = "." if language in ("", "en", "ja") else ","
    plain = re.fullmatch(r"[-+]?\d+(\.\d+)?", text)
    if plain and not (decimal == "," and re.fullmatch(r"[-+]?\d{1,3}\.\d{3}", text)):
        value = Decimal(text)
    else:
        found = find_amounts(text, decimal=decimal)
        if len(found) != 1 or found[0].percent or re.search(r"[^\W\d_]{4,}|_", text):
            raise ValueError("Enter one amount, such as 1234.56 or 1.234,56.")
        value = found[0].value
    if abs(value) >= MAX_AMOUNT:
        raise ValueError("This amount is too large. Check the decimal separator.")
    return value


def _date(text: str, language: str, day_first: bool | None) -> Value:
    iso = _ISO_DATE.fullmatch(text)
    if iso:
        try:
            return date(*(int(part) for part in iso.groups()))
        except ValueError:
            raise ValueError("There is no such day. Enter a date such as 2024-03-31.") from None
    found = find_dates(text, language, compact=True) or find_foreign_dates(text)
    if len(found) != 1:
        raise ValueError("Enter one date, such as 2024-03-31 or 31.03.2024.")
    if day_first is None:
        day_first = True
    return found[0].reading(day_first=day_first)


def _currency(text: str, language: str, day_first: bool | None) -> Value:
    mark = SYMBOLS.get(text, text)
    code = {"$": "USD", "kr": "SEK"}.get(mark, mark).upper()
    if code not in CODES:
        raise ValueError("Enter a currency code of three letters, such as EUR or USD.")
    return code


def _country(text: str, language: str, day_first: bool | None) -> Value:
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper()
    raise ValueError("Enter a country code of two letters, such as DE or US.")


def _choice(text: str, language: str, day_first: bool | None) -> Value:
    wanted = text.casefold().replace(" ", "_").replace("-", "_")
    for code, label in DOCUMENT_TYPES.items():
        if wanted in (code, label.casefold().replace(" ", "_").replace("-", "_")):
            return code
    raise ValueError(f"Choose one of: {', '.join(DOCUMENT_TYPES.values())}.")


_PARSERS: dict[Kind, Callable[[str, str, bool | None], Value]] = {
    Kind.AMOUNT: _amount,
    Kind.DATE: _date,
    Kind.CURRENCY: _currency,
    Kind.COUNTRY: _country,
    Kind.CHOICE: _choice,
}


def compact_id(text: str) -> str:
    """An identifier without spaces and punctuation, in capitals, as identifiers are compared."""
    return re.sub(r"[\W_]", "", text).upper()


def is_iban(text: str) -> bool:
    try:
        return bool(IBAN(compact_id(text)))
    except SchwiftyException:
        return False


def is_bic(text: str) -> bool:
    try:
        return bool(BIC(compact_id(text)))
    except SchwiftyException:
        return False


def is_tax_id(text: str) -> bool:
    """False only for a VAT ID with an EU country's prefix whose check digits are wrong; others cannot be checked."""
    code = compact_id(text)
    if not _VAT_ID.fullmatch(code) or code[:2].lower() not in vat.MEMBER_STATES:
        return True
    try:
        vat.validate(code)
    except ValidationError:
        return False
    return True
