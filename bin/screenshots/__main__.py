"""Takes the pictures of docs/tour.md anew: ``python bin/screenshots [FOLDER]``.

Starts the product on a folder that is thrown away, fills it with documents that are free to ship, and photographs each
page in Chromium. It reads scans, so it needs the recognition models and some minutes.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMAIL, PASSWORD = "anna@example.com", "correct horse battery"


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        os.environ |= {
            "DATA_DIR": data,
            "PORT": str(port),
            "INVOICELENS_ADMIN_EMAIL": EMAIL,
            "INVOICELENS_ADMIN_PASSWORD": PASSWORD,
            "DJANGO_SETTINGS_MODULE": "ocrsite.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        product = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT)
        try:
            address = f"http://127.0.0.1:{port}"
            _await(port)
            _photograph(address, folder)
        finally:
            product.send_signal(signal.SIGTERM)
            product.wait(30)


def _await(port: int) -> None:
    for _second in range(180):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(1)
    raise SystemExit("The product did not start.")


def _photograph(address: str, folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    import demo
    import pictures

    pictures.take(address, EMAIL, PASSWORD, demo.Demo().fill(), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
