"""The process in which mutated files are read: its death is a finding, not the end of the search.

``python -m tests.fuzz.child MEGABYTES`` takes paths on its standard input, one a line, and answers each with the code
that reading it ended in, ``read``, or ``FAULT`` and the traceback in one line.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory


def outcome(path: Path) -> str:
    from extraction.engine.errors import InvoiceError

    try:
        return opened(path)
    except InvoiceError as error:
        return error.code
    except MemoryError:
        return "out_of_memory"
    except Exception:
        return "FAULT " + " | ".join(traceback.format_exc().splitlines()[-14:])


def opened(path: Path) -> str:
    """As the product does: what holds documents is unpacked, all else is read."""
    from extraction.engine import containers, read_invoice
    from extraction.engine.files import Limits
    from extraction.engine.names import shown
    from tests.builders import FakeOcr

    if not containers.holds_documents(path, Limits()):
        read_invoice(path, ocr=FakeOcr("Birch & Sons Ltd\nTotal 119.00"), on_image=lambda number, image: None)
        return "read"
    with TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        contents = containers.unpack(path, folder, Limits())
        for document in contents.documents:
            assert document.path.resolve().parent == folder.resolve()
            document.name.encode()  # goes into the database and into headers
            assert document.name == shown(document.name)
            assert len(document.name) <= 255
        return "unpacked"


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)


def alone(path: Path) -> str:
    """For a process that reads this one file."""
    prepare()
    return opened(path)


def main() -> None:
    prepare()
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) * 1024 * 1024,) * 2)
    answers = os.fdopen(os.dup(1), "w", buffering=1)  # libraries print what they like on the other
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(outcome(Path(line.rstrip("\n"))) + "\n")


if __name__ == "__main__":
    main()
