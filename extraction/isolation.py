"""Work in a process of its own: it may run out of time or memory or crash, and this one goes on.

``call`` runs one function; ``ReaderProcess`` reads one document after another and keeps its models. The child is a
fresh interpreter, never a fork (a web server has threads, a worker has connections), knows nothing of the database and
dies with its parent.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

from PIL import Image

from .engine.errors import InvoiceError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
_ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1


class OutOfTime(InvoiceError):
    code: ClassVar[str] = "out_of_time"
    default = "Reading this file took too long and was stopped. Print it to a new PDF, or split it, and upload that."


class OutOfMemory(InvoiceError):
    code: ClassVar[str] = "out_of_memory"
    default = "Reading this file would take too much memory. Print it to a new PDF, or split it, and upload that."


class Crashed(InvoiceError):
    code: ClassVar[str] = "reader_crashed"
    default = "This file stopped the program that opened it. Print it to a new PDF and upload that."


def call(function: Callable[..., Result], *args: Any, seconds: float, megabytes: int) -> Result:
    """What a function of a module returns for ``args``; both must be picklable. Its InvoiceErrors pass through."""
    with TemporaryDirectory(prefix="invoicelens-") as name:
        folder = Path(name)
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            subprocess.run(  # noqa: S603 - our own interpreter; by a pipe, because arguments may be secret
                [sys.executable, "-m", "extraction.isolation", str(os.getpid()), name],
                cwd=_ROOT, env=environment, timeout=seconds, check=False,
                input=pickle.dumps((function, args, megabytes)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            answer = (folder / "answer").read_bytes()
        except subprocess.TimeoutExpired:
            raise OutOfTime from None
        except FileNotFoundError:
            raise Crashed from None
    outcome = pickle.loads(answer)  # noqa: S301 - of our own child
    if isinstance(outcome, BaseException):
        raise outcome
    result: Result = outcome[0]
    return result


def _answer(folder: Path) -> None:
    function, args, megabytes = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    outcome: Any
    try:
        outcome = (function(*args),)
    except InvoiceError as error:
        outcome = error
    except MemoryError:
        outcome = OutOfMemory()
    (folder / "draft").write_bytes(pickle.dumps(outcome))
    (folder / "draft").rename(folder / "answer")


class ReaderProcess:
    """A child that reads documents with ``reader`` (the dotted name of a function like ``read_invoice``).

    It is started by the first document and replaced when it died, was stopped, has read ``DOCUMENTS`` or keeps more
    than ``KEPT_MEGABYTES``. For one thread: the child dies with the thread that started it.
    """

    DOCUMENTS = 200
    KEPT_MEGABYTES = 650  # between documents; a fresh child with its models has about 300
    TICK = 1.0  # seconds
    STALLED = 180.0  # seconds without a page or an answer: some PDFs draw themselves for ever
    TRIES = 2  # the first death may be the machine's doing, the second is the file's

    def __init__(self, reader: str, *, engine: str, threads: int, megabytes: int, seconds: float = 24 * 3600.0) -> None:
        self._setup = (reader, engine, threads, megabytes)
        self._megabytes, self._seconds = megabytes, seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: Connection[Any, Any] | None = None
        self._read = 0

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def megabytes(self) -> int:
        """Resident memory of the child; 0 without one."""
        return _resident(self._child.pid) if self._child else 0

    def start(self) -> None:
        """Have a child that gets ready beside what this process does."""
        if self._child is not None and self._child.poll() is None:
            return
        self.stop()
        self._read = 0
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "extraction.isolation", str(os.getpid())],
            cwd=_ROOT, env=os.environ | {"MALLOC_ARENA_MAX": "2"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._child.stdout is not None
        self._answers = Connection(os.dup(self._child.stdout.fileno()), writable=False)
        self._send(self._setup)

    def stop(self) -> None:
        """Kill the child, in the middle of a page if need be."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, self._answers):
            with suppress(OSError):  # what was left in its buffer
                stream and stream.close()

    def read(
        self,
        path: Path,
        /,
        *,
        options: Any,
        on_page: Callable[[int, int], None] | None = None,
        on_image: Callable[[int, Image.Image], None] | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> Any:
        """The ``Reading`` of a file. What a callback raises kills the child at once; ``on_wait`` is asked every second.

        OutOfTime, OutOfMemory and Crashed tell how the child ended; a plain death is tried once more.
        """
        deadline = time.monotonic() + self._seconds
        for attempt in range(1, self.TRIES + 1):
            try:
                return self._attempt(path, options, on_page, on_image, on_wait, deadline)
            except Crashed:
                logger.warning("the process that read a document died, attempt %s of %s", attempt, self.TRIES)
                if attempt == self.TRIES:
                    raise
        raise Crashed

    def _attempt(self, path: Path, options: Any, on_page: Any, on_image: Any, on_wait: Any, deadline: float) -> Any:
        finished = False
        try:
            self.start()
            with TemporaryDirectory(prefix="invoicelens-") as folder:
                self._send((path, options, Path(folder) if on_image else None))
                while True:
                    kind, *rest = self._next(on_wait, min(deadline, time.monotonic() + self.STALLED))
                    if kind == "page" and on_page:
                        on_page(*rest)
                    elif kind == "image" and on_image:
                        _forward(on_image, *rest)
                    elif kind in {"reading", "error", "fault"}:
                        break
            finished = not (kind == "error" and isinstance(rest[0], OutOfMemory))
            self._read += 1
        finally:
            if not finished or self._read >= self.DOCUMENTS or self.megabytes > self.KEPT_MEGABYTES:
                self.stop()
                self.start()  # gets ready while this process goes on
        if kind == "error":
            raise rest[0]
        if kind == "fault":
            raise RuntimeError(f"the reader failed\n{rest[0]}")
        return rest[0]

    def _next(self, on_wait: Callable[[], None] | None, deadline: float) -> Any:
        child = self._child
        assert child is not None
        assert self._answers is not None
        tick = time.monotonic() + self.TICK
        while not self._answers.poll(max(0.0, tick - time.monotonic())):
            tick = time.monotonic() + self.TICK
            if tick > deadline + self.TICK:
                raise OutOfTime
            if _resident(child.pid) > self._megabytes:
                raise OutOfMemory
            if on_wait:
                on_wait()
        try:
            return self._answers.recv()
        except (EOFError, OSError):
            raise Crashed from None

    def _send(self, message: Any) -> None:
        child = self._child
        assert child is not None
        assert child.stdin is not None
        try:
            pickle.dump(message, child.stdin)
            child.stdin.flush()
        except BrokenPipeError:
            raise Crashed from None


def _forward(on_image: Callable[[int, Image.Image], None], number: int, path: Path) -> None:
    with Image.open(path) as image:
        image.load()
    path.unlink()
    on_image(number, image)


def _resident(pid: int) -> int:
    """Megabytes; 0 for a process that is gone, and where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() >> 20


# --- in the child -----------------------------------------------------------------------------------------------------


def _die_with_parent(parent: int) -> None:
    """Linux: when the thread that started this process is gone, which waits for it as long as it works.

    ``parent`` is its process id: one that was killed before this process had started sends no signal any more.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)


