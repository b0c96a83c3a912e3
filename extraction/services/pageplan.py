"""What an arrangement of pages comes to: which documents change, are made or dissolve, and where each page comes from.

Nothing is written here; ``arranging`` carries a plan out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from extraction.models import UNREAD, Invoice, InvoicePage, SourceFile, Status

from .errors import InvalidState, InvalidValue

OPEN = (Status.REVIEW, Status.FAILED, Status.REJECTED)  # documents in these statuses may be arranged


@dataclass(frozen=True, slots=True)
class PageMove:
    """Page ``number`` of document ``invoice_id`` as it is now, ``turn`` degrees clockwise from how it is shown."""

    invoice_id: int
    number: int
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """A page with its origin. ``turn`` is from how the file shows it, and None where no person ever turned it."""

    document: Invoice
    row: InvoicePage
    upload: SourceFile
    number: int
    turn: int | None
    turned_now: bool


@dataclass(slots=True)
class Target:
    """A document to be. ``heir`` is the one that becomes it, ``absorbed`` others that end in it."""

    pages: list[PlannedPage]
    heir: Invoice | None = None
    absorbed: list[Invoice] = field(default_factory=list)

    @property
    def is_range(self) -> bool:
        """Whether one upload has these pages in this order, as they are."""
        first = self.pages[0]
        return all(
            page.upload is first.upload and page.turn is None and page.number == first.number + step
            for step, page in enumerate(self.pages)
        )

    @property
    def first_page(self) -> int:
        return self.pages[0].number

    @property
    def last_page(self) -> int:
        return self.pages[-1].number if self.is_range else self.first_page

    def number_of(self, index: int) -> int:
        """What the page is called in the file that will be read."""
        return self.pages[index].number if self.is_range else index + 1


@dataclass(frozen=True, slots=True)
class Plan:
    targets: list[Target]
    dissolved: list[Invoice]

    @property
    def changed(self) -> list[Invoice]:
        """Every document that will not be what it is now."""
        return [*(target.heir for target in self.targets if target.heir), *self.dissolved]


def state_of(invoice: Invoice) -> str:
    """Another text as soon as the document's pages may be others."""
    read = int(invoice.read_at.timestamp() * 1000) if invoice.read_at else 0
    return f"{read}-{invoice.page_count}-{len(invoice.arranged_pages)}-{invoice.first_page}-{invoice.last_page or 0}"


def check_state(invoices: Iterable[Invoice], seen: Mapping[int, str]) -> None:
    """InvalidState when a document is gone, or not as the person saw it."""
    found = {invoice.pk: invoice for invoice in invoices}
    for pk, state in seen.items():
        if pk not in found or state_of(found[pk]) != state:
            raise InvalidState(
                _(
                    "The pages of one of these documents were changed or deleted by somebody else since you opened "
                    "them. Nothing was changed. Reload the page and arrange them again."
                )
            )


def check_open(invoices: Iterable[Invoice]) -> None:
    for invoice in invoices:
        name = {"document": invoice.document_name}
        if invoice.status in UNREAD:
            raise InvalidState(_("“%(document)s” is being read. Wait until that is done, or cancel it.") % name)
        if invoice.status not in OPEN:
            raise InvalidState(_("“%(document)s” is approved. Reopen it to arrange its pages.") % name)


def plan_made(documents: Sequence[Invoice], groups: Sequence[Sequence[PageMove]]) -> Plan:
    """InvalidValue for pages that there are not, that come twice or are too many, and when none would be left."""
    known = _planned_pages(documents)
    wanted = [[_placed(known, move) for move in group] for group in groups if group]
    keys = [(page.document.pk, page.row.number) for group in wanted for page in group]
    if len(set(keys)) < len(keys):
        raise InvalidValue(_("A page can be in one document only. Reload the page and arrange them again."))
    if not wanted:
        raise InvalidValue(_("No page would be left. To get rid of a document, delete it."))
    for group in wanted:
        if len(group) > settings.MAX_PAGES:
            text = ngettext(
                "A document would have %(n)d page; at most %(most)d can be read.",
                "A document would have %(n)d pages; at most %(most)d can be read.",
                len(group),
            )
            raise InvalidValue(text % {"n": len(group), "most": settings.MAX_PAGES})
    own = {pk: [page for page in known.values() if page.document.pk == pk] for pk in {key[0] for key in known}}
    changed = [group for group in wanted if not _is_unchanged(group, own)]
    untouched = {group[0].document.pk for group in wanted if _is_unchanged(group, own)}
    return _with_heirs(changed, [document for document in documents if document.pk not in untouched], own)


def _is_unchanged(group: list[PlannedPage], own: Mapping[int, list[PlannedPage]]) -> bool:
    mine = own[group[0].document.pk]
    same = [(page.document.pk, page.row.number) for page in group] == [
        (page.document.pk, page.row.number) for page in mine
    ]
    return same and not any(page.turned_now for page in group)


def _with_heirs(
    groups: list[list[PlannedPage]], documents: list[Invoice], own: Mapping[int, list[PlannedPage]]
) -> Plan:
    """Who goes on as what: a document follows its first page that is left; of several in a group, the one in front."""
    targets = [Target(pages) for pages in groups]
    place = {
        (page.document.pk, page.row.number): (number, position)
        for number, pages in enumerate(groups)
        for position, page in enumerate(pages)
    }
    claims: dict[int, list[tuple[int, Invoice]]] = {}
    dissolved = []
    for document in documents:
        found = [place[key] for page in own.get(document.pk, []) if (key := (document.pk, page.row.number)) in place]
        if found:
            claims.setdefault(found[0][0], []).append((found[0][1], document))
        else:
            dissolved.append(document)
    for number, claimed in claims.items():
        heir, *others = [document for _position, document in sorted(claimed, key=lambda claim: claim[0])]
        targets[number].heir, targets[number].absorbed = heir, others
        dissolved += others
    return Plan(targets, dissolved)


def _planned_pages(documents: Sequence[Invoice]) -> dict[tuple[int, int], PlannedPage]:
    """Every page of these documents by document and number, in their order."""
    uploads: dict[str, SourceFile] = {}
    pages = {}
    for document in documents:
        sources = {source.pk: source for source in document.sources.all()}
        for row in document.pages.all():
            if document.arranged_pages:
                entry = document.arranged_pages[row.number - 1]
                upload, number, turn = sources[entry["source"]], entry["page"], entry["turn"]
            else:
                upload, number, turn = _upload_of(document), row.number, None
            upload = uploads.setdefault(str(upload.file.name), upload)
            pages[document.pk, row.number] = PlannedPage(document, row, upload, number, turn, turned_now=False)
    return pages


def _upload_of(document: Invoice) -> SourceFile:
    """Not stored yet: the row is made when pages of it are arranged."""
    return SourceFile(
        workspace_id=document.workspace_id,
        file=document.file.name,
        unlocked_file=document.unlocked_file.name,
        file_name=document.file_name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        pages=document.file_pages or (None if document.last_page else document.page_count),
    )


def _placed(known: Mapping[tuple[int, int], PlannedPage], move: PageMove) -> PlannedPage:
    page = known.get((move.invoice_id, move.number))
    if page is None or move.turn not in (0, 90, 180, 270):
        raise InvalidValue(_("One of these pages is not there any more. Reload the page and arrange them again."))
    if not move.turn:
        return page
    turn = ((page.turn or 0) + page.row.rotation + move.turn) % 360
    return PlannedPage(page.document, page.row, page.upload, page.number, turn, turned_now=True)
