"""What reviewing costs a person and the server: keystrokes, times and prefetching, in a real Chromium.

    python -m bench.ui FOLDER [FOLDER ...] [--count 50] [--rows 20000] [--ocr-cache DIR] [--data-dir DIR] [--json OUT]

Documents of the folders are read by the product's own path, OCR included (what OCR found may be taken from the folder
``--ocr-cache``), into a database with ``--rows`` other invoices; then ``manage.py run`` serves them. First some with a
wrong value (by ``truth.jsonl`` above them) are corrected by keys and approved. Then one after the other is approved:
what was read right with Enter, which first confirms each value that is marked as doubtful; all others with Ctrl+Enter.
At last a sheet of doubtful totals is settled, and every other act is done many times on the rows. A person's looking
and thinking is left out: times are those of the program. Server times are those of the header ``Server-Timing``, by the
clock and of its processor. ``--data-dir`` keeps the database for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Response, sync_playwright

from bench import desk_data, ui_acts
from bench.ui_site import Document, documents, prepare, served

CORRECTED = 10  # documents of which a value is corrected, at most
SETTLED = 50  # values of the doubt sheet, at most
LOOK = 1000  # milliseconds that a person looks at a document at least; in no figure
LIMIT = 100  # milliseconds of the server, at the median
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
READY = "#review[data-ready]"
PAINTED = """() => new Promise((done) => {
  const [load] = performance.getEntriesByType("navigation");
  let painted = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) painted = entry.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done({ painted, usable: load.domContentLoadedEventEnd }), 150);
})"""
FIRST_IMAGE = """() => {
  const image = document.querySelector(".page img");
  if (!image) return null;
  const [entry] = performance.getEntriesByName(image.currentSrc || image.src);
  return entry ? entry.transferSize === 0 && entry.decodedBodySize > 0 : null;
}"""
TO_LOOK_AT = """() => [...document.querySelectorAll("form.field .state")].filter((state) =>
  "check" in state.dataset || (!("human" in state.dataset) && state.closest("form").querySelector(".field-problems li"))
).length"""


@dataclass
class Figures:
    """Milliseconds, except keys. ``server`` and ``cost`` (of its processor) by the name of the act."""

    server: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cost: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    painted: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    sure_keys: list[float] = field(default_factory=list)
    doubtful_keys: list[float] = field(default_factory=list)
    shortcut_keys: list[float] = field(default_factory=list)
    approve: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    find_keys: list[float] = field(default_factory=list)
    correct_keys: list[float] = field(default_factory=list)
    correct: list[float] = field(default_factory=list)
    settle_keys: list[float] = field(default_factory=list)
    settle: list[float] = field(default_factory=list)
    from_cache: list[bool] = field(default_factory=list)

    def heard(self, response: Response) -> None:
        from django.urls import Resolver404, resolve

        path = re.sub(r"^https?://[^/]+|\?.*$", "", response.url)
        try:
            name = resolve(path).url_name or path
        except Resolver404:
            return
        if name == "field-save":
            name += ": confirm" if "confirm=1" in (response.request.post_data or "") else ": value"
        self.timed(f"{response.request.method} {name}", response.headers.get("server-timing", ""))

    def timed(self, name: str, header: str) -> None:
        times = dict(re.findall(r"(app|cpu);dur=([\d.]+)", header))
        if "app" in times:
            self.server[name].append(float(times["app"]))
            self.cost[name].append(float(times.get("cpu", 0)))


# --- what a person does -----------------------------------------------------------------------------------------------


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("E-mail").fill(desk_data.EMAIL)
    page.get_by_label("Password").fill(desk_data.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("table.documents").first.wait_for()


def look(page: Page, figures: Figures) -> float:
    """The page that has just come: when it was painted, and when its form could be used, which is returned."""
    page.locator(READY).wait_for(state="attached")
    page.wait_for_load_state("load")
    seen = page.evaluate(PAINTED)
    figures.painted.append(seen["painted"] or seen["usable"])
    figures.usable.append(seen["usable"])
    page.wait_for_timeout(LOOK)
    return float(seen["usable"])


def leaves(page: Page, key: str) -> float:
    """Press a key that approves: milliseconds until the next page can be used."""
    page.evaluate("document.getElementById('review').removeAttribute('data-ready')")
    start, before = time.perf_counter(), page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda address: address != before, wait_until="commit", timeout=20_000)
    page.locator(f"{READY}, table.documents").first.wait_for(state="attached", timeout=20_000)
    return (time.perf_counter() - start) * 1000


def confirm(page: Page) -> int:
    """Enter for each value that is marked; how many there were. The last one leads to the button that approves."""
    keys = 0
    while page.evaluate("!document.activeElement.closest('#approve-form')") and keys < 60:
        page.keyboard.press("Enter")
        keys += 1
        page.wait_for_timeout(60)  # a person's fingers
    return keys


def approve(page: Page, figures: Figures, usable: float, *, right: bool) -> None:
    if not right:
        figures.approve.append(leaves(page, "Control+Enter"))
        figures.shortcut_keys.append(1)
        return
    start, marked = time.perf_counter(), page.evaluate(TO_LOOK_AT)
    keys = confirm(page) if marked else 0
    spent = (time.perf_counter() - start) * 1000 if marked else 0.0
    figures.approve.append(leaves(page, "Enter"))
    (figures.doubtful_keys if keys else figures.sure_keys).append(keys + 1)
    figures.whole.append(usable + spent + figures.approve[-1])


def walk(page: Page, figures: Figures, known: dict[int, Document], count: int) -> None:
    """Approve one document after the other; of each but the first, whether its picture was there already."""
    for number in range(count):
        found = re.search(r"/invoices/(\d+)/", page.url)
        if not found or int(found[1]) not in known or not page.locator("#approve-form").count():
            return
        cached = page.evaluate(FIRST_IMAGE)
        if number and cached is not None:
            figures.from_cache.append(cached)
        approve(page, figures, look(page, figures), right=known[int(found[1])].right)


def correct(page: Page, figures: Figures, name: str, text: str) -> None:
    """Another value, with keys alone: Tab to it, type, Enter; then approved and the next document there."""
    usable = look(page, figures)
    start, tabs = time.perf_counter(), 0
    while page.evaluate("document.activeElement.id") != f"input-{name}" and tabs < 120:
        page.keyboard.press("Tab")
        tabs += 1
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    with page.expect_response(lambda response: f"/fields/{name}/" in response.url and "preview" not in response.url):
        page.keyboard.press("Enter")
    spent = (time.perf_counter() - start) * 1000
    figures.find_keys.append(tabs)
    figures.correct_keys.append(len(text) + 3)  # with select all, Enter and the key that approves
    figures.correct.append(usable + spent + leaves(page, "Control+Enter"))


def settle(page: Page, figures: Figures, address: str) -> None:
    """Confirm a sheet of totals, a key each, until all of them are saved."""
    page.goto(f"{address}/doubts/?field=gross_total")
    count = min(page.locator(".doubt").count(), SETTLED)
    if not count:
        return
    page.wait_for_timeout(LOOK)
    start = time.perf_counter()
    for _time in range(count):
        page.keyboard.press("Enter")
    page.locator("#save-state[data-tone=ok]").wait_for(timeout=60_000)
    figures.settle_keys.append(count)
    figures.settle.append((time.perf_counter() - start) * 1000)


def drive(address: str, found: list[Document]) -> Figures:
    figures = Figures()
    wrong = [document for document in found if document.wrong][-CORRECTED:]
    rest = [document for document in found if document not in wrong]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.on("response", figures.heard)
        page.on("dialog", lambda dialog: dialog.accept())
        sign_in(page, address)
        for document in wrong:
            page.goto(f"{address}/invoices/{document.pk}/?status=review")
            if document.wrong and page.locator(f"#input-{document.wrong[0]}:not([readonly])").count():
                correct(page, figures, *document.wrong)
        page.goto(f"{address}/invoices/{rest[0].pk}/?status=review")
        walk(page, figures, {document.pk: document for document in rest}, len(rest))
        settle(page, figures, address)
        ui_acts.run(page, address, figures, [document.pk for document in found])
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
    cached = f"{sum(figures.from_cache)} of {len(figures.from_cache)}"
    told: dict[str, list[tuple[str, str]]] = {
        f"Review page shown, {rows} invoices in the database": [
            ("largest paint, ms after navigation", spread(figures.painted)),
            ("form usable, ms after navigation", spread(figures.usable)),
        ],
        "Approve": [
            ("keys, read right and nothing marked", spread(figures.sure_keys)),
            ("keys, read right, each mark confirmed", spread(figures.doubtful_keys)),
            ("keys, by shortcut", spread(figures.shortcut_keys)),
            ("key until the next can be used, ms", spread(figures.approve)),
            ("read right: opened until approved, ms", spread(figures.whole)),
            ("next document's picture from cache", cached),
        ],
        "Correct one wrong value and approve": [
            ("keys to get there (Tab)", spread(figures.find_keys)),
            ("keys to select, type, save, approve", spread(figures.correct_keys)),
            ("opened until approved, ms", spread(figures.correct)),
        ],
        "Doubt sheet": [
            ("totals confirmed, a key each", spread(figures.settle_keys)),
            ("first key until all are saved, ms", spread(figures.settle)),
        ],
    }
    for title, lines in told.items():
        print(f"\n{title}")
        for name, value in lines:
            print(f"  {name:<38} {value}")
    print(f"\nServer, ms {'':>30} {'median':>8} {'p95':>8} {'cpu':>8} {'n':>5}")
    slow = costly = 0
    for name, values in sorted(figures.server.items()):
        median, high = statistics.median(values), sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]
        slow += median >= LIMIT
        cost = statistics.median(figures.cost[name])
        costly += cost >= LIMIT
        print(f"  {name:<38} {median:>8.1f} {high:>8.1f} {cost:>8.1f} {len(values):>5}{'  slow' * (median >= LIMIT)}")
    print(f"{slow} of {len(figures.server)} take {LIMIT} ms or more at the median, {costly} compute as long")


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
        found = prepare(data_dir, paths, rows=options.rows, ocr_cache=options.ocr_cache)
        right, wrong = sum(one.right for one in found), sum(one.wrong is not None for one in found)
        print(
            f"{len(found)} documents to review, from {len(paths)} files; {right} read right, {wrong} with wrong values"
        )
        print(f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}", flush=True)
        with served(data_dir) as address:
            figures = drive(address, found)
        print(f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
        report(figures, options.rows)
        if options.json:
            options.json.write_text(json.dumps(vars(figures), indent=1))


if __name__ == "__main__":
    main()
