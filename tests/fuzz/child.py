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


def outcome(path: Path) -> str:
    from extraction.engine import read_invoice
    from extraction.engine.errors import InvoiceError
    from tests.builders import FakeOcr

    try:
        read_invoice(path, ocr=FakeOcr("Birch & Sons Ltd\nTotal 119.00"), on_image=lambda number, image: None)
    except InvoiceError as error:
        return error.code
    except MemoryError:
        return "too_much_memory"
    except Exception:
        return "FAULT " + " | ".join(traceback.format_exc().splitlines()[-14:])
    return "read"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) * 1024 * 1024,) * 2)
    answers = os.fdopen(os.dup(1), "w", buffering=1)  # libraries print what they like on the other
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(outcome(Path(line.rstrip("\n"))) + "\n")


if __name__ == "__main__":
    main()
