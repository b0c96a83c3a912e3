"""Which documents a person is looking at: tab, filters, search and order, as they stand in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, F, Q, Value
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from extraction import selectors
from extraction.models import UNREAD, Invoice, InvoiceQuerySet, Status, User

from .filters import FILTERS, narrowed

LONGEST = 12_000  # characters of a filter: ids of as many documents as can be ticked
ALL = "status=all"  # what the address says where nothing narrows the list: without it, a person's own view opens


@dataclass(frozen=True, slots=True)
class Tab:
    """``held``: whether it shows what is on hold; None for all."""

    label: Any
    statuses: tuple[Status, ...] = ()
    held: bool | None = None

    def holds(self, state: tuple[str, bool]) -> bool:
        status, held = state
        return (not self.statuses or status in self.statuses) and self.held in (None, held)

    def narrow(self, found: InvoiceQuerySet) -> InvoiceQuerySet:
        if self.statuses:
            found = found.filter(status__in=self.statuses)
        return found if self.held is None else found.filter(held_at__isnull=not self.held)


TABS: dict[str, Tab] = {
    "": Tab(_("All")),
    "working": Tab(_("In progress"), UNREAD),
    "review": Tab(_("To review"), (Status.REVIEW,), held=False),
    "hold": Tab(_("On hold"), held=True),
    "failed": Tab(_("Failed"), (Status.FAILED,)),
    "approved": Tab(_("Approved"), (Status.APPROVED,)),
    "exported": Tab(_("Exported"), (Status.EXPORTED,)),
    "rejected": Tab(_("Rejected"), (Status.REJECTED,)),
}


def text(column: str) -> Combinable:
    """An empty text counts as unknown, and what is unknown comes last."""
    return NullIf(F(column), Value(""))


ORDERS: dict[str, Combinable] = {
    "uploaded": F("created_at"),
    "vendor": text("vendor_name"),
    "number": text("invoice_number"),
    "date": F("issue_date"),
    "due": F("due_date"),
    "total": F("gross_total"),
    "net": F("net_total"),
    "tax": F("tax_total"),
    "currency": text("currency"),
    "type": text("document_type"),
    "assignee": Coalesce(text("assignee__name"), text("assignee__email"), output_field=CharField()),
    "confidence": F("confidence"),
    "pages": F("page_count"),
    "state": F("status"),
    "language": text("language"),
    "file": F("file_name"),
    "approved": F("approved_at"),
}
# What is wanted first by a click: the least sure, the first letter; of all others the newest or largest.
UPWARDS = {"vendor", "number", "currency", "type", "assignee", "state", "language", "file", "confidence"}
NEWEST = "-uploaded"


@dataclass(frozen=True, slots=True)
class Listing:
    """``view`` is the saved view that it began with, or 0."""

    tab: str = ""
    search: str = ""
    order: str = NEWEST
    filters: tuple[tuple[str, str], ...] = ()
    view: int = 0

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Listing:
        """What is unknown in an address falls back to the default: an old bookmark still opens."""
        tab, order, view = str(query.get("status", "")), str(query.get("sort", NEWEST)), str(query.get("view", ""))
        typed = {name: str(query.get(name, "")).replace("\x00", "").strip()[:LONGEST] for name in FILTERS}
        return cls(
            tab=tab if tab in TABS else "",
            search=str(query.get("q", "")).strip()[:200],
            order=order if order.removeprefix("-") in ORDERS else NEWEST,
            filters=tuple((name, value) for name, value in typed.items() if value),
            view=int(view) if view.isdecimal() and len(view) < 19 else 0,
        )

    def everywhere(self, user: Any) -> tuple[InvoiceQuerySet, dict[str, str]]:
        """What filters and search leave, in all tabs, and what is wrong with a filter."""
        return narrowed(selectors.invoices_for(user, search=self.search), dict(self.filters), user)

    def invoices(self, user: Any) -> InvoiceQuerySet:
        return self.ordered(TABS[self.tab].narrow(self.everywhere(user)[0]))

    def ordered(self, found: InvoiceQuerySet, *, backwards: bool = False) -> InvoiceQuerySet:
        """In this order, what is unknown last; ``backwards`` the very reverse."""
        key, down = ORDERS[self.order.removeprefix("-")], self.order.startswith("-")
        by: OrderBy = key.desc(nulls_last=True) if down else key.asc(nulls_last=True)  # type: ignore[attr-defined]
        if backwards:
            by = key.asc(nulls_first=True) if down else key.desc(nulls_first=True)  # type: ignore[attr-defined]
        return found.order_by(by, "-pk" if down != backwards else "pk")

    # --- addresses ----------------------------------------------------------------------------------------------------

    def query(self, **changed: Any) -> str:
        """The address's query part, without what is default."""
        it = replace(self, **changed)
        sort, view = "" if it.order == NEWEST else it.order, str(it.view or "")
        parts = {"status": it.tab, "q": it.search, "sort": sort, **dict(it.filters), "view": view}
        return urlencode({name: value for name, value in parts.items() if value})

    def link(self, **changed: Any) -> str:
        """The same for a link to the inbox."""
        return self.query(**changed) or ALL

    def address(self, view: str, *args: Any) -> str:
        """A page's address that carries this listing along."""
        query = self.query()
        return reverse(view, args=args) + (f"?{query}" if query else "")

    @property
    def typed(self) -> dict[str, str]:
        return dict(self.filters)

    def chips(self, user: User) -> list[dict[str, str]]:
        """What narrows the list, each with the query without it."""
        chips = []
        for name, value in self.filters:
            rest = tuple(pair for pair in self.filters if pair[0] != name)
            said = FILTERS[name].say(value, user)
            chips.append(
                {"name": name, "label": str(FILTERS[name].label), "value": said, "query": self.link(filters=rest)}
            )
        return chips

    def tabs(self, counts: Counter[tuple[str, bool]]) -> list[dict[str, Any]]:
        return [
            {
                "label": tab.label,
                "count": sum(count for state, count in counts.items() if tab.holds(state)),
                "query": self.link(tab=key),
                "current": key == self.tab,
                "key": key,
            }
            for key, tab in TABS.items()
        ]

    def column(self, name: str) -> dict[str, str]:
        """The query that sorts by a column next, and how it is sorted now (ARIA's words)."""
        up, down = name, f"-{name}"
        first, then = (up, down) if name in UPWARDS else (down, up)
        now = {up: "ascending", down: "descending"}.get(self.order, "none")
        return {"query": self.link(order=then if self.order == first else first), "now": now}

    # --- neighbours ---------------------------------------------------------------------------------------------------

    def neighbours(self, user: Any, invoice: Invoice) -> tuple[int | None, int | None, int | None]:
        """Ids of the one before, the one after, and the next one that waits for a review.

        Found by the place in the order, not by walking the list: also where ``invoice`` itself has left it.
        """
        key = ORDERS[self.order.removeprefix("-")]
        found = TABS[self.tab].narrow(self.everywhere(user)[0]).exclude(pk=invoice.pk).alias(key=key)
        behind, ahead = (self._beyond(invoice.pk, sorted_by(key, invoice), backwards) for backwards in (False, True))
        # What they approved as the first of two waits for somebody else.
        waiting = TABS["review"].narrow(found).exclude(first_approved_by=user)
        before = first(self.ordered(found.filter(ahead), backwards=True))
        next_one = self.ordered(found.filter(behind)).first()
        after = next_one.pk if next_one else None
        if (
            next_one
            and next_one.status == Status.REVIEW
            and not (next_one.held_at or next_one.first_approved_by_id == user.pk)
        ):  # as it mostly is
            return before, after, after
        return before, after, first(self.ordered(waiting.filter(behind))) or first(self.ordered(waiting))

    def _beyond(self, pk: int, value: Any, backwards: bool) -> Q:
        """What stands behind this place in the order (``backwards``: before it); what is unknown stands last."""
        smaller = self.order.startswith("-") != backwards
        same = Q(pk__lt=pk) if smaller else Q(pk__gt=pk)
        if value is None:
            known = Q(key__isnull=False) if backwards else Q(pk__in=[])
            return known | (Q(key__isnull=True) & same)
        # The first condition says nothing new, but it lets the database begin in the middle of an index.
        bound, past = (Q(key__lte=value), Q(key__lt=value)) if smaller else (Q(key__gte=value), Q(key__gt=value))
        found = bound & (past | (Q(key=value) & same))
        return found if backwards else found | Q(key__isnull=True)


def first(found: InvoiceQuerySet) -> int | None:
    return found.values_list("pk", flat=True).first()


def sorted_by(key: Combinable, invoice: Invoice) -> Any:
    """What an invoice is sorted by: the value of ``key``, without asking the database."""
    if isinstance(key, F):
        return getattr(invoice, key.name)  # type: ignore[attr-defined]
    if isinstance(key, NullIf):
        return getattr(invoice, key.get_source_expressions()[0].name) or None
    return (invoice.assignee.name or invoice.assignee.email) if invoice.assignee else None
