"""Reads mutated files in a child process until the time is over; keeps every file that it did not survive.

``nice python -m tests.fuzz.search SECONDS [FOLDER]`` searches for long; findings stay in FOLDER.
"""

from __future__ import annotations

import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from .mutations import mutated

ROOT = Path(__file__).resolve().parents[2]
NO_ANSWER = "FAULT no answer"
DIED = "FAULT the process ended"
LARGEST = 400_000  # bytes: a search lives by how many files it reads


@dataclass(slots=True)
class Found:
    """``ends``: how often reading ended how; ``faults``: what should never be, with the file that does it.

    ``endless``: files that only a limit of time ends. The product has one, so they are no faults.
    """

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, Path]] = field(default_factory=list)
    endless: list[Path] = field(default_factory=list)


class Child:
    """Starts again by itself after a file that it did not survive. ``megabytes`` are of its address space."""

    def __init__(self, *, seconds: float = 60, megabytes: int = 4096) -> None:
        self.seconds, self.megabytes = seconds, megabytes
        self._process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> str:
        process = self._process = self._process or self._started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], self.seconds)
        if not ready:
            self.close()
            return f"{NO_ANSWER} in {self.seconds} s"
        answer = process.stdout.readline().rstrip("\n")
        if not answer:
            code = process.wait()
            self._process = None
            return f"{DIED} with {code}"
        return answer

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.fuzz.child", str(self.megabytes)]
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def sources() -> list[tuple[str, bytes]]:
    """(suffix, bytes) of sound documents of every kind and of small hostile ones, to be made worse."""
    from tests.hostile import HOSTILE_FILES

    folders = [ROOT / "extraction" / "samples", ROOT / "tests" / "data"]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [(path.suffix, path.read_bytes()) for path in paths if path.suffix not in {".md", ".jsonl"}]
    files += [(Path(h.file_name).suffix, h.data()) for h in HOSTILE_FILES.values() if not h.costly]
    return [(suffix, data) for suffix, data in files if len(data) <= LARGEST] + pictures()


def pictures() -> list[tuple[str, bytes]]:
    from tests.badfiles import picture, text_pdf

    size = (300, 200)
    made = [(f".{name.lower()}", picture(name, size=size)) for name in ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")]
    made += [
        (".tif", picture("TIFF", pages=3, size=size, compression=way)) for way in ("tiff_lzw", "jpeg", "tiff_deflate")
    ]
    made += [(".pdf", text_pdf(*[f"Position {n} of the work done 12.50" for n in range(20)], "Total 250.00"))]
    return made


def search(seconds: float, folder: Path, *, seed: int = 0) -> Found:
    """Mutate and read for so long. ``folder`` keeps the files that were not survived."""
    found, child, files = Found(), Child(), sources()
    pieces = [data for _, data in files]
    until = time.monotonic() + seconds
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            while time.monotonic() < until:
                seed += 1
                suffix, data = Random(seed).choice(files)
                path = Path(name) / f"document{suffix}"
                path.write_bytes(mutated(data, pieces, seed))
                note(found, child.read(path), path, folder / f"{seed}{suffix}")
    finally:
        child.close()
    return found


def note(found: Found, answer: str, path: Path, kept: Path) -> None:
    found.ends["out_of_time" if answer.startswith(NO_ANSWER) else answer.split()[0]] += 1
    if not answer.startswith("FAULT"):
        return
    kept.write_bytes(path.read_bytes())
    if answer.startswith(NO_ANSWER):
        found.endless.append(kept)
    else:
        found.faults.append((answer, kept))


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[1]) if len(arguments) > 1 else Path(tempfile.mkdtemp(prefix="fuzz-found-"))
    found = search(float(arguments[0]), folder, seed=int(time.time()) * 1000)
    for answer, path in found.faults:
        print(f"{path}\n  {answer}")
    counts = f"{sum(found.ends.values())} files, {len(found.faults)} faults, {len(found.endless)} endless"
    print(f"{counts}, ends: {dict(found.ends.most_common())}")


if __name__ == "__main__":
    main(sys.argv[1:])
