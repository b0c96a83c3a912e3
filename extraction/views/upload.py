"""Files come in: one request a file from the page's script, or one with several from a plain form."""

from __future__ import annotations

from typing import Any

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
        received = services.invoice_receive(
            workspace=workspace, user=signed_in(request), file=file, file_name=request.POST.get("name") or name
        )
    except InvoiceError as error:
        return refusal(503 if error.retryable else 422, error.message, code=error.code, file=name)
    except NotAllowed as error:
        return refusal(403, error.message, file=name)
    invoice = received.invoice
    return {
        "status": 200 if received.duplicate else 201,
        "id": invoice.pk,
        "url": reverse("review", args=[invoice.pk]),
        "duplicate": received.duplicate,
        "file": invoice.file_name,
    }


def refusal(status: int, message: str, *, code: str = "refused", file: str = "") -> dict[str, Any]:
    return {"status": status, "error": message, "code": code, "file": file}


def told_by_messages(request: HttpRequest, answers: list[dict[str, Any]]) -> HttpResponse:
    for answer in answers:
        if "error" in answer:
            messages.error(request, f"{answer['file']}: {answer['error']}" if answer["file"] else answer["error"])
        elif answer["duplicate"]:
            messages.info(request, _("%(file)s is already here.") % answer)
    kept = sum(1 for answer in answers if answer["status"] == 201)
    if kept:
        messages.success(request, ngettext("%(n)d file uploaded.", "%(n)d files uploaded.", kept) % {"n": kept})
    return redirect("inbox")
