"""The tables of an invoice, line items and tax lines, as people edit them: many cells at once, two people at a time.

What an editor sends names for each cell the text it had started from. A cell that holds something else by now was
changed by another person: it is left as it is, and the editor is told by whom. Everything else is taken over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.engine.cells import TABLES, CellSpec, cell_text, parse_cell
from extraction.engine.document import Box, Document
from extraction.engine.guided import GuidedRow, Guides, matched, rows_of
from extraction.models import Correction, EditedTable, Invoice, LineItem, TaxLine, User
from extraction.wording import told

from .approving import first_approval_void
from .audit import event_record
from .changing import counted_update
from .columns import fitting, invoice_values, storable
from .errors import InvalidValue
from .problems import problems_found
from .review import _lock_for_review

Row = LineItem | TaxLine
MODELS: dict[str, type[LineItem] | type[TaxLine]] = {"line_items": LineItem, "tax_lines": TaxLine}
MAX_ROWS = 5000
_OUT_OF_THE_WAY = 1_000_000  # positions that no row has while others take their final ones


@dataclass(frozen=True, slots=True)
class RowChange:
    """``cells``: column -> (the text that was edited, the text now). A ``new`` row is added with this key."""

    key: UUID
    cells: Mapping[str, tuple[str, str]]
    new: bool = False
    page: int | None = None
    box: list[float] | None = None


@dataclass(frozen=True, slots=True)
class TableChanges:
    """``deleted``: key -> the texts its cells had. ``order`` has all keys in their order; None where it is the same."""

    rows: Sequence[RowChange] = ()
    deleted: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    order: Sequence[UUID] | None = None

    @classmethod
    def from_dict(cls, name: str, data: Mapping[str, Any]) -> TableChanges:
        """Out of JSON. InvalidValue when it has another shape."""
        columns = {spec.name for spec in TABLES[name]}
        try:
            rows = [_row_change(row, columns) for row in data.get("rows", [])]
            deleted = {UUID(key): _texts(was, columns) for key, was in data.get("deleted", {}).items()}
            order = None if data.get("order") is None else [UUID(key) for key in data["order"]]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise InvalidValue(_("These changes could not be understood. Reload the page.")) from None
        return cls(rows, deleted, order)


@dataclass(slots=True)
class TableUpdate:
    """What became of the changes. ``saved``: rows that are different now, by key.

    ``refused``: (key, column) -> why a text is no value. ``conflicts``: (key, column) of cells, or (key, "") of rows,
    that another person had changed, and that were left as they are. ``stale``: others had changed something before.
    """

    table: EditedTable
    saved: dict[UUID, Row] = field(default_factory=dict)
    refused: dict[tuple[UUID, str], str] = field(default_factory=dict)
    conflicts: list[tuple[UUID, str]] = field(default_factory=list)
    stale: bool = False


@transaction.atomic
def table_update(
    *, invoice: Invoice, user: User, name: str, changes: TableChanges, revision: int | None = None
) -> TableUpdate:
    """Take over what a person did to a table. ``revision`` is the one that they had before them.

    Texts that are no values are left out and told; so are cells that somebody else changed meanwhile.
    """
    _lock_for_review(invoice, user)
    table, _made = EditedTable.objects.get_or_create(invoice=invoice, name=name)
    edit = _Edit(invoice, user, name, TableUpdate(table, stale=revision is not None and revision != table.revision))
    for change in changes.rows:
        edit.change(change)
    edit.remove(changes.deleted)
    if edit.write(edit.ordered(changes.order)):
        _record(invoice, user, edit)
    return edit.told


def _record(invoice: Invoice, user: User, edit: _Edit) -> None:
    Correction.objects.bulk_create(edit.corrections)
    table = edit.told.table
    table.revision, table.changed_by, table.changed_at = table.revision + 1, user, edit.now
    table.save()
    values = invoice_values(invoice.field_values.all())
    lasting = [problem for problem in invoice.problems if problem.get("lasting")]
    problems = problems_found(invoice=invoice, values=values, lasting=lasting)
    counted_update(Invoice.objects.filter(pk=invoice.pk), problems=problems)
    first_approval_void(invoice=invoice, user=user)
    event_record(invoice=invoice, user=user, action="table_changed", table=edit.name, **edit.counts)
    invoice.refresh_from_db()


class _Edit:
    """One editor's changes on their way into a table that is locked."""

    def __init__(self, invoice: Invoice, user: User, name: str, told: TableUpdate) -> None:
        self.invoice, self.user, self.name, self.told = invoice, user, name, told
        self.model, self.specs = MODELS[name], {spec.name: spec for spec in TABLES[name]}
        self.columns = {column.name: column for column in self.model._meta.concrete_fields}
        self.now = timezone.now()
        self.rows: dict[UUID, Row] = {row.key: row for row in self.model._default_manager.filter(invoice=invoice)}
        self.added: dict[UUID, Row] = {}
        self.gone: list[Row] = []
        self.corrections: list[Correction] = []
        self.counts = {"changed": 0, "added": 0, "deleted": 0, "moved": 0}

    def text(self, row: Row, spec: CellSpec) -> str:
        return cell_text(spec, getattr(row, spec.name), language=self.invoice.language)

    def change(self, change: RowChange) -> None:
        row = self.rows.get(change.key)
        if row is None and not change.new:
            return self.told.conflicts.append((change.key, ""))  # somebody deleted it
        if row is None:
            if len(self.rows) >= MAX_ROWS:
                raise InvalidValue(_("A table has at most %(n)s rows.") % {"n": MAX_ROWS})
            row = self.model(invoice=self.invoice, key=change.key, position=len(self.rows) + 1)
            if isinstance(row, LineItem):
                row.page, row.box = change.page, change.box
            self.rows[change.key] = self.added[change.key] = row
            self._touch(row)
        own = change.new and row.confirmed_by_id == self.user.pk  # sent again, because the answer was lost
        for column, (was, text) in change.cells.items():
            self._set(row, self.specs[column], None if own else was, text)
        return None

    def _set(self, row: Row, spec: CellSpec, was: str | None, text: str) -> None:
        try:
            value = parse_cell(spec, storable(text), language=self.invoice.language)
        except ValueError as error:
            self.told.refused[row.key, spec.name] = told(str(error))
            return
        new = fitting(self.columns[spec.name], value)
        old, now = self.text(row, spec), cell_text(spec, new, language=self.invoice.language)
        if old == now:
            self.told.saved[row.key] = row  # perhaps in another spelling than the editor's
        elif was is not None and was != old:
            self.told.conflicts.append((row.key, spec.name))
        else:
            self._touch(row)
            setattr(row, spec.name, new)
            self._correct(row, spec.name, row.machine.get(spec.name, ""), old, now)

    def _touch(self, row: Row) -> None:
        if row.confirmed_at is None and row.key not in self.added:
            texts = {spec.name: self.text(row, spec) for spec in self.specs.values()}
            row.machine = {column: text for column, text in texts.items() if text}
        row.confirmed_by, row.confirmed_at = self.user, self.now
        self.told.saved[row.key] = row

    def remove(self, deleted: Mapping[UUID, Mapping[str, str]]) -> None:
        for key, was in deleted.items():
            row = self.rows.get(key)
            if row is None:
                continue  # gone already
            if any(self.text(row, self.specs[column]) != text for column, text in was.items()):
                self.told.conflicts.append((key, ""))
                continue
            self.gone.append(self.rows.pop(key))
            self.told.saved.pop(key, None)
            texts = " | ".join(filter(None, (self.text(row, spec) for spec in self.specs.values())))
            self._correct(row, "", " | ".join(row.machine.values()) if row.machine else texts, texts, "")

    def _correct(self, row: Row, column: str, machine: str, old: str, new: str) -> None:
        name = ".".join(filter(None, (self.name, str(row.position), column)))
        self.corrections.append(
            Correction(
                invoice=self.invoice, field=name, machine_value=machine, old_value=old, new_value=new, user=self.user
            )
        )

    def ordered(self, order: Sequence[UUID] | None) -> list[Row]:
        """The rows as the editor sees them; those that others added stay behind the row they stood behind."""
        if order is None:
            return list(self.rows.values())
        wanted = list(dict.fromkeys(key for key in order if key in self.rows))
        known, before = set(wanted), None
        for key in self.rows:
            if key not in known:
                wanted.insert(wanted.index(before) + 1 if before else 0, key)
            before = key
        return [self.rows[key] for key in wanted]

    def write(self, ordered: Sequence[Row]) -> bool:
        """Write what is different; False when nothing is."""
        rows: Any = self.model._default_manager
        moved = [row for position, row in enumerate(ordered, start=1) if row.position != position]
        touched = [
            row for row in self.told.saved.values() if row.confirmed_at == self.now and row.key not in self.added
        ]
        if not (self.gone or self.added or moved or touched):
            return False
        rows.filter(pk__in=[row.pk for row in self.gone]).delete()
        old = [row for row in moved if row.pk]
        if old:
            rows.filter(pk__in=[row.pk for row in old]).update(position=F("position") + _OUT_OF_THE_WAY)
        for position, row in enumerate(ordered, start=1):
            row.position = position
        rows.bulk_update(old, ["position"], batch_size=500)
        rows.bulk_update(touched, [*self.specs, "machine", "confirmed_by", "confirmed_at"], batch_size=200)
        rows.bulk_create(self.added[row.key] for row in ordered if row.key in self.added)
        self.counts = {"changed": len(touched), "added": len(self.added), "deleted": len(self.gone), "moved": len(old)}
        return True


