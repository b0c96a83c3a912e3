"""What the inbox shows, as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from extraction import exports, services
from extraction.forms import ExportForm
from extraction.models import Invoice, Status, User
from extraction.permissions import require

from .common import explains_refusals, signed_in
from .listing import Listing

AT_ONCE = 500


@require_http_methods(["GET", "POST"])
@explains_refusals
def export(request: HttpRequest) -> HttpResponseBase:
    """GET only reads. POST may also mark what is approved as exported, each part after it was handed out."""
    user = signed_in(request)
    form = ExportForm(request.POST if request.method == "POST" else request.GET)
    form.is_valid()
    chosen = form.cleaned_data.get("format") or next(iter(exports.EXPORTS))
    dialect = form.cleaned_data.get("dialect") or next(iter(exports.DIALECTS))
    listing = Listing.of(request.POST if request.method == "POST" else request.GET)
    mark = request.method == "POST" and bool(form.cleaned_data.get("mark"))
    found = listing.invoices(user)
    if mark:
        for workspace_id in found.order_by().values_list("workspace_id", flat=True).distinct():
            require("export", workspace=workspace_id, user=user)
    # The ids are taken now, so that what is marked on the way neither leaves nor enters the list.
    rows = in_parts(list(found.values_list("pk", flat=True)), user=user, mark=mark)
    pieces = exports.write(rows, format=chosen, bom=bool(form.cleaned_data.get("bom")), dialect=dialect)
    kind = exports.EXPORTS[chosen]
    response = StreamingHttpResponse(pieces, content_type=kind.media_type)
    name = f"invoices-{timezone.localdate():%Y-%m-%d}.{kind.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def in_parts(ids: list[int], *, user: User, mark: bool) -> Iterator[Invoice]:
    """Invoices in the order of their ids, with their values, ``AT_ONCE`` in memory."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = Invoice.objects.for_user(user).filter(pk__in=part)
        by_id = found.select_related("approved_by").prefetch_related("field_values").in_bulk()
        rows = [by_id[pk] for pk in part if pk in by_id]
        yield from rows
        approved = [row for row in rows if row.status == Status.APPROVED]
        if mark and approved:
            services.invoices_mark_exported(invoices=approved, user=user)
