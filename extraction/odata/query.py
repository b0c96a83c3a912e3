"""The options of a request: which rows and columns, in which order, from where on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from extraction.bi.query import Select
from extraction.bi.schema import Column, Table, Type

from .errors import ODataError, not_offered
from .filters import filter_sql

PAGE = 5000
OFFERED = {"$filter", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken", "$format"}
LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class Asked:
    """``size`` rows at most are answered at once; ``left`` are wanted in all, None: every one."""

    select: Select
    columns: tuple[Column, ...]
    selected: str
    count: bool
    size: int
    left: int | None
    by_key: bool


def asked_of(table: Table, options: Mapping[str, str], *, workspace_id: int, page: int = PAGE) -> Asked:
    for name in options:
        if name.startswith("$") and name not in OFFERED:
            raise not_offered(name)
    top, skip = _number(options, "$top"), _number(options, "$skip") or 0
    columns = _columns(table, options.get("$select", ""))
    order = _order(table, options.get("$orderby", ""))
    conditions = []
    if options.get("$filter", "").strip():
        conditions.append(filter_sql(table, options["$filter"], vendor=connection.vendor))
    if "$skiptoken" in options:
        conditions.append(_after(table, options["$skiptoken"]))
    size = page if top is None else min(page, top)
    select = Select(
        table,
        workspace_id,
        where=" AND ".join(text for text, _params in conditions),
        params=tuple(param for _text, params in conditions for param in params),
        order=order or table.key,
        limit=size + 1,
        offset=skip,
    )
    selected = ",".join(column.name for column in columns) if options.get("$select", "*").strip() != "*" else ""
    return Asked(select, columns, selected, _truth(options, "$count"), size, top, by_key=not order)


def key_condition(table: Table, text: str) -> tuple[str, tuple[Any, ...]]:
    """``5`` of ``fact_invoice(5)``, also as ``invoice_id=5``; ``'1:acme'`` of a text key."""
    literal = text.removeprefix(f"{table.key}=")
    return filter_sql(table, f"{table.key} eq {literal}", vendor=connection.vendor)


def _number(options: Mapping[str, str], name: str) -> int | None:
    if name not in options:
        return None
    text = options[name].strip()
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > LARGEST:
        raise ODataError(f"{name} is a whole number that is not negative.")
    return int(text)


def _truth(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "false").strip()
    if text not in ("true", "false"):
        raise ODataError(f"{name} is true or false.")
    return text == "true"


def _columns(table: Table, text: str) -> tuple[Column, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or "*" in names:
        return table.columns
    known = {column.name for column in table.columns}
    for name in names:
        if name not in known:
            raise ODataError(f"$select: {table.name} has no column “{name}”.")
    return tuple(column for column in table.columns if column.name in names)


def _order(table: Table, text: str) -> str:
    """SQL, "" for the order of the key. Null is the smallest value of all."""
    known, parts = {column.name for column in table.columns}, []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, *way = part.split()
        if name not in known:
            raise ODataError(f"$orderby: {table.name} has no column “{name}”.")
        if way not in ([], ["asc"], ["desc"]):
            raise ODataError(f"$orderby: expected “asc” or “desc” after {name}.")
        parts.append(f"{name} DESC NULLS LAST" if way == ["desc"] else f"{name} ASC NULLS FIRST")
    if not parts or parts == [f"{table.key} ASC NULLS FIRST"]:
        return ""
    return ", ".join([*parts, table.key])


# --- the next page ----------------------------------------------------------------------------------------------------


def token_of(value: Any) -> str:
    text = json.dumps([value.isoformat() if isinstance(value, date) else value])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(table: Table, token: str) -> tuple[str, tuple[Any, ...]]:
    """Rows behind the last key of the page before: rows that come in meanwhile move nothing."""
    kind = next(column.type for column in table.columns if column.name == table.key)
    try:
        [value] = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if kind is Type.INTEGER:
            return f"{table.key} > %s", (int(value) if 0 <= int(value) < 2**63 else 0,)
        if kind is Type.DATE:
            return f"{table.key} > %s", (date.fromisoformat(value).isoformat(),)
        return f"{table.key} > %s", (str(value).replace("\x00", ""),)
    except (ValueError, TypeError, RecursionError):
        raise ODataError("$skiptoken is none of this feed. Take the address from @odata.nextLink.") from None


def next_options(asked: Asked, options: Mapping[str, str], last: tuple[Any, ...]) -> dict[str, str]:
    """The same request from behind the last row on; in an order of one's own, by how many were skipped."""
    found = dict(options)
    if asked.left is not None:
        found["$top"] = str(asked.left - asked.size)
    found.pop("$count", None)
    if asked.by_key:
        found.pop("$skip", None)
        names = [column.name for column in asked.select.table.columns]
        found["$skiptoken"] = token_of(last[names.index(asked.select.table.key)])
    else:
        found["$skip"] = str(asked.select.offset + asked.size)
    return found
