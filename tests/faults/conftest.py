from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .site import Site


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated database and an administrator, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    Site(folder).control("prepare")
    return folder


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "site"
    shutil.copytree(prepared, folder)
    running = Site(folder)
    yield running
    running.close()
