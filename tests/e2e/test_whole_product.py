"""The main job against the real thing: the command people type, real workers, real recognition, a real browser."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.corpus import CORPUS, needs_corpus
from tests.faults.site import Site, free_port, wait_for

from .conftest import sign_in

pytestmark = [pytest.mark.processes, pytest.mark.ocr]
SAMPLES = Path(__file__).resolve().parents[2] / "extraction" / "samples"
EMAIL, PASSWORD = "boss@example.com", "quite-a-long-one-42"
PER_DOCUMENT = 60_000  # milliseconds: generous for a busy machine
WORKING = "table.documents tbody tr:is([data-status=queued], [data-status=reading])"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[str]:
    """``manage.py run`` with a fresh data folder; its address, once it answers."""
    port = str(free_port())
    site = Site(
        tmp_path,
        DJANGO_SETTINGS_MODULE="ocrsite.settings",
        PORT=port,
        INVOICELENS_ADMIN_EMAIL=EMAIL,
        INVOICELENS_ADMIN_PASSWORD=PASSWORD,
    )
    process = site.start("manage.py", "run")
    wait_for(lambda: "runs at" in site.log(), seconds=60, log=site.log)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    site.close()


def corpus_documents(count: int) -> list[Path]:
    """Documents of every set in turn, the first ones of each."""
    found: list[list[Path]] = []
    for truth in sorted(CORPUS.glob("**/truth.jsonl")):
        names = [json.loads(line)["file"] for line in truth.read_text().splitlines()[:count]]
        found.append([truth.parent / ("" if name.startswith("files/") else "files") / name for name in names])
    turns = [documents[turn] for turn in range(count) for documents in found if turn < len(documents)]
    return [path for path in turns if path.is_file()][:count]


def upload_and_wait(page: Page, files: list[Path]) -> None:
    """All of them reach review or a clear error."""
    page.locator("#file").set_input_files(files)
    expect(page.locator("#uploads-title")).to_contain_text(f"of {len(files)}", timeout=60_000)
    expect(page.locator("#uploads-close")).to_be_visible(timeout=120_000)
    page.locator("#uploads-close").click()
    expect(page.locator("table.documents tbody tr")).to_have_count(len(files))
    expect(page.locator(WORKING)).to_have_count(0, timeout=PER_DOCUMENT * len(files))
    for row in page.locator("table.documents tr[data-status=failed]").all():
        assert row.locator(".error-text").inner_text().strip()


def correct_approve_export(page: Page, tmp_path: Path) -> pd.DataFrame:
    """Correct one, approve three, and what the export holds then."""
    page.get_by_role("link", name=re.compile("To review")).click()
    page.locator("table.documents .open").first.click()
    page.wait_for_url(re.compile(r"/invoices/\d+/"))  # loaded: what is typed before its scripts run is not saved
    page.locator("#input-gross_total").fill("12.345,67")
    page.keyboard.press("Tab")
    expect(page.locator("#input-gross_total")).to_have_value("12345.67")
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    for _number in range(3):
        before = page.url
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda address, before=before: address != before)
        page.wait_for_load_state("networkidle")  # as a person sees it; the tail of a double press would not count
    page.goto(page.url.split("/invoices/")[0] + "/?status=approved")
    page.get_by_role("button", name="Export").click()
    page.get_by_label("Mark approved documents as exported").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    saved = tmp_path / "export.csv"
    download.value.save_as(saved)
    return pd.read_csv(saved, parse_dates=["issue_date", "uploaded_at", "approved_at"])


def check(table: pd.DataFrame) -> None:
    assert len(table) == 3
    assert 12345.67 in table["gross_total"].tolist()
    for amounts in ("gross_total", "net_total", "tax_total", "amount_due"):
        assert table[amounts].dtype == "float64", amounts
    for dates in ("issue_date", "uploaded_at", "approved_at"):
        assert str(table[dates].dtype).startswith("datetime64"), dates
    assert table["status"].tolist() == ["approved"] * 3


def test_the_samples_are_read_corrected_approved_and_exported(
    running: str, open_browser: Callable[..., Page], tmp_path: Path
) -> None:
    page = sign_in(open_browser(), running, EMAIL, PASSWORD)
    page.get_by_role("button", name="Try it with sample documents").click()
    count = sum(path.suffix in {".pdf", ".png", ".jpg", ".tif", ".tiff", ".xml"} for path in SAMPLES.iterdir())
    expect(page.locator("table.documents tbody tr")).to_have_count(count)
    expect(page.locator("table.documents tr[data-status=review]")).to_have_count(count, timeout=PER_DOCUMENT * count)
    check(correct_approve_export(page, tmp_path))
    expect(page.get_by_role("link", name=re.compile("Exported"))).to_contain_text("3")


@pytest.mark.corpus
@needs_corpus
def test_twenty_real_documents_of_all_kinds_end_in_review_or_a_clear_error(
    running: str, open_browser: Callable[..., Page], tmp_path: Path
) -> None:
    page = sign_in(open_browser(), running, EMAIL, PASSWORD)
    files = corpus_documents(20)
    assert len(files) == 20
    upload_and_wait(page, files)
    expect(page.locator("table.documents tr:is([data-status=review], [data-status=failed])")).to_have_count(20)
    check(correct_approve_export(page, tmp_path))
