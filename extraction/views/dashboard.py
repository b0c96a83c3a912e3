"""The dashboard: what was spent, what is due, how the work goes. The address says what it shows."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from extraction import charts, selectors, services
from extraction.analytics.dashboard import Compared, Dashboard
from extraction.analytics.dues import overdue
from extraction.analytics.figures import Figure, Shape
from extraction.analytics.periods import PRESETS, Period, custom_period, month_added, month_label, preset_period
from extraction.analytics.rates import reporting_currency
from extraction.analytics.scope import Scope
from extraction.analytics.spend import left_out, ranked
from extraction.models import User, VendorCategory, Workspace
from extraction.permissions import actions_in

from .common import explains_refusals, is_htmx, signed_in

DEFAULT = "12-months"
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("spend", gettext_lazy("Spend"), ("months", "vendors", "categories", "currencies")),
    ("tax", gettext_lazy("Tax"), ("tax-months", "tax-rates")),
    ("due", gettext_lazy("Due"), ("due", "overdue", "calendar")),
    ("work", gettext_lazy("Work"), ("straight-through", "reading-time", "corrections", "documents", "people")),
)
# Below the first screen: fetched by the page once it stands, so that it does not wait for them.
LATER = frozenset({"tax", "work"})
MOST_VENDORS = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """The address: what is unknown in it falls back to the default. ``error`` says what is wrong with the dates."""

    preset: str
    period: Period
    first: str
    last: str
    vendor: str
    currency: str
    approved_only: bool
    net: bool
    by_category: bool
    month: date
    error: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any], today: date) -> Asked:
        typed = {name: str(query.get(name, "")).replace("\x00", "").strip()[:255] for name in NAMES}
        preset = typed["period"] if typed["period"] in PRESETS else DEFAULT
        error, period = "", preset_period(DEFAULT if preset == "custom" else preset, today)
        if preset == "custom":
            try:
                period = custom_period(typed["from"], typed["to"])
            except ValueError as wrong:
                error = str(wrong)
        return cls(
            preset, period, typed["from"] or period.first.isoformat(), typed["to"] or period.last.isoformat(),
            typed["vendor"], typed["currency"].upper()[:3], typed["count"] == "approved", typed["amounts"] == "net",
            typed["by"] == "category", _month(typed["month"], today), error,
        )  # fmt: skip

    def query(self, **changed: str) -> str:
        """The address's query part, without what is default."""
        parts = {
            "period": "" if self.preset == DEFAULT else self.preset,
            "from": self.first if self.preset == "custom" else "",
            "to": self.last if self.preset == "custom" else "",
            "vendor": self.vendor,
            "currency": self.currency,
            "count": "approved" if self.approved_only else "",
            "amounts": "net" if self.net else "",
            "by": "category" if self.by_category else "",
            **changed,
        }
        return urlencode({name: value for name, value in parts.items() if value})


