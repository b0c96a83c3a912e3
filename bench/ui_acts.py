"""Every act of the desk many times, on the rows that ``bench.desk_data`` made: for the server's time of each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page

TIMES = 20
FEW = 5  # acts on fifty documents


def run(page: Page, address: str, figures: Any, read: list[int]) -> None:
    """``figures.timed(name, header)`` gets each answer's Server-Timing. ``read``: documents that have pictures."""
    cookies = {cookie.get("name"): cookie.get("value", "") for cookie in page.context.cookies()}
    own = {"X-CSRFToken": cookies["csrftoken"], "Referer": f"{address}/"}
    kinds = {"page": {}, "part": {"HX-Request": "true"}, "json": {"Accept": "application/json"}}

    def ask(name: str, path: str, sent: Any = None, *, kind: str = "part", refusable: bool = False) -> bool:
        options: dict[str, Any] = {"headers": own | kinds[kind], "max_redirects": 0}
        if sent is None:
            answer = page.request.get(address + path, **options)
        elif isinstance(sent, str):
            form = "json" if kind == "json" else "x-www-form-urlencoded"
            options["headers"]["Content-Type"] = f"application/{form}"
            answer = page.request.post(address + path, data=sent, **options)
        else:
            answer = page.request.post(address + path, form=sent, **options)
        done = answer.status < 400
        assert done or (refusable and answer.status == 409), (name, answer.status, answer.text()[:300])
        figures.timed(name if done else f"{name}, refused", answer.headers.get("server-timing", ""))
        return done

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread; nothing else runs
    rows = waiting(read)
    for number in range(TIMES):
        for act in (on_values, on_work, on_lists):
            act(ask, rows, number)
        on_pictures(ask, read[number % len(read)])
    for number in range(FEW):
        on_many(ask, rows, number)


def waiting(read: list[int]) -> Iterator[int]:
    """Ids of rows to review that nobody touched, in the middle of the list; each is used once."""
    from extraction.models import Invoice, Status

    found = Invoice.objects.filter(status=Status.REVIEW, held_at=None, first_approved_at=None).exclude(pk__in=read)
    return iter(list(found.order_by("-created_at").values_list("pk", flat=True)[400:3000]))


Ask = Callable[..., bool]


def on_values(ask: Ask, rows: Iterator[int], number: int) -> None:
    from extraction.models import FieldValue

    pk = next(rows)
    ask("page: review", f"/invoices/{pk}/?status=review", kind="page")
    for name, value in (
        ("gross_total", f"{1000 + number}.50"),
        ("vendor_name", "Amber Print GmbH"),
        ("iban", "DE89370400440532013000"),
        ("buyer_name", f"Buyer {number}"),
    ):
        ask(f"save: {name}", f"/invoices/{pk}/fields/{name}/", {"value": value})
    ask("save: confirm", f"/invoices/{pk}/fields/net_total/", {"confirm": "1"})
    ask("preview", f"/invoices/{pk}/fields/net_total/preview/?text=12,5", kind="json")
    ask("history", f"/invoices/{pk}/fields/gross_total/history/")
    value = FieldValue.objects.get(invoice=pk, name="tax_total")
    change = {"invoice": pk, "field": "tax_total", "act": "confirm", "seen": value.value, "stamp": ""}
    ask("doubts: settle one", "/doubts/settle/", json.dumps({"changes": [change]}), kind="json")
    table(ask, pk)


def table(ask: Ask, pk: int) -> None:
    """Another amount in the first line of the grid."""
    from extraction.models import LineItem

    row = LineItem.objects.filter(invoice=pk).first()
    if row is not None:
        change = {"key": str(row.key), "cells": {"amount": [str(row.amount), "12.00"]}}
        ask("grid: save", f"/invoices/{pk}/tables/line_items/", json.dumps({"rows": [change]}), kind="json")


def on_work(ask: Ask, rows: Iterator[int], number: int) -> None:
    pk = next(rows)
    ask("presence", f"/invoices/{pk}/presence/", {"seen": "0"}, kind="json")
    ask("seen", f"/invoices/{pk}/seen/", {})
    ask("comment", f"/invoices/{pk}/comments/", {"text": f"Asked the vendor, no. {number}."})
    ask("activity", f"/invoices/{pk}/activity/")
    ask("assign", f"/invoices/{pk}/assign/", {"assignee": "me"})
    ask("bell", "/notifications/bell/?seen=0")
    for other in islice(rows, 6):  # of some the bank details changed, which a rule looks at
        if ask("approve", f"/invoices/{other}/approve/?status=review", {"seen": ""}, kind="json", refusable=True):
            break
    ask("reject", f"/invoices/{next(rows)}/reject/?status=review", {"reason": "Not ours."}, kind="page")
    ask("hold", f"/invoices/{pk}/hold/?status=review", {"reason": "Waiting for the goods."}, kind="page")
    ask("release", f"/invoices/{pk}/unhold/", {}, kind="page")
    ask("page: duplicates", f"/invoices/{pk}/duplicates/", kind="page")
    ask("page: arrange", f"/invoices/{pk}/arrange/", kind="page")


def on_lists(ask: Ask, rows: Iterator[int], number: int) -> None:
    from django.utils import timezone

    ask("page: inbox", "/?status=all", kind="page")
    ask("inbox: tab", "/?status=review")
    ask("inbox: filter", "/?status=review&vendor=birch&min=500&sort=-total")
    ask("inbox: search", "/?q=pallet+steel")
    now = timezone.now().isoformat().replace("+", "%2B")
    shown = f"{next(rows)},{next(rows)}"
    ask("inbox: news", f"/live/news/?since={now}&looked={now}&rows={shown}&status=all")
    ask("vendors", "/vendors/?vendor=bir")
    ask("page: doubts", "/doubts/?field=gross_total", kind="page")
    ask("page: doubts, worst first", "/doubts/?field=gross_total&by=doubt", kind="page")
    ask("page: notifications", "/notifications/", kind="page")


def on_pictures(ask: Ask, pk: int) -> None:
    from extraction.models import InvoicePage

    if InvoicePage.objects.filter(invoice=pk, number=1).exclude(image="").exists():
        ask("picture: page", f"/invoices/{pk}/pages/1/image/", kind="page")
        ask("picture: words", f"/invoices/{pk}/pages/1/words/", kind="json")
        ask("picture: crop", f"/invoices/{pk}/pages/1/crop/?box=0.5,0.4,0.7,0.42", kind="page")
        ask("picture: thumbnail", f"/invoices/{pk}/pages/1/thumb/", kind="page")


def on_many(ask: Ask, rows: Iterator[int], number: int) -> None:
    """Fifty documents at once; bulk approval leaves out those whose bank details changed."""
    for action, more in (("assign", {"give_to": "me"}), ("approve", {}), ("reject", {"reason": "Not ours."})):
        picked = [str(next(rows)) for _row in range(50)]
        body = urlencode({"action": action, "pick": picked, **more}, doseq=True)
        ask(f"bulk of 50: {action}", "/bulk/?status=review", body)
