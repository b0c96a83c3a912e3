"""What reviewing costs a person and the server: keystrokes, times and prefetching, in a real Chromium.

    python -m bench.ui FOLDER [FOLDER ...] [--count 50] [--rows 20000] [--ocr-cache DIR] [--data-dir DIR] [--json OUT]

Documents of the folders are read by the product's own path, OCR included (what OCR found may be taken from the folder
``--ocr-cache``), into a database with ``--rows`` other invoices; then ``manage.py run`` serves them. Most documents are
approved one after the other as they are; in the last ten the gross total is changed with keys alone first; at last
doubtful values are settled on the doubt sheet. A person's thinking is left out: times are those of the program.
``--data-dir`` keeps the database for the next run, which then reads nothing again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from bench import desk_data

SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".xml"}
CORRECTED = 10  # documents of which a value is changed first
SETTLED = 50  # values of the doubt sheet, at most
PAUSE = 0.6  # seconds before a key: the product ignores the second half of a double press
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
PAINTED = """() => new Promise((done) => {
  const [load] = performance.getEntriesByType("navigation");
  let painted = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) painted = entry.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done({ painted, usable: load.domContentLoadedEventEnd, answered: load.responseStart }), 150);
})"""
FIRST_IMAGE = """() => {
  const image = document.querySelector(".page img");
  if (!image) return null;
  const [entry] = performance.getEntriesByName(image.currentSrc || image.src);
  return entry ? entry.transferSize === 0 && entry.decodedBodySize > 0 : null;
}"""


@dataclass
class Figures:
    """Milliseconds, except keys; ``server`` by the name of the address."""

    server: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    painted: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    approve_keys: list[float] = field(default_factory=list)
    approve: list[float] = field(default_factory=list)
    find_keys: list[float] = field(default_factory=list)
    correct_keys: list[float] = field(default_factory=list)
    correct: list[float] = field(default_factory=list)
    settle_keys: list[float] = field(default_factory=list)
    settle: list[float] = field(default_factory=list)
    from_cache: list[bool] = field(default_factory=list)

    def heard(self, response: Response) -> None:
        from django.urls import Resolver404, resolve

        timing = re.search(r"app;dur=([\d.]+)", response.headers.get("server-timing", ""))
        path = re.sub(r"^https?://[^/]+|\?.*$", "", response.url)
        try:
            name = resolve(path).url_name or path
        except Resolver404:
            return
        if timing:
            self.server[f"{response.request.method} {name}"].append(float(timing[1]))


# --- the site ---------------------------------------------------------------------------------------------------------


def prepare(data_dir: Path, paths: list[Path], *, rows: int, ocr_cache: Path | None) -> list[int]:
    """The database with documents and rows; the ids of the documents that wait for review, newest first."""
    os.environ |= {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "ocrsite.settings", "LOG_LEVEL": "WARNING"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from extraction.models import Invoice, Status

    workspace, user = desk_data.fill(max(0, rows - Invoice.objects.count()))
    invoices = [pk for path in paths for pk in read(path, workspace, user, ocr_cache)]
    found = Invoice.objects.filter(pk__in=invoices, status=Status.REVIEW, held_at=None).order_by("-created_at", "-pk")
    return list(found.values_list("pk", flat=True))


def read(path: Path, workspace: Any, user: Any, ocr_cache: Path | None) -> list[int]:
    """Received and read as in the product; what an earlier run of the bench left is put back to review."""
    from django.core.files import File

    from extraction import services
    from extraction.models import SETTLED as DONE

    with path.open("rb") as file:
        reception = services.documents_receive(
            workspace=workspace, user=user, file=File(file, name=path.name), file_name=path.name
        )
    ids = []
    for received in (outcome.received for outcome in reception.outcomes if outcome.received):
        if received.duplicate and received.invoice.status in DONE:
            services.invoice_reopen(invoice=received.invoice, user=user)
        services.invoice_read(invoice_id=received.invoice.pk, reader=reader(ocr_cache))
        ids.append(received.invoice.pk)
    return ids


def reader(ocr_cache: Path | None) -> Any:
    from extraction.ocr_cache import FileDocumentCache
    from extraction.reading import configured_reader

    inner = configured_reader()
    if ocr_cache is None:
        return inner

    def cached(path: Path, /, **options: Any) -> Any:
        return inner(path, cache=FileDocumentCache(ocr_cache), **options)

    return cached


def documents(folders: list[Path], count: int) -> list[Path]:
    """The first ones of each folder in turn, so that every kind is there."""
    found = [sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES) for folder in folders]
    turns = [paths[turn] for turn in range(count) for paths in found if turn < len(paths)]
    return turns[:count]


@contextmanager
def served(data_dir: Path) -> Iterator[str]:
    """The address of ``manage.py run`` over this folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log = data_dir / "bench.log"
    env = {**os.environ, "DATA_DIR": str(data_dir), "PORT": port, "WORKERS": "1", "LOG_LEVEL": "INFO"}
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", "run"]
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output, cwd=Path(__file__).parents[1])
    try:
        deadline = time.monotonic() + 120
        while "runs at" not in log.read_text(errors="replace"):
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit(f"The site did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


# --- what a person does -----------------------------------------------------------------------------------------------


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("E-mail").fill(desk_data.EMAIL)
    page.get_by_label("Password").fill(desk_data.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("table.documents").first.wait_for()


def look(page: Page, figures: Figures) -> None:
    """The page that has just come: when it was painted, and when its form could be used."""
    page.wait_for_load_state("load")
    seen = page.evaluate(PAINTED)
    figures.painted.append(seen["painted"] or seen["usable"])
    figures.usable.append(seen["usable"])


def approve(page: Page, figures: Figures) -> bool:
    """With one key if the page takes it; False when nothing follows."""
    if not page.locator("#approve-form").count():
        return False
    page.wait_for_timeout(PAUSE * 1000)
    before = page.url
    for keys, key in enumerate(("Control+Enter", "Control+Enter"), start=1):
        start = time.perf_counter()
        page.keyboard.press(key)
        try:
            page.wait_for_url(lambda address, before=before: address != before, timeout=3000, wait_until="commit")
        except TooLate:
            continue
        figures.approve_keys.append(keys)
        figures.approve.append((time.perf_counter() - start) * 1000)
        return "/invoices/" in page.url
    return False


def walk(page: Page, figures: Figures, count: int) -> None:
    """Approve one document after the other; of each but the first, whether its picture was there already."""
    for number in range(count):
        look(page, figures)
        cached = page.evaluate(FIRST_IMAGE)
        if number and cached is not None:
            figures.from_cache.append(cached)
        if not approve(page, figures):
            return


def correct(page: Page, figures: Figures) -> None:
    """Another gross total, with keys alone: Tab to it, type, Enter; until it is saved."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(PAUSE * 1000)
    start, tabs = time.perf_counter(), 0
    while page.evaluate("document.activeElement.id") != "input-gross_total" and tabs < 120:
        page.keyboard.press("Tab")
        tabs += 1
    value = f"{1000 + tabs}.50"
    page.keyboard.press("Control+a")
    page.keyboard.type(value)
    with page.expect_response(lambda response: "/fields/gross_total/" in response.url):
        page.keyboard.press("Enter")
    figures.find_keys.append(tabs)
    figures.correct_keys.append(len(value) + 2)
    figures.correct.append((time.perf_counter() - start) * 1000)


def settle(page: Page, figures: Figures, address: str) -> None:
    """Confirm a sheet of totals, a key each, until all of them are saved."""
    page.goto(f"{address}/doubts/?field=gross_total")
    if page.locator(".doubt").count() == 0:
        return
    count = min(page.locator(".doubt").count(), SETTLED)
    start = time.perf_counter()
    for _time in range(count):
        page.keyboard.press("Enter")
    page.locator("#save-state[data-tone=ok]").wait_for(timeout=60_000)
    figures.settle_keys.append(count)
    figures.settle.append((time.perf_counter() - start) * 1000)


def drive(address: str, ids: list[int]) -> Figures:
    figures = Figures()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.on("response", figures.heard)
        page.on("dialog", lambda dialog: dialog.accept())
        sign_in(page, address)
        page.goto(f"{address}/invoices/{ids[0]}/?status=review")
        walk(page, figures, max(1, len(ids) - CORRECTED))
        for pk in ids[-CORRECTED:]:
            page.goto(f"{address}/invoices/{pk}/?status=review")
            if page.locator("#input-gross_total:not([readonly])").count():
                correct(page, figures)
                approve(page, figures)
        page.goto(f"{address}/?status=review")
        settle(page, figures, address)
        browser.close()
    return figures


# --- the report -------------------------------------------------------------------------------------------------------


def spread(values: list[float], digits: int = 0) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered):.{digits}f}, p95 {high:.{digits}f} (n={len(ordered)})"


def report(figures: Figures, rows: int) -> None:
    print(f"\nReview page shown, {rows} invoices in the database")
    print(f"  largest paint, ms after navigation   {spread(figures.painted)}")
    print(f"  form usable, ms after navigation     {spread(figures.usable)}")
    print("Approve a correct document")
    print(f"  keystrokes                           {spread(figures.approve_keys)}")
    print(f"  key to the next one's address, ms    {spread(figures.approve)}")
    cached = f"{sum(figures.from_cache)} of {len(figures.from_cache)}"
    print(f"  next document's picture from cache   {cached}")
    print("Correct a wrong total by keyboard")
    print(f"  keystrokes to get there (Tab)        {spread(figures.find_keys)}")
    print(f"  keystrokes to select, type and save  {spread(figures.correct_keys)}")
    print(f"  first key to saved, ms               {spread(figures.correct)}")
    if figures.settle:
        print("Doubt sheet")
        print(f"  values confirmed, a key each           {figures.settle_keys[0]:.0f}")
        print(f"  first key to all saved, ms             {figures.settle[0]:.0f}")
    print("Server time, ms")
    for name, values in sorted(figures.server.items()):
        print(f"  {name:<36} {spread(values, 1)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--ocr-cache", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="invoicelens-bench-") as temporary:
        data_dir = options.data_dir or Path(temporary)
        data_dir.mkdir(parents=True, exist_ok=True)
        paths = documents(options.folders, options.count)
        ids = prepare(data_dir, paths, rows=options.rows, ocr_cache=options.ocr_cache)
        print(f"{len(ids)} documents to review, from {len(paths)} files")
        with served(data_dir) as address:
            figures = drive(address, ids)
        report(figures, options.rows)
        if options.json:
            options.json.write_text(json.dumps(figures.__dict__, indent=1))


if __name__ == "__main__":
    main()