def guides_apply(*, invoice: Invoice, user: User, data: Mapping[str, Any]) -> list[tuple[str, GuidedRow]]:
    """Read the lines by guides that a person drew, and remember these; no row is changed.

    Gives each line with the key of the row that stands at its place, or "". InvalidValue when they are no guides.
    """
    try:
        guides = Guides.from_dict(data)
    except ValueError as error:
        raise InvalidValue(told(str(error))) from None
    with transaction.atomic():
        _lock_for_review(invoice, user)
        table, _made = EditedTable.objects.get_or_create(invoice=invoice, name="line_items")
        table.guides = guides.to_dict()
        table.save(update_fields=["guides"])
    rows = rows_of(stored_document(invoice), guides)
    known = {
        str(row.key): (row.page, Box.from_list(row.box)) for row in invoice.line_items.all() if row.page and row.box
    }
    return list(zip(matched(rows, known), rows, strict=True))


def stored_document(invoice: Invoice) -> Document:
    """The words of the pages as they were read."""
    names = ("number", "width", "height", "rotation", "source", "homography", "lines")
    pages = [{name: getattr(page, name) for name in names} for page in invoice.pages.defer("text")]
    return Document.from_dict({"pages": pages, "language": invoice.language, "source": invoice.source or "ocr"})


