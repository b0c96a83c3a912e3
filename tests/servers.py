"""A real PostgreSQL and Redis for the tests that need them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Servers:
    database_url: str
    redis_url: str


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Those that the environment names, else throw-away ones, else a skip that says what to do."""
    database, broker = (os.environ.get(f"INVOICELENS_TEST_{name}_URL", "") for name in ("DATABASE", "REDIS"))
    if database and broker:
        yield Servers(database, broker)
        return
    if not shutil.which("redis-server") or not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("needs PostgreSQL and Redis: apt-get install postgresql redis-server, then `make services`")
    # Short and open to all: a socket's path has 107 characters, and PostgreSQL runs as a user of its own.
    env = os.environ | {"SERVICES_DIR": f"/tmp/invoicelens-{os.getpid()}"}
    started = subprocess.run([REPO / "bin" / "services"], env=env, capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
    urls = dict(re.findall(r"INVOICELENS_TEST_(\w+)_URL=(\S+)", started.stdout))
    try:
        yield Servers(urls["DATABASE"], urls["REDIS"])
    finally:
        subprocess.run([REPO / "bin" / "services", "stop"], env=env, check=True)
