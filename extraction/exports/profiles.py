"""What people chose -> what is written: profiles are checked here, and become a ``Job`` that makes a file.

A profile travels as a ``Draft``: as it is typed in the editor, stored, copied into a batch. ``problems_of`` says what
is wrong with it, by the name of the control that can put it right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from extraction.models import ExportProfile

from . import EXPORTS, Parts, Plan, plan_for, write
from .presets import PRESETS, WANTED, Left, LeftOut, PresetRun, Taken, parsed
from .records import Record, Wanted
from .shapes import DATES, DECIMALS, DELIMITERS, ENCODINGS, FORMATS, Options, shaped, text_writer
from .tables import LEVELS, SOURCES, TABLES, Column, Level, Table, constant
from .writing import Tally

CONSTANT = "constant"
LONGEST_TITLE, LONGEST_VALUE, MOST_COLUMNS = 80, 200, 120
OPTIONS: dict[str, Mapping[str, Any]] = {
    "delimiter": DELIMITERS,
    "decimal": DECIMALS,
    "dates": {name: label for name, (label, _text, _sheet) in DATES.items()},
    "encoding": ENCODINGS,
    "bom": {"": gettext_lazy("No"), "1": gettext_lazy("Yes")},
}
USUAL = {"delimiter": ",", "decimal": ".", "dates": "iso", "encoding": "utf-8", "bom": ""}
# Without a profile: key -> label, format, levels.
BUILT_IN: dict[str, tuple[Any, str, tuple[Level, ...]]] = {
    "csv": (gettext_lazy("CSV, one row an invoice"), "csv", (Level.HEADER,)),
    "csv-lines": (gettext_lazy("CSV, one row a line item"), "csv", (Level.LINE,)),
    "csv-all": (gettext_lazy("CSV of invoices, lines and taxes in a ZIP"), "csv", tuple(Level)),
    "xlsx": (gettext_lazy("Excel workbook of invoices, lines and taxes"), "xlsx", tuple(Level)),
    "json": (gettext_lazy("JSON, the whole record"), "json", ()),
    "jsonl": (gettext_lazy("JSON Lines, the whole record"), "jsonl", ()),
    "parquet": (gettext_lazy("Parquet of invoices, lines and taxes in a ZIP"), "parquet", tuple(Level)),
}


@dataclass(slots=True)
class Draft:
    """A profile as it is typed: all is text. ``columns`` hold ``source``, ``title``, ``format`` and ``value``."""

    name: str = ""
    preset: str = ""
    format: str = "csv"
    level: str = "header"
    columns: list[dict[str, str]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, profile: ExportProfile) -> Draft:
        return cls(
            profile.name,
            profile.preset,
            profile.format,
            profile.level,
            [dict(column) for column in profile.columns],
            dict(profile.options),
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Draft:
        return cls(**{name: stored[name] for name in ("name", "preset", "format", "level", "columns", "options")})

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "preset": self.preset,
            "format": self.format,
            "level": self.level,
            "columns": self.columns,
            "options": self.options,
        }


def new_draft(preset: str = "") -> Draft:
    """Where somebody starts: a preset's own settings, or the columns that most people want."""
    if preset in PRESETS:
        settings = PRESETS[preset].settings
        return Draft(str(PRESETS[preset].label), preset, options={one.name: one.default for one in settings})
    names = ("vendor_name", "invoice_number", "issue_date", "due_date", "net_total", "tax_total", "gross_total")
    columns = [column_dict(name) for name in (*names, "currency")]
    return Draft(columns=columns, options=dict(USUAL))


def column_dict(source: str, title: str = "", format: str = "", value: str = "") -> dict[str, str]:
    return {"source": source, "title": title, "format": format, "value": value}


# --- checking ---------------------------------------------------------------------------------------------------------


