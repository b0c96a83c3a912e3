"""The site that ``bench.ui`` measures: its database with documents that the product has read, and its server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import desk_data

SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".xml"}
CORRECTABLE = ("gross_total", "issue_date", "invoice_number", "net_total", "tax_total", "vendor_name")


@dataclass(frozen=True, slots=True)
class Document:
    """One to review. ``right``: all that is known of it was read so. ``wrong``: a field that was not, and its truth."""

    pk: int
    right: bool
    wrong: tuple[str, str] | None


def documents(folders: list[Path], count: int) -> list[Path]:
    """The first ones of each folder in turn, so that every kind is there."""
    found = [sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES) for folder in folders]
    turns = [paths[turn] for turn in range(count) for paths in found if turn < len(paths)]
    return turns[:count]


def prepare(data_dir: Path, paths: list[Path], *, rows: int, ocr_cache: Path | None) -> list[Document]:
    """The database with documents and rows; the documents that wait for review, newest first."""
    os.environ |= {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "ocrsite.settings", "LOG_LEVEL": "WARNING"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from extraction.models import Invoice, Status

    workspace, user = desk_data.fill(max(0, rows - Invoice.objects.count()))
    # The rows have no files: a worker that tries to read those that wait would only take the time of others.
    Invoice.objects.filter(status=Status.QUEUED).update(status=Status.REJECTED, rejected_reason="No file.")
    truths = known(paths)
    documents = {pk: truths.get(path) for path in paths for pk in read(path, workspace, user, ocr_cache)}
    found = Invoice.objects.filter(pk__in=documents, status=Status.REVIEW, held_at=None).order_by("-created_at", "-pk")
    return [judged(invoice, documents[invoice.pk]) for invoice in found]


def known(paths: list[Path]) -> dict[Path, Any]:
    """What people know of each: ``truth.jsonl`` in one of the folders above it names it."""
    from extraction.engine.evaluation import Truth

    truths = {}
    for path in paths:
        for folder in path.parents:
            if (folder / "truth.jsonl").exists():
                for line in (folder / "truth.jsonl").read_text().splitlines():
                    truths[folder / json.loads(line)["file"]] = Truth.from_dict(json.loads(line))
                break
    return truths


def judged(invoice: Any, truth: Any) -> Document:
    from extraction.engine.evaluation import Truth, accepted, is_right
    from extraction.services.columns import invoice_values

    given: Mapping[str, Any] = invoice_values(invoice.field_values.all())
    if not isinstance(truth, Truth):
        return Document(invoice.pk, False, None)
    right = all(is_right(truth, name, value) is not False for name, value in given.items())
    asked = [name for name in truth.fields if accepted(truth, name)]
    right = right and all(name in given or (name == "total" and "gross_total" in given) for name in asked)
    wrong = None
    for name in CORRECTABLE:
        key = "total" if name == "gross_total" and name not in truth.fields else name
        values = accepted(truth, key) if key in truth.fields else []
        if values and (name not in given or is_right(truth, name, given[name]) is False):
            wrong = wrong or (name, values[0])
    return Document(invoice.pk, right, wrong)


def read(path: Path, workspace: Any, user: Any, ocr_cache: Path | None) -> list[int]:
    """Received and read as in the product; what an earlier run of the bench settled is read again."""
    from django.core.files import File

    from extraction import services
    from extraction.models import SETTLED, FieldValue

    with path.open("rb") as file:
        reception = services.documents_receive(
            workspace=workspace, user=user, file=File(file, name=path.name), file_name=path.name
        )
    ids = []
    for received in (outcome.received for outcome in reception.outcomes if outcome.received):
        if received.duplicate and received.invoice.status in SETTLED:
            services.invoice_reopen(invoice=received.invoice, user=user)
        FieldValue.objects.filter(invoice=received.invoice).update(
            human_value=None, confirmed_by=None, confirmed_at=None
        )
        if received.duplicate and received.invoice.read_at:
            services.invoice_retry(invoice=received.invoice, user=user)
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
