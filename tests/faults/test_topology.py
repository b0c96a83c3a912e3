"""The same commands on PostgreSQL and Redis: web, worker and scheduler as processes of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from tests.builders import png
from tests.servers import Servers

from .readers import PAGES
from .site import PASSWORD, REPO, Browser, Site, alive, parent

pytestmark = pytest.mark.services

SAMPLES = REPO / "extraction" / "samples"


class ServerSite(Site):
    def __init__(self, folder: Path, servers: Servers, **env: str) -> None:
        self.redis_url = servers.redis_url
        self.database_url = urlunsplit(urlsplit(servers.database_url)._replace(path="/invoicelens_topology"))
        with psycopg.connect(servers.database_url, autocommit=True) as database:
            database.execute("DROP DATABASE IF EXISTS invoicelens_topology WITH (FORCE)")
            database.execute("CREATE DATABASE invoicelens_topology")
        self.flush()
        super().__init__(folder, DATABASE_URL=self.database_url, REDIS_URL=servers.redis_url, **env)

    def flush(self) -> None:
        with redis.Redis.from_url(self.redis_url) as broker:
            broker.flushall()

    def rows(self, sql: str) -> list[Any]:
        with psycopg.connect(self.database_url, autocommit=True) as database:
            return database.execute(sql).fetchall()

    def setup(self) -> None:
        env = self.env | {"INVOICELENS_ADMIN_EMAIL": "admin@localhost", "INVOICELENS_ADMIN_PASSWORD": PASSWORD}
        subprocess.run([sys.executable, "manage.py", "setup"], cwd=REPO, env=env, check=True, capture_output=True)


@pytest.fixture
def site(servers: Servers, tmp_path: Path) -> Iterator[ServerSite]:
    running = ServerSite(tmp_path, servers)
    running.setup()
    yield running
    running.close()


def small(name: str, behaviour: str = "quick") -> tuple[str, bytes]:
    return name, png() + f"{name}|{behaviour}".encode()


def test_an_upload_over_http_is_read_and_survives_a_flushed_redis(site: ServerSite) -> None:
    browser = Browser(site.web())
    browser.send(*small("before.png"))
    site.flush()  # the wake-up call is gone before anybody heard it
    worker = site.worker()
    site.beat()
    site.wait_for(lambda: site.statuses() == ["review"])
    browser.send(*small("now.png"))
    site.wait_for(lambda: site.statuses() == ["review"] * 2)
    site.flush()  # under everybody's feet: bindings and all
    browser.send(*small("after.png"))
    site.wait_for(lambda: site.statuses() == ["review"] * 3)
    assert site.rows("SELECT DISTINCT attempts, pages_done FROM extraction_invoice") == [(1, PAGES)]
    assert browser.get("").text.count("Birch &amp; Sons Ltd") >= 3
    assert worker.poll() is None


def test_a_killed_reading_process_is_made_good_on_postgresql(site: ServerSite) -> None:
    site.worker()
    site.beat()
    site.control("upload", "a", "hangs once", "1")
    site.wait_for(lambda: site.rows("SELECT 1 FROM extraction_invoice WHERE pages_done = 1"))
    victim = parent(site.run_pids()[0])  # the worker's, whose child reads
    os.kill(victim, signal.SIGKILL)
    site.wait_for(lambda: not alive(victim))
    site.wait_for(lambda: site.statuses() == ["review"])
    assert site.rows("SELECT attempts FROM extraction_invoice") == [(2,)]
    assert site.rows("SELECT count(*) FROM extraction_invoicepage") == [(PAGES,)]


@pytest.mark.ocr
def test_a_real_document_is_read_by_the_real_engine(servers: Servers, tmp_path: Path) -> None:
    site = ServerSite(tmp_path, servers, FAULTS_READER="extraction.engine.read_invoice")
    try:
        site.setup()
        browser = Browser(site.web())
        site.worker()
        sample = next(path for path in sorted(SAMPLES.iterdir()) if path.suffix in {".jpg", ".png"})
        browser.send(sample.name, sample.read_bytes())
        site.wait_for(lambda: site.statuses() == ["review"], seconds=120)
        assert site.rows("SELECT gross_total > 0, issue_date > '2000-01-01' FROM extraction_invoice") == [(True, True)]
    finally:
        site.close()


def test_the_services_keep_their_promises_on_postgresql(servers: Servers) -> None:
    tests = [
        str(path) for path in sorted((REPO / "tests").glob("test_*.py")) if re.search("models|select|serv", path.name)
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests],
        cwd=REPO, env=os.environ | {"DATABASE_URL": servers.database_url}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