NAMES = ("period", "from", "to", "vendor", "currency", "count", "amounts", "by", "month")


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure with its drawing."""

    figure: Figure
    drawing: charts.Drawing | None
    bars: list[tuple[Any, list[charts.Mark]]]


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    if workspace is None or not selectors.invoices_for(user).order_by().exists():
        return render(request, "dashboard/empty.html", {"workspace": workspace})
    asked = Asked.of(request.GET, timezone.localdate())
    board = board_of(user, workspace, asked)
    partial = is_htmx(request) and not request.headers.get("HX-History-Restore-Request")
    template = "dashboard/_results.html" if partial else "dashboard/dashboard.html"
    response = render(request, template, context_of(board, asked, whole="whole" in request.GET))
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "HX-Request, Cookie"
    if partial:
        response["HX-Push-Url"] = f"{request.path}?{asked.query()}".rstrip("?")
    return response


def board_of(user: User, workspace: Workspace, asked: Asked) -> Dashboard:
    today = timezone.localdate()
    scope = Scope(
        user, workspace, asked.period, reporting_currency(workspace), today,
        vendor=asked.vendor, currency=asked.currency, approved_only=asked.approved_only, net=asked.net,
    )  # fmt: skip
    before = asked.period.before(asked.preset, today)
    people = "manage" in actions_in(workspace, user)
    return Dashboard(scope, before, asked.month, by_category=asked.by_category, people=people)


@require_GET
def dashboard_section(request: HttpRequest, key: str) -> HttpResponse:
    """One part of the page, for the page that left it out."""
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    found = next((row for row in SECTIONS if row[0] == key), None)
    if workspace is None or found is None:
        raise Http404
    asked = Asked.of(request.GET, timezone.localdate())
    board = board_of(user, workspace, asked)
    context = {**shared_context(board, asked), "section": (*found[:2], panels_of(board, found[2]))}
    response = render(request, "dashboard/_section.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


def panels_of(board: Dashboard, names: tuple[str, ...]) -> list[Panel]:
    return [panel_of(board.makers[name]()) for name in names if name in board.makers]


def shared_context(board: Dashboard, asked: Asked) -> dict[str, Any]:
    return {"workspace": board.scope.workspace, "asked": asked, "query": asked.query(), "scope": board.scope}


def context_of(board: Dashboard, asked: Asked, *, whole: bool) -> dict[str, Any]:
    """``whole``: with the parts that are else fetched afterwards."""
    scope = board.scope
    sections = [
        (key, label, None if key in LATER and not whole else panels_of(board, names)) for key, label, names in SECTIONS
    ]
    here = scope.documents({"counted": "read"}).exclude(currency="")
    return {
        **shared_context(board, asked),
        "before": board.before,
        "sections": sections,
        "headline": headline(board),
        "apart": left_out(scope, board.groups),
        "elsewhere": None if board.totals[0].documents else newest_of(board, asked),
        "calendar": board.calendar,
        "calendar_title": month_label(asked.month),
        "earlier": asked.query(month=f"{month_added(asked.month, -1):%Y-%m}"),
        "later": asked.query(month=f"{month_added(asked.month, 1):%Y-%m}"),
        "presets": PRESETS.items(),
        "vendors": [name for name, _sum in ranked(board.groups, lambda group: group.vendor) if name][:MOST_VENDORS],
        "currencies": sorted({*here.values_list("currency", flat=True).distinct(), asked.currency} - {""}),
        "may": actions_in(scope.workspace, scope.user),
    }


def newest_of(board: Dashboard, asked: Asked) -> tuple[date, str] | None:
    """Where the period holds nothing: the newest issue date, and the query of the twelve months up to it."""
    newest = board.scope.documents({"counted": "read"}).aggregate(Max("issue_date"))["issue_date__max"]
    if newest is None:
        return None
    first = month_added(newest.replace(day=1), -11)
    return newest, asked.query(period="custom", **{"from": first.isoformat(), "to": newest.isoformat()})


def panel_of(figure: Figure) -> Panel:
    drawing = None
    if not figure.is_empty and figure.shape in (Shape.COLUMNS, Shape.LINES):
        drawing = charts.columns(figure) if figure.shape is Shape.COLUMNS else charts.lines(figure)
    return Panel(figure, drawing, charts.bars(figure) if figure.shape is Shape.BARS else [])


def headline(board: Dashboard) -> list[dict[str, Any]]:
    """The few numbers to see first, each with the period before and the documents behind it."""
    scope = board.scope
    (now, then), (hands, hands_then), (median, median_then) = board.totals, board.straight, board.median
    late, late_count = overdue(board.dues, scope.today)
    issued = {**scope.cell, "issued": scope.period.text}
    done = {**scope.filters, "counted": "approved", "approved": scope.period.text}
    cards: list[dict[str, Any]] = [
        {"label": _("Net spend") if scope.net else _("Gross spend"), "kind": "money",
         "compared": Compared(now.all, then.all), "figure": issued},
        {"label": _("Documents"), "kind": "count", "compared": Compared(now.documents, then.documents),
         "figure": issued},
        {"label": _("Overdue"), "kind": "money", "compared": Compared(late, None), "tone": "bad" if late else "",
         "note": late_count, "figure": {**open_figure(board), "due": _until_yesterday(scope.today)}},
        {"label": _("Straight through"), "kind": "share", "compared": Compared(hands.share, hands_then.share),
         "figure": {**done, "untouched": "yes"}},
        {"label": _("Reading time, median"), "kind": "seconds", "compared": Compared(median, median_then),
         "figure": {**scope.filters, "read": scope.period.text}},
    ]  # fmt: skip
    if not scope.approved_only:
        cards.insert(1, {"label": _("Of it not approved yet"), "kind": "money", "tone": "open",
                         "compared": Compared(now.waiting, None), "note": now.waiting_documents,
                         "figure": {**issued, "counted": "waiting"}})  # fmt: skip
    return cards


def open_figure(board: Dashboard) -> dict[str, str]:
    from extraction.analytics.dues import open_cell

    return open_cell(board.scope)


def _until_yesterday(today: date) -> str:
    return f"{date.min.isoformat()}..{date.fromordinal(today.toordinal() - 1).isoformat()}"


def _month(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 1900 < found.year < 2200 else today.replace(day=1)


@require_GET
def dashboard_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The very numbers of one figure. A byte order mark in front, by which spreadsheets know UTF-8."""
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise Http404
    asked = Asked.of(request.GET, timezone.localdate())
    makers = board_of(user, workspace, asked).makers
    if name not in makers:
        raise Http404
    stream = StringIO()
    csv.writer(stream).writerows(makers[name]().csv_rows())
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}_{asked.period.first}_{asked.period.last}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@explains_refusals
def vendors(request: HttpRequest) -> HttpResponse:
    """Every vendor of the period with its spend, and its category to choose."""
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise Http404
    asked = Asked.of(request.GET, timezone.localdate())
    error: dict[str, str] = {}
    if request.method == "POST":
        vendor, category = request.POST.get("vendor", ""), request.POST.get("category", "")
        try:
            services.vendor_category_set(workspace=workspace, user=user, vendor_name=vendor, category=category)
        except services.InvalidValue as refusal:
            error = {"vendor": vendor, "category": category, "message": refusal.message}
        else:
            if is_htmx(request):
                return render(request, "dashboard/_saved.html")
            return redirect(f"{request.path}?{request.GET.urlencode()}")
        if is_htmx(request):
            return render(request, "dashboard/_saved.html", {"error": refusal_text(error)}, status=422)
    return _vendor_table(request, board_of(user, workspace, asked), asked, error)