def problems_of(draft: Draft) -> dict[str, str]:
    """A sentence for each thing that is wrong; no entry: it can be saved and written."""
    found: dict[str, str] = {}
    if not draft.name.strip():
        found["name"] = _("Give the profile a name, by which you find it again.")
    elif len(draft.name) > LONGEST_TITLE:
        found["name"] = _("Keep the name under %(n)d letters.") % {"n": LONGEST_TITLE}
    if draft.preset:
        return found | _preset_problems(draft)
    if draft.format not in EXPORTS:
        found["format"] = _("There is no format “%(name)s”. Choose one of the list.") % {"name": draft.format}
    if draft.level not in LEVELS:
        found["level"] = _("Choose what a row stands for.")
        return found
    return found | _column_problems(draft) | _option_problems(draft)


def _preset_problems(draft: Draft) -> dict[str, str]:
    preset = PRESETS.get(draft.preset)
    if preset is None:
        return {"preset": _("There is no target “%(name)s”. Start with a new profile.") % {"name": draft.preset}}
    _values, errors = parsed(preset.settings, draft.options)
    return {f"options.{name}": told for name, told in errors.items()}


def _column_problems(draft: Draft) -> dict[str, str]:
    if not draft.columns:
        return {"columns": _("The profile has no columns. Add at least one.")}
    if len(draft.columns) > MOST_COLUMNS:
        return {"columns": _("A profile has at most %(n)d columns.") % {"n": MOST_COLUMNS}}
    found: dict[str, str] = {}
    titles: dict[str, int] = {}
    for at, column in enumerate(draft.columns):
        told = _column_problem(column, Level(draft.level))
        title = _title(column)
        if not told and title.casefold() in titles:
            told = _("Column %(n)d is called “%(title)s”, too. Rename one.") % {
                "n": titles[title.casefold()] + 1,
                "title": title,
            }
        titles.setdefault(title.casefold(), at)
        if told:
            found[f"columns.{at}"] = told
    return found


def _column_problem(column: Mapping[str, str], level: Level) -> str:
    source, title, value = column.get("source", ""), column.get("title", ""), column.get("value", "")
    if len(title) > LONGEST_TITLE or not title.isprintable():
        return _("A heading is one line of at most %(n)d letters.") % {"n": LONGEST_TITLE}
    if source == CONSTANT:
        return _constant_problem(title, value)
    known = SOURCES.get(source)
    if known is None:
        return _("There is no column “%(name)s”. Choose one of the list, or remove it.") % {"name": source}
    if level not in known.levels:
        return _("“%(name)s” is not there with %(level)s. Choose another column, or other rows.") % {
            "name": known.label,
            "level": str(LEVELS[level]).lower(),
        }
    if column.get("format", "") not in FORMATS[known.kind]:
        return _("“%(name)s” cannot be written that way. Choose a format of the list.") % {"name": known.label}
    return ""


def _constant_problem(title: str, value: str) -> str:
    if not title.strip():
        return _("A column that always says the same needs a heading.")
    if not value:
        return _("Type what the column always says.")
    if len(value) > LONGEST_VALUE or not value.isprintable():
        return _("What a column always says is one line of at most %(n)d letters.") % {"n": LONGEST_VALUE}
    return ""


def _option_problems(draft: Draft) -> dict[str, str]:
    found = {
        f"options.{name}": _("Choose one of the list.")
        for name, choices in OPTIONS.items()
        if draft.options.get(name, USUAL[name]) not in choices
    }
    if not found and draft.options.get("delimiter", ",") == draft.options.get("decimal", "."):
        found["options.decimal"] = _("The comma cannot both part columns and mark decimals. Choose another of the two.")
    return found


def _title(column: Mapping[str, str]) -> str:
    return column.get("title", "").strip() or column.get("source", "").rpartition(".")[2]


# --- writing ----------------------------------------------------------------------------------------------------------


def plan_of(draft: Draft) -> Plan:
    """The table of a profile without a preset; it must have no problems."""
    options = USUAL | draft.options
    level = Level(draft.level)
    table = Table(TABLES[level].name, level, tuple(_column(column) for column in draft.columns))
    return Plan(
        draft.format,
        (table,),
        Options(
            delimiter=options["delimiter"],
            decimal=options["decimal"],
            bom=options["bom"] == "1",
            dates=options["dates"],
            encoding=options["encoding"],
        ),
    )


