"""The page of exports: what was exported when, and the start of the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services
from extraction.exports.codes import code_book
from extraction.exports.presets import PRESETS, Left
from extraction.exports.profiles import BUILT_IN, Draft, Job, job_of, problems_of, sample_rows
from extraction.exports.records import Record, read_records
from extraction.exports.selection import BadSelection, Selection
from extraction.models import ExportBatch, ExportProfile, Invoice, User, Workspace
from extraction.permissions import NotAllowed, require
from extraction.services.exports import AT_ONCE, nothing_text

from .common import explains_refusals, is_htmx, signed_in

PER_PAGE = 25
CHECKED = 2000  # a preview looks at so many invoices
NAMED = 50  # and names so many of those that stay out


def own_workspace(user: User) -> Workspace:
    """The workspace this person exports from. NotAllowed says what to do about it."""
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise NotAllowed(_("You are not a member of any workspace yet. Ask your administrator to add you."))
    require("export", workspace=workspace, user=user)
    return workspace


def own_batch(request: HttpRequest, batch_id: int) -> ExportBatch:
    """Of a workspace of theirs, or 404."""
    found = ExportBatch.objects.select_related("created_by", "undone_by", "workspace")
    return get_object_or_404(found, workspace__memberships__user=signed_in(request), pk=batch_id)


@require_GET
@explains_refusals
def exports(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    try:
        workspace = own_workspace(user)
    except NotAllowed as error:
        return render(request, "exports/refused.html", {"message": error.message}, status=403)
    batches = (
        ExportBatch.objects.filter(workspace=workspace).select_related("created_by", "undone_by").defer("left_out")
    )
    page = Paginator(batches, PER_PAGE).get_page(request.GET.get("page"))
    context = start_context(workspace, request.GET) | {"page": page, "workspace": workspace, "tab": "exports"}
    return render(request, "exports/exports.html", context)


@require_GET
@explains_refusals
def preview(request: HttpRequest) -> HttpResponseBase:
    """What an export would bring, before anything happens: for htmx the panel alone, else the whole page."""
    workspace = own_workspace(signed_in(request))
    if is_htmx(request):
        return render(request, "exports/_preview.html", start_context(workspace, request.GET))
    return redirect(f"{reverse('exports')}?{request.GET.urlencode()}")


@require_POST
@explains_refusals
def start(request: HttpRequest) -> HttpResponseBase:
    """Few invoices are written while the person waits, many by the workers."""
    user = signed_in(request)
    workspace = own_workspace(user)
    try:
        selection = Selection.of(request.POST)
    except BadSelection as error:
        raise services.InvalidValue(str(error)) from None
    chosen = Choice.of(workspace, request.POST.get("profile", ""))
    if chosen.problem:
        raise services.InvalidValue(chosen.problem)
    batch = services.batch_start(workspace=workspace, user=user, profile=chosen.stored, selection=selection)
    if batch.total > AT_ONCE:
        transaction.on_commit(lambda: services.batch_wake(batch_id=batch.pk))
        messages.success(
            request, _("Export %(n)d is being written. It appears below when it is done.") % {"n": batch.number}
        )
        return redirect("exports")
    services.batch_write(batch_id=batch.pk)
    batch.refresh_from_db()
    if batch.error_message:
        raise services.InvalidState(batch.error_message)
    told = ngettext(
        "Export %(number)d holds %(n)d invoice.", "Export %(number)d holds %(n)d invoices.", batch.invoice_count
    )
    messages.success(
        request, told % {"number": batch.number, "n": batch.invoice_count}, extra_tags=f"undo export-undo {batch.pk}"
    )
    return redirect("export-batch", batch_id=batch.pk)


@require_GET
@explains_refusals
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """One export: its file, what is in it, what was left out. For htmx the row of the list, which shows progress."""
    found = own_batch(request, batch_id)
    require("export", workspace=found.workspace_id, user=signed_in(request))
    if is_htmx(request):
        return render(request, "exports/_batch_row.html", {"batch": found})
    ids = list(found.items.order_by("invoice_id").values_list("invoice_id", flat=True)[:200])
    invoices = Invoice.objects.for_user(signed_in(request)).filter(pk__in=ids).order_by("issue_date", "pk")
    context = {
        "batch": found,
        "invoices": invoices,
        "shown": len(ids),
        "selection": found.selection,
        "workspace": found.workspace,
    }
    return render(request, "exports/batch.html", context)


@require_GET
@explains_refusals
def download(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """The file as it was sealed, byte for byte."""
    found = own_batch(request, batch_id)
    require("export", workspace=found.workspace_id, user=signed_in(request))
    if not found.file:
        raise Http404
    try:
        content = default_storage.open(found.file.name or "", "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=found.media_type, as_attachment=True, filename=found.file_name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@explains_refusals
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = own_batch(request, batch_id)
    returned = services.batch_undo(batch=found, user=signed_in(request))
    told = ngettext(
        "Export %(number)d was undone; %(n)d invoice is approved again.",
        "Export %(number)d was undone; %(n)d invoices are approved again.",
        returned,
    )
    messages.success(request, told % {"number": found.number, "n": returned})
    return redirect("export-batch", batch_id=found.pk)


# --- the start of an export -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Choice:
    """What somebody chose to write: ``stored`` is what a batch keeps; ``problem`` says why it cannot be written."""

    key: str
    stored: dict[str, Any]
    problem: str = ""
    profile: ExportProfile | None = None

    @classmethod
    def of(cls, workspace: Workspace, key: str) -> Choice:
        """``key``: a profile's number, or the name of a built-in one; what is unknown is the first of these."""
        profile = None
        if key.isdecimal() and len(key) < 19:
            profile = ExportProfile.objects.filter(workspace=workspace, pk=int(key)).first()
            if profile is None:
                return cls("", {}, _("This profile was deleted in the meantime. Choose another one."))
        if profile is None:
            known = key if key in BUILT_IN else next(iter(BUILT_IN))
            return cls(known, {"name": str(BUILT_IN[known][0]), "built_in": known})
        draft = Draft.of(profile)
        problems = problems_of(draft)
        if problems:
            told = _("The profile “%(name)s” needs a look first: %(problem)s") % {
                "name": profile.name,
                "problem": next(iter(problems.values())),
            }
            return cls(str(profile.pk), draft.to_dict(), told, profile)
        return cls(str(profile.pk), draft.to_dict(), profile=profile)