def refusal_text(error: Mapping[str, str]) -> str:
    return error.get("message", "")


def _vendor_table(request: HttpRequest, board: Dashboard, asked: Asked, error: Mapping[str, str]) -> HttpResponse:
    counts: dict[str, int] = {}
    for group in board.groups:
        counts[group.vendor] = counts.get(group.vendor, 0) + group.count
    known = dict(VendorCategory.objects.filter(workspace=board.scope.workspace).values_list("vendor_name", "category"))
    rows = [
        {"name": name, "amount": amount, "count": counts[name],
         "category": error["category"] if error.get("vendor") == name else known.get(name, ""),
         "figure": {**board.scope.cell, "issued": asked.period.text, "vendor": name}}
        for name, amount in ranked(board.groups, lambda group: group.vendor) if name
    ]  # fmt: skip
    context = {
        "workspace": board.scope.workspace, "scope": board.scope, "asked": asked, "query": asked.query(),
        "rows": rows[:MOST_VENDORS], "more": max(0, len(rows) - MOST_VENDORS), "error": error,
        "categories": sorted({*known.values()}, key=str.casefold),
        "may": actions_in(board.scope.workspace, board.scope.user),
    }  # fmt: skip
    return render(request, "dashboard/vendors.html", context, status=422 if error else 200)
