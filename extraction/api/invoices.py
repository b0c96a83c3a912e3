"""Documents: list, upload, get, correct, decide."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Header, Query, Router, Status, UploadedFile
from ninja.responses import NinjaJSONEncoder
from pydantic import StringConstraints

from extraction import selectors, services
from extraction.engine.errors import InvoiceError
from extraction.models import Channel, Invoice, InvoiceQuerySet
from extraction.wording import told

from . import schemas
from .auth import APPROVE, READ, UPLOAD, WRITE, WRITE_JSON, invoices_of, token_of, user_of, workspace_of
from .errors import Refusal
from .paging import next_link, page_of
from .shown import record_of, row_of

router = Router(tags=["Invoices"])
IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag or revision: refuse if it changed since")]
Key = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=255)] | None,
    Header(alias="Idempotency-Key", description="the same key brings the same answer again, for 48 hours"),
]
REVISION = re.compile(r'^(?:W/)?"?(\d{1,9})(?:\.[0-9a-f]+)?"?$')


# --- list and get -----------------------------------------------------------------------------------------------------


@router.get("/invoices", auth=READ, response=schemas.InvoicePageOf, operation_id="list_invoices", summary="List")
def listed(request: HttpRequest, filters: Query[schemas.Listing]) -> dict[str, Any]:
    """A page of documents. To stay in step, ask for `sort=updated_at` and `changed_since`, and follow `next`."""
    rows = chosen(request, filters).select_related("approved_by")
    found, cursor = page_of(rows, sort=filters.sort, cursor=filters.cursor, limit=filters.limit)
    return {"items": [row_of(request, invoice) for invoice in found], "next": next_link(request, cursor)}


def chosen(request: HttpRequest, filters: schemas.InvoiceFilter) -> InvoiceQuerySet:
    """What the token may see and the filters ask for."""
    found = invoices_of(request)
    asked = {
        "status__in": filters.status or None,
        "issue_date__gte": filters.issued_from,
        "issue_date__lte": filters.issued_to,
        "gross_total__gte": filters.amount_from,
        "gross_total__lte": filters.amount_to,
        "currency": filters.currency,
        "updated_at__gte": filters.changed_since,
        "channel": filters.channel,
    }
    found = found.filter(**{name: value for name, value in asked.items() if value is not None})
    if filters.vendor:
        found = found.filter(vendor_name__icontains=filters.vendor) | found.filter(vendor_tax_id=filters.vendor)
    if filters.problem:
        # Both databases write a key, a colon, a space, a value.
        texts = found.annotate(problems_text=Cast("problems", TextField()))
        found = texts.filter(problems_text__contains=f'"code": "{filters.problem}"')
    return selectors.found_by(found, filters.q) if filters.q.strip() else found


@router.get("/invoices/{invoice_id}", auth=READ, response=schemas.Invoice, operation_id="get_invoice", summary="Get")
def got(
    request: HttpRequest,
    response: HttpResponse,
    invoice_id: schemas.Id,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Any:
    """The whole record, with an ETag: sent back as `If-None-Match`, it brings 304 while nothing changed."""
    record = record_of(request, own(request, invoice_id))
    response["ETag"] = etag = etag_of(record)
    if if_none_match is not None and etag in [part.strip().removeprefix("W/") for part in if_none_match.split(",")]:
        return HttpResponse(status=304, headers={"ETag": etag})
    return record


def own(request: HttpRequest, invoice_id: int) -> Invoice:
    return get_object_or_404(invoices_of(request).select_related("workspace", "package", "approved_by"), pk=invoice_id)


def etag_of(record: dict[str, Any]) -> str:
    """The revision, by which changes are guarded, and a hash of all that is shown."""
    text = json.dumps(record, cls=NinjaJSONEncoder, sort_keys=True)
    return f'"{record["revision"]}.{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


# --- upload -----------------------------------------------------------------------------------------------------------


@router.post(
    "/invoices",
    auth=UPLOAD,
    response={201: schemas.Upload, 200: schemas.Upload},
    operation_id="upload_invoice",
    summary="Upload",
)
def uploaded(request: HttpRequest, response: HttpResponse, file: File[UploadedFile], key: Key = None) -> Any:
    """A document, or a mail or archive with several. 201: something new came; 200: all of it is here already."""
    if key is None:
        return Status(*received(request, file))
    digest = hashlib.sha256((file.name or "").encode("utf-8", "replace"))
    for chunk in file.chunks():
        digest.update(chunk)
    answer = services.answer_begin(token=token_of(request), key=key, fingerprint=digest.hexdigest())
    if answer.status is not None:
        response["Idempotency-Replayed"] = "true"
        return Status(answer.status, answer.body)
    try:
        status, body = received(request, file)
    except BaseException:
        services.answer_drop(answer=answer)
        raise
    plain = json.loads(json.dumps(body, cls=NinjaJSONEncoder))
    services.answer_keep(answer=answer, status=status, body=plain)
    return Status(status, body)


def received(request: HttpRequest, file: UploadedFile) -> tuple[int, dict[str, Any]]:
    token = token_of(request)
    reception = services.documents_receive(
        workspace=token.workspace,
        user=token.user,
        file=file,
        file_name=file.name or "document",
        origin=services.Origin(Channel.API, token.name),
    )
    documents = [outcome_of(request, outcome) for outcome in reception.outcomes]
    kept = [row for row in documents if row["invoice"]]
    if not kept:
        rows = [{"field": row["file"], "message": row["error"]["message"]} for row in documents]
        raise Refusal(422, "no_documents", _("Nothing in this file can be used."), errors=rows)
    return (200 if all(row["duplicate"] for row in kept) else 201), {"packed": reception.packed, "documents": documents}


def outcome_of(request: HttpRequest, outcome: services.Outcome) -> dict[str, Any]:
    if outcome.received is None:
        error = outcome.error or InvoiceError()
        return {"file": outcome.name, "duplicate": False, "invoice": None,
                "error": {"code": error.code, "message": told(error.message)}}  # fmt: skip
    invoice = outcome.received.invoice
    return {"file": outcome.name, "duplicate": outcome.received.duplicate, "invoice": row_of(request, invoice),
            "error": None}  # fmt: skip


# --- change -----------------------------------------------------------------------------------------------------------


def revision_of(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = REVISION.match(if_match.strip())
    if found is None:
        raise Refusal(400, "bad_request", _("If-Match is an ETag of this document, or its revision."))
    return int(found[1])


def answered(request: HttpRequest, response: HttpResponse, invoice_id: int) -> dict[str, Any]:
    record = record_of(request, own(request, invoice_id))
    response["ETag"] = etag_of(record)
    return record


@router.patch(
    "/invoices/{invoice_id}/fields",
    auth=WRITE_JSON,
    response=schemas.Invoice,
    operation_id="correct_invoice",
    summary="Correct or confirm fields",
)
def corrected(
    request: HttpRequest,
    response: HttpResponse,
    invoice_id: schemas.Id,
    payload: schemas.Corrections,
    if_match: IfMatch = None,
) -> Any:
    """All or nothing. What cannot be taken is named in `errors`, field by field; the checks run again."""
    invoice, values = own(request, invoice_id), {name: text or "" for name, text in payload.fields.items()}
    with services.invoice_unchanged(invoice=invoice, revision=revision_of(if_match)):
        services.fields_correct(invoice=invoice, user=user_of(request), values=values, confirmed=payload.confirm)
    return answered(request, response, invoice_id)


@router.post(
    "/invoices/{invoice_id}/approve",
    auth=APPROVE,
    response=schemas.Invoice,
    operation_id="approve_invoice",
    summary="Approve",
)
def approved(request: HttpRequest, response: HttpResponse, invoice_id: schemas.Id, if_match: IfMatch = None) -> Any:
    """Warnings do not block it. Changed bank details and missing fields do, because a program looks at no document.

    Where the workspace asks for two approvals, the first one leaves the document in `review`.
    """
    invoice = own(request, invoice_id)
    with services.invoice_unchanged(invoice=invoice, revision=revision_of(if_match)):
        services.invoice_approve(invoice=invoice, user=user_of(request), bulk=True)
    return answered(request, response, invoice_id)


@router.post(
    "/invoices/{invoice_id}/reopen",
    auth=APPROVE,
    response=schemas.Invoice,
    operation_id="reopen_invoice",
    summary="Reopen",
)
def reopened(request: HttpRequest, response: HttpResponse, invoice_id: schemas.Id, if_match: IfMatch = None) -> Any:
    """Back to review, to be changed again."""
    invoice = own(request, invoice_id)
    with services.invoice_unchanged(invoice=invoice, revision=revision_of(if_match)):
        services.invoice_reopen(invoice=invoice, user=user_of(request))
    return answered(request, response, invoice_id)


@router.post(
    "/invoices/{invoice_id}/reject",
    auth=WRITE_JSON,
    response=schemas.Invoice,
    operation_id="reject_invoice",
    summary="Reject",
)
def rejected(
    request: HttpRequest,
    response: HttpResponse,
    invoice_id: schemas.Id,
    payload: schemas.Rejection,
    if_match: IfMatch = None,
) -> Any:
    invoice = own(request, invoice_id)
    with services.invoice_unchanged(invoice=invoice, revision=revision_of(if_match)):
        services.invoice_reject(invoice=invoice, user=user_of(request), reason=payload.reason)
    return answered(request, response, invoice_id)


@router.post(
    "/invoices/{invoice_id}/retry",
    auth=WRITE,
    response=schemas.Invoice,
    operation_id="retry_invoice",
    summary="Read again",
)
def retried(request: HttpRequest, response: HttpResponse, invoice_id: schemas.Id) -> Any:
    """What people corrected or confirmed is kept."""
    services.invoice_retry(invoice=own(request, invoice_id), user=user_of(request))
    return answered(request, response, invoice_id)


@router.delete(
    "/invoices/{invoice_id}", auth=WRITE, response={204: None}, operation_id="delete_invoice", summary="Delete"
)
def deleted(request: HttpRequest, invoice_id: schemas.Id) -> Status[None]:
    """It can be restored until it is removed for good."""
    services.invoice_delete(invoice=own(request, invoice_id), user=user_of(request))
    return Status(204, None)


@router.post(
    "/invoices/{invoice_id}/restore",
    auth=WRITE,
    response=schemas.Invoice,
    operation_id="restore_invoice",
    summary="Restore",
)
def restored(request: HttpRequest, response: HttpResponse, invoice_id: schemas.Id) -> Any:
    if not Invoice.objects.filter(pk=invoice_id, workspace=workspace_of(request)).exists():
        raise Http404
    services.invoice_restore(invoice_id=invoice_id, user=user_of(request))
    return answered(request, response, invoice_id)
