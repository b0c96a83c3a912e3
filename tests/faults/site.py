"""A running site for tests: its own data folder, real worker and scheduler processes, and a look into its database."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import requests

PASSWORD = "a long enough password"
REPO = Path(__file__).resolve().parent.parent.parent
T = TypeVar("T")


def wait_for(what: Callable[[], T], *, seconds: float = 60, log: Callable[[], str] = str) -> T:
    """The first true result; AssertionError with the log when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen in {seconds} s\n{log()}")


def alive(pid: int) -> bool:
    """Neither gone nor a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def family(pid: int) -> list[int]:
    """All living descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children] + [pid for child in children for pid in family(int(child))]


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        self.env = kept | {
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONUNBUFFERED": "1",
            "WORKERS": "2",
        } | env  # fmt: skip

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=REPO, env=self.env | env, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self, name: str = "one") -> subprocess.Popen[bytes]:
        return self.start("-m", "celery", "-A", "ocrsite", "worker", "-n", name, "--loglevel", "INFO")

    def beat(self) -> subprocess.Popen[bytes]:
        return self.start("-m", "celery", "-A", "ocrsite", "beat")

    def web(self) -> str:
        """Starts the web server; its address."""
        port = free_port()
        self.start("-m", "gunicorn", "ocrsite.wsgi", PORT=str(port))
        self.wait_for(lambda: "Booting worker" in self.log())
        return f"http://127.0.0.1:{port}/"

    def kill_web(self) -> None:
        """As the kernel does when memory is short: the latest web server and its workers, without a word."""
        master = int(re.findall(r"Listening at: \S+ \((\d+)\)", self.log())[-1])
        for pid in (master, *family(master)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def nobody_writes(self) -> Iterator[None]:
        """The database takes nothing in: who wants to write waits, as behind a long statement."""
        with closing(
            sqlite3.connect(self.folder / "invoicelens.sqlite3", timeout=30, isolation_level=None)
        ) as database:
            database.execute("BEGIN IMMEDIATE")  # ended by closing it
            yield

    def control(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.control", *arguments], cwd=REPO, env=self.env, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()

    def rows(self, sql: str) -> list[Any]:
        with closing(
            sqlite3.connect(self.folder / "invoicelens.sqlite3", timeout=10, isolation_level=None)
        ) as database:
            return database.execute(sql).fetchall()

    def statuses(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT status FROM extraction_invoice ORDER BY id")]

    def run_pids(self) -> list[int]:
        """Process ids of all runs of the reader so far, in order."""
        runs = sorted((self.folder / "runs").rglob("*-*"), key=lambda path: path.name)
        return [int(path.name.rpartition("-")[2]) for path in runs]

    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    def wait_for(self, what: Callable[[], T], *, seconds: float = 60) -> T:
        return wait_for(what, seconds=seconds, log=self.log)

    def close(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Browser:
    """Somebody who is signed in as the administrator."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self.get("sign-in/")
        answer = self._post("sign-in/", {"username": "admin@localhost", "password": PASSWORD})
        assert answer.url == address, answer.text

    def get(self, path: str) -> requests.Response:
        return self._session.get(self.address + path, timeout=30)

    def send(self, name: str, data: bytes) -> None:
        answer = self._post("upload/", {}, files={"file": (name, data)}, headers={"Accept": "application/json"})
        assert answer.status_code == 201, answer.text

    def _post(self, path: str, data: dict[str, str], **options: Any) -> requests.Response:
        token = {"csrfmiddlewaretoken": self._session.cookies["csrftoken"]}
        return self._session.post(self.address + path, data | token, timeout=30, **options)
