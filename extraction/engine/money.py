"""Amounts and currencies in running text.

Both separators are understood; which of them is the decimal one is told by the number itself where it can ("1.234,50"),
else by the document (``decimal``). Handles signs before and after, brackets, "CR", attached currencies, apostrophes
and spaces between thousands, Indian grouping, and the spaces that OCR puts around a decimal separator ("12. 50").
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from .repair import digits_in_amounts, note

# Written as printed; "$" and "kr" stand for several currencies and are settled by the rest of the document.
SYMBOLS: dict[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "円": "JPY",
    "元": "CNY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₴": "UAH",
    "₺": "TRY",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "US$": "USD",
    "R$": "BRL",
    "HK$": "HKD",
    "S$": "SGD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "NT$": "TWD",
    "MX$": "MXN",
    "$": "$",
    "RM": "MYR",
    "Rs.": "INR",
    "Rs": "INR",
    "zł": "PLN",
    "zl": "PLN",
    "Kč": "CZK",
    "Kc": "CZK",
    "kr.": "kr",
    "kr": "kr",
    "kn": "HRK",
    "Ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "Rp": "IDR",
    "Euro": "EUR",
    "euros": "EUR",
    "EURO": "EUR",
}
CODES = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "JPY",
        "CNY",
        "INR",
        "MYR",
        "SGD",
        "HKD",
        "AUD",
        "CAD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "HRK",
        "ISK",
        "TRY",
        "RUB",
        "UAH",
        "ILS",
        "AED",
        "SAR",
        "ZAR",
        "BRL",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "THB",
        "IDR",
        "PHP",
        "VND",
        "KRW",
        "TWD",
        "EGP",
        "MAD",
        "NGN",
        "KES",
        "PKR",
        "BDT",
        "LKR",
        "RSD",
        "GEL",
        "KZT",
        "QAR",
        "KWD",
        "BHD",
        "OMR",
    ]
)

_MARK = "|".join(re.escape(mark) for mark in sorted([*SYMBOLS, *CODES], key=len, reverse=True))
_NUMBER = r"""
      \d{2,3}[.,]\d\s\d(?=$|\s?[€$£])               # 12.3 4: a space was read into it
    | \d{1,3}(?:[ \u00a0]\d{3})+,\d\s\d(?=$|\s?€)   # 1 234,5 6
    | \d{1,3}(?:[.]\d{3})+(?:\s?,\s?\d{1,2})?      # 1.234.567,89
    | \d{1,3}(?:[,]\d{3})+(?:\s?\.\s?\d{1,2})?     # 1,234,567.89
    | \d{1,3}(?:,\s\d{3})+\.\d{2}                  # 1, 234.00
    | \d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?       # 12,34,567.89
    | \d{1,3}(?:['’´`]\d{3})+(?:[.,]\d{1,2})?      # 1'234.50
    | \d{1,3}(?:[ \u00a0\u202f]\d{3})+[.,]\d{2}    # 1 234,50
    | \d+(?:\s?[.,]\s?[-–—]{1,2})                  # 12,--
    | \d+[.,](?:[oOQ]\d|\d[oOQ])(?!\w)             # 12.5O: a zero was misread
    | \d+\s?[.,]\s?\d{1,4}                         # 12.50
    | \d+
"""
_AMOUNT = re.compile(
    rf"""
    (?<![\w#@°])(?<!\d[.,:/'’-])(?<!\d[.,]\s)
    (?:[^\W\d_lI](?=\d+[.,]\d\d(?!\d)))?           # a currency sign that was misread or badly encoded
    (?P<open>\()?
    (?P<sign1>[-−–+~]\s?)?
    (?:(?P<cur1>(?:{_MARK}))\s?[:.]?\s?)?
    (?P<sign2>[-−–]\s?)?
    (?P<number>{_NUMBER})
    (?![.,:/'’]?\d)(?![-−–]\d)(?![.,][^\s\d]\d)       # nor one with an unreadable digit
    (?P<sign3>\s?[-−–](?![\w.]))?
    (?:\s?(?P<cur2>(?:{_MARK}))(?![^\W_]))?       # not that of the next amount: "1 RM9.90"
    (?P<percent>\s?[%％])?
    (?P<close>\))?
    (?P<credit>\s?(?:CR|Cr)\b)?
    """,
    re.VERBOSE,
)
_TAIL = re.compile(
    r"[ec]\b|\s?[*#]?[A-Z]{1,2}\b|[*#]|(?![^\W_])"
)  # a tax code may stick to an amount, other letters not
_ANY_MARK = re.compile(rf"(?<![^\W\d_])(?:{_MARK})(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class AmountText:
    """An amount in a text: ``text[start:end]``. ``currency`` is ISO 4217, "$", "kr", or "" where none is attached.

    ``decimals`` is how many digits were printed after the decimal separator; "12,--" counts as two. ``note`` says which
    letters were taken for digits.
    """

    value: Decimal
    start: int
    end: int
    decimals: int
    currency: str
    percent: bool = False
    note: str = ""


def find_amounts(text: str, *, decimal: str = "") -> list[AmountText]:
    """All numbers of a text that can be amounts, quantities or percentages; not parts of dates, times, codes."""
    found = []
    digits = digits_in_amounts(text)
    for match in _AMOUNT.finditer(digits):
        amount = _amount(match, digits, decimal)
        if amount is not None:
            changed = note(text[amount.start : amount.end], digits[amount.start : amount.end])
            found.append(replace(amount, note=changed) if changed else amount)
    return found


def _amount(match: re.Match[str], text: str, decimal: str) -> AmountText | None:
    if not match["percent"] and not match["cur2"] and not _TAIL.match(text, match.end()):
        return None
    value, decimals = parse_number(match["number"], decimal=decimal)
    negative = bool((match["sign1"] or "").strip() in ("-", "−", "–") and match["sign1"]) or bool(match["sign2"])
    negative = negative or bool(match["sign3"]) or bool(match["credit"]) or bool(match["open"] and match["close"])
    mark = match["cur1"] or match["cur2"] or ""
    return AmountText(
        value=-value if negative and value else value,
        start=match.start(),
        end=match.end(),
        decimals=decimals,
        currency=SYMBOLS.get(mark, mark),
        percent=bool(match["percent"]),
    )


def parse_number(text: str, *, decimal: str = "") -> tuple[Decimal, int]:
    """(value, printed decimals) of digits with separators. "1.234" follows ``decimal``; without one it is 1234."""
    compact = re.sub(r"[oOQ]", "0", re.sub(r"[\s'’´`\u00a0\u202f]", "", text))
    if compact[-1] in "-–—":
        return Decimal(re.sub(r"\D", "", compact)), 2
    last = max(compact.rfind("."), compact.rfind(","))
    if last < 0:
        return Decimal(compact), 0
    separator, tail = compact[last], len(compact) - last - 1
    single = compact.count(".") + compact.count(",") == 1
    if tail == 3 and (not single or (separator != decimal and len(compact) <= 7 and compact[0] != "0")):
        return Decimal(re.sub(r"\D", "", compact)), 0
    whole = re.sub(r"\D", "", compact[:last])
    return Decimal(f"{whole or 0}.{compact[last + 1 :]}"), tail


def decimal_style(text: str, default: str) -> str:
    """Which separator the document uses, by its amounts with two decimals."""
    votes = Counter(match[1] for match in re.finditer(r"(?<![\d.,])\d+(?:[.,]\d{3})*([.,])\d{2}(?![\d.,]\d|\d)", text))
    if votes["."] == votes[","]:
        return default
    return "." if votes["."] > votes[","] else ","


def find_currencies(text: str) -> list[tuple[str, int]]:
    """(ISO code, "$" or "kr", position) of each currency mark in a text, attached to a number or not."""
    return [(SYMBOLS.get(match[0], match[0]), match.start()) for match in _ANY_MARK.finditer(text)]
