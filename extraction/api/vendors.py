"""Vendors, as the data for BI tools knows them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from extraction.bi.query import Select, rows_of
from extraction.bi.schema import BY_NAME

from . import schemas
from .auth import READ, workspace_of
from .paging import bad_cursor, next_link, opened, sealed

router = Router(tags=["Vendors"])
TABLE = BY_NAME["dim_vendor"]


class Asked(Schema):
    cursor: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="from `next` of the page before")
    limit: schemas.Limit = 50


@router.get("/vendors", auth=READ, response=schemas.Vendors, operation_id="list_vendors", summary="List")
def vendors(request: HttpRequest, filters: Query[Asked]) -> dict[str, Any]:
    """Those that documents of the workspace name: by tax id, or by name where there is none."""
    after = ""
    if filters.cursor:
        place = opened(filters.cursor)
        if len(place) != 1 or not isinstance(place[0], str) or "\x00" in place[0]:
            raise bad_cursor()
        after = place[0]
    select = Select(TABLE, workspace_of(request).pk, where="vendor_key > %s", params=(after,), limit=filters.limit + 1)
    found = list(rows_of(select))
    cursor = sealed([found[filters.limit - 1][0]]) if len(found) > filters.limit else ""
    return {"items": [vendor_of(row) for row in found[: filters.limit]], "next": next_link(request, cursor)}


def vendor_of(row: tuple[Any, ...]) -> dict[str, Any]:
    named = dict(zip((column.name for column in TABLE.columns), row, strict=True))
    return {
        "key": named["vendor_key"],
        "name": named["vendor_name"] or None,
        "tax_id": named["vendor_tax_id"] or None,
        **{name: named[name] for name in ("documents", "first_issue_date", "last_issue_date")},
    }
