"""What the inbox shows, as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from extraction import exports, services
from extraction.exports.codes import code_book
from extraction.exports.profiles import BUILT_IN
from extraction.exports.records import Record, read_records
from extraction.forms import ExportForm
from extraction.models import Invoice, Status, User
from extraction.permissions import require
from extraction.selectors import workspace_for

from .common import explains_refusals, signed_in
from .listing import Listing

AT_ONCE = 500


@require_http_methods(["GET", "POST"])
@explains_refusals
def export(request: HttpRequest) -> HttpResponseBase:
    """GET only reads. POST may also mark what is approved as exported, once it was handed out."""
    user = signed_in(request)
    form = ExportForm(request.POST if request.method == "POST" else request.GET)
    form.is_valid()
    _label, kind, levels = BUILT_IN[form.cleaned_data["format"]]
    options = exports.DIALECTS[form.cleaned_data["dialect"]]
    if form.cleaned_data.get("bom"):
        options = exports.with_mark(options)
    plan = exports.plan_for(kind, levels, options)
    found = Listing.of(request.POST if request.method == "POST" else request.GET).invoices(user)
    mark = request.method == "POST" and bool(form.cleaned_data.get("mark"))
    if mark:
        for workspace_id in found.order_by().values_list("workspace_id", flat=True).distinct():
            require("export", workspace=workspace_id, user=user)
    # The ids are taken now, so that what is marked on the way neither leaves nor enters the list.
    pieces = handed_out(list(found.values_list("pk", flat=True)), plan, user=user, mark=mark)
    response = StreamingHttpResponse(pieces, content_type=plan.media_type)
    name = f"invoices-{timezone.localdate():%Y-%m-%d}.{plan.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def handed_out(ids: list[int], plan: exports.Plan, *, user: User, mark: bool) -> Iterator[bytes]:
    """The file in pieces. What it marks was handed out: part by part, or at its end if it leaves as a whole."""
    waiting: list[list[Record]] = []
    workspace = workspace_for(user)
    read = read_records(
        ids,
        base=Invoice.objects.for_user(user),
        wanted=plan.wanted,
        book=code_book(workspace) if workspace else None,
        at_once=AT_ONCE,
    )

    def noted() -> Iterator[list[Record]]:
        for part in read:
            yield part
            if mark:
                waiting.append([record for record in part if record.status == Status.APPROVED])

    for piece in exports.stream(noted(), plan):
        if exports.streams(plan):
            _mark(waiting, user)
        yield piece
    _mark(waiting, user)


def _mark(waiting: list[list[Record]], user: User) -> None:
    while waiting:
        services.invoices_mark_exported(invoices=waiting.pop(0), user=user)
