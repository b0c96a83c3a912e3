"""Export profiles and vendor codes: saved, copied, deleted, imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from extraction.exports.codes import folded
from extraction.exports.profiles import Draft, problems_of
from extraction.models import AuditEvent, ExportProfile, User, VendorCode, Workspace
from extraction.permissions import require

from .errors import InvalidValue

CODE_FIELDS = ("vendor_name", "vendor_tax_id", "vendor_account", "account", "tax_code", "cost_centre")
MOST_CODES = 5000
LONGEST = {field.name: field.max_length or 0 for field in VendorCode._meta.fields if field.name in CODE_FIELDS}


class InvalidProfile(InvalidValue):
    """``problems``: a sentence for each control that is not right."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(_("The profile was not saved: %(first)s") % {"first": next(iter(problems.values()))})


class InvalidCodes(InvalidValue):
    """``rows``: a sentence for each row, counted from 0, that is not right."""

    def __init__(self, rows: Mapping[int, str], message: str = "") -> None:
        self.rows = dict(rows)
        super().__init__(message or _("Nothing was saved: %(n)d rows need a look.") % {"n": len(rows)})


def profile_save(
    *, workspace: Workspace, user: User, draft: Draft, profile: ExportProfile | None = None
) -> ExportProfile:
    """A new profile, or other content for one that exists. Raises InvalidProfile with nothing changed."""
    require("export", workspace=workspace, user=user)
    problems = problems_of(draft)
    if problems:
        raise InvalidProfile(problems)
    row = profile or ExportProfile(workspace=workspace, created_by=user)
    for name, value in draft.to_dict().items():
        setattr(row, name, value.strip() if name == "name" else value)
    try:
        with transaction.atomic():
            row.save()
            _record(workspace, user, "export_profile_changed" if profile else "export_profile_made", profile=row.pk)
    except IntegrityError:  # the constraint profile_name_once_per_workspace
        raise InvalidProfile({"name": _("Another profile has this name. Choose a different one.")}) from None
    return row


def profile_copy(*, profile: ExportProfile, user: User) -> ExportProfile:
    """The same under a name of its own."""
    draft = Draft.of(profile)
    taken = set(ExportProfile.objects.filter(workspace=profile.workspace_id).values_list("name", flat=True))
    number = 1
    while True:
        suffix = _("copy") if number == 1 else f"{_('copy')} {number}"
        name = f"{draft.name[:60]} ({suffix})"
        if name not in taken:
            break
        number += 1
    draft.name = name
    return profile_save(workspace=profile.workspace, user=user, draft=draft)


def profile_delete(*, profile: ExportProfile, user: User) -> None:
    """Batches keep their own copy of what it was."""
    require("export", workspace=profile.workspace_id, user=user)
    with transaction.atomic():
        _record(profile.workspace, user, "export_profile_deleted", profile=profile.pk)
        ExportProfile.objects.filter(pk=profile.pk).delete()


def codes_replace(*, workspace: Workspace, user: User, rows: Iterable[Mapping[str, str]]) -> int:
    """The whole list of vendor codes as it now is; rows without any content are left out. Returns how many there are.

    Raises InvalidCodes with nothing changed.
    """
    require("export", workspace=workspace, user=user)
    cleaned = [(at, {name: str(row.get(name, "")).strip() for name in CODE_FIELDS}) for at, row in enumerate(rows)]
    filled = [(at, row) for at, row in cleaned if any(row.values())]
    if len(filled) > MOST_CODES:
        raise InvalidCodes({}, _("There are at most %(n)d vendor codes.") % {"n": MOST_CODES})
    _check(filled)
    with transaction.atomic():
        VendorCode.objects.filter(workspace=workspace).delete()
        VendorCode.objects.bulk_create([VendorCode(workspace=workspace, **row) for _at, row in filled])
        _record(workspace, user, "vendor_codes_changed", rows=len(filled))
    return len(filled)


def _check(rows: list[tuple[int, dict[str, str]]]) -> None:
    found: dict[int, str] = {}
    seen: dict[tuple[str, str], int] = {}
    for at, row in rows:
        key = (folded(row["vendor_name"]), folded(row["vendor_tax_id"]))
        long = next((name for name in CODE_FIELDS if len(row[name]) > LONGEST[name]), "")
        if not any(key):
            found[at] = _("Type the vendor's name or VAT ID, by which invoices are recognised.")
        elif key in seen:
            found[at] = _("The same vendor stands in row %(n)d. Keep one of the two.") % {"n": seen[key] + 1}
        elif long:
            found[at] = _("“%(text)s…” is too long: %(n)d characters at most.") % {
                "text": row[long][:20],
                "n": LONGEST[long],
            }
        elif not all(text.isprintable() for text in row.values()):
            found[at] = _("It holds a character that cannot be printed. Type it anew.")
        seen.setdefault(key, at)
    if found:
        raise InvalidCodes(found)


def codes_import(*, workspace: Workspace, user: User, data: bytes) -> int:
    """Vendor codes from a CSV with the columns ``CODE_FIELDS`` (some may be absent), added to those that are there.

    A vendor who is there already gets the file's codes. Comma, semicolon or tab; UTF-8, or Windows-1252 as spreadsheets
    write it. Raises InvalidCodes that names the line, with nothing changed. Returns how many the file has.
    """
    require("export", workspace=workspace, user=user)
    imported = _read_codes(data)
    merged: dict[tuple[str, str], dict[str, str]] = {}
    current = VendorCode.objects.filter(workspace=workspace).values(*CODE_FIELDS)
    for row in [*current, *imported]:
        merged[folded(row["vendor_name"]), folded(row["vendor_tax_id"])] = row
    codes_replace(workspace=workspace, user=user, rows=merged.values())
    return len(imported)


def _read_codes(data: bytes) -> list[dict[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    lines = text.splitlines()
    if not lines:
        raise InvalidCodes({}, _("The file is empty. Its first row must name the columns."))
    delimiter = max(",;\t", key=lines[0].count)
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    head = [name.strip().lower().replace(" ", "_") for name in next(table)]
    if not {"vendor_name", "vendor_tax_id"} & set(head):
        raise InvalidCodes(
            {},
            _("The first row must name the columns: vendor_name or vendor_tax_id, and any of %(names)s.")
            % {"names": ", ".join(CODE_FIELDS[2:])},
        )
    unknown = [name for name in head if name and name not in CODE_FIELDS]
    if unknown:
        raise InvalidCodes(
            {},
            _("There is no column “%(name)s” here. Known are %(names)s.")
            % {"name": unknown[0], "names": ", ".join(CODE_FIELDS)},
        )
    rows: list[dict[str, str]] = []
    for cells in table:
        row = dict.fromkeys(CODE_FIELDS, "") | dict(zip(head, (cell.strip() for cell in cells), strict=False))
        row.pop("", None)
        if any(row.values()):
            if not (row["vendor_name"] or row["vendor_tax_id"]):
                raise InvalidCodes({}, _("Line %(n)d names no vendor. Nothing was imported.") % {"n": table.line_num})
            rows.append(row)
    return rows


def _record(workspace: Workspace, user: User, action: str, **detail: Any) -> None:
    AuditEvent.objects.create(workspace=workspace, user=user, action=action, detail=detail)
