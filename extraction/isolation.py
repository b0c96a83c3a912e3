"""Functions that run in a process of their own: it may run out of time or memory or crash, and this one goes on.

The child is a fresh interpreter, never a fork: a web server has threads.
"""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

from .engine.errors import InvoiceError

Result = TypeVar("Result")
_ROOT = Path(__file__).resolve().parent.parent


class OutOfTime(InvoiceError):
    code: ClassVar[str] = "out_of_time"
    default = "Opening this file took too long and was stopped. Split it into smaller files and upload those."


class OutOfMemory(InvoiceError):
    code: ClassVar[str] = "out_of_memory"
    default = "Opening this file would take too much memory. Split it into smaller files and upload those."


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
                [sys.executable, "-m", "extraction.isolation", name],
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


if __name__ == "__main__":
    from extraction import isolation  # the classes of errors must be those that the parent knows

    isolation._answer(Path(sys.argv[1]))
