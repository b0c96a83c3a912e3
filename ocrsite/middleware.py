"""Headers that every response carries, and what is refused before a page is asked."""

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from extraction.api.errors import MEDIA_TYPE, problem_of
from extraction.views.common import wants_json, where_from

GetResponse = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing but our own scripts and styles runs. Django 6 brings this along as ``SECURE_CSP``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response

    return middleware


API = "/api/"
FOR_PROGRAMS = (API, "/odata/")  # each request there carries a token, which they ask for themselves


def api_problems(get_response: GetResponse) -> GetResponse:
    """Whatever refuses a request of the API, also before it is asked: the answer is a problem document."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(API):
            return response
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = problem_of(request, response)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def server_timing(get_response: GetResponse) -> GetResponse:
    """How long the server took, for the browser's developer tools and for measurements, in milliseconds.

    ``app`` is the time by the clock, ``cpu`` what of it this request's own thread computed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        start, computed = time.perf_counter(), time.thread_time()
        response = get_response(request)
        spent, cost = (time.perf_counter() - start) * 1000, (time.thread_time() - computed) * 1000
        response.headers["Server-Timing"] = f"app;dur={spent:.1f}, cpu;dur={cost:.1f}"
        return response

    return middleware


class LoginRequired(LoginRequiredMiddleware):
    """A page leads to the sign-in; a script gets 401, so that it can say so and keep what the person was doing.

    A form leads back to its page: the address that it was sent to can only be posted to.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path.startswith(FOR_PROGRAMS):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if wants_json(request) or request.headers.get("HX-Request"):
            answer = JsonResponse({"error": _("Your session has ended. Sign in again.")}, status=401)
            return cast(HttpResponseRedirect, answer)  # the base class never looks at it
        if request.method == "POST":
            return redirect_to_login(where_from(request))
        return super().handle_no_permission(request, view_func)


def own_language(get_response: GetResponse) -> GetResponse:
    """A person's chosen language; without one, the browser's, which LocaleMiddleware took."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        chosen = user.preferences.get("language") if user is not None and user.is_authenticated else None
        if chosen not in dict(settings.LANGUAGES):
            return get_response(request)
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen
        response = get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware


FORM_OVERHEAD = 64 * 1024  # boundaries and the small fields beside the file
DRAINED = 1024 * 1024 * 1024


def upload_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large by its announced length, before anything of it is stored.

    What is still coming is read and dropped: a browser whose request is cut off shows a broken connection, not our
    answer. Beyond ``DRAINED`` bytes it may.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length <= settings.MAX_UPLOAD_MB * 1024 * 1024 + FORM_OVERHEAD:
            return get_response(request)
        left = min(length, DRAINED)
        while left > 0 and (chunk := request.read(min(left, 256 * 1024))):
            left -= len(chunk)
        text = _("This is larger than %(mb)d MB. Scan at 200 to 300 dpi, split it, or upload fewer files at once.")
        message = text % {"mb": settings.MAX_UPLOAD_MB}
        if wants_json(request):
            return JsonResponse({"error": message, "code": "too_large"}, status=413)
        return render(request, "413.html", {"message": message}, status=413)

    return middleware
