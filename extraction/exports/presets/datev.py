"""DATEV Buchungsstapel: EXTF, header version 700, data category 21, format version 13.

Written by the published descriptions of the file (https://developer.datev.de/datev/platform/en/dtvf), of its header
record of 31 fields (…/dtvf/formate/header) and of the 125 columns of a posting (…/dtvf/formate/buchungsstapel):
semicolons, CRLF, Windows-1252, text fields always in quotes, decimal commas. It advises one file a posting period.

An invoice debits the expense account (Konto, S) and credits the creditor (Gegenkonto); a credit note does so with H.
The turnover (Umsatz) is gross and never negative; each tax rate of an invoice is a posting of its own.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy

from extraction.exports.postings import is_credit
from extraction.exports.records import Record
from extraction.exports.shapes import latin

from .base import ACCOUNT, NO_VENDOR_ACCOUNT, TOO_LARGE, LeftOut, Preset, foreign, free_text, ready
from .settings import Setting, Settings


def _numbered(name: str, content: str, count: int) -> list[str]:
    return [title for at in range(1, count + 1) for title in (f"{name} - Art {at}", f"{content} {at}")]


COLUMNS: tuple[str, ...] = (
    *("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz"),
    *("WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1"),
    *("Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank"),
    *("Sachverhalt", "Zinssperre", "Beleglink", *_numbered("Beleginfo", "Beleginfo - Inhalt", 8)),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)"),
    *("EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L"),
    *("BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *_numbered("Zusatzinformation", "Zusatzinformation- Inhalt", 20),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp"),
    *("Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername"),
    *("Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum"),
    *("Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz"),
    *("BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto"),
)
# Text fields, counted from 1: these have quotes, also when they are empty.
TEXTS = frozenset(
    {2, 3, 6, 9, 11, 12, 14, 16, 20, *range(21, 39), 40, 42, *range(48, 88), 91, 95, 96, 98, 102, 103, 105, 107}
    | {109, 110, 112, 118, 120, 121, 123}
)
AT = {name: at for at, name in enumerate(COLUMNS)}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
NO_RECEIPT = gettext_lazy("Its number has no letter or digit that the import takes.")
ACCOUNT_LENGTH = gettext_lazy("Account %(account)s does not fit: ledger accounts have at most %(length)s digits here.")
CREDITOR_LENGTH = gettext_lazy("Creditor %(account)s does not fit: creditors have %(length)s digits here.")
DIGITS = gettext_lazy("Type digits only.")


class Datev(Preset):
    key = "datev"
    label = gettext_lazy("DATEV posting batch")
    about = gettext_lazy("EXTF file (Buchungsstapel) for DATEV Rechnungswesen, and programs that read it.")
    titles = COLUMNS
    encoding = "cp1252"
    stem = "EXTF_Buchungsstapel"
    settings = (
        Setting(
            "consultant",
            gettext_lazy("Consultant number (Berater)"),
            required=True,
            pattern=r"100[1-9]|10[1-9]\d|1[1-9]\d\d|[2-9]\d{3}|[1-9]\d{4,6}",
            told=gettext_lazy("Type the tax consultant's number: 1001 to 9999999."),
        ),
        Setting(
            "client",
            gettext_lazy("Client number (Mandant)"),
            required=True,
            pattern=r"[1-9]\d{0,4}",
            told=gettext_lazy("Type the client's number: 1 to 99999."),
        ),
        Setting(
            "year_start",
            gettext_lazy("Financial year begins (month-day)"),
            "day",
            "01-01",
            pattern=r"\d\d-\d\d",
            told=gettext_lazy("Type month and day as 01-01."),
            required=True,
        ),
        Setting(
            "length",
            gettext_lazy("Digits of ledger accounts"),
            "choice",
            "4",
            choices={str(length): str(length) for length in range(4, 9)},
            help=gettext_lazy("Creditors have one digit more."),
        ),
        Setting(ACCOUNT.name, ACCOUNT.label, help=ACCOUNT.help, pattern=r"\d{1,8}", told=DIGITS),
        Setting(
            "creditor",
            gettext_lazy("Collective creditor"),
            help=gettext_lazy("For vendors to whom the vendor codes give no account of their own; may stay empty."),
            pattern=r"\d{5,9}",
            told=DIGITS,
        ),
        Setting(
            "tax_codes",
            gettext_lazy("Tax keys (BU-Schlüssel)"),
            "rates",
            "19 = 9\n7 = 8\n0 =\nnone =",
            help=gettext_lazy("One rate a line. Accounts that find their tax themselves need none."),
            pattern=r"\d{0,4}",
            told=gettext_lazy("a tax key has at most four digits."),
        ),
        Setting(
            "currency", gettext_lazy("Currency of the books"), default="EUR", required=True, pattern="[A-Z]{3}",
            told=gettext_lazy("Type three capital letters, like EUR."),
        ),
        Setting("final", gettext_lazy("Postings are final (Festschreibung)"), "check"),
        Setting(
            "monthly", gettext_lazy("One file a month"), "check", "1", help=gettext_lazy("As DATEV recommends."),
        ),
        Setting(
            "initials", gettext_lazy("Initials (Diktatkürzel)"), pattern="[A-Z]{2}",
            told=gettext_lazy("Type two capital letters, or nothing."),
        ),
        Setting(
            "chart", gettext_lazy("Chart of accounts (SKR)"), pattern=r"\d\d",
            told=gettext_lazy("Type two digits, like 03 or 04, or nothing."),
        ),
    )  # fmt: skip

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        others = foreign(record, settings["currency"])
        receipt = receipt_number(record.text("invoice_number"))
        if record.text("invoice_number") and not receipt:
            others.append(str(NO_RECEIPT))
        found = ready(record, settings, self.needed, *others)
        creditor = found.codes.vendor_account or settings["creditor"]
        wrong = _wrong_accounts(found.account, creditor, int(settings["length"]))
        if any(one.gross >= 10**10 for one in found.postings):
            wrong.append(str(TOO_LARGE))
        if wrong:
            raise LeftOut(*wrong)
        issued, due = record.day("issue_date"), record.day("due_date")
        assert issued is not None  # it is needed, and was asked for
        common = {
            "WKZ Umsatz": settings["currency"],
            "Konto": found.account,
            "Gegenkonto (ohne BU-Schlüssel)": creditor,
            "Belegdatum": f"{issued:%d%m}",
            "Belegfeld 1": receipt,
            "Buchungstext": free_text(latin(f"{record.text('vendor_name')} {record.text('invoice_number')}"), 60),
            "Beleginfo - Art 1": "Datei",
            "Beleginfo - Inhalt 1": free_text(latin(record.document_name), 210),
            "KOST1 - Kostenstelle": _cost_centre(found.codes.cost_centre or record.text("cost_centre")),
            "Auftragsnummer": free_text(latin(record.text("purchase_order")), 30),
            "Festschreibung": "1" if settings["final"] else "0",
            "Fälligkeit": f"{due:%d%m%Y}" if due and 2000 <= due.year < 2100 else "",
        }
        credit = is_credit(record)
        return [
            _row(
                common
                | {
                    "Umsatz (ohne Soll/Haben-Kz)": f"{abs(one.gross):.2f}".replace(".", ","),
                    # A rate of which more is given back than taken stands on the other side.
                    "Soll/Haben-Kennzeichen": "H" if credit != (one.gross < 0) else "S",
                    "BU-Schlüssel": code.zfill(4) if code.strip("0") else "",
                }
            )
            for one, code in zip(found.postings, found.tax_codes, strict=True)
        ]

    def group(self, record: Record, settings: Settings) -> str:
        """The month, or else the financial year: the year of a posting's date stands in the file's header only."""
        day = record.day("issue_date")
        assert day is not None
        return f"{day:%Y-%m}" if settings["monthly"] else f"{_year_of(day, settings['year_start']):%Y-%m-%d}"

    def head(self, group: str, settings: Settings) -> str:
        first = date.fromisoformat(f"{group}-01"[:10])
        begins = _year_of(first, settings["year_start"])
        if settings["monthly"]:
            last = first.replace(day=monthrange(first.year, first.month)[1])
        else:
            last = begins.replace(year=begins.year + 1) - timedelta(days=1)
        return ";".join(header(first, last, begins, settings)) + "\r\n" + ";".join(COLUMNS) + "\r\n"

    def line(self, cells: list[str]) -> str:
        return ";".join(_quoted(cell) if at in TEXTS else cell for at, cell in enumerate(cells, start=1)) + "\r\n"


def header(first: date, last: date, begins: date, settings: Settings) -> list[str]:
    """The 31 fields of the header record."""
    now = timezone.localtime()
    made = f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}"
    final = "1" if settings["final"] else "0"
    return [
        *('"EXTF"', "700", "21", '"Buchungsstapel"', "13", made, "", '"RE"', '"Invoicelens"', '""'),
        *(settings["consultant"], settings["client"], f"{begins:%Y%m%d}", settings["length"]),
        *(f"{first:%Y%m%d}", f"{last:%Y%m%d}", f'"Eingangsrechnungen {first:%Y-%m}"', _quoted(settings["initials"])),
        *("1", "0", final, _quoted(settings["currency"]), "", '""', "", "", _quoted(settings["chart"])),
        *("", "", '""', '""'),
    ]


def receipt_number(number: str) -> str:
    """Belegfeld 1: letters, digits, $ % - / and _, at most 36. Other characters become a hyphen, spaces go."""
    plain = unicodedata.normalize("NFKD", "".join(number.translate(UMLAUTS).split())).encode("ascii", "ignore").decode()
    return re.sub(r"[^\w$%/-]+", "-", plain, flags=re.ASCII).strip("-")[:36]


def _wrong_accounts(account: str, creditor: str, length: int) -> list[str]:
    wrong = []
    if not account.isdecimal() or len(account) > length or not account.strip("0"):
        wrong.append(str(ACCOUNT_LENGTH % {"account": account, "length": length}))
    if not creditor:
        wrong.append(str(NO_VENDOR_ACCOUNT))
    elif not creditor.isdecimal() or len(creditor) != length + 1 or not creditor.strip("0"):
        wrong.append(str(CREDITOR_LENGTH % {"account": creditor, "length": length + 1}))
    return wrong


def _row(values: dict[str, str]) -> list[str]:
    cells = [""] * len(COLUMNS)
    for name, value in values.items():
        cells[AT[name]] = value
    return cells


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _cost_centre(text: str) -> str:
    return re.sub(r"[^\w ]+", " ", latin(text), flags=re.ASCII).strip()[:36]


def _year_of(day: date, begins: tuple[int, int]) -> date:
    """The first day of the financial year in which ``day`` lies."""
    start = date(day.year, *begins)
    return start if start <= day else start.replace(year=day.year - 1)
