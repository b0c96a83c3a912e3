"""What went wrong, as RFC 9457 has it: every refusal of the API is a problem document, never a page or a traceback."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from extraction import services
from extraction.engine.errors import InvoiceError
from extraction.permissions import NotAllowed
from extraction.wording import told

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """An answer that is a problem. ``errors`` are ``{"field": ..., "message": ...}``."""

    def __init__(
        self, status: int, code: str, detail: str, *, errors: Sequence[dict[str, str]] = (), **headers: str
    ) -> None:
        self.status, self.code, self.detail, self.errors, self.headers = status, code, detail, errors, headers
        super().__init__(detail)


def problem(
    request: HttpRequest, status: int, code: str, detail: str, *, errors: Sequence[dict[str, str]] = (), **headers: str
) -> HttpResponse:
    """``headers``: ``Retry_After`` stands for Retry-After."""
    body = {
        "type": f"urn:invoicelens:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "errors": list(errors),
    }
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def problem_of(request: HttpRequest, response: Any) -> HttpResponse:
    """What Django or a middleware refused before the API was asked."""
    status = int(response.status_code)
    texts = {
        404: _("There is nothing at this address."),
        405: _("This address does not take this method."),
        413: _("The body is too large."),
        500: _("Something went wrong here; the log of the server says what."),
    }
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 500: "internal_error"}
    detail = texts.get(status, _("The request could not be understood."))
    headers = {"Allow": response["Allow"]} if response.has_header("Allow") else {}
    return problem(request, status, codes.get(status, "bad_request"), detail, **headers)


def on_exception(request: HttpRequest, error: Any) -> HttpResponse:
    """One handler for all: what it is decides."""
    found = _refusal(error)
    if found is None:
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        text = _("Something went wrong here; the log of the server says what.")
        found = Refusal(500, "internal_error", text)
    return problem(request, found.status, found.code, found.detail, errors=found.errors, **found.headers)


def _refusal(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, ValidationError):
        return Refusal(422, "invalid_request", _("The request does not fit its description."), errors=_told(error))
    if isinstance(error, InvoiceError):
        return Refusal(503 if error.retryable else 422, error.code, told(error.message))
    if isinstance(error, services.InvalidFields):
        rows = [{"field": name, "message": message} for name, message in error.errors.items()]
        return Refusal(422, "invalid_fields", error.message, errors=rows)
    if isinstance(error, services.TooManyRequests):
        return Refusal(429, "too_many_requests", error.message, Retry_After=str(error.seconds))
    for kind, status, code in STATUS_OF:
        if isinstance(error, kind):
            return Refusal(status, code, str(getattr(error, "message", "")) or TEXTS.get(code, str(error)))
    return None


STATUS_OF: tuple[tuple[type[Exception], int, str], ...] = (
    (NotAllowed, 403, "not_allowed"),
    (services.Changed, 412, "changed"),
    (services.InvalidValue, 422, "invalid_value"),
    (services.KeyUsedOtherwise, 422, "idempotency_key_reused"),
    (services.KeyInWork, 409, "idempotency_key_in_work"),
    (services.ApprovalBlocked, 409, "approval_blocked"),
    (services.InvalidState, 409, "invalid_state"),
    (services.ServiceError, 409, "refused"),
    (Http404, 404, "not_found"),
    (RequestDataTooBig, 413, "too_large"),
    (SuspiciousOperation, 400, "bad_request"),
    (MultiPartParserError, 400, "bad_request"),
    (UnreadablePostError, 400, "bad_request"),
    (HttpError, 400, "bad_request"),
)
# Not translated at import: English is what programs get unless they ask for a language.
TEXTS = {
    "not_found": "There is nothing at this address.",
    "too_large": "The body is too large.",
    "bad_request": "The request could not be read.",
}


def _told(error: ValidationError) -> list[dict[str, str]]:
    """Where, in dots, and why; the first part of a place says whether it is body, query, path or header."""
    rows = []
    for found in error.errors:
        place = [str(part) for part in found.get("loc", ())]
        where = ".".join(part for part in place[1:] if part not in ("payload", "filters")) or place[0]
        rows.append({"field": where, "message": str(found.get("msg", ""))})
    return rows
