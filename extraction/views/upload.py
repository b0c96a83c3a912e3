"""Files come in: one request a file from the page's script, or one with several from a plain form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from extraction import selectors, services
from extraction.engine.errors import InvoiceError
from extraction.models import Workspace
from extraction.permissions import NotAllowed
from extraction.wording import told as told_error

from .common import signed_in, wants_json


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Each file is kept or refused by itself: a bad one never takes another with it."""
    workspace = selectors.workspace_for(signed_in(request))
    files = request.FILES.getlist("file")
    if workspace is None:
        answers = [refusal(403, _("You are not a member of any workspace. Ask your administrator to add you."))]
    elif not files:
        answers = [refusal(400, _("No file arrived. Choose one or more files and upload again."))]
    else:
        answers = [receive(request, workspace, file) for file in files]
    if wants_json(request):
        return JsonResponse(answers[0], status=answers[0]["status"])
    return told_by_messages(request, answers)


def receive(request: HttpRequest, workspace: Workspace, file: Any) -> dict[str, Any]:
    name = file.name or "document"
    try:
        reception = services.documents_receive(
            workspace=workspace, user=signed_in(request), file=file, file_name=request.POST.get("name") or name
        )
    except InvoiceError as error:
        return refusal(503 if error.retryable else 422, told_error(error.message), code=error.code, file=name)
    except NotAllowed as error:
        return refusal(403, error.message, file=name)
    answers = [answer_for(outcome) for outcome in reception.outcomes]
    return packed(name, answers) if reception.packed else answers[0]


def answer_for(outcome: services.Outcome) -> dict[str, Any]:
    if outcome.received is None:
        error = outcome.error or InvoiceError()
        return refusal(422, told_error(error.message), code=error.code, file=outcome.name)
    invoice, duplicate = outcome.received.invoice, outcome.received.duplicate
    return {
        "status": 200 if duplicate else 201,
        "id": invoice.pk,
        "url": reverse("review", args=[invoice.pk]),
        "duplicate": duplicate,
        "file": invoice.file_name,
    }


def packed(name: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """One answer for a file that held several: the best status, what became of each, and a sentence that sums up."""
    kept = [answer for answer in answers if "id" in answer]
    new = [answer for answer in kept if not answer["duplicate"]]
    refused = [answer for answer in answers if "error" in answer]
    summary = packed_summary(len(new), len(kept) - len(new), len(refused))
    if not kept:
        return refusal(422, told(summary, refused), code=refused[0]["code"], file=name) | {"documents": answers}
    return {
        "status": 201 if new else 200,
        "id": kept[0]["id"],
        "url": kept[0]["url"] if len(kept) == 1 else f"{reverse('inbox')}?{urlencode({'q': name})}",
        "duplicate": not new,
        "file": name,
        "documents": answers,
        "summary": summary,
        "note": told("", refused),
    }


def packed_summary(new: int, duplicates: int, refused: int) -> str:
    parts = []
    if new or not (duplicates or refused):
        parts.append(ngettext("%(n)d document", "%(n)d documents", new) % {"n": new})
    if duplicates:
        parts.append(ngettext("%(n)d already here", "%(n)d already here", duplicates) % {"n": duplicates})
    if refused:
        parts.append(ngettext("%(n)d refused", "%(n)d refused", refused) % {"n": refused})
    return ", ".join(parts)


def told(start: str, refused: list[dict[str, Any]]) -> str:
    reasons = " ".join(f"{answer['file']}: {answer['error']}" for answer in refused)
    return f"{start}. {reasons}" if start else reasons


def refusal(status: int, message: str, *, code: str = "refused", file: str = "") -> dict[str, Any]:
    return {"status": status, "error": message, "code": code, "file": file}


def told_by_messages(request: HttpRequest, answers: list[dict[str, Any]]) -> HttpResponse:
    for answer in answers:
        if "error" in answer:
            messages.error(request, f"{answer['file']}: {answer['error']}" if answer["file"] else answer["error"])
        elif "documents" in answer:
            level = messages.WARNING if answer["note"] else messages.SUCCESS
            messages.add_message(request, level, f"{answer['file']}: {answer['summary']}. {answer['note']}".strip())
        elif answer["duplicate"]:
            messages.info(request, _("%(file)s is already here.") % answer)
    kept = sum(1 for answer in answers if answer["status"] == 201 and "documents" not in answer)
    if kept:
        messages.success(request, ngettext("%(n)d file uploaded.", "%(n)d files uploaded.", kept) % {"n": kept})
    return redirect("inbox")
