"""A checker of DATEV posting batches by the published rules, which knows nothing of the writer.

The expressions are those of the tables on developer.datev.de (dtvf/formate/header and dtvf/formate/buchungsstapel),
with the rules beside them: allowed characters of Belegfeld 1, lengths of accounts, periods, Windows-1252, quotes, CRLF.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

HEADER_FIELDS = {
    1: r'"(EXTF|DTVF)"', 2: "700", 3: "21", 4: '"Buchungsstapel"', 5: "13", 6: r"20\d{15}", 7: "", 8: r'"\w{0,2}"',
    9: r'"\w{0,25}"', 10: r'"\w{0,25}"', 11: r"\d{4,7}", 12: r"\d{1,5}",
    13: r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    14: "[4-8]", 15: r"20\d{6}", 16: r"20\d{6}", 17: r'"[\w.\-/ ]{0,30}"', 18: r'"([A-Z]{2}){0,2}"', 19: "[12]",
    20: "(0|30|40|50|64)", 21: "[01]", 22: r'"[A-Z]{3}"', 23: "", 24: '""', 25: "", 26: "", 27: r'"(\d{2}){0,2}"',
    28: r"\d{0,3}", 29: "", 30: '""', 31: r'".{0,16}"',
}  # fmt: skip
DATE_8 = r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])20\d\d"
TEXT = {
    2: "[SH]", 3: "[A-Z]{3}", 6: "([A-Z]{3})?", 9: r"(\d{4})?", 11: r"[A-Za-z0-9_$%\-/]{0,36}",
    12: r"[A-Za-z0-9_$%\-/]{0,12}", 14: ".{0,60}", 16: r"\w{0,9}", 20: ".{0,210}", 37: r"[\w ]{0,36}",
    38: r"[\w ]{0,36}", 40: ".{0,15}", 42: "[IKPS]?", 91: r"\w{0,10}", 95: ".{0,30}", 96: "([A-Z]{2})?",
    98: "([A-Z]{2})?", 102: "([A-Z]{2})?", 103: ".{0,36}", 105: ".{0,35}", 107: ".{0,76}", 109: ".{0,11}",
    110: ".{0,20}", 112: ".{0,30}", 118: "[01G]?", 120: "([A-Z]{2})?", 121: ".{0,50}", 123: ".{0,15}",
    **dict.fromkeys((*range(21, 36, 2), *range(48, 87, 2)), ".{0,20}"),
    **dict.fromkeys((*range(22, 37, 2), *range(49, 88, 2)), ".{0,210}"),
}  # fmt: skip
BARE = {
    1: r"(?!0{1,10},00$)\d{1,10},\d{2}", 4: r"([1-9]\d{0,3},\d{2,6})?", 5: r"((?!0{1,10},00$)\d{1,10},\d{2})?",
    7: r"(?!0{1,9}$)\d{1,9}", 8: r"(?!0{1,9}$)\d{1,9}", 10: r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])",
    13: r"([1-9]\d{0,7},\d{2})?", 114: "[01]?", 115: f"({DATE_8})?", 116: f"({DATE_8})?", 117: f"({DATE_8})?",
}  # fmt: skip
FIRST_NAMES = ["Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz"]
LAST_NAMES = ["BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto"]
NAMED = {7: "Konto", 9: "BU-Schlüssel", 10: "Belegdatum", 11: "Belegfeld 1", 14: "Buchungstext",
         37: "KOST1 - Kostenstelle", 88: "Stück", 95: "Auftragsnummer", 114: "Festschreibung",
         117: "Fälligkeit"}  # fmt: skip


def split(line: str) -> list[str]:
    """Fields as they stand, with their quotes; a quote inside is doubled."""
    found = re.findall(r'("(?:[^"]|"")*"|[^;"]*)(;|$)', line)
    fields = [field for field, _end in found]
    return fields[:-1] if found[-1] == ("", "") and found[-2][1] == "" else fields


def check(data: bytes) -> list[dict[str, str]]:
    """The postings of a file; AssertionError with what is wrong about it otherwise."""
    text = data.decode("cp1252")
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert not any("\n" in line or "\r" in line for line in lines), "control characters"
    header = split(lines[0])
    assert len(header) == 31
    for at, pattern in HEADER_FIELDS.items():
        assert re.fullmatch(pattern, header[at - 1]), f"header field {at}: {header[at - 1]}"
    period = check_period(header)
    names = split(lines[1])
    assert len(names) == 125
    assert names[:5] == FIRST_NAMES
    assert names[-4:] == LAST_NAMES
    assert all(names[at - 1] == name for at, name in NAMED.items())
    assert len(set(names)) == 125
    return [check_posting(split(line), header, period) for line in lines[2:]]


def check_period(header: list[str]) -> tuple[date, date, date]:
    begins, first, last = (datetime.strptime(header[at - 1], "%Y%m%d").date() for at in (13, 15, 16))
    assert 1001 <= int(header[10]) <= 9_999_999
    assert 1 <= int(header[11]) <= 99_999
    assert begins <= first <= last
    assert (last - begins).days < 366, "the period lies in one financial year"
    return begins, first, last


def check_posting(fields: list[str], header: list[str], period: tuple[date, date, date]) -> dict[str, str]:
    assert len(fields) == 125, f"{len(fields)} fields"
    values: dict[int, str] = {}
    for at, field in enumerate(fields, start=1):
        if at in TEXT:
            assert field[:1] == field[-1:] == '"', f"field {at} is text and needs quotes: {field}"
            values[at] = field[1:-1].replace('""', '"')
            assert re.fullmatch(TEXT[at], values[at], re.ASCII if at in (11, 12) else 0), f"field {at}: {field}"
        else:
            assert '"' not in field, f"field {at} is a number and has no quotes"
            values[at] = field
            assert re.fullmatch(BARE.get(at, ""), field), f"field {at}: {field}"
    length = int(header[13])
    assert len(values[7]) <= length, "a ledger account"
    assert len(values[8]) == length + 1, "a creditor"
    begins, first, last = period
    day, month = int(values[10][:2]), int(values[10][2:])
    dated = date(begins.year if (month, day) >= (begins.month, begins.day) else begins.year + 1, month, day)
    assert first <= dated <= last, "the date lies in the file's period"
    assert bool(values[21]) == bool(values[22])
    return {
        "amount": str(Decimal(values[1].replace(",", "."))),
        "side": values[2],
        "currency": values[3],
        "account": values[7],
        "creditor": values[8],
        "key": values[9],
        "date": dated.isoformat(),
        "number": values[11],
        "text": values[14],
        "centre": values[37],
        "final": values[114],
        "due": values[117],
    }
