"""What presets share: which invoices a target takes, codes for accounts and taxes, and files of the size it takes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from extraction.engine.fields import BY_NAME
from extraction.exports.codes import Codes, codes_of
from extraction.exports.csv import Line
from extraction.exports.postings import NotPostable, Posting, lines_or_postings, postings
from extraction.exports.records import Record, Wanted
from extraction.exports.shapes import defused, encoded, one_line
from extraction.exports.writing import Tally, pack, scratch

from .settings import Setting, Settings

PROFORMA = _("It is a pro-forma invoice, which is not posted.")
REASONS: dict[str, Any] = {
    "gross_total": _("It has no gross total."),
    "nothing_to_post": _("Its gross total is 0, so there is nothing to post."),
    "totals_disagree": _("Its net, tax and gross totals do not add up. Correct them first."),
}
NO_ACCOUNT = _("No account is known for it: give the vendor one, or set a default account in the profile.")
NO_VENDOR_ACCOUNT = _("The vendor has no account of their own: add one to the vendor codes.")
NO_CODE = _("No tax code is set for %(rate)s. Add it to the profile, or give the vendor one.")
OTHER_CURRENCY = _("It is in %(currency)s; this import takes %(base)s only.")
NO_FIELD = _("It has no value for: %(field)s.")
TOO_LARGE = _("Its amount is larger than the import takes.")

DETAIL = Setting(
    "detail",
    _("Rows"),
    "choice",
    "lines",
    choices={"lines": _("A row a line item, where they add up"), "rates": _("A row a tax rate")},
)
ACCOUNT = Setting("account", _("Default account"), help=_("For vendors to whom the vendor codes give none."))
DUE_DAYS = Setting(
    "due_days",
    _("Days until due"),
    pattern=r"\d{1,3}",
    told=_("Type a number of days, or nothing."),
    help=_("Where an invoice says no due date. Without it, such invoices are left out."),
)


class LeftOut(Exception):
    """The target cannot take this invoice; ``reasons`` say why, for people."""

    def __init__(self, *reasons: Any) -> None:
        self.reasons = [str(reason) for reason in reasons]
        super().__init__("; ".join(self.reasons))


@dataclass(slots=True)
class Left:
    """An invoice that was left out, and why."""

    pk: int
    name: str
    reasons: list[str]


@dataclass(slots=True)
class Taken:
    """An invoice that is in the file, as it was when it was read."""

    pk: int
    updated_at: datetime


class Preset:
    """One target. ``rows`` gives an invoice's rows as text, or raises LeftOut with every reason at once."""

    key: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any]
    settings: ClassVar[tuple[Setting, ...]]
    titles: ClassVar[tuple[str, ...]]
    needed: ClassVar[tuple[str, ...]] = ("vendor_name", "invoice_number", "issue_date")
    most: ClassVar[int] = 0  # bills in one file; 0: any number
    encoding: ClassVar[str] = "utf-8"
    stem: ClassVar[str]

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        raise NotImplementedError

    def group(self, record: Record, settings: Settings) -> str:
        """Invoices of one group go into one file."""
        return ""

    def bill(self, rows: list[list[str]]) -> str:
        """By what the target tells bills apart, where it is their number: no two of a file may have the same."""
        return ""

    def head(self, group: str, settings: Settings) -> str:
        return self.line(list(self.titles))

    def line(self, cells: list[str]) -> str:
        return str(csv.writer(Line()).writerow(cells))

    def file_name(self, group: str, number: int) -> str:
        parts = [self.stem, group, str(number) if number > 1 else ""]
        return "-".join(part for part in parts if part) + ".csv"


WANTED = Wanted(
    frozenset(
        {
            *("document_type", "vendor_name", "vendor_tax_id", "invoice_number", "issue_date", "due_date", "currency"),
            *("net_total", "tax_total", "gross_total", "purchase_order", "payment_reference", "cost_centre"),
            *("vendor_email", "preceding_invoice", "service_period_start"),
        }
    ),
    lines=True,
    taxes=True,
)


# --- what each invoice must have --------------------------------------------------------------------------------------


def missing(record: Record, names: Iterable[str]) -> list[str]:
    """A sentence for each field that has no value of its kind."""
    dates = {"issue_date", "due_date"}
    return [
        str(NO_FIELD % {"field": _(BY_NAME[name].label)})
        for name in names
        if (record.day(name) is None if name in dates else not record.text(name))
    ]


def posted(record: Record, settings: Settings) -> tuple[list[Posting], list[str]]:
    """The postings, and why there are none."""
    if record.text("document_type") == "proforma":
        return [], [str(PROFORMA)]
    try:
        return (lines_or_postings if settings.get("detail") == "lines" else postings)(record), []
    except NotPostable as error:
        return [], [str(REASONS[error.code])]


