"""Records as files. What formats there are stands in ``extraction.exports``."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from extraction import exports
from extraction.exports.profiles import BUILT_IN
from extraction.models import Status
from extraction.permissions import require
from extraction.views.export import handed_out

from . import schemas
from .auth import EXPORT, MARK, user_of, workspace_of
from .documents import BINARY
from .invoices import chosen

router = Router(tags=["Exports"])


class Chosen(schemas.InvoiceFilter):
    bom: bool = Field(False, description="CSV: a byte order mark, by which Excel knows UTF-8")
    dialect: Literal[tuple(exports.DIALECTS)] = Field(  # type: ignore[valid-type]
        next(iter(exports.DIALECTS)), description="CSV: what stands between cells"
    )


@router.get("/exports", auth=EXPORT, response=list[schemas.Format], operation_id="list_exports", summary="Formats")
def formats(request: HttpRequest) -> list[dict[str, Any]]:
    plans = {name: exports.plan_for(kind, levels) for name, (_label, kind, levels) in BUILT_IN.items()}
    return [
        {"format": name, "label": str(BUILT_IN[name][0]), "media_type": plan.media_type, "extension": plan.extension}
        for name, plan in plans.items()
    ]


@router.get(
    "/exports/{format}",
    auth=EXPORT,
    response={200: None},
    operation_id="download_export",
    summary="Download",
    openapi_extra=BINARY,
)
def download(request: HttpRequest, format: str, filters: Query[Chosen]) -> HttpResponseBase:
    """The documents that the filters choose, as a file, streamed. Nothing changes."""
    return written(request, format, filters, mark=False)


@router.post(
    "/exports/{format}",
    auth=MARK,
    response={200: None},
    operation_id="export_and_mark",
    summary="Download and mark as exported",
    openapi_extra=BINARY,
)
def marked(request: HttpRequest, format: str, filters: Query[Chosen]) -> HttpResponseBase:
    """As the download; of what is in the file, approved documents become exported."""
    require("export", workspace=workspace_of(request), user=user_of(request))
    return written(request, format, filters, mark=True)


def written(request: HttpRequest, format: str, filters: Chosen, *, mark: bool) -> HttpResponseBase:
    if format not in BUILT_IN:
        raise Http404
    _label, kind, levels = BUILT_IN[format]
    options = exports.DIALECTS[filters.dialect]
    plan = exports.plan_for(kind, levels, exports.with_mark(options) if filters.bom else options)
    found = chosen(request, filters).order_by("pk")
    if mark and not filters.status:
        found = found.filter(status=Status.APPROVED)
    ids = list(found.values_list("pk", flat=True))
    pieces = handed_out(ids, plan, user=user_of(request), mark=mark, workspace=workspace_of(request))
    response = StreamingHttpResponse(pieces, content_type=plan.media_type)
    name = f"invoices-{timezone.localdate():%Y-%m-%d}.{plan.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
