"""The addresses of the feed. A token opens it: as Bearer, or as the password of Basic, as Excel and Power BI ask."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from extraction import services
from extraction.bi.query import Select, count_of, rows_of
from extraction.bi.schema import BY_NAME, Column, Table, Type
from extraction.models import ApiToken, Scope

from .errors import ODataError, not_offered
from .metadata import metadata_xml, service_document
from .query import PAGE, Asked, asked_of, key_condition, next_options

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
CHALLENGE = 'Basic realm="Invoicelens", charset="UTF-8"'
XML = "application/xml"


def feed(view: View) -> View:
    """Gives the view the token; whatever is refused is an error as OData has them."""

    @csrf_exempt  # only GET; no cookie is looked at
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method not in ("GET", "HEAD"):
                raise ODataError("This feed is only read.", status=405, code="method_not_allowed", Allow="GET, HEAD")
            response = view(request, _token(request), **kwargs)
        except ODataError as error:
            response = error.response()
        except services.TooManyRequests as error:
            headers = {"Retry_After": str(error.seconds)}
            response = ODataError(error.message, status=429, code="too_many_requests", **headers).response()
        except Exception:
            logger.exception("%s failed", request.path)
            text = "Something went wrong here; the log of the server says what."
            response = ODataError(text, status=500, code="internal_error").response()
        response["OData-Version"] = "4.0"
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapper


def _token(request: HttpRequest) -> ApiToken:
    kind, _space, rest = request.headers.get("Authorization", "").partition(" ")
    secret = rest.strip()
    if kind.lower() == "basic":
        try:
            secret = base64.b64decode(secret).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            secret = ""
    token = services.token_use(secret=secret) if kind.lower() in ("basic", "bearer") and secret else None
    if token is None:
        text = "Sign in with any user name and an API token as the password, or send the token as Bearer."
        raise ODataError(text, status=401, code="unauthorized", WWW_Authenticate=CHALLENGE)
    if Scope.BI_READ not in token.scopes:
        raise ODataError(f"This token lacks the scope {Scope.BI_READ}.", status=403, code="insufficient_scope")
    return token


def root_of(request: HttpRequest) -> str:
    return request.build_absolute_uri("/odata/v1/")


@feed
def service(request: HttpRequest, token: ApiToken) -> HttpResponseBase:
    return JsonResponse(service_document(root_of(request)), content_type=_media(request)[0])


@feed
def metadata(request: HttpRequest, token: ApiToken) -> HttpResponseBase:
    return HttpResponse(metadata_xml(), content_type=XML)


@feed
def nothing(request: HttpRequest, token: ApiToken, rest: str = "") -> HttpResponseBase:
    if rest.startswith("$"):
        raise not_offered(rest)
    raise ODataError("There is nothing at this address.", status=404, code="not_found")


def _table(name: str) -> Table:
    if name not in BY_NAME:
        raise ODataError(f"There is no entity set “{name}”.", status=404, code="not_found")
    return BY_NAME[name]


@feed
def entities(request: HttpRequest, token: ApiToken, name: str) -> HttpResponseBase:
    """The rows of one table, a page at a time, written while they are read."""
    table, options = _table(name), {key: request.GET[key] for key in request.GET}
    asked = asked_of(table, options, workspace_id=token.workspace_id, page=_page_size(request))
    media, strings = _media(request)
    count = count_of(_all(asked.select, options, token)) if asked.count else None
    head: dict[str, Any] = {} if "metadata=none" in media else {"@odata.context": _context(request, table, asked)}
    if count is not None:
        head["@odata.count"] = str(count) if strings else count

    def address(last: tuple[Any, ...]) -> str:
        query = urlencode(next_options(asked, options, last), quote_via=quote, safe="$'(),:")
        return f"{root_of(request)}{table.name}?{query}"

    response = StreamingHttpResponse(written(asked, head, address, strings=strings), content_type=media)
    if "maxpagesize" in request.headers.get("Prefer", ""):
        response["Preference-Applied"] = f"odata.maxpagesize={_page_size(request)}"
    return response


def _all(select: Select, options: dict[str, str], token: ApiToken) -> Select:
    """What $count counts: what the filter lets through, on whichever page."""
    table = select.table
    only = {"$filter": options["$filter"]} if "$filter" in options else {}
    return asked_of(table, only, workspace_id=token.workspace_id).select


@feed
def count(request: HttpRequest, token: ApiToken, name: str) -> HttpResponseBase:
    asked = asked_of(_table(name), {key: request.GET[key] for key in request.GET}, workspace_id=token.workspace_id)
    return HttpResponse(str(count_of(asked.select)), content_type="text/plain; charset=utf-8")


@feed
def entity(request: HttpRequest, token: ApiToken, name: str, key: str) -> HttpResponseBase:
    """One row by its key."""
    table = _table(name)
    options = {option: request.GET[option] for option in request.GET if option in ("$select", "$format")}
    asked = asked_of(table, options, workspace_id=token.workspace_id)
    where, params = key_condition(table, key)
    row = next(rows_of(Select(table, token.workspace_id, where=where, params=params, limit=1)), None)
    if row is None:
        raise ODataError("There is no such row.", status=404, code="not_found")
    media, strings = _media(request)
    head = json.dumps({"@odata.context": f"{_context(request, table, asked)}/$entity"})[:-1]
    body = row_json(table, asked.columns, row, strings=strings)
    return HttpResponse(f"{head}, {body[1:]}", content_type=media)


def _context(request: HttpRequest, table: Table, asked: Asked) -> str:
    selected = f"({asked.selected})" if asked.selected else ""
    return f"{root_of(request)}$metadata#{table.name}{selected}"


def _page_size(request: HttpRequest) -> int:
    found = re.search(r"(?:odata\.)?maxpagesize\s*=\s*\"?(\d{1,9})", request.headers.get("Prefer", ""))
    return max(1, min(int(found[1]), PAGE)) if found else PAGE


def _media(request: HttpRequest) -> tuple[str, bool]:
    """The media type of the answer, and whether large numbers are texts in it (IEEE754Compatible)."""
    asked = request.GET.get("$format") or request.headers.get("Accept", "")
    asked = "application/json" if asked == "json" else asked
    if asked and not re.search(r"\*/\*|application/\*|application/json", asked):
        status = 415 if "$format" in request.GET else 406
        raise ODataError("This feed is offered as application/json.", status=status, code="not_acceptable")
    none = re.search(r"odata\.metadata=none", asked)
    strings = bool(re.search(r"IEEE754Compatible=true", asked, re.IGNORECASE))
    level = "none" if none else "minimal"
    compatible = ";IEEE754Compatible=true" if strings else ""
    return f"application/json;odata.metadata={level};odata.streaming=true{compatible};charset=utf-8", strings


# --- rows as JSON -----------------------------------------------------------------------------------------------------


def written(
    asked: Asked, head: dict[str, Any], address: Callable[[tuple[Any, ...]], str], *, strings: bool
) -> Iterator[str]:
    """The body in pieces; of the ``size + 1`` rows that are fetched, the last one says that there is a next page."""
    yield json.dumps(head)[:-1] + (", " if head else "") + '"value": ['
    last: tuple[Any, ...] | None = None
    more = False
    for number, row in enumerate(rows_of(asked.select) if asked.size else ()):
        if number == asked.size:
            more = True
            break
        yield (", " if number else "") + row_json(asked.select.table, asked.columns, row, strings=strings)
        last = row
    wanted = asked.left is None or asked.left > asked.size
    follow = f', "@odata.nextLink": {json.dumps(address(last))}' if more and wanted and last else ""
    yield f"]{follow}}}"


def row_json(table: Table, columns: tuple[Column, ...], row: tuple[Any, ...], *, strings: bool) -> str:
    chosen = {column.name for column in columns}
    parts = [
        f'"{column.name}": {cell_json(column.type, value, strings=strings)}'
        for column, value in zip(table.columns, row, strict=True)
        if column.name in chosen
    ]
    return "{" + ", ".join(parts) + "}"


def cell_json(kind: Type, value: Any, *, strings: bool) -> str:
    if value is None:
        return "null"
    if kind in (Type.DECIMAL, Type.INTEGER):
        return f'"{value}"' if strings else f"{value:f}" if kind is Type.DECIMAL else str(value)
    if isinstance(value, datetime):
        return json.dumps(value.isoformat().replace("+00:00", "Z"))
    return json.dumps(value.isoformat() if kind is Type.DATE else value)
