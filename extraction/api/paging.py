"""Pages by cursor: where the last one ended, not how much it skipped, so that new rows repeat or hide no others."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .errors import Refusal

M = TypeVar("M", bound=Model)
LARGEST_ID = 2**63 - 1


def page_of(rows: QuerySet[M], *, sort: str, cursor: str, limit: int) -> tuple[list[M], str]:
    """``limit`` rows after the cursor, and the cursor of the next page, "" when there is none.

    ``sort`` is a column, with a minus for the largest first; rows without a value come last, equal ones by their id.
    """
    column, down = sort.removeprefix("-"), sort.startswith("-")
    order = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    ordered = rows.order_by(order, "-pk" if down else "pk")
    if cursor:
        value, last = _opened(rows.model, cursor, sort)
        ordered = ordered.filter(_after(column, value, last, down))
    found = list(ordered[: limit + 1])
    if len(found) <= limit:
        return found, ""
    end = found[limit - 1]
    return found[:limit], sealed([sort, _plain(getattr(end, column)), end.pk])


def _after(column: str, value: Any, last: int, down: bool) -> Q:
    further = Q(pk__lt=last) if down else Q(pk__gt=last)
    if value is None:
        return Q(**{f"{column}__isnull": True}) & further
    beyond = Q(**{f"{column}__{'lt' if down else 'gt'}": value})
    return beyond | Q(**{column: value}) & further | Q(**{f"{column}__isnull": True})


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def sealed(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def opened(cursor: str) -> list[Any]:
    """Refusal for anything that is no cursor of ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, list):
        raise bad_cursor()
    return place


def bad_cursor() -> Refusal:
    text = _("This cursor is none. Take it from “next” of the page before, with the same “sort”.")
    return Refusal(422, "invalid_cursor", text, errors=[{"field": "cursor", "message": text}])


def _opened(model: type[Model], cursor: str, sort: str) -> tuple[Any, int]:
    place = opened(cursor)
    known = len(place) == 3 and place[0] == sort and type(place[2]) is int and 0 <= place[2] <= LARGEST_ID
    if not known or "\x00" in str(place[1]):
        raise bad_cursor()
    if place[1] is None:
        return None, place[2]
    try:
        return model._meta.get_field(sort.removeprefix("-")).clean(place[1], None), place[2]  # type: ignore[union-attr]
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise bad_cursor() from None


def next_link(request: HttpRequest, cursor: str) -> str | None:
    """The same request with another cursor."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
