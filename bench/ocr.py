"""How long a scanned page takes, how much memory a worker needs, and how well it reads, beside Tesseract.

    python -m bench.ocr --pages 20 [--markdown docs/benchmarks.md]

Pages are the receipts of the document corpus (tests/corpus.py), whose words are known, or else the scans among the
sample documents. Every engine reads them in a process of its own: a worker's memory is that process's peak. CPU seconds
say what a page costs even where other programs keep the machine busy. Words are compared as bags, without case and
punctuation, summed up over all pages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.corpus import CORPUS  # noqa: E402

SAMPLES = ROOT / "extraction" / "samples"
HEADING = "## Reading speed"
INSTRUCTION_SETS = ("avx2", "avx512f", "avx512_vnni", "amx_tile")


@dataclass(frozen=True, slots=True)
class Row:
    """One engine in one setting. ``f1`` is None where the pages' words are not known."""

    name: str
    threads: int
    seconds: list[float]
    cpu_seconds: list[float]
    megabytes: float
    f1: float | None

    def cells(self) -> tuple[str, ...]:
        return (
            self.name,
            str(self.threads),
            f"{statistics.median(self.seconds):.2f}",
            f"{statistics.mean(self.seconds):.2f}",
            f"{statistics.median(self.cpu_seconds):.2f}",
            f"{self.megabytes:.0f}",
            "" if self.f1 is None else f"{self.f1:.3f}",
        )


COLUMNS = ("engine", "threads", "median s/page", "mean s/page", "median CPU s/page", "peak MB", "word F1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20, help="how many pages to read (default: 20)")
    parser.add_argument("--markdown", type=Path, help=f"write the table into this file, under '{HEADING}'")
    parser.add_argument("--worker", nargs=2, metavar=("ENGINE", "THREADS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    paths = pages(arguments.pages)
    if arguments.worker:
        work(arguments.worker[0], int(arguments.worker[1]), paths)
        return
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    rows = []
    for threads in sorted({1, cores}):
        for name in ("onnxruntime", "paddle", "tesseract --psm 3", "tesseract --psm 6"):
            rows.append(measure(name, threads, paths))
            print("  ".join(rows[-1].cells()), flush=True)
    text = report(rows, paths, load)
    print(text)
    if arguments.markdown:
        put_section(arguments.markdown, text)


def pages(count: int) -> list[Path]:
    """Spread evenly over the corpus, so that no single shop fills the list."""
    receipts = sorted((CORPUS / "sroie" / "files").glob("*.jpg"))
    found = receipts or sorted(path for path in SAMPLES.rglob("*") if path.suffix in {".jpg", ".png", ".tif"})
    if not found:
        raise SystemExit(f"There are no scanned pages in {CORPUS} or {SAMPLES}.")
    return found[:: max(1, len(found) // count)][:count]


def measure(name: str, threads: int, paths: list[Path]) -> Row:
    command = [sys.executable, __file__, "--pages", str(len(paths)), "--worker", name, str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Row(
        name,
        threads,
        [result["seconds"] for result in results],
        [result["cpu_seconds"] for result in results],
        results[-1]["megabytes"],
        f1([result["text"] for result in results], paths),
    )


def work(name: str, threads: int, paths: list[Path]) -> None:
    """In a process of its own: read one page to warm up, then all of them, one line of JSON each."""
    external = name.startswith("tesseract")
    read = tesseract(name, threads) if external else paddleocr(name, threads)
    who = resource.RUSAGE_CHILDREN if external else resource.RUSAGE_SELF
    read(paths[0])
    for path in paths:
        started, cpu = time.perf_counter(), cpu_seconds(who)
        text = read(path)
        seconds, cpu = time.perf_counter() - started, cpu_seconds(who) - cpu
        megabytes = resource.getrusage(who).ru_maxrss / 1024
        result = {"file": path.name, "text": text, "seconds": seconds, "cpu_seconds": cpu, "megabytes": megabytes}
        print(json.dumps(result))


def cpu_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def paddleocr(engine: str, threads: int) -> Callable[[Path], str]:
    from extraction.engine import read_document
    from extraction.engine.ocr import PaddleOcr

    ocr = PaddleOcr(engine=engine, threads=threads)
    return lambda path: read_document(path, ocr=ocr).text


def tesseract(name: str, threads: int) -> Callable[[Path], str]:
    # Its threads would otherwise spin while they wait, and fight over the cores of a busy machine.
    environment = os.environ | {"OMP_THREAD_LIMIT": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
    options = name.split()[1:]

    def read(path: Path) -> str:
        command = ["tesseract", str(path), "-", *options]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    return read


def f1(texts: list[str], paths: list[Path]) -> float | None:
    """Of words, over all pages together."""
    same = found = wanted = 0
    for text, path in zip(texts, paths, strict=True):
        transcript = path.parent.parent / "text" / f"{path.stem}.json"
        if not transcript.exists():
            return None
        read = bag(text)
        truth = bag(" ".join(line["text"] for line in json.loads(transcript.read_text(encoding="utf-8"))))
        same, found, wanted = same + (read & truth).total(), found + read.total(), wanted + truth.total()
    return 2 * same / (found + wanted)


def bag(text: str) -> Counter[str]:
    return Counter(word for word in (re.sub(r"\W", "", part.lower()) for part in text.split()) if word)


def report(rows: list[Row], paths: list[Path], load: float) -> str:
    lines = [
        f"{len(paths)} scanned receipts, one at a time, decoding and page orientation included; {machine()}; "
        f"load average at the start {load:.1f}. Repeat with `python -m bench.ocr --pages {len(paths)}`.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|" + "---:|" * (len(COLUMNS) - 1),
        *("| " + " | ".join(row.cells()) + " |" for row in rows),
    ]
    return "\n".join(lines)


def machine() -> str:
    info = Path("/proc/cpuinfo").read_text()
    flags = set(re.findall(r"^flags\s*: (.*)$", info, re.MULTILINE)[0].split()) if "flags" in info else set()
    sets = ", ".join(name for name in INSTRUCTION_SETS if name in flags)
    return f"{len(os.sched_getaffinity(0))} cores ({sets or 'no AVX2'})"


def put_section(path: Path, text: str) -> None:
    """Replace what stands between our heading and the next one; other sections stay as they are."""
    old = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    before, _, rest = old.partition(f"{HEADING}\n")
    after = re.search(r"^## ", rest, re.MULTILINE)
    tail = rest[after.start() :] if after else ""
    path.write_text(f"{before.rstrip()}\n\n{HEADING}\n\n{text}\n\n{tail}".rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
