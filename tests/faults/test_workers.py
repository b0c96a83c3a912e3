"""Real workers that are killed, stopped and robbed of their queue. Nothing may be lost and nothing doubled."""

from __future__ import annotations

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import png

from .readers import PAGES
from .site import Browser, Site, alive, parent

pytestmark = pytest.mark.processes


def assert_read_once(site: Site, *, attempts: int) -> None:
    rows = site.rows("SELECT status, attempts, pages_done, run_token, lease_until FROM extraction_invoice")
    assert rows == [("review", attempts, PAGES, None, None)], site.log()
    assert site.rows("SELECT count(*) FROM extraction_invoicepage") == [(PAGES,)]
    assert site.rows("SELECT count(*), count(DISTINCT name) FROM extraction_fieldvalue") == [(8, 8)]
    assert site.rows("SELECT count(*) FROM extraction_auditevent WHERE action = 'read'") == [(1,)]
    assert len(list((site.folder / "files" / "pages").rglob("*.jpg"))) == PAGES


def test_a_document_whose_worker_process_is_killed_is_read_again(site: Site) -> None:
    site.worker()
    site.beat()
    site.control("upload", "a", "hangs once", "1")
    site.wait_for(lambda: site.rows("SELECT 1 FROM extraction_invoice WHERE pages_done = 1"))
    reader = site.run_pids()[0]
    os.kill(parent(reader), signal.SIGKILL)
    site.wait_for(lambda: not alive(reader), seconds=10)  # no orphan goes on reading
    site.wait_for(lambda: site.statuses() == ["review"])
    assert_read_once(site, attempts=2)


def test_a_reading_child_that_dies_once_is_replaced_and_the_document_read(site: Site) -> None:
    site.worker()
    site.control("upload", "a", "hangs once", "1")
    site.wait_for(lambda: site.rows("SELECT 1 FROM extraction_invoice WHERE pages_done = 1"))
    os.kill(site.run_pids()[0], signal.SIGKILL)
    site.wait_for(lambda: site.statuses() == ["review"])
    assert_read_once(site, attempts=1)


def test_a_cancelled_document_ends_its_child_in_the_middle_of_a_page(site: Site) -> None:
    site.env |= {"WORKERS": "1"}
    site.worker()
    site.control("upload", "a", "hangs", "1")
    site.wait_for(lambda: site.rows("SELECT 1 FROM extraction_invoice WHERE pages_done = 1"))
    reader = site.run_pids()[0]
    site.control("cancel", "1")
    site.wait_for(lambda: not alive(reader), seconds=5)
    site.control("upload", "b", "quick", "1")
    site.wait_for(lambda: site.statuses() == ["failed", "review"])
    assert site.rows("SELECT error_code FROM extraction_invoice WHERE id = 1") == [("cancelled",)]


def test_a_document_whose_whole_worker_is_killed_is_read_by_the_next_one(site: Site) -> None:
    worker = site.worker()
    site.beat()
    site.control("upload", "a", "hangs once", "1")
    site.wait_for(lambda: site.rows("SELECT 1 FROM extraction_invoice WHERE pages_done = 1"))
    worker.kill()
    site.wait_for(lambda: not alive(site.run_pids()[0]), seconds=10)  # no orphan goes on reading
    site.worker("two")
    site.wait_for(lambda: site.statuses() == ["review"])
    assert_read_once(site, attempts=2)


def test_a_file_that_kills_its_reader_twice_ends_as_failed_at_once_and_stops_nobody_else(site: Site) -> None:
    site.worker()
    site.control("upload", "bad", "poison", "1")
    site.control("upload", "good", "quick", "2")
    site.wait_for(lambda: site.statuses() == ["failed", "review", "review"])
    assert site.rows("SELECT error_code, attempts FROM extraction_invoice WHERE id = 1") == [("reader_crashed", 1)]
    assert site.rows("SELECT error_message FROM extraction_invoice WHERE id = 1")[0][0]
    assert site.rows("SELECT count(*) FROM extraction_invoicepage WHERE invoice_id = 1") == [(0,)]


def test_uploads_survive_a_wiped_queue(site: Site) -> None:
    site.control("upload", "a", "quick", "3")
    shutil.rmtree(site.folder / "queue")
    worker = site.worker()
    site.beat()
    site.wait_for(lambda: site.statuses() == ["review"] * 3)
    shutil.rmtree(site.folder / "queue", ignore_errors=True)  # now under a running worker
    site.control("upload", "b", "quick", "3")
    site.wait_for(lambda: site.statuses() == ["review"] * 6)
    assert worker.poll() is None


def test_two_workers_read_each_document_once_however_often_they_are_woken(site: Site) -> None:
    site.worker("one")
    site.worker("two")
    site.control("upload", "a", "quick", "6")
    site.control("wake", "1", "5")
    site.control("wake", "6", "5")
    site.wait_for(lambda: site.statuses() == ["review"] * 6)
    site.wait_for(lambda: not any((site.folder / "queue" / "invoices").iterdir()))
    time.sleep(0.5)
    assert len(site.run_pids()) == 6
    assert site.rows("SELECT DISTINCT attempts FROM extraction_invoice") == [(1,)]


def test_a_run_that_wakes_up_after_it_was_replaced_stores_nothing(site: Site) -> None:
    site.worker()
    site.beat()
    site.control("upload", "a", "pauses once", "1")
    site.wait_for(lambda: site.statuses() == ["review"])
    late = site.run_pids()[0]
    assert_read_once(site, attempts=2)
    os.kill(parent(late), signal.SIGCONT)
    site.wait_for(lambda: "nothing stored" in site.log())
    assert_read_once(site, attempts=2)


def test_a_document_that_hangs_is_stopped_and_its_worker_goes_on(site: Site) -> None:
    site.env |= {"FAULTS_TIME_LIMIT": "3", "WORKERS": "1"}
    site.worker()
    site.beat()
    site.control("upload", "bad", "hangs", "1")
    site.control("upload", "good", "quick", "1")
    site.wait_for(lambda: site.statuses() == ["failed", "review"])
    # Its lease was kept all the time, although no page was finished: nobody else began with it.
    assert site.rows("SELECT error_code, attempts FROM extraction_invoice WHERE id = 1") == [("took_too_long", 1)]
    assert len(site.run_pids()) == 2


def test_many_uploads_at_once_find_the_database_unlocked(site: Site) -> None:
    address = site.web()
    site.worker()

    def upload_some(person: int) -> None:
        browser = Browser(address)
        for number in range(6):
            browser.send(f"{person}-{number}.png", png() + f"{person}-{number}|quick".encode())
            browser.get("")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload_some, range(8)))
    site.wait_for(lambda: site.statuses() == ["review"] * 48)
    assert "locked" not in (site.folder / "log.txt").read_text()
    assert site.rows("PRAGMA integrity_check") == [("ok",)]
