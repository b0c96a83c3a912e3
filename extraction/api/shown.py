"""Rows of the database as the API shows them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from extraction.amounts import money, number
from extraction.models import FieldValue, Invoice, LineItem, TaxLine, Webhook, WebhookDelivery
from extraction.wording import told

PLAIN = ("document_type", "vendor_name", "vendor_tax_id", "invoice_number", "currency", "iban")
AMOUNTS = ("net_total", "tax_total", "gross_total", "amount_due")
SAME = (
    "status", "revision", "issue_date", "due_date", "confidence", "channel", "sender", "created_at", "updated_at",
    "read_at", "approved_at", "exported_at",
)  # fmt: skip
CELLS = ("quantity", "unit_price", "discount", "tax_rate", "amount")


def row_of(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    approver = invoice.approved_by
    error = {"code": invoice.error_code, "message": told(invoice.error_message)} if invoice.error_code else None
    return {
        "id": invoice.pk,
        "url": request.build_absolute_uri(reverse("review", args=[invoice.pk])),
        "file": invoice.file_name,
        "page_range": list(invoice.page_range) if invoice.page_range else None,
        **{name: getattr(invoice, name) for name in SAME},
        **{name: getattr(invoice, name) or None for name in PLAIN},
        **{name: money(getattr(invoice, name)) for name in AMOUNTS},
        "problems": [problem_of(found) for found in invoice.problems],
        "approved_by": approver.email if approver else None,
        "error": error,
    }


def problem_of(found: dict[str, Any]) -> dict[str, Any]:
    return {"code": found["code"], "fields": found["fields"], "message": told(found["message"])}


def record_of(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    """The whole record; one query for each kind of row."""
    values = invoice.field_values.select_related("confirmed_by")
    return {
        **row_of(request, invoice),
        "sha256": invoice.sha256,
        "size": invoice.size,
        "media_type": invoice.media_type,
        "language": invoice.language or None,
        "source": invoice.source or None,
        "pages": invoice.page_count,
        "seconds": invoice.seconds,
        "engine_version": invoice.engine_version or None,
        "fields": {row.name: value_of(row) for row in values.order_by("name")},
        "tax_breakdown": [tax_of(row) for row in invoice.tax_lines.all()],
        "line_items": [line_of(row) for row in invoice.line_items.all()],
    }


def value_of(row: FieldValue) -> dict[str, Any]:
    return {
        "value": row.value or None,
        "read_value": row.machine_value or None,
        "text": row.machine_text,
        "confidence": row.confidence,
        "reason": told(row.reason),
        "page": row.page,
        "box": row.box,
        "alternatives": row.alternatives,
        "confirmed_by": row.confirmed_by.email if row.confirmed_by else None,
        "confirmed_at": row.confirmed_at,
    }


def tax_of(row: TaxLine) -> dict[str, Any]:
    return {
        "rate": number(row.rate),
        "base": money(row.base),
        "amount": money(row.amount),
        "category": row.category or None,
        "exemption_reason": row.exemption_reason or None,
    }


def line_of(row: LineItem) -> dict[str, Any]:
    texts = ("description", "unit", "item_code", "gtin", "po_line")
    return {
        **{name: getattr(row, name) for name in ("position", "date", "page", "box", "confidence")},
        **{name: getattr(row, name) or None for name in texts},
        **{name: (money if name == "amount" else number)(getattr(row, name)) for name in CELLS},
    }


def webhook_of(hook: Webhook) -> dict[str, Any]:
    names = ("url", "events", "is_active", "created_at", "failing_since")
    return {"id": hook.pk, "error": hook.error or None, **{name: getattr(hook, name) for name in names}}


def delivery_of(row: WebhookDelivery) -> dict[str, Any]:
    names = (
        "message_id", "event", "state", "attempts", "created_at", "tried_at", "status_code", "milliseconds",
        "response", "payload",
    )  # fmt: skip
    waiting = row.state == WebhookDelivery.State.WAITING
    return {
        "id": row.pk,
        "error": row.error or None,
        "next_try_at": row.next_try_at if waiting else None,
        **{name: getattr(row, name) for name in names},
    }
