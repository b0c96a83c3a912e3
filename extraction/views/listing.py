"""Which documents a person is looking at: filter, search and order, as they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from extraction import selectors
from extraction.analytics.cells import LONGEST, figure_narrow, figure_say
from extraction.models import UNREAD, Invoice, InvoiceQuerySet, Status

# key -> label, the statuses it shows
TABS: dict[str, tuple[Any, tuple[Status, ...]]] = {
    "": (_("All"), ()),
    "working": (_("In progress"), UNREAD),
    "review": (_("To review"), (Status.REVIEW,)),
    "failed": (_("Failed"), (Status.FAILED,)),
    "approved": (_("Approved"), (Status.APPROVED,)),
    "exported": (_("Exported"), (Status.EXPORTED,)),
    "rejected": (_("Rejected"), (Status.REJECTED,)),
}
ORDERS = {"uploaded": "created_at", "vendor": "vendor_name", "date": "issue_date", "total": "gross_total"}
NEWEST = "-uploaded"


@dataclass(frozen=True, slots=True)
class Listing:
    tab: str = ""
    search: str = ""
    order: str = NEWEST
    figure: str = ""  # a number of the dashboard: ``analytics.cells``

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Listing:
        """What is unknown in an address falls back to the default: an old bookmark still opens."""
        tab, order = str(query.get("status", "")), str(query.get("sort", NEWEST))
        return cls(
            tab=tab if tab in TABS else "",
            search=str(query.get("q", "")).strip()[:200],
            order=order if order.removeprefix("-") in ORDERS else NEWEST,
            figure=str(query.get("figure", ""))[:LONGEST],
        )

    def everywhere(self, user: Any) -> InvoiceQuerySet:
        """In all tabs; nothing where the figure's address is damaged."""
        found = selectors.invoices_for(user, search=self.search)
        try:
            return figure_narrow(found, self.figure, user) if self.figure else found
        except ValueError:
            return found.none()

    @property
    def figure_words(self) -> str:
        return figure_say(self.figure) if self.figure else ""

    def invoices(self, user: Any) -> InvoiceQuerySet:
        found = self.everywhere(user)
        statuses = TABS[self.tab][1]
        if statuses:
            found = found.filter(status__in=statuses)
        column = F(ORDERS[self.order.removeprefix("-")])
        down = self.order.startswith("-")
        by = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
        return found.order_by(by, "-pk" if down else "pk")

    def query(self, **changed: str) -> str:
        """The address's query part, without what is default."""
        it = replace(self, **changed)
        parts = {"status": it.tab, "q": it.search, "sort": "" if it.order == NEWEST else it.order, "figure": it.figure}
        return urlencode({name: value for name, value in parts.items() if value})

    def address(self, view: str, *args: Any) -> str:
        """A page's address that carries this listing along."""
        query = self.query()
        return reverse(view, args=args) + (f"?{query}" if query else "")

    def tabs(self, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        return [
            {
                "label": label,
                "count": sum(counts.get(status, 0) for status in statuses or Status.values),
                "query": self.query(tab=key),
                "current": key == self.tab,
                "key": key,
            }
            for key, (label, statuses) in TABS.items()
        ]

    def columns(self) -> dict[str, dict[str, str]]:
        """For each sortable column: the query that sorts by it next, and how it is sorted now (ARIA's words)."""
        return {name: self._column(name) for name in ORDERS}

    def _column(self, name: str) -> dict[str, str]:
        up, down = name, f"-{name}"
        first, then = (up, down) if name == "vendor" else (down, up)
        now = {up: "ascending", down: "descending"}.get(self.order, "none")
        return {"query": self.query(order=then if self.order == first else first), "now": now}

    def neighbours(self, user: Any, invoice: Invoice) -> tuple[int | None, int | None, int | None]:
        """Ids of the one before, the one after, and the next one that waits for a review."""
        rows = list(self.invoices(user).values_list("pk", "status"))
        ids = [pk for pk, _status in rows]
        at = ids.index(invoice.pk) if invoice.pk in ids else -1
        before = ids[at - 1] if at > 0 else None
        after = ids[at + 1] if at + 1 < len(ids) else None
        circle = [*rows[at + 1 :], *rows[: max(at, 0)]]
        waiting = next((pk for pk, status in circle if status == Status.REVIEW and pk != invoice.pk), None)
        return before, after, waiting
