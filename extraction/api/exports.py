"""Records as files. What formats there are stands in ``extraction.exports``."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from extraction import exports
from extraction.models import Status
from extraction.permissions import require
from extraction.views.export import in_parts

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
    return [
        {"format": name, "label": str(kind.label), "media_type": kind.media_type, "extension": kind.extension}
        for name, kind in exports.EXPORTS.items()
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
    kind = exports.EXPORTS.get(format)
    if kind is None:
        raise Http404
    found = chosen(request, filters).order_by("pk")
    if mark and not filters.status:
        found = found.filter(status=Status.APPROVED)
    rows = in_parts(list(found.values_list("pk", flat=True)), user=user_of(request), mark=mark)
    pieces = exports.write(rows, format=format, bom=filters.bom, dialect=filters.dialect)
    response = StreamingHttpResponse(pieces, content_type=kind.media_type)
    name = f"invoices-{timezone.localdate():%Y-%m-%d}.{kind.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
