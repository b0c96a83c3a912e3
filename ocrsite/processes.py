"""Processes that start together, are kept alive, and end together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TextIO

PR_SET_PDEATHSIG = 1
# Loaded once, before any fork: between fork and exec a process must not import.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Report = Callable[[str, str], None]


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent is gone, however it went. Linux only.

    "Parent" is the thread that started the process, so a supervisor starts its children in its main thread. ``parent``
    is its process id: one that was killed before this call sends no signal any more.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)


def exit_with_parent(parent: int) -> None:
    """The same for a process that any thread may have started, by asking every second who its parent is."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


class Child:
    """One program: started, started again when it ends by itself, and stopped with all its own children."""

    SETTLED = 30.0  # seconds after which a start counts as good and the next restart is quick again
    LONGEST_PAUSE = 30.0

    def __init__(self, name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], report: Report) -> None:
        self.name = name
        self._command = list(command)
        self._cwd = cwd
        self._env = dict(env)
        self._report = report
        self._pause = 0.5
        self._start_at: float | None = 0.0  # monotonic time of the next start; None while it runs
        self._started = 0.0
        self.process: subprocess.Popen[str] | None = None

    def tend(self) -> None:
        """Start it when it is due; notice its end. Called again and again by the main thread."""
        now = time.monotonic()
        if self._start_at is not None:
            if now >= self._start_at:
                self._start()
            return
        code = self.process.poll() if self.process else None
        if code is None:
            return
        self.kill()  # what it left behind
        self._pause = 1.0 if now - self._started > self.SETTLED else min(self._pause * 2, self.LONGEST_PAUSE)
        self._report(self.name, f"ended ({_ending(code)}); starting it again in {self._pause:g} s")
        self._start_at = now + self._pause

    def _start(self) -> None:
        self._start_at, self._started = None, time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self._command,
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the children in good order
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        threading.Thread(target=self._pump, args=(self.process.stdout,), daemon=True).start()

    def _pump(self, stream: TextIO) -> None:
        with stream:
            for line in stream:
                self._report(self.name, line.rstrip("\n"))

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None and self.running():
            self.process.terminate()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps children alive until SIGINT or SIGTERM; a second signal does not wait for them."""

    def __init__(self, children: Sequence[Child], *, grace: float) -> None:
        self._children = children
        self._grace = grace
        self._signals = 0

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            while not self._signals:
                for child in self._children:
                    child.tend()
                time.sleep(0.1)
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def _stop_all(self) -> None:
        for child in self._children:
            child.stop()
        deadline = time.monotonic() + self._grace
        while any(child.running() for child in self._children):
            if self._signals > 1 or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for child in self._children:
            child.kill()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
