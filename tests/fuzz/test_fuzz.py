"""Whatever is wrong with a file, reading it ends in a reading or an InvoiceError, and never in a crash.

For long: ``pytest tests/fuzz --fuzz-seconds 900`` or ``FUZZ_SECONDS=900``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .search import Child, Found, note, search


def test_mutated_files_end_in_a_reading_or_a_clear_error(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    seconds = request.config.getoption("--fuzz-seconds")
    found = search(seconds, tmp_path / "found")
    assert found.faults == []
    assert sum(found.ends.values()) > 0


def test_a_file_that_kills_its_reader_is_kept_and_the_search_goes_on(tmp_path: Path) -> None:
    """The search itself is tested with a child that dies as a crash in native code lets it die."""
    deadly, harmless = tmp_path / "deadly.pdf", tmp_path / "harmless.pdf"
    deadly.write_bytes(b"x")
    harmless.write_bytes(b"")
    found, child = Found(), DyingChild()
    note(found, child.read(deadly), deadly, tmp_path / "kept.pdf")
    note(found, child.read(harmless), harmless, tmp_path / "not-kept.pdf")
    child.close()
    assert [kept.name for _, kept in found.faults] == ["kept.pdf"]
    assert "-11" in found.faults[0][0]
    assert found.ends["empty_file"] == 1


class DyingChild(Child):
    def read(self, path: Path) -> str:
        if path.name != "deadly.pdf":
            return super().read(path)
        self._process = process = self._started()
        process.send_signal(11)
        process.wait()
        self._process = None
        return f"FAULT the process ended with {process.returncode}"
