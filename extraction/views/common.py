"""What several pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from extraction import selectors
from extraction.models import Invoice, User
from extraction.permissions import NotAllowed
from extraction.services import ServiceError

View = Callable[..., HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """The person: LoginRequired let nobody else through."""
    return cast(User, request.user)


def own_invoice(request: HttpRequest, invoice_id: int) -> Invoice:
    """Theirs, or 404: whether somebody else has it is not told."""
    return selectors.invoice_get(signed_in(request), invoice_id)


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def explains_refusals(view: View) -> View:
    """A service that refuses says why in words; they are shown where the person is, and nothing is lost."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            return refused(request, error.message, status=403)
        except ServiceError as error:
            return refused(request, error.message, status=409)

    return wrapper


def refused(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": message}, status=status)
    if is_htmx(request):
        return render(request, "_refused.html", {"message": message}, status=status)
    messages.error(request, message)
    return redirect(where_from(request))


def where_from(request: HttpRequest) -> str:
    """The page that the form was on, if it is one of ours."""
    asked = request.POST.get("next") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else reverse("inbox")