@transaction.atomic
def columns_choose(*, user: User, name: str, shown: Mapping[str, bool]) -> None:
    """Which columns of a table this person wants to see, or not to see, from now on."""
    known = {spec.name for spec in TABLES[name]}
    if not shown.keys() <= known:
        raise InvalidValue(_("There is no such column. Reload the page."))
    locked = User.objects.select_for_update().get(pk=user.pk)
    chosen = dict(locked.preferences.get("table_columns", {}))
    chosen[name] = {**chosen.get(name, {}), **shown}
    locked.preferences = {**locked.preferences, "table_columns": chosen}
    locked.save(update_fields=["preferences"])
    user.preferences = locked.preferences


# --- out of JSON ------------------------------------------------------------------------------------------------------


def _row_change(data: Mapping[str, Any], columns: set[str]) -> RowChange:
    cells = {column: (str(was), str(text)) for column, (was, text) in data["cells"].items() if column in columns}
    page, box = data.get("page"), data.get("box")
    if page is not None and box is not None:
        page, box = int(page), Box.from_list(float(x) for x in box).to_list()
        if page < 1 or not all(0 <= x <= 1 for x in box):
            raise ValueError("no place")
    return RowChange(UUID(data["key"]), cells, bool(data.get("new")), page, box)


def _texts(was: Mapping[str, Any], columns: set[str]) -> dict[str, str]:
    return {column: str(text) for column, text in was.items() if column in columns}
