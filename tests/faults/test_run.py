"""`manage.py run`: one command starts everything, keeps it alive, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .site import REPO, Site, alive, answers, family, free_port

pytestmark = pytest.mark.processes


def run(site: Site, *, port: int) -> subprocess.Popen[bytes]:
    return site.start("manage.py", "run", PORT=str(port))


def started(site: Site, port: int) -> subprocess.Popen[bytes]:
    process = run(site, port=port)
    site.wait_for(lambda: f"http://127.0.0.1:{port}/" in site.log() and "ready." in site.log())
    return process


def gone(pids: list[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def test_one_command_starts_everything_and_stops_it(site: Site) -> None:
    port = free_port()
    process = started(site, port)
    assert answers(port)
    site.control("upload", "a", "quick", "1")
    site.wait_for(lambda: site.statuses() == ["review"])
    pids = family(process.pid)
    assert len(pids) >= 6  # web and its worker, reading worker and its two processes, scheduler
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    site.wait_for(lambda: gone(pids), seconds=10)


def test_the_first_start_makes_an_administrator_and_says_the_password_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        started(site, free_port())
        assert re.search(r"admin@localhost\nPassword: +\S{12,}", site.log())
        assert site.rows("SELECT email, is_superuser FROM extraction_user") == [("admin@localhost", 1)]
        site.close()
        (tmp_path / "log.txt").unlink()
        started(site, free_port())
        assert "Password" not in site.log()
    finally:
        site.close()


def test_a_part_that_dies_is_started_again(site: Site) -> None:
    port = free_port()
    started(site, port)
    for pid in [int(pid) for pid in re.findall(r"Listening at: \S+ \((\d+)\)", site.log())]:
        os.kill(pid, signal.SIGKILL)
    site.wait_for(lambda: "starting it again" in site.log())
    site.wait_for(lambda: answers(port))


def test_nothing_lives_on_when_the_supervisor_is_killed(site: Site) -> None:
    process = started(site, free_port())
    pids = family(process.pid)
    process.kill()
    process.wait()
    site.wait_for(lambda: gone(pids), seconds=10)


def test_a_process_whose_parent_was_gone_before_it_could_ask_ends_itself() -> None:
    """The kernel's signal comes only for a parent that dies later: a kill during the start would leave orphans."""
    nobody = 2**22 + 1  # no process has this id
    for code in ("die_with_parent", "exit_with_parent"):
        child = f"import time; from ocrsite import processes; processes.{code}({nobody}); time.sleep(60)"
        assert subprocess.run([sys.executable, "-c", child], cwd=REPO, timeout=20).returncode != 0
    reader = [sys.executable, "-m", "extraction.isolation", str(nobody)]
    assert subprocess.run(reader, cwd=REPO, timeout=30, input=b"").returncode == 1


def test_a_second_interrupt_does_not_wait_for_a_long_document(site: Site) -> None:
    process = started(site, free_port())
    site.control("upload", "a", "hangs once", "1")
    site.wait_for(lambda: site.statuses() == ["reading"])
    pids = family(process.pid)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.wait(timeout=10)  # of 15 that it would have been given
    site.wait_for(lambda: gone(pids), seconds=10)
    # What was cut off is read right after the next start, not after the lease has run out.
    # What was cut off is read right after the next start, however long its lease would last.
    site.rows("UPDATE extraction_invoice SET lease_until = '2099-01-01 00:00:00'")
    started(site, free_port())
    site.wait_for(lambda: site.statuses() == ["review"])


def test_a_second_start_in_the_same_folder_is_refused_with_a_sentence(site: Site) -> None:
    started(site, free_port())
    second = run(site, port=free_port())
    assert second.wait(timeout=40) == 1
    assert "already running" in site.log()


def test_a_port_that_is_taken_is_said_before_anything_starts(site: Site) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = run(site, port=other.getsockname()[1])
        assert process.wait(timeout=40) == 1
    assert "PORT=" in site.log()
    assert "Traceback" not in site.log()