def _column(column: Mapping[str, str]) -> Column:
    if column["source"] == CONSTANT:
        return constant(_title(column), column["value"])
    return shaped(SOURCES[column["source"]], _title(column), column.get("format", ""))


class Job:
    """One file to make. After ``write``, ``taken`` is in it and ``left`` is not, each with its reasons."""

    def __init__(self, name: str, stem: str, plan: Plan | None = None, run: PresetRun | None = None) -> None:
        self.name, self.stem, self.plan, self.run = name, stem, plan, run
        self.tally = run.tally if run else Tally()
        self.taken: list[Taken] = run.taken if run else []
        self.left: list[Left] = run.left if run else []

    @property
    def wanted(self) -> Wanted:
        return self.plan.wanted if self.plan else WANTED

    def write(self, parts: Parts, target: Path) -> None:
        if self.run:
            self.run.write(parts, target)
        elif self.plan:
            write(self._noted(parts), self.plan, self.tally, target)

    def _noted(self, parts: Parts) -> Iterator[list[Record]]:
        for part in parts:
            self.taken.extend(Taken(record.pk, record.updated_at) for record in part)
            yield part

    @property
    def file_name(self) -> str:
        """For the person who saves it: what it is; a preset's single file has the name that its target expects."""
        if self.plan:
            return f"{self.stem}.{self.plan.extension}"
        names = self.run.names if self.run else []
        return names[0] if len(names) == 1 else f"{self.stem}.zip"

    @property
    def media_type(self) -> str:
        if self.plan:
            return self.plan.media_type
        return "text/csv" if self.file_name.endswith(".csv") else "application/zip"

    def reasons(self, record: Record) -> list[str]:
        """Why the target cannot take this invoice; none: it can."""
        if self.run is None:
            return []
        try:
            self.run.preset.rows(record, self.run.settings)
        except LeftOut as error:
            return error.reasons
        return []


def job_of(stored: Mapping[str, Any], *, stem: str = "invoices") -> Job:
    """A profile's copy, or ``{"built_in": key}``. It must have no problems."""
    if stored.get("built_in"):
        label, format, levels = BUILT_IN[stored["built_in"]]
        return Job(str(label), stem, plan=plan_for(format, levels))
    draft = Draft.from_dict(stored)
    if draft.preset:
        preset = PRESETS[draft.preset]
        settings, _errors = parsed(preset.settings, draft.options)
        return Job(draft.name, f"{preset.stem}-{stem}", run=PresetRun(preset, settings, Tally()))
    return Job(draft.name, stem, plan=plan_of(draft))


def sample_rows(
    draft: Draft, records: Iterable[Record], most: int = 5
) -> tuple[list[str], list[list[str]], list[Left]]:
    """Headings, the first rows as the file will have them, and what is left out of it."""
    if draft.preset:
        return _preset_sample(draft, records, most)
    plan = plan_of(draft)
    table = plan.tables[0]
    writers = [text_writer(column, plan.options) for column in table.columns]
    rows: list[list[str]] = []
    for record in records:
        rows += [[write(cell) for write, cell in zip(writers, row, strict=True)] for row in table.rows(record)]
        if len(rows) >= most:
            break
    return [column.title for column in table.columns], rows[:most], []


def _preset_sample(draft: Draft, records: Iterable[Record], most: int) -> tuple[list[str], list[list[str]], list[Left]]:
    """Only the columns that are filled: targets have many that no bill uses."""
    preset = PRESETS[draft.preset]
    settings, _errors = parsed(preset.settings, draft.options)
    rows: list[list[str]] = []
    left: list[Left] = []
    for record in records:
        try:
            rows += preset.rows(record, settings)
        except LeftOut as error:
            left.append(Left(record.pk, record.document_name, error.reasons))
        if len(rows) >= most:
            break
    shown = [at for at in range(len(preset.titles)) if any(row[at] for row in rows)]
    return [preset.titles[at] for at in shown], [[row[at] for at in shown] for row in rows[:most]], left
