"""The whole product with one command: web server, reading workers and scheduler, started and stopped together."""

from __future__ import annotations

import fcntl
import http.client
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from extraction import services
from ocrsite.processes import Child, Supervisor

# Seconds that a document in progress gets to finish; what is cut off is read again at the next start.
GRACE = 15.0


class Command(BaseCommand):
    help = "Runs Invoicelens: prepares the database, then web, workers and scheduler until Ctrl-C."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        # Held until this process ends, and open in no child.
        lock = self._lock_data_folder()
        self._check_port()
        call_command("setup", stdout=self.stdout)
        if connection.vendor == "sqlite":
            services.leases_release()  # nobody else can be reading: the lock is ours
            services.invoices_sweep()
        connections.close_all()
        printing = threading.Lock()

        def report(name: str, line: str) -> None:
            with printing:
                self.stdout.write(f"{name:<9} | {line}")
                self.stdout.flush()

        threading.Thread(target=self._announce, args=(report,), daemon=True).start()
        Supervisor(_children(report), grace=GRACE).run()
        lock.close()
        self.stdout.write("Invoicelens has stopped.")

    def _lock_data_folder(self) -> IO[str]:
        lock = (settings.DATA_DIR / "run.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Invoicelens is already running with the data folder {settings.DATA_DIR}. "
                "Stop it first, or choose another folder with DATA_DIR."
            ) from None
        return lock

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} on {settings.HOST} cannot be used ({error.strerror}). "
                    f"Choose another one, for example: PORT={settings.PORT + 1} make run"
                ) from None

    def _announce(self, report: Any) -> None:
        """Say the address once it answers, not before."""
        anywhere = settings.HOST in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        host = "localhost" if anywhere else settings.HOST
        address = f"http://[{host}]:{settings.PORT}/" if ":" in host else f"http://{host}:{settings.PORT}/"
        for _ in range(600):
            with suppress(OSError, http.client.HTTPException):
                client = http.client.HTTPConnection(host, settings.PORT, timeout=5)
                client.request("HEAD", "/")
                client.getresponse()
                report("ready", f"Invoicelens runs at {address} (stop it with Ctrl-C)")
                return
            time.sleep(0.1)


def _children(report: Any) -> list[Child]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "--app", "ocrsite"]
    commands = {
        "web": [*python, "gunicorn", "ocrsite.wsgi"],
        "worker": [*celery, "worker", "--loglevel", "INFO"],
        "scheduler": [*celery, "beat", "--loglevel", "WARNING"],
    }
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return [Child(name, command, cwd=settings.BASE_DIR, env=env, report=report) for name, command in commands.items()]