def tax_codes(found: list[Posting], codes: Codes, settings: Settings) -> tuple[list[str], list[str]]:
    """A tax code for each posting: the vendor's own, else the one that the profile sets for its rate."""
    by_rate: dict[Decimal | None, str] = settings["tax_codes"]
    given, lacking = [], []
    for one in found:
        rate = None if one.rate is None else one.rate.normalize()
        if codes.tax_code:
            given.append(codes.tax_code)
        elif rate in by_rate:
            given.append(by_rate[rate])
        else:
            given.append("")
            words = _("invoices that say no tax rate") if rate is None else f"{rate:f} %"
            lacking.append(str(NO_CODE % {"rate": words}))
    return given, list(dict.fromkeys(lacking))


@dataclass(slots=True)
class Ready:
    """An invoice that has all that the target asks for."""

    postings: list[Posting]
    tax_codes: list[str]
    codes: Codes
    account: str


def ready(record: Record, settings: Settings, needed: Iterable[str], *others: str) -> Ready:
    """Everything at once, so that a person can put it all right in one go. ``others`` are further reasons."""
    found, reasons = posted(record, settings)
    codes = codes_of(record)
    given, lacking = tax_codes(found, codes, settings)
    account = codes.account or settings.get("account", "")
    reasons = [*missing(record, needed), *reasons, *lacking, *others]
    if not account:
        reasons.append(str(NO_ACCOUNT))
    if reasons:
        raise LeftOut(*reasons)
    return Ready(found, given, codes, account)


def foreign(record: Record, base: str) -> list[str]:
    """A reason when the invoice is in another currency than the books; one that says none is taken for theirs."""
    currency = record.text("currency")
    return [str(OTHER_CURRENCY % {"currency": currency, "base": base})] if currency and currency != base else []


def free_text(text: str, length: int) -> str:
    """One line of text that is no formula, no longer than the field."""
    return defused(one_line(text, length))[:length]


# --- writing ----------------------------------------------------------------------------------------------------------


class PresetRun:
    """One writing of a file. Afterwards ``taken`` is in it, ``left`` is not, and ``names`` are the files inside."""

    def __init__(self, preset: Preset, settings: Settings, tally: Tally) -> None:
        self.preset, self.settings, self.tally = preset, settings, tally
        self.taken: list[Taken] = []
        self.left: list[Left] = []
        self.names: list[str] = []

    def write(self, parts: Iterable[list[Record]], target: Path) -> None:
        """Fills ``target``: a CSV, or a ZIP of several. Where the target takes no invoice, nothing is written."""
        with scratch() as folder:
            files = _Files(self.preset, self.settings, folder)
            for part in parts:
                for record in part:
                    self._add(record, files)
            self.names = sorted(path.name for path in files.paths)
            if self.names:
                files.close(target)

    def _add(self, record: Record, files: _Files) -> None:
        try:
            rows = self.preset.rows(record, self.settings)
        except LeftOut as error:
            self.left.append(Left(record.pk, record.document_name, error.reasons))
            return
        files.add(self.preset.group(record, self.settings), rows)
        self.taken.append(Taken(record.pk, record.updated_at))
        self.tally.rows += len(rows)


class _Files:
    """A file a group, and further ones where a file is full or holds a bill of the same number already."""

    def __init__(self, preset: Preset, settings: Settings, folder: Path) -> None:
        self.preset, self.settings, self.folder = preset, settings, folder
        self.most = int(settings.get("most") or preset.most)
        self.groups: dict[str, list[_File]] = {}
        self.paths: list[Path] = []

    def add(self, group: str, rows: list[list[str]]) -> None:
        bill = self.preset.bill(rows)
        files = self.groups.setdefault(group, [])
        file = next((one for one in files if one.has_room(bill, self.most)), None)
        text = "".join(self.preset.line(row) for row in rows)
        if file is None:
            file = _File(self.folder / self.preset.file_name(group, len(files) + 1))
            files.append(file)
            self.paths.append(file.path)
            text = self.preset.head(group, self.settings) + text
        file.count += 1
        file.bills.add(bill)
        with file.path.open("ab") as opened:
            opened.write(encoded(text, self.preset.encoding))

    def close(self, target: Path) -> None:
        if len(self.paths) == 1:
            shutil.move(self.paths[0], target)
        else:
            pack(target, sorted(self.paths))


@dataclass(slots=True)
class _File:
    path: Path
    count: int = 0
    bills: set[str] = field(default_factory=set)

    def has_room(self, bill: str, most: int) -> bool:
        return (not most or self.count < most) and (not bill or bill not in self.bills)
