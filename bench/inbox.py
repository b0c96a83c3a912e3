"""Server time of the inbox with many documents: each kind of list, search, poll and act, many times.

    DATA_DIR=/tmp/desk python -m bench.inbox [--times 20] [--invoices 20000]

On the database that bench.desk_data makes; it is filled first where it has fewer documents. Times are those of Django's
test client, from the request to the finished page, without network: the processor's time (what it costs, also where
others keep the machine busy), then the clock's at the median and for the slowest of ten (p90).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
LIMIT = 100  # milliseconds

LISTS = {
    "the inbox": "?status=all",
    "to review": "?status=review",
    "exported, page 100": "?status=exported&page=100",
    "sorted by total": "?status=all&sort=-total",
    "sorted by vendor": "?status=all&sort=vendor",
    "sorted by assignee": "?status=all&sort=assignee",
    "sorted by number": "?status=review&sort=number",
    "vendor": "?status=all&vendor=birch",
    "issued last month": "?status=all&period=last-month",
    "issued between": "?status=all&from=2026-01-01&to=2026-03-31",
    "total between": "?status=all&min=1000&max=2000",
    "problem": "?status=review&problem=bank_details_changed",
    "assigned to nobody": "?status=review&assignee=nobody",
    "doubtful only": "?status=review&doubtful=1",
    "currency": "?status=all&currency=usd",
    "on hold": "?status=hold",
    "search: a vendor": "?q=birch+print",
    "search: one letter": "?q=b",
    "search: in every document": "?q=invoice",
    "search: two common words": "?q=pallet+steel",
    "search: an amount": "?q=" + quote("1.234,56"),
    "search: a date": "?q=14.03.2026",
    "search: nothing": "?q=zzzzzz",
    "search and filters": "?status=review&q=steel&vendor=birch&min=500&problem=any",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--invoices", type=int, default=20_000)
    arguments = parser.parse_args()
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    client, user = signed_in(arguments.invoices)
    asks: dict[str, Callable[[], Any]] = {
        name: (lambda query=query: client.get(f"/{query}", headers={"HX-Request": "true"}))
        for name, query in LISTS.items()
    }
    asks |= {"the whole page": lambda: client.get("/?status=all")} | others(client, user)
    slow = 0
    print(f"{'ms':>30} {'cpu':>8} {'median':>8} {'p90':>8}")
    for name, ask in asks.items():
        costs, times = zip(*[timed(ask) for _ in range(arguments.times + 1)][1:], strict=True)
        cost, median, p90 = statistics.median(costs), statistics.median(times), sorted(times)[int(len(times) * 0.9) - 1]
        slow += cost > LIMIT
        mark = f"  slower than {LIMIT}" if cost > LIMIT else ""
        print(f"{name:>30} {cost:>8.1f} {median:>8.1f} {p90:>8.1f}{mark}", flush=True)
    print(f"{slow} of {len(asks)} cost more than {LIMIT} ms")


def signed_in(invoices: int) -> tuple[Any, Any]:
    from django.core.management import call_command
    from django.test import Client

    from bench.desk_data import EMAIL, fill
    from extraction.models import Invoice, User

    for command in ("migrate", "collectstatic"):
        call_command(command, interactive=False, verbosity=0)
    if (missing := invoices - Invoice.objects.count()) > 0:
        fill(missing)
    user = User.objects.get(email=EMAIL)
    client = Client()
    client.force_login(user)
    return client, user


def others(client: Any, user: Any) -> dict[str, Callable[[], Any]]:
    """Polls, and what the review page asks the list for."""
    from django.utils import timezone

    from extraction.models import Invoice, Status
    from extraction.views.listing import Listing

    queued = Invoice.objects.filter(status=Status.QUEUED)[:20].values_list("pk", flat=True)
    asked = {"id": [f"{pk}:queued-0-0" for pk in queued], "status": "all"}
    shown = list(Invoice.objects.order_by("-created_at").values_list("pk", flat=True)[:50])
    now = timezone.now().isoformat()
    news = {"since": now, "looked": now, "rows": ",".join(map(str, shown)), "status": "all"}
    middle = Invoice.objects.filter(status=Status.REVIEW).order_by("created_at")[2000:2001].get()
    return {
        "poll of 20 that wait": lambda: client.get("/live/", asked),
        "poll for news": lambda: client.get("/live/news/", news),
        "poll for news in a search": lambda: client.get("/live/news/", news | {"q": "invoice"}),
        "vendor completion": lambda: client.get("/vendors/?vendor=bir"),
        "neighbours": lambda: Listing(tab="review").neighbours(user, middle),
        "neighbours by total": lambda: Listing(tab="review", order="-total").neighbours(user, middle),
        "neighbours in a search": lambda: Listing(search="steel").neighbours(user, middle),
        "review page": lambda: client.get(f"/invoices/{middle.pk}/?status=review"),
    }


def timed(ask: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of processor and of clock."""
    cost, start = time.process_time(), time.perf_counter()
    answer = ask()
    elapsed = (time.process_time() - cost) * 1000, (time.perf_counter() - start) * 1000
    assert getattr(answer, "status_code", 200) in (200, 204), answer
    return elapsed


if __name__ == "__main__":
    main()
