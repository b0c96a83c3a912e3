"""The containers' health checks; the worker's is part of what the compose file asks of a real broker."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "bin" / "healthcheck"


def healthy(part: str, **env: str) -> bool:
    result = subprocess.run([sys.executable, SCRIPT, part], env={**os.environ, **env}, capture_output=True)
    return result.returncode == 0


class Site(BaseHTTPRequestHandler):
    """Answers the sign-in page under one host name, as ALLOWED_HOSTS would have it."""

    def do_GET(self) -> None:
        self.send_response(200 if (self.path, self.headers["Host"]) == ("/sign-in/", "invoices.example.com") else 400)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_port)
        server.shutdown()


def test_a_site_that_answers_under_its_own_name_is_healthy(port):
    assert healthy("web", PORT=port, ALLOWED_HOSTS=".invoices.example.com,other.example.com")


def test_a_site_that_answers_with_an_error_is_not(port):
    assert not healthy("web", PORT=port, ALLOWED_HOSTS="*")


def test_a_site_that_does_not_answer_is_not():
    assert not healthy("web", PORT="1")


def test_a_scheduler_is_healthy_while_it_saves_its_schedule(tmp_path):
    schedule = tmp_path / "celerybeat-schedule.db"
    assert not healthy("beat", DATA_DIR=str(tmp_path))
    schedule.touch()
    assert healthy("beat", DATA_DIR=str(tmp_path))
    os.utime(schedule, (1_000_000_000, 1_000_000_000))
    assert not healthy("beat", DATA_DIR=str(tmp_path))
