"""Work in children that take too long, take too much, crash or are told to stop: the caller goes on."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from extraction import isolation
from extraction.engine import ReadOptions
from extraction.engine.errors import DamagedFile, ReadingCancelled
from tests.faults.site import wait_for


def large(count: int) -> bytes:
    return b"x" * count


def damaged() -> None:
    raise DamagedFile


def crash() -> None:
    ctypes.string_at(0)


def greedy() -> None:
    bytearray(3 << 30)


def read(path: Path, /, *, on_page: Any, on_image: Any, **_: Any) -> str:
    """Does what the file says."""
    order = path.read_text()
    print("a library that prints")
    on_page(0, 2)
    if on_image:
        on_image(1, Image.new("RGB", (60, 80), "red"))
    on_page(1, 2)
    if order == "die once":
        path.write_text("fine now")
        os.kill(os.getpid(), signal.SIGKILL)
    {"crash": crash, "damaged": damaged, "greedy": greedy, "hang": lambda: time.sleep(60)}.get(order, int)()
    if order == "bug":
        raise KeyError("bug")
    return f"{order} by {os.getpid()}"


@pytest.fixture
def process() -> Iterator[isolation.ReaderProcess]:
    made = isolation.ReaderProcess("tests.test_isolation.read", engine="onnxruntime", threads=1, megabytes=2000)
    yield made
    made.stop()


def file(folder: Path, order: str) -> Path:
    path = folder / order
    path.write_text(order)
    return path


def test_a_call_gives_back_large_results() -> None:
    assert len(isolation.call(large, 5_000_000, seconds=60, megabytes=2000)) == 5_000_000


def test_a_call_passes_errors_about_the_file_on() -> None:
    with pytest.raises(DamagedFile):
        isolation.call(damaged, seconds=60, megabytes=2000)


def test_a_call_is_stopped_after_its_time() -> None:
    with pytest.raises(isolation.OutOfTime):
        isolation.call(time.sleep, 60, seconds=0.5, megabytes=2000)


def test_a_call_gets_no_more_than_its_memory() -> None:
    with pytest.raises(isolation.OutOfMemory):
        isolation.call(greedy, seconds=60, megabytes=2000)


def test_a_call_may_crash() -> None:
    with pytest.raises(isolation.Crashed):
        isolation.call(crash, seconds=60, megabytes=2000)


def test_one_child_reads_many_documents_and_reports_pages(process: isolation.ReaderProcess, tmp_path: Path) -> None:
    pages: list[tuple[int, int]] = []
    images: list[tuple[int, Any]] = []
    for _ in range(2):
        reading = process.read(
            file(tmp_path, "a"), options=ReadOptions(), on_page=lambda *done: pages.append(done),
            on_image=lambda number, image: images.append((number, image.getpixel((0, 0)))),
        )  # fmt: skip
        assert reading == f"a by {process.pid}"
    assert pages == [(0, 2), (1, 2)] * 2
    assert images == [(1, (255, 0, 0))] * 2


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ("crash", isolation.Crashed),
        ("damaged", DamagedFile),
        ("greedy", isolation.OutOfMemory),
        ("bug", RuntimeError),
    ],
)
def test_a_bad_document_ends_clearly_and_the_next_is_read(
    process: isolation.ReaderProcess, tmp_path: Path, order: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        process.read(file(tmp_path, order), options=ReadOptions())
    assert process.read(file(tmp_path, "next"), options=ReadOptions()) == f"next by {process.pid}"


def test_a_child_that_dies_once_is_given_a_second_try(process: isolation.ReaderProcess, tmp_path: Path) -> None:
    assert process.read(file(tmp_path, "die once"), options=ReadOptions()).startswith("fine now")


def test_a_document_that_hangs_is_stopped(tmp_path: Path) -> None:
    process = isolation.ReaderProcess(
        "tests.test_isolation.read", engine="onnxruntime", threads=1, megabytes=2000, seconds=3
    )
    with pytest.raises(isolation.OutOfTime):
        process.read(file(tmp_path, "hang"), options=ReadOptions())
    process.stop()


def test_a_caller_stops_a_reading_in_the_middle_of_a_page(process: isolation.ReaderProcess, tmp_path: Path) -> None:
    reached: list[int] = []

    def stop() -> None:
        if reached and reached[-1] == 1:
            raise ReadingCancelled

    process.start()
    child = process.pid
    with pytest.raises(ReadingCancelled):
        process.read(
            file(tmp_path, "hang"), options=ReadOptions(), on_page=lambda d, _: reached.append(d), on_wait=stop
        )
    assert not Path(f"/proc/{child}").exists()
    assert process.read(file(tmp_path, "next"), options=ReadOptions()) == f"next by {process.pid}"


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    parent = os.fork()
    if parent == 0:
        orphan = isolation.ReaderProcess("tests.test_isolation.read", engine="onnxruntime", threads=1, megabytes=2000)
        orphan.start()
        (tmp_path / "draft").write_text(str(orphan.pid))
        (tmp_path / "draft").rename(tmp_path / "pid")
        time.sleep(5)
        os._exit(0)
    wait_for(lambda: (tmp_path / "pid").exists())
    child = int((tmp_path / "pid").read_text())
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    wait_for(lambda: not Path(f"/proc/{child}").exists(), seconds=20)