def _serve() -> None:
    """Read what the parent names until it closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair: it finishes its document
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")  # this process, before the worker that it belongs to
    answers: Connection[Any, Any] = Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # what a library prints must not get between the answers
    dotted, engine, threads, megabytes = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    module, _, name = dotted.rpartition(".")
    reader = getattr(importlib.import_module(module), name)
    ocr = importlib.import_module("extraction.engine.ocr").default_ocr(engine=engine, threads=threads)
    while True:
        try:
            path, options, folder = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
        except EOFError:
            return
        _serve_one(reader, ocr, path, options, folder, answers)
        if sys.platform == "linux":
            ctypes.CDLL(None).malloc_trim(0)  # glibc would keep the largest page's memory for ever


def _serve_one(
    reader: Any, ocr: Any, path: Path, options: Any, folder: Path | None, answers: Connection[Any, Any]
) -> None:
    lock = threading.Lock()  # pages may be read by several threads

    def send(*message: Any) -> None:
        with lock:
            answers.send(message)

    def on_image(number: int, image: Image.Image) -> None:
        assert folder is not None
        image.convert("RGB").save(folder / f"{number}.ppm")  # unpacked: it lives for a moment
        send("image", number, folder / f"{number}.ppm")

    try:
        progress = {"on_page": lambda done, total: send("page", done, total), "on_image": folder and on_image}
        reading = reader(path, options=options, ocr=ocr, **progress)
    except InvoiceError as error:
        send("error", error)
    except MemoryError:
        send("error", OutOfMemory())
    except Exception:
        send("fault", traceback.format_exc())
    else:
        send("reading", reading)


if __name__ == "__main__":
    from extraction import isolation  # the classes of errors must be those that the parent knows

    isolation._die_with_parent(int(sys.argv[1]))
    if len(sys.argv) > 2:
        isolation._answer(Path(sys.argv[2]))
    else:
        isolation._serve()
