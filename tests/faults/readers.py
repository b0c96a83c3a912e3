"""A reader that does what the uploaded file says in its last bytes. Each run leaves its process id in DATA_DIR/runs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from PIL import Image

from extraction.engine.record import Reading

if not apps.ready:  # in the reading child, which knows nothing of Django
    django.setup()

from tests.builders import make_reading  # noqa: E402

POISON, HANGS, HANGS_ONCE, PAUSES_ONCE = b"poison", b"hangs", b"hangs once", b"pauses once"
PAGES = 2


def read(path: Path, /, *, options: Any, on_page: Any, on_image: Any, **_: Any) -> Reading:
    behaviour = path.read_bytes().rpartition(b"|")[2]
    first = _note_run(path) == 1
    on_page(0, PAGES)
    for number in range(1, PAGES + 1):
        on_image(number, Image.new("RGB", (60, 80)))
        on_page(number, PAGES)
        if number > 1:
            continue
        if behaviour == POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour == HANGS or (behaviour == HANGS_ONCE and first):
            time.sleep(60)
        if behaviour == PAUSES_ONCE and first:
            os.kill(os.getppid(), signal.SIGSTOP)  # its worker, until the test lets it go on
    return make_reading(pages=PAGES)


def _note_run(path: Path) -> int:
    """The how-manieth run with this file it is."""
    folder = settings.DATA_DIR / "runs" / path.read_bytes().hex()[-64:]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{time.time_ns()}-{os.getpid()}").touch()
    return len(list(folder.iterdir()))