def start_context(workspace: Workspace, query: QueryDict) -> dict[str, Any]:
    """The form with what was typed, and what it would bring."""
    context: dict[str, Any] = {
        "profiles": ExportProfile.objects.filter(workspace=workspace),
        "built_in": BUILT_IN,
        "presets": PRESETS,
        "typed": {name: query.get(name, "") for name in ("since", "until", "again")},
    }
    chosen = Choice.of(workspace, query.get("profile", ""))
    context["chosen"] = chosen
    try:
        selection = Selection.of(query)
    except BadSelection as error:
        return context | {"problem": str(error)}
    if chosen.problem:
        return context | {"problem": chosen.problem}
    return context | looked_at(workspace, chosen, selection)


def looked_at(workspace: Workspace, chosen: Choice, selection: Selection) -> dict[str, Any]:
    """Counts, why some stay out, and the first rows."""
    rows = selection.invoices(workspace)
    total = rows.count()
    others = selection.others(workspace)
    if total == 0:
        return {"total": 0, "others": others, "nothing": nothing_text(others)}
    job = job_of(chosen.stored)
    ids = list(rows.values_list("pk", flat=True)[:CHECKED])
    left, first = _checked(job, ids, workspace)
    titles, sample = _sample(chosen.stored, job, first)
    return {
        "total": total,
        "taken": total - len(left),
        "others": others,
        "left": left[:NAMED],
        "left_count": len(left),
        "unchecked": max(0, total - len(ids)) if job.run else 0,
        "titles": titles,
        "sample": sample,
        "slow": total > AT_ONCE,
    }


def _checked(job: Job, ids: list[int], workspace: Workspace) -> tuple[list[Left], list[Record]]:
    """What the target cannot take, and the first records that it can."""
    left: list[Left] = []
    first: list[Record] = []
    if job.run is None:
        ids = ids[:10]
    for part in read_records(ids, base=Invoice.objects.all(), wanted=job.wanted, book=code_book(workspace)):
        for record in part:
            reasons = job.reasons(record)
            if reasons:
                left.append(Left(record.pk, record.document_name, reasons))
            elif len(first) < 5:
                first.append(record)
    return left, first


def _sample(stored: Mapping[str, Any], job: Job, records: list[Record]) -> tuple[list[str], list[list[str]]]:
    if stored.get("built_in"):
        return [], []
    titles, rows, _left = sample_rows(Draft.from_dict(stored), records)
    return titles, rows
